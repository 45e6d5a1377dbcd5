"""The ticket on screen as it was after one of its events, stepped through one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui import formats, labels
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import past, reading
from atendente_tui.tui.lines import Line, Span

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.rows import TicketRow
    from atendente_tui.tui.glyphs import Glyphs


class Then(NamedTuple):
    """A place in the past: after the event `key`, the `number`th `of` all of the ticket."""

    key: int
    at: int
    number: int
    of: int
    fields: Mapping[str, str | None]


def stepped(db: Connection, row: TicketRow, here: Then | None, step: int) -> Then | None:
    """One event back (-1) or on (1) from a place, None for now. Stays at the first event; None past the last one."""
    of = reading.event_count(db, ticket_id=row.id)
    if here is None:
        if step > 0 or of < 2:
            return None
        newest = reading.timeline(db, ticket_id=row.id, limit=2)
        key, at, number = newest[0].key, newest[0].at, of - 1
    else:
        found = (
            reading.timeline(db, ticket_id=row.id, before=here.key, limit=1)
            if step < 0
            else reading.timeline(db, ticket_id=row.id, after=here.key, limit=1)
        )
        if not found:
            return here if step < 0 else None
        key, at, number = found[0].key, found[0].at, here.number + step
        if step > 0 and number >= of:
            return None
    return Then(key, at, number, of, past.at_key(db, row, key))


def past_lines(then: Then, zone: tzinfo, now: int, glyphs: Glyphs, names: Mapping[str, str]) -> list[Line]:
    """How the ticket stood then, and where one is."""
    dot = Span(f" {glyphs.dot} ", "quiet")
    fields = then.fields
    assignee = fields.get("assignee")
    parts = [
        Span(labels.status(fields.get("status")), "strong"),
        Span(labels.priority(fields.get("priority"))),
        Span(safe_line(fields.get("tier") or "")),
        Span(safe_line(names.get(assignee, assignee)) if assignee else _("free")),
        Span(safe_line(fields.get("team") or ""), "quiet"),
    ]
    standing: list[Span] = []
    for part in (one for one in parts if one.text):
        standing += [dot, part] if standing else [part]
    moment = formats.full(then.at, zone)
    where = _("as it was on {moment}, event {n} of {all}").format(moment=moment, n=then.number, all=then.of)
    return [
        Line((Span(where, "warning"), dot, Span(formats.moment(then.at, zone, now), "quiet"))),
        Line(tuple(standing)),
    ]
