"""The lines of one item of a timeline: every kind of event readable, none to be taken for another.

Notes carry their sign in the margin of every line and a looks of their own, bots another; what is ours and not
settled says so in words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from atendente_tui import formats, labels
from atendente_tui.domain.instants import to_ms
from atendente_tui.i18n import _, later, n_
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.store.rows import EventRow
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Line, Span, block, fitted, line, two_ends
from atendente_tui.tui.widgets.timeline_model import Day, Entry, Fold, Item

SHOWN = 60
"""Lines of one event shown in the timeline; the rest is one key away."""
CHARACTERS = 8_000
"""Of one event; the same."""
QUOTED = 3
"""Quoted lines in a row that are shown before they are folded."""

FIELDS = {
    "status": later("status"),
    "priority": later("priority"),
    "assignee": later("agent"),
    "owner": later("agent"),
    "team": later("team"),
    "queue": later("team"),
    "tier": later("level"),
    "subject": later("subject"),
    "tags": later("tags"),
    "impact": later("impact"),
    "reason": later("contact reason"),
    "snoozed_until": later("snoozed until"),
}
RELATIONS = {
    "merge": later("merged with"),
    "merged": later("merged with"),
    "refers_to": later("refers to"),
    "depends_on": later("depends on"),
    "parent": later("part of"),
    "article": later("article used"),
    "split": later("split from"),
}
OUTCOMES = {
    "answered": later("answered"),
    "missed": later("not answered"),
    "busy": later("busy"),
    "voicemail": later("voice mail"),
    "abandoned": later("hung up while waiting"),
}
_ROLES = {"customer": "customer", "agent": "agent", "bot": "bot", "system": "quiet"}
_ALARMING = {"refused", "conflict", "unknown"}


@dataclass(frozen=True, slots=True)
class Look:
    """What drawing depends on besides the item."""

    glyphs: Glyphs
    zone: tzinfo
    today: date
    names: Mapping[str, str] = field(default_factory=dict)
    """What agents are called, by login."""


def item_lines(item: Item, width: int, look: Look) -> list[Line]:
    """The lines of an item, at most `width` columns each, at least one."""
    if isinstance(item, Entry):
        return entry_lines(item, width, look)
    if isinstance(item, Fold):
        return [fold_line(item, width, look)]
    if isinstance(item, Day):
        return [day_line(item, width, look)]
    return [line((f"  {_('older ones: keep going up')}", "quiet"))]


def is_cut(entry: Entry) -> bool:
    """Whether the timeline shows only the beginning of it."""
    text = entry.row.text
    return len(text) > CHARACTERS or text.count("\n") >= SHOWN


def whole_text(row: EventRow) -> str:
    """What the event says, as a person would want it copied; not cleaned."""
    data = values(row)
    build = _BODIES.get(row.kind)
    said = "\n".join(build(data)) if build else ""
    return "\n".join(one for one in (said, row.text) if one)


def day_line(item: Day, width: int, look: Look) -> Line:
    name = formats.day(item.at, look.zone)
    days = (look.today - item.day).days
    if days == 0:
        name = f"{_('today')}, {name}"
    elif days == 1:
        name = f"{_('yesterday')}, {name}"
    rule = "-" if look.glyphs.ascii else "─"
    return line((f"{rule * 2} {name} ".ljust(width, rule)[:width], "day"))


def fold_line(item: Fold, width: int, look: Look) -> Line:
    sign = "-" if item.opened else look.glyphs.fold
    plus = "+" if item.at_least else ""
    events = n_("{n} event", "{n} events", item.count).format(n=f"{formats.number(item.count)}{plus}")
    if item.name:
        what = _("another ticket: {name}").format(name=safe_line(item.name))
    else:
        count = len(item.tickets)
        what = n_("{n} other ticket", "{n} other tickets", count).format(n=f"{count}{plus}")
    since, until = _day(item.since, look), _day(item.until, look)
    when = since if since == until else _("{since} to {until}").format(since=since, until=until)
    made = two_ends(
        (Span(f"  {sign} "), Span(f"{events} {look.glyphs.dot} {what}", "group")), Span(when, "time"), width
    )
    return made._replace(indent=4)


def entry_lines(entry: Entry, width: int, look: Look) -> list[Line]:
    row = entry.row
    margin, margin_role = _margin(row, look)
    head = _head(entry, look)
    state = Span("")
    if row.state is not None:
        sign = look.glyphs.warning if row.state in _ALARMING else look.glyphs.pending
        state = Span(f"{sign} {labels.outbox(row.state)} ", "bad" if row.state in _ALARMING else "pending")
    role = "note" if row.kind == "note" else ""
    lines = [two_ends((Span("  "), *head), state, width, look.glyphs.more)._replace(indent=2, role=role)]
    data = values(row)
    build = _BODIES.get(row.kind)
    if build is not None:
        for said in build(data):
            lines += block(
                safe_text(said, characters=CHARACTERS), width, prefix=margin, prefix_role=margin_role
            )
    if row.text:
        text_role = {"note": "note", "bot_turn": "bot"}.get(row.kind, "")
        text = _quotes_folded(safe_text(row.text, characters=CHARACTERS, lines=SHOWN * 4), look)
        body = block(text, width, prefix=margin, role=text_role, prefix_role=margin_role)
        if len(body) > SHOWN or is_cut(entry):
            body = body[:SHOWN]
            left = max(1, row.text.count("\n") + 1 - SHOWN)
            more = n_("{n} more line", "{n} more lines", left).format(n=formats.number(left))
            said = _("{more}: Enter shows everything").format(more=more)
            body.append(
                line((margin, margin_role), (f"{look.glyphs.more} {said}", "link"), indent=len(margin))
            )
        lines += body
    for file in entry.files:
        size = f" {look.glyphs.dot} {_size(file.size)}" if file.size is not None else ""
        said = _("attached: {name}").format(name=safe_line(file.name)) + size
        lines.append(
            fitted(line((margin, margin_role), (said, "link"), indent=len(margin)), width, look.glyphs.more)
        )
    if role:
        lines = [one._replace(role=role) for one in lines]
    return lines


def values(row: EventRow) -> dict[str, Any]:
    """`data` of an event; empty when it cannot be read."""
    try:
        data = json.loads(row.data or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def author(row: EventRow, look: Look) -> SafeText:
    name = look.names.get(row.author, row.author)
    return safe_line(name or labels_author(row.author_kind))


def labels_author(kind: str) -> str:
    return {"customer": _("customer"), "bot": _("bot"), "agent": _("agent")}.get(kind, _("system"))


def _margin(row: EventRow, look: Look) -> tuple[str, str]:
    """What stands before each line of the text."""
    if row.kind == "note":
        return f"  {look.glyphs.note} ", "note"
    if row.kind == "bot_turn" or row.author_kind == "bot":
        return f"  {look.glyphs.bot} ", "bot"
    if row.kind == "message" and row.direction == "outbound":
        return f"  {'|' if look.glyphs.ascii else '│'} ", "agent"
    return "    ", ""


def _head(entry: Entry, look: Look) -> tuple[Span, ...]:
    row = entry.row
    dot = f" {look.glyphs.dot} "
    spans = [Span(formats.hour(row.at, look.zone), "time"), Span(" ")]
    if entry.elsewhere:
        spans += [Span(f"{safe_line(entry.elsewhere)}{dot}", "group")]
    who = Span(author(row, look), _ROLES.get(row.author_kind, "quiet"))
    channel = labels.channel(row.channel)
    data = values(row)
    if row.kind == "message":
        spans += [Span(f"{channel} ", "quiet"), who] if channel else [who]
        if row.direction == "outbound":
            spans.append(Span(f" {look.glyphs.arrow} {_('customer')}", "quiet"))
        elif row.direction == "internal" or not row.public:
            spans.append(Span(f"{dot}{_('internal')}", "note"))
    elif row.kind == "note":
        spans += [Span(f"{look.glyphs.note} {_('internal note')}", "note"), Span(dot, "quiet"), who]
    elif row.kind == "bot_turn":
        spans += [
            Span(f"{look.glyphs.bot} {_('bot')}", "bot"),
            Span(f"{dot}{channel}" if channel else "", "quiet"),
        ]
        if row.author_kind == "customer":
            spans += [Span(dot, "quiet"), who]
    else:
        said = _HEADS[row.kind](data, look.zone) if row.kind in _HEADS else labels.event(row.kind)
        spans += [Span(safe_line(said), "strong")]
        if row.kind not in ("order", "survey_answer") and (row.author or row.author_kind != "system"):
            spans += [Span(dot, "quiet"), who]
    return tuple(span for span in spans if span.text)


# -- what the head says of each kind ---------------------------------------------------------------------------


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)


def _call(data: Mapping[str, Any], _zone: tzinfo) -> str:
    parts = [labels.channel("phone")]
    seconds = data.get("seconds")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 1e7:
        parts.append(formats.duration(seconds))
    outcome = _text(data, "outcome")
    if outcome:
        parts.append(_(OUTCOMES[outcome]) if outcome in OUTCOMES else outcome)
    return " · ".join(parts)


def _field_change(data: Mapping[str, Any], _zone: tzinfo) -> str:
    name = _text(data, "field")
    old, new = _value(name, _text(data, "old")), _value(name, _text(data, "new"))
    shown = _(FIELDS[name]) if name in FIELDS else name or labels.event("field_change")
    if old and new:
        return _("{field}: {old} to {new}").format(field=shown, old=old, new=new)
    return f"{shown}: {new or _('none')}"


def _value(name: str, value: str) -> str:
    if name == "status":
        return labels.status(value)
    if name == "priority":
        return labels.priority(value)
    if name == "impact":
        return labels.impact(value)
    return value


def _survey(data: Mapping[str, Any], _zone: tzinfo) -> str:
    name = _text(data, "survey").upper() or labels.event("survey_answer")
    score, of = _text(data, "score"), _text(data, "of") or ("10" if name == "NPS" else "5")
    return _("{survey}: {score} of {of}").format(survey=name, score=score or "—", of=of)


def _order(data: Mapping[str, Any], _zone: tzinfo) -> str:
    parts = [_("order {number}").format(number=_text(data, "number") or "—")]
    parts += [_text(data, "status")] if data.get("status") else []
    expected = _iso_day(_text(data, "expected"))
    if expected:
        parts.append(_("expected {day}").format(day=expected))
    total = data.get("total")
    if isinstance(total, int | float) and not isinstance(total, bool):
        parts.append(_money(total))
    elif total:
        parts.append(str(total))
    return " · ".join(parts)


def _wrap_up(data: Mapping[str, Any], _zone: tzinfo) -> str:
    parts = [_("wrap-up {code}").format(code=_text(data, "code") or "—")]
    if data.get("reason"):
        parts.append(_text(data, "reason"))
    return " · ".join(parts)


def _promise(data: Mapping[str, Any], zone: tzinfo) -> str:
    outcome = {"kept": _("promise kept"), "broken": _("promise broken"), "cancelled": _("promise cancelled")}
    if _text(data, "outcome") in outcome:
        return outcome[_text(data, "outcome")]
    due = _iso_moment(_text(data, "due"), zone)
    return _("promised for {due}").format(due=due) if due else labels.event("promise")


def _escalation(data: Mapping[str, Any], _zone: tzinfo) -> str:
    before, after = _text(data, "from"), _text(data, "to")
    return _("escalated {steps}").format(steps=f"{before} → {after}" if before else after)


def _fact(data: Mapping[str, Any], _zone: tzinfo) -> str:
    name, value = labels.fact(_text(data, "name")), _text(data, "value")
    said = _("known fact: {name}").format(name=name)
    return said if value in ("", "yes") else f"{said}: {value}"


def _link(data: Mapping[str, Any], _zone: tzinfo) -> str:
    relation, other = _text(data, "relation"), _text(data, "other")
    shown = _(RELATIONS[relation]) if relation in RELATIONS else relation or labels.event("link")
    return f"{shown} {other}".strip()


_HEADS: Mapping[str, Callable[[Mapping[str, Any], tzinfo], str]] = {
    "call": _call,
    "field_change": _field_change,
    "survey_answer": _survey,
    "order": _order,
    "wrap_up": _wrap_up,
    "promise": _promise,
    "escalation": _escalation,
    "fact": _fact,
    "link": _link,
}


def _escalation_body(data: Mapping[str, Any]) -> list[str]:
    named = (
        ("reason", _("reason: {text}")),
        ("tried", _("already tried: {text}")),
        ("workaround", _("workaround given: {text}")),
    )
    return [said.format(text=_text(data, name)) for name, said in named if data.get(name)]


def _promise_body(data: Mapping[str, Any]) -> list[str]:
    return [_text(data, "what")] if data.get("what") else []


_BODIES: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "escalation": _escalation_body,
    "promise": _promise_body,
}


# -- small things ----------------------------------------------------------------------------------------------


def _quotes_folded(text: str, look: Look) -> str:
    """Long quotations of earlier mails become one line each; the reader shows them."""
    if "\n>" not in text and not text.startswith(">"):
        return text
    kept: list[str] = []
    quoted: list[str] = []

    def close() -> None:
        if len(quoted) > QUOTED:
            said = n_("quoted: {n} line, Enter shows it", "quoted: {n} lines, Enter shows them", len(quoted))
            kept.append(f"{look.glyphs.fold} {said.format(n=len(quoted))}")
        else:
            kept.extend(quoted)
        quoted.clear()

    for one in text.split("\n"):
        if one.startswith(">"):
            quoted.append(one)
        else:
            close()
            kept.append(one)
    close()
    return "\n".join(kept)


def _day(at: int, look: Look) -> str:
    shown = formats.day(at, look.zone).split(" ", 1)[1]
    return shown.removesuffix(f"/{look.today.year}")


def _iso_day(text: str) -> str:
    """An ISO date as people read it; what is none comes back as it is."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return text[:30]
    return formats.day(to_ms(at), UTC).split(" ", 1)[1]


def _iso_moment(text: str, zone: tzinfo) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text[:30]
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return f"{formats.day(to_ms(at), zone)} {formats.hour(to_ms(at), zone)}"


def _money(value: float) -> str:
    return f"R$ {formats.number(value, 2)}"


def _size(size: int) -> str:
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= step:
            return f"{formats.number(size / step, 1)} {unit}"
    return f"{size} B"
