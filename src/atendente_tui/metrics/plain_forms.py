"""A report as CSV for spreadsheets and as Markdown for people: neither can be made to command what opens it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import tzinfo

from atendente_tui import formats
from atendente_tui.domain.instants import from_ms
from atendente_tui.i18n import _
from atendente_tui.metrics.reporting import Told
from atendente_tui.metrics.scope import Figure, Window
from atendente_tui.metrics.wording import NOTHING, change_text, target_text, value_text, window_text
from atendente_tui.privacy.csv_text import harmless_cell
from atendente_tui.privacy.safe import safe_line

COLUMNS = (
    "kpi",
    "group",
    "unit",
    "value",
    "n",
    "previous",
    "target_min",
    "target_max",
    "met",
    "from",
    "to",
    "formula",
)
ROWS = ("kpi", "ticket", "protocol", "at", "agent", "amount", "contribution")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def as_csv(told: Sequence[Told], window: Window, zone: tzinfo, *, rows: bool = False) -> str:
    """One line a figure, a part of it ("csat/answers") and a group; numbers plain, nothing where there is no data.

    rows   a second table of the rows behind the figures instead
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(ROWS if rows else COLUMNS)
    for line in _row_lines(told, zone) if rows else _lines(told, window, zone):
        writer.writerow(
            ["" if one is None else harmless_cell(one) if isinstance(one, str) else one for one in line]
        )
    return out.getvalue()


def _lines(told: Sequence[Told], window: Window, zone: tzinfo) -> Iterator[list[str | float | None]]:
    ends = [_iso(window.start, zone), _iso(window.end, zone)]
    for one in told:
        yield [one.kpi.key, None, one.kpi.unit, *_numbers(one.figure), *ends, one.formula]
        for name, part in one.kpi.parts.items():
            value = one.figure.parts.get(name)
            yield [f"{one.kpi.key}/{name}", None, part.unit, value, *[None] * 5, *ends, None]
        for group in one.groups:
            key = _iso(group.key, zone) if isinstance(group.key, int) else group.key or NOTHING
            yield [one.kpi.key, key, one.kpi.unit, *_numbers(group.figure), *ends, None]


def _numbers(figure: Figure) -> list[str | float | None]:
    goal = figure.target
    return [
        figure.value,
        figure.count,
        None if figure.previous is None else figure.previous.value,
        None if goal is None else goal.least,
        None if goal is None else goal.most,
        None if figure.met is None else ("yes" if figure.met else "no"),
    ]


def _row_lines(told: Sequence[Told], zone: tzinfo) -> Iterator[list[str | float | None]]:
    for one in told:
        for row in one.rows:
            yield [
                *(one.kpi.key, row.ticket_id, row.protocol, _iso(row.at, zone), row.agent),
                *(row.amount, row.contribution),
            ]


def as_markdown(
    told: Sequence[Told], window: Window, zone: tzinfo, narrowed: Sequence[str], uncounted: int = 0
) -> str:
    return "\n".join(_paragraphs(told, window, zone, narrowed, uncounted)) + "\n"


def _paragraphs(
    told: Sequence[Told], window: Window, zone: tzinfo, narrowed: Sequence[str], uncounted: int
) -> Iterator[str]:
    yield f"# {_m(_('Report'))}\n"
    yield "  \n".join(_m(one) for one in (window_text(window, zone), *narrowed)) + "\n"
    if uncounted:
        yield _m(_("{n} tickets are still to be counted.").format(n=uncounted)) + "\n"
    yield _line([_("figure"), _("value"), "n", _("before"), _("difference"), _("target")])
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for one in told:
        figure = one.figure
        before = value_text(None if figure.previous is None else figure.previous.value, figure.unit)
        yield _line(
            [
                *(_(one.kpi.label), value_text(figure.value, figure.unit), formats.number(figure.count)),
                *(before, change_text(figure), target_text(figure)),
            ]
        )
    for one in told:
        yield f"\n## {_m(_(one.kpi.label))}\n\n{_m(one.formula)}\n"
        for name, part in one.kpi.parts.items():
            label = f"{_(part.label)} {name}" if name in ("N1", "N2", "N3") else _(part.label)
            yield f"- {_m(label)}: {_m(value_text(one.figure.parts.get(name), part.unit))}"
        if one.groups:
            yield ""
            yield _line(["", _("value"), "n"])
            yield "| --- | ---: | ---: |"
        for group in one.groups:
            text = value_text(group.figure.value, group.figure.unit)
            yield _line([group.label, text, formats.number(group.figure.count)])
        if one.rows:
            yield ""
            yield _line([_("no."), _("when"), _("who"), _("amount"), _("share of the figure")])
            yield "| --- | --- | --- | ---: | ---: |"
        for row in one.rows:
            name = row.protocol or (str(row.ticket_id) if row.ticket_id else NOTHING)
            yield _line(
                [
                    *(name, formats.full(row.at, zone), row.agent or NOTHING),
                    *(formats.number(row.amount, 2), formats.number(row.contribution, 4)),
                ]
            )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_m, cells))} |"


def _m(text: str) -> str:
    """Text that Markdown takes as such, HTML in it too."""
    return _MARKUP.sub(r"\\\1", safe_line(text, characters=2_000))


def _iso(milliseconds: int, zone: tzinfo) -> str:
    return from_ms(milliseconds).astimezone(zone).isoformat(timespec="seconds")
