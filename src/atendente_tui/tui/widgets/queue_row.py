"""How one ticket reads as one line of the queue: the columns by width, each cell with the role that styles it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from atendente_tui import formats, labels
from atendente_tui.domain.words import Priority, SlaState, Status
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.store.rows import PresentRow, QueueRow
from atendente_tui.tui import presence_words
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.show import cell

LOOKS = {
    "cursor": "{foreground} on {primary-muted} bold",
    "cursor-blurred": "{foreground} on {panel}",
    "placeholder": "{text-disabled}",
    "urgent": "{text-error} bold",
    "high": "{text-warning}",
    "broken": "{text-error} bold",
    "risk": "{text-warning} bold",
    "quiet": "{text-muted}",
    "unread": "{foreground} bold",
    "mark": "{text-accent} bold",
    "sign": "{text-primary} bold",
    "looking": "{text-accent}",
    "writing": "{text-warning} bold",
}
"""What a row (the first three) or a cell of it adds to the list's own look; theme variables in braces."""
ANSI_LOOKS = LOOKS | {
    "cursor": "{foreground} on ansi_default reverse",
    "cursor-blurred": "{foreground} on ansi_default bold",
}


class Columns(NamedTuple):
    """Widths; 0 leaves the column out."""

    customer: int
    subject: int
    protocol: int
    status: int
    owner: int


class Cell(NamedTuple):
    text: str
    role: str = ""


_FIXED = 1 + 1 + 2 + 1 + 6 + 1 + 4 + 1 + 1  # cursor, mark, priority, gap, time, gap, channel, gap, unread
_TIME = 6
_CHANNEL = 4


def columns(width: int) -> Columns:
    """What fits into so many columns; the customer and the subject always do."""
    left = max(16, width - _FIXED - 2)
    protocol = 13 if width >= 100 else 0
    status = 11 if width >= 84 else 0
    owner = 11 if width >= 112 else 0
    left -= protocol + status + owner
    customer = max(10, min(26, left * 2 // 5))
    return Columns(customer, max(1, left - customer - 1), protocol, status, owner)


def cells(
    row: QueueRow,
    layout: Columns,
    glyphs: Glyphs,
    now: int,
    *,
    cursor: bool = False,
    marked: bool = False,
    here: Sequence[PresentRow] = (),
) -> list[Cell]:
    """The line of a ticket, `sum` of widths wide but for the right margin. `here`: colleagues who have it open."""
    priority, priority_role = _PRIORITY.get(row.priority, ("none", ""))
    sign = getattr(glyphs, priority) if priority != "none" else "  "
    time, time_role = clock(row, now)
    line = [
        Cell(glyphs.cursor if cursor else " ", "sign"),
        Cell(glyphs.mark if marked else " ", "mark"),
        Cell(sign + " ", priority_role),
        Cell(time.rjust(_TIME) + " ", time_role),
        Cell(cell(safe_line(labels.channel_short(row.channel)), _CHANNEL) + " ", "quiet"),
        Cell(glyphs.unread if row.unread else " ", "unread"),
    ]
    look = "unread" if row.unread else ""
    line.append(Cell(_column(row.customer, layout.customer, glyphs) + " ", look))
    subject = layout.subject
    if row.pending:
        subject -= 2
    seen = presence_words.short(here, max(6, subject // 2), glyphs) if here else ""
    if seen:
        subject = max(1, subject - 1 - cell_len(seen))
    line.append(Cell(_column(row.subject, subject, glyphs)))
    if seen:
        line.append(Cell(" " + seen, "writing" if here[0].writing else "looking"))
    if row.pending:
        line.append(Cell(" " + glyphs.pending, "mark"))
    if layout.status:
        line.append(Cell(" " + _column(labels.status(row.status), layout.status - 1, glyphs), "quiet"))
    if layout.owner:
        line.append(Cell(" " + _column(row.assignee or "", layout.owner - 1, glyphs), "quiet"))
    if layout.protocol:
        line.append(Cell(" " + _column(row.protocol, layout.protocol - 1, glyphs), "quiet"))
    return line


def clock(row: QueueRow, now: int) -> tuple[str, str]:
    """The time that matters about a ticket and its role: what is left, how late, or until when it sleeps.

    "!" stands before a deadline at risk and "-" before one that passed, so that no colour is needed to tell.
    """
    if row.status == Status.SNOOZED and row.snoozed_until is not None:
        return "z " + formats.countdown(max(0, row.snoozed_until - now)), "quiet"
    if row.status in (Status.SOLVED, Status.CLOSED):
        return formats.age(now - row.updated), "quiet"
    if row.sla_state == SlaState.PAUSED:
        return _("pause"), "quiet"
    if row.sla_due is None or row.sla_state in (SlaState.NONE, SlaState.MET):
        return "", "quiet"
    left = row.sla_due - now
    if left < 0:
        return formats.countdown(left), "broken"
    if row.sla_state == SlaState.AT_RISK:
        return "!" + formats.countdown(left), "risk"
    return formats.countdown(left), ""


def next_change(row: QueueRow, now: int) -> int | None:
    """In how many milliseconds the time column will read differently, as far as it is worth a repaint.

    By the second only in the last two minutes before a deadline; then by the quarter minute, the minute, the hour.
    """
    due = row.snoozed_until if row.status == Status.SNOOZED else row.sla_due
    if due is None or row.status in (Status.SOLVED, Status.CLOSED):
        return None
    if row.status != Status.SNOOZED and row.sla_state in (SlaState.NONE, SlaState.MET, SlaState.PAUSED):
        return None
    distance = abs(due - now)
    if 0 <= due - now < 2 * formats.MINUTE:
        return formats.SECOND
    if distance < formats.HOUR:
        return 15 * formats.SECOND
    return formats.MINUTE


_PRIORITY = {
    Priority.URGENT.value: ("urgent", "urgent"),
    Priority.HIGH.value: ("high", "high"),
    Priority.LOW.value: ("low", "quiet"),
}


def _column(text: str, width: int, glyphs: Glyphs) -> str:
    safe = safe_line(text) if text else SafeText("")
    if not safe.isascii() and cell_len(safe) != len(safe):
        return cell(safe, width, more=glyphs.more)
    if len(safe) <= width:
        return safe.ljust(width)
    return safe[: max(0, width - 1)] + glyphs.more[:1]
