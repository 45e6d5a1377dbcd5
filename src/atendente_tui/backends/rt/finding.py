"""Was it applied? The look-up after an answer that never came, by the mark a command left."""

from __future__ import annotations

from uuid import UUID

from atendente_tui.backends.port import Rejected
from atendente_tui.backends.rt.history import TICKETS_ONLY, mark, read_parts, uuid_or_none
from atendente_tui.backends.rt.messages import move_team
from atendente_tui.backends.rt.reading import MERGED_TOO, PROTOCOL
from atendente_tui.backends.rt.records import read
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import Row, custom_fields, moment, number, sql_text, text
from atendente_tui.domain.command import Receipt
from atendente_tui.domain.words import EventKind


async def find(session: Session, command_id: UUID) -> Receipt | None:
    """The receipt of a marked message or created ticket, None when no trace of it is there.

    Commands that set something bear no mark and need none: they say what shall be, so doing them again is safe.
    """
    return await _message(session, command_id) or await _ticket(session, command_id)


async def _message(session: Session, command_id: UUID) -> Receipt | None:
    where = f"{TICKETS_ONLY} AND CF.{{{session.words.op_field}}} = {sql_text(str(command_id))}"
    page = await session.client.page(
        "/transactions", {"query": where, "order": "ASC", "fields": "Type,ObjectId,Created,CustomFields"}
    )
    row = next((row for row in page.rows if mark(session, row) == command_id), None)
    if row is None:
        return None
    note = await _completed(session, row) if text(row, "Type") == "Comment" else ""
    return Receipt(
        command_id=command_id,
        at=moment(row, "Created") or page.date,
        ticket=text(row, "ObjectId"),
        event=text(row, "id"),
        protocol=PROTOCOL.format(id=text(row, "ObjectId")),
        note=note,
    )


async def _completed(session: Session, row: Row) -> str:
    """An escalation moves the ticket after its packet is written: the move may be what was lost."""
    parts = (await read_parts(session, [number(row, "id")])).get(number(row, "id"))
    record = read(parts.text) if parts else None
    team = record.data.get("team") if record and record.kind is EventKind.ESCALATION else None
    if not isinstance(team, str) or not team:
        return ""
    try:
        return await move_team(session, text(row, "ObjectId"), team)
    except Rejected:
        return ""


async def _ticket(session: Session, command_id: UUID) -> Receipt | None:
    where = f"CF.{{{session.words.ref_field}}} = {sql_text(str(command_id))} AND {MERGED_TOO}"
    page = await session.client.page(
        "/tickets", {"query": where, "order": "ASC", "fields": "Created,CustomFields"}
    )
    for row in page.rows:
        marks = custom_fields(row).get(session.words.ref_field, ())
        if any(uuid_or_none(one) == command_id for one in marks):
            created = await session.client.page(
                "/transactions",
                {"query": f"{TICKETS_ONLY} AND ObjectId = {number(row, 'id')} AND Type = 'Create'"},
            )
            return Receipt(
                command_id=command_id,
                at=moment(row, "Created") or page.date,
                ticket=text(row, "id"),
                event=text(created.rows[0], "id") if created.rows else None,
                protocol=PROTOCOL.format(id=text(row, "id")),
            )
    return None
