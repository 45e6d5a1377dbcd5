"""Commands that write on a ticket: replies, notes, and the records RT has no field for. Each bears its mark."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from atendente_tui.backends.port import BackendError, Forbidden, Rejected
from atendente_tui.backends.rt.changing import has_tags, status_body, tags_body
from atendente_tui.backends.rt.history import mark
from atendente_tui.backends.rt.records import Recorded, written
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import moment, ref
from atendente_tui.backends.rt.writing import Now, look, reason, receipt
from atendente_tui.domain.command import (
    Command,
    ConfirmFact,
    Escalate,
    Note,
    Promise,
    Receipt,
    Release,
    Reply,
    SettlePromise,
    WrapUp,
)
from atendente_tui.domain.words import Status
from atendente_tui.i18n import _

Way = Literal["correspond", "comment"]


async def reply(session: Session, command: Reply, remote: str) -> Receipt:
    """Public; RT mails it. A status travels in the same request: set before, the reply would reopen the ticket."""
    if command.status is None:
        return await post(session, command, remote, "correspond", command.text)
    now = await look(session, remote)
    body = status_body(session, now, command.status)
    return await post(session, command, remote, "correspond", command.text, body, wanted=command.status)


async def note(session: Session, command: Note, remote: str) -> Receipt:
    return await post(session, command, remote, "comment", command.text)


async def told_release(session: Session, command: Release, done: Receipt) -> Receipt:
    """The reason for giving a ticket back, as a note, once it has been given back."""
    if not command.reason.strip():
        return done
    said = await post(session, command, done.ticket or "", "comment", command.reason)
    return said.model_copy(update={"event": done.event or said.event, "note": done.note or said.note})


async def record(session: Session, command: Promise | SettlePromise | ConfirmFact, remote: str) -> Receipt:
    return await post(session, command, remote, "comment", written(command))


async def wrap_up(session: Session, command: WrapUp, remote: str) -> Receipt:
    now = await look(session, remote)
    body = status_body(session, now, command.status) if command.status else {}
    if command.reason:
        body = _with_field(session, now, body, session.words.reason_field, command.reason)
    return await post(session, command, remote, "comment", written(command), body, wanted=command.status)


async def escalate(session: Session, command: Escalate, remote: str) -> Receipt:
    """The packet first and the queue last: in the other queue this login may no longer be allowed to write."""
    now = await look(session, remote)
    body = {}
    if has_tags(now):
        body = tags_body(session, replace(now.view.carried, tier=command.tier))
    done = await post(session, command, remote, "comment", written(command, now.view.carried.tier), body)
    if command.team:
        told = await move_team(session, done.ticket or remote, command.team)
        done = done.model_copy(update={"note": "; ".join(one for one in (done.note, told) if one)})
    return done


async def move_team(session: Session, remote: str, team: str) -> str:
    """Move a ticket to a queue; '' when it is there now (or out of sight), else why it stayed."""
    now = await look(session, remote)
    if (now.view.upsert.team or "").casefold() == team.casefold():
        return ""
    remarks = await session.client.put(now.path, {"Queue": team})
    try:
        after = await look(session, remote)
    except (Forbidden, Rejected):
        return ""
    if (after.view.upsert.team or "").casefold() == team.casefold():
        return ""
    return _("Team kept: {reason}").format(reason=reason(remarks))


async def post(
    session: Session,
    command: Reply | Note | Release | Recorded,
    remote: str,
    way: Way,
    text: str,
    body: dict[str, object] | None = None,
    *,
    wanted: Status | None = None,
) -> Receipt:
    """Write it once, with its id in the mark field; then look what became of it."""
    if not text.strip():
        raise Rejected("text_empty")
    if not remote.isdigit():
        raise Rejected("no such ticket")
    try:
        made, remarks = await session.client.post(
            f"/ticket/{remote}/{way}",
            {
                "Content": text + "\n" if text == "0" else text,  # RT takes a lone "0" for nothing
                "ContentType": "text/plain",
                "TxnCustomFields": {session.words.op_field: str(command.id)},
                **(body or {}),
            },
        )
    except Rejected as error:
        await look(session, remote)  # RT says the same of a ticket that is not there
        raise Forbidden(error.reason) from error
    return await _settled(session, command, remote, made, remarks, wanted)


async def _settled(
    session: Session, command: Command, remote: str, made: str, remarks: list[str], wanted: Status | None
) -> Receipt:
    """The receipt of a message that is written, whatever these questions about it meet."""
    at: datetime | None = None
    ticket, notes = remote, []
    try:
        row, _etag = await session.client.record(f"/transaction/{made}")
        at, ticket = moment(row, "Created"), ref(row, "Object") or remote
        if mark(session, row) != command.id:
            notes.append(_("It could not be marked: a lost answer would be in doubt."))
        if wanted is not None:
            now = await look(session, ticket)
            if now.view.upsert.status is not wanted:
                notes.append(_("Status kept: {reason}").format(reason=reason(remarks[1:])))
    except BackendError:
        pass
    return receipt(command, int(ticket), at or command.at, event=made, note=" ".join(notes))


def _with_field(
    session: Session, now: Now, body: dict[str, object], name: str, value: str
) -> dict[str, object]:
    queue = session.queues.get(now.view.queue)
    if queue is not None and name not in queue.fields.values():
        return body
    fields = body.get("CustomFields")
    return {**body, "CustomFields": {**(fields if isinstance(fields, dict) else {}), name: value}}
