"""How a ticket stands, in two or three lines: status, priority, the nearest deadline, who has it, and why it is here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from atendente_tui import formats, labels
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store.rows import PresentRow, TicketRow
from atendente_tui.tui import presence_words
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Line, Span

NEAR = 10 * formats.MINUTE
"""A deadline this close is counted by the second."""


def why_parts(row: TicketRow) -> list[tuple[str, int]]:
    """The parts that sum to the score."""
    try:
        return [(str(name), int(points)) for name, points in json.loads(row.why)]
    except (ValueError, TypeError):
        return []


def sla_words(row: TicketRow, now: int) -> tuple[str, str]:
    """What the nearest target says, and the role it is drawn with; ("", "") without one."""
    if row.sla_target is None or row.sla_state == "none":
        return "", ""
    target = labels.sla_target(row.sla_target)
    if row.sla_state in ("paused", "met") or row.sla_due is None:
        return f"{target}: {labels.sla_state(row.sla_state)}", "quiet"
    left = row.sla_due - now
    if left < 0:
        return _("{target} overdue by {time}").format(target=target, time=formats.countdown(-left)), "bad"
    role = "warning" if row.sla_state == "at_risk" or left < NEAR else "good"
    return _("{target} due in {time}").format(target=target, time=formats.countdown(left)), role


def header_lines(
    row: TicketRow, now: int, glyphs: Glyphs, names: dict[str, str], people: Sequence[PresentRow] = ()
) -> list[Line]:
    """Who else is here, when there is somebody; how the ticket stands; and the parts of its score."""
    dot = f" {glyphs.dot} "
    lines = [
        Line(tuple(_joined(_standing(row, now, glyphs, names), dot))),
        Line((Span(_("why is it here?") + " ", "quiet"), Span(_why(row)))),
    ]
    if people:
        here = (
            Span(f"@ {text}" if not n else text, "warning" if writing else "strong")
            for n, (text, writing) in enumerate(presence_words.told(people, glyphs))
        )
        lines.insert(0, Line(tuple(_joined(here, dot))))
    return lines


def _why(row: TicketRow) -> str:
    parts = why_parts(row)
    said = labels.why(parts)
    return f"{said} = {row.score}" if parts else said


def _standing(row: TicketRow, now: int, glyphs: Glyphs, names: dict[str, str]) -> Iterator[Span]:
    yield Span(labels.status(row.status), "strong")
    if row.status == "snoozed" and row.snoozed_until is not None:
        yield Span(_("wakes in {time}").format(time=formats.countdown(row.snoozed_until - now)), "quiet")
    pressing = row.priority in ("urgent", "high")
    sign = f"{glyphs.urgent if row.priority == 'urgent' else glyphs.high}".strip()
    yield Span(
        f"{sign} {labels.priority(row.priority)}" if pressing else labels.priority(row.priority),
        "bad" if row.priority == "urgent" else "warning" if pressing else "",
    )
    if row.tier:
        yield Span(safe_line(row.tier))
    said, role = sla_words(row, now)
    if said:
        yield Span(said, role)
    if row.assignee:
        yield Span(safe_line(names.get(row.assignee, row.assignee)))
    else:
        yield Span(_("free"), "quiet")
    if row.team:
        yield Span(safe_line(row.team), "quiet")
    if row.merged_into is not None:
        yield Span(_("merged into another ticket"), "warning")


def _joined(spans: Iterator[Span], dot: str) -> Iterator[Span]:
    first = True
    for span in spans:
        if not first:
            yield Span(dot, "quiet")
        first = False
        yield span
