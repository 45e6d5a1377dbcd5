"""Take a command back before it leaves: everything is as it was, and the words are a draft again."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any
from uuid import UUID

from atendente_tui.desk.desk import Desk, Submitted
from atendente_tui.desk.drafting import slot_of
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState
from atendente_tui.quality.mark import is_ours
from atendente_tui.quality.notes import read
from atendente_tui.store.rows import DraftRow, OutboxRow

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


_GIVEN_BACK = ("channel", "status", "cc", "bcc", "attachments", "not_before", "template")
"""What a draft keeps beside its text of the answer it was."""


def undo(desk: Desk, command_id: UUID | str) -> Future[Submitted]:
    """Refused: command_unknown, already_undone, already_sent, later_commands (count, for a created ticket with work on it)."""

    return desk.do(lambda tx: taken_back(tx, desk, command_id))


def taken_back(tx: Tx, desk: Desk, command_id: UUID | str) -> Submitted:
    """`undo` within a transaction."""
    from atendente_tui.store import audit, outbox

    row = outbox_row(tx, command_id)
    if row.state == OutboxState.UNDONE:
        raise Refused("already_undone")
    if row.state not in (OutboxState.HELD, OutboxState.QUEUED) or _may_have_left(tx, row.n):
        raise Refused("already_sent", state=row.state)
    if row.type == "create" and (after := outbox.later(tx.db, row.n)):
        raise Refused("later_commands", count=len(after))
    give_words_back(tx, row)
    outbox.take_back(tx, row.n, OutboxState.UNDONE)
    audit.record(tx, desk.agent.login, "undo", row.ticket_id, row.command_id)
    return submitted(row, OutboxState.UNDONE)


def outbox_row(tx: Tx, command_id: UUID | str) -> OutboxRow:
    """Raises Refused("command_unknown")."""
    from atendente_tui.store import outbox

    row = outbox.row(tx.db, str(command_id))
    if row is None:
        raise Refused("command_unknown", found=str(command_id))
    return row


def submitted(row: OutboxRow, state: OutboxState, command_id: UUID | None = None) -> Submitted:
    return Submitted(command_id or UUID(row.command_id), row.ticket_id or 0, row.type, state, row.hold_until)


def give_words_back(tx: Tx, row: OutboxRow) -> None:
    """What the person wrote becomes a draft again, above what they may have typed since."""
    from atendente_tui.store import drafts, reading

    body: dict[str, Any] = json.loads(row.body)
    if row.type == "note" and is_ours(body["text"]):
        said = read(body["text"])
        body["text"] = said.text if said is not None else ""
        if not body["text"]:  # of a review, which is as it was before it was told
            return
    if row.type in ("reply", "note"):
        slot, kind = slot_of(row.ticket_id or 0, row.type), row.type
        extra = {name: body[name] for name in _GIVEN_BACK if body.get(name)}
    elif row.type == "create":
        slot, kind = f"new:{row.command_id}", "new"
        extra = {
            name: value
            for name, value in body.items()
            if name not in ("id", "at", "author", "ticket", "text", "type")
        }
    else:
        return
    there = reading.draft(tx.db, slot)
    text = body["text"]
    if there is not None and there.text.strip() and there.text.strip() != text:
        text = f"{text}\n\n{there.text}"
    lines = body["text"].split("\n")
    drafts.save_draft(
        tx,
        DraftRow(
            slot,
            row.ticket_id if kind != "new" else None,
            kind,
            text,
            len(lines) - 1,
            len(lines[-1]),
            json.dumps(extra, ensure_ascii=False),
            tx.now,
        ),
    )


def _may_have_left(tx: Tx, n: int) -> bool:
    return bool(tx.db.execute("SELECT may_have_arrived FROM outbox WHERE n = ?", (n,)).fetchone()[0])
