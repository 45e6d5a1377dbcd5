"""The floor as rows of the monitor's panes. A row's key says what Enter opens: `ticket:`, `figure:`, `tier:`, ... Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from itertools import groupby
from typing import NamedTuple

from atendente_tui import formats, labels
from atendente_tui.desk.floor import AgentNow, Floor, Today
from atendente_tui.i18n import _, n_
from atendente_tui.metrics import wording
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.privacy.masking import masked
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store.floor import Group, Moves, Risk
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Span
from atendente_tui.tui.sparkline import sparkline
from atendente_tui.tui.widgets.rows_pane import Row, heading


class Look(NamedTuple):
    glyphs: Glyphs
    mask: tuple[str, ...]
    """Kinds of personal data that are masked: in the monitor always."""


SIGNS = {"available": "o", "contact": "*", "after_contact": "+", "paused": "-", "training": "=", "off": "."}
"""Beside the word, never alone."""


def queue_rows(floor: Floor, look: Look) -> list[Row]:
    rows = [heading(safe_line(_("by tier")))]
    trend = sparkline(floor.arrivals, plain=look.glyphs.ascii)
    tiers = sorted(floor.queue, key=lambda one: one.tier)
    for tier, group in groupby(tiers, key=lambda one: one.tier):
        rows.append(_group(f"tier:{tier}", tier or _("no tier"), list(group), floor.at))
    rows.append(heading(safe_line(_("by channel"))))
    channels = sorted(floor.queue, key=lambda one: one.channel)
    sums = [(channel, list(group)) for channel, group in groupby(channels, key=lambda one: one.channel)]
    for channel, same in sorted(sums, key=lambda one: -sum(group.number for group in one[1])):
        rows.append(_group(f"channel:{channel}", labels.channel(channel), same, floor.at))
    if not floor.queue:
        return [_nothing(_("Nobody is waiting."))]
    rows.append(heading(safe_line(_("arrivals by hour"))))
    last = n_("{n} in the last hour", "{n} in the last hour", floor.arrivals[-1]).format(n=floor.arrivals[-1])
    rows.append(Row("arrivals:", (Span(trend, "strong"), Span("  "), Span(safe_line(last), "quiet"))))
    return rows


def _group(key: str, name: str, groups: Sequence[Group], now: int) -> Row:
    count = sum(one.number for one in groups)
    oldest = min((one.oldest for one in groups if one.oldest is not None), default=None)
    age = _("oldest {age}").format(age=formats.age(now - oldest)) if oldest is not None else ""
    return Row(
        key,
        (Span(safe_line(f"{name:<18} "), "strong"), Span(formats.number(count).rjust(5))),
        Span(safe_line(age), "quiet"),
    )


def risk_rows(floor: Floor, look: Look) -> list[Row]:
    def left(one: Risk) -> tuple[str, str]:
        late = one.at < floor.at
        text = formats.countdown(abs(one.at - floor.at))
        said = _("late {time}") if late else _("in {time}")
        return said.format(time=text), "bad" if late else "warning"

    def waited(one: Risk) -> tuple[str, str]:
        return _("for {time}").format(time=formats.age(floor.at - one.at)), "warning"

    upset = [one.risk for one in floor.upset]
    words = {one.risk.ticket_id: one.words for one in floor.upset}

    def sounding(one: Risk) -> tuple[str, str]:
        return safe_line(f"“{words[one.ticket_id]}”", characters=30), "warning"

    rows: list[Row] = []
    numbers = floor.numbers
    for title, number, risks, said in (
        (_("deadlines"), numbers.deadlines, floor.deadlines, left),
        (_("promises"), numbers.promises, floor.promises, left),
        (_("waiting longest"), numbers.waiting, floor.waiting, waited),
        (_("displeased"), len(upset), upset, sounding),
    ):
        if risks:
            rows.append(_counted(title, number))
            rows += [ticket_row(one, *said(one), look) for one in risks]
    return rows or [_nothing(_("Nothing is at risk."))]


def agent_rows(floor: Floor, look: Look) -> list[Row]:
    rows = [_agent(one, floor.at, look) for one in floor.agents]
    return rows or [_nothing(_("Nobody has said yet what they are doing."))]


def _agent(one: AgentNow, now: int, look: Look) -> Row:
    state = labels.agent_state(one.state) if one.state else _("not said")
    since = formats.since(now - one.since) if one.since is not None else ""
    said = " ".join(part for part in (state, one.reason or "", since) if part)
    role = "bad" if one.long else "quiet" if one.state in ("off", None) else ""
    sign = f"{look.glyphs.warning} " if one.long else f"{SIGNS.get(one.state or '', ' ')} "
    return Row(
        f"agent:{one.login}",
        (Span(sign, role), Span(safe_line(f"{one.name} "), "strong"), Span(safe_line(said), role)),
        Span(labels.tickets(one.load), "quiet"),
    )


def today_rows(floor: Floor, look: Look) -> list[Row]:
    rows = [_figure(one, look) for one in floor.today]
    judged = [one.figure.met for one in floor.today if one.figure.target is not None]
    if judged:
        met = sum(one is True for one in judged)
        rows.append(_plain(_("goals: {met} of {all}").format(met=met, all=len(judged))))
    for title, told, label in (
        (_("opened today, by channel"), floor.channels, labels.channel),
        (_("opened today, by reason"), floor.reasons, lambda one: one or _("no reason")),
    ):
        if told:
            rows.append(heading(safe_line(title)))
            rows += [_plain(safe_line(str(label(name))), formats.number(n)) for name, n in told]
    return rows


def _figure(one: Today, look: Look) -> Row:
    figure = one.figure
    value = wording.value_text(figure.value, figure.unit)
    met = figure.met
    role = "" if met is None else "good" if met else "bad"
    sign = "" if met is None else f" {look.glyphs.done}" if met else f" {look.glyphs.warning}"
    trend = sparkline(one.hours, plain=look.glyphs.ascii)
    return Row(
        f"figure:{figure.key}",
        (
            Span(safe_line(f"{short_name(figure.key)}  "), "strong"),
            Span(safe_line(value + sign), role),
            Span(safe_line(f"  {trend}"), "quiet"),
        ),
        Span(safe_line(f"{wording.change_text(figure)} {wording.target_text(figure)}".strip()), "quiet"),
        soft=True,
    )


def short_name(key: str) -> str:
    """What stands before the comma of a figure's name."""
    return _(KPIS[key].label).partition(",")[0]


def notice_rows(floor: Floor, look: Look) -> list[Row]:
    rows: list[Row] = []
    if floor.spikes:
        rows.append(_counted(_("spikes"), len(floor.spikes)))
    for spike in floor.spikes:
        said = _("{n} in 1 h (+{sigmas} σ)").format(n=spike.number, sigmas=formats.number(spike.sigmas, 1))
        rows.append(
            Row(f"spike:{spike.reason}", (Span(safe_line(spike.reason), "warning"),), Span(said, "warning"))
        )
    long = [one for one in floor.agents if one.long]
    if long:
        rows.append(_counted(_("long pauses"), len(long)))
        rows += [_agent(one, floor.at, look) for one in long]
    if floor.sent_about:
        rows.append(_counted(_("sent to and fro"), len(floor.sent_about)))
        rows += [_moved(one, look) for one in floor.sent_about]
    if floor.forgotten:
        rows.append(_counted(_("forgotten"), floor.numbers.forgotten))
        for one in floor.forgotten:
            rows.append(
                ticket_row(one, _("for {time}").format(time=formats.age(floor.at - one.at)), "quiet", look)
            )
    return rows or [_nothing(_("Nothing out of the ordinary."))]


def _moved(one: Moves, look: Look) -> Row:
    said = n_("{n} move", "{n} moves", one.moves).format(n=one.moves)
    if one.back:
        said += ", " + n_("{n} handed back", "{n} handed back", one.back).format(n=one.back)
    return ticket_row(Risk(one.ticket_id, one.protocol, one.subject, 0, None), said, "warning", look)


def ticket_row(one: Risk, said: str, role: str, look: Look) -> Row:
    subject = safe_line(masked(one.subject, look.mask), characters=80)
    return Row(
        f"ticket:{one.ticket_id}",
        (Span(safe_line(f"{one.protocol} "), "quiet"), Span(subject)),
        Span(safe_line(said), role),
    )


def board_rows(risks: Iterable[Risk], look: Look, zone: tzinfo, now: int) -> list[Row]:
    """Of a list of tickets that a figure is made of."""
    return [ticket_row(one, formats.moment(one.at, zone, now), "quiet", look) for one in risks]


def _counted(title: str, count: int) -> Row:
    return heading(safe_line(f"{title} ({count})"))


def _plain(text: str, right: str = "") -> Row:
    return Row(None, (Span(safe_line(text), "quiet"),), Span(safe_line(right), "quiet"))


def _nothing(text: str) -> Row:
    return Row(None, (Span(safe_line(text), "quiet"),))
