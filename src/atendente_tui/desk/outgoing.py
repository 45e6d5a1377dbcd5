"""What a person decides about commands that did not simply go out: try again, change, count as delivered, drop."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from atendente_tui.desk import reaching
from atendente_tui.desk.desk import Desk, Submitted, filled, written
from atendente_tui.desk.undoing import give_words_back, outbox_row, submitted
from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import PENDING_STATES, OutboxState
from atendente_tui.privacy.json_text import harmless_json

if TYPE_CHECKING:
    from atendente_tui.domain.command import Command
    from atendente_tui.store.rows import OutboxRow
    from atendente_tui.store.writing import Tx

_STOPPED = (OutboxState.UNKNOWN, OutboxState.REFUSED, OutboxState.CONFLICT)


def retry(desk: Desk, command_id: UUID | str, *, insist: bool = False) -> Future[Submitted]:
    """Send it again, or now instead of later.

    An unknown one is sent again because the person looked and it is not there. One in conflict is sent over
    what stands there now, as a command of its own: an answer over what the conflict told, and over nothing that
    came in later, unless they `insist`. Refused: command_unknown, not_waiting (state).
    """
    fresh = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.store import audit, outbox

        row = outbox_row(tx, command_id)
        relaxed = None
        if row.state == OutboxState.CONFLICT:
            relaxed = _over_what_stands(row, fresh.id, fresh.at, insist=insist)
        if relaxed is not None:
            outbox.replace(tx, row.n, relaxed, tx.now)
        elif row.state in _STOPPED:
            outbox.release(tx, row.n, may_have_arrived=False)
        elif row.state in (OutboxState.HELD, OutboxState.QUEUED):
            tx.db.execute(
                "UPDATE outbox SET next_try = 0, hold_until = min(hold_until, ?), state = 'queued', changed = ? WHERE n = ?",
                (tx.now, tx.now, row.n),
            )
            tx.touch("outbox")
        else:
            raise Refused("not_waiting", state=row.state)
        audit.record(tx, desk.agent.login, "retry", row.ticket_id, row.command_id, was=row.state)
        return submitted(row, OutboxState.QUEUED, relaxed.id if relaxed is not None else None)

    return desk.do(job)


def edit(desk: Desk, command_id: UUID | str, text: str) -> Future[Submitted]:
    """Send other words in its place in line, as a new command. Only a reply or note that never arrived.

    Refused: command_unknown, already_sent, not_editable, text_empty, variables_unfilled, and what the channel says.
    """
    fresh = desk.given()

    def job(tx: Tx) -> Submitted:
        from pydantic import TypeAdapter

        from atendente_tui.domain import command as commands
        from atendente_tui.domain.channels import check_reply
        from atendente_tui.store import audit, outbox
        from atendente_tui.store.kept import kept

        row = outbox_row(tx, command_id)
        if row.type not in ("reply", "note"):
            raise Refused("not_editable", verb=row.type)
        maybe = tx.db.execute("SELECT may_have_arrived FROM outbox WHERE n = ?", (row.n,)).fetchone()[0]
        if maybe or row.state not in (
            OutboxState.HELD,
            OutboxState.QUEUED,
            OutboxState.REFUSED,
            OutboxState.CONFLICT,
        ):
            raise Refused("already_sent", state=row.state)
        old: Command = TypeAdapter[Any](commands.Command).validate_json(row.body)
        words = filled(text) if row.type == "reply" else written(text)
        if isinstance(old, commands.Reply):
            there = reaching.way(tx.db, desk.can, old.ticket.id, old.channel, fresh.ms)
            for finding in check_reply(old.channel, words, there.last_inbound, fresh.ms):
                if finding.blocks:
                    raise Refused(finding.code, **finding.values)
        changes: dict[str, Any] = {"id": fresh.id, "text": words, "at": fresh.at}
        if isinstance(old, commands.Reply) and row.state == OutboxState.CONFLICT:
            changes |= {"last_seen": None, "seen": _seen_now(row, old.seen)}
        new = kept(old.model_copy(update=changes))
        channel = old.channel if isinstance(old, commands.Reply) else None
        hold_until = to_ms(fresh.at + timedelta(seconds=desk.hold(row.type, channel)))
        outbox.replace(tx, row.n, new, hold_until)
        audit.record(tx, desk.agent.login, "edit", row.ticket_id, str(fresh.id), instead_of=row.command_id)
        state = OutboxState.HELD if hold_until > tx.now else OutboxState.QUEUED
        return Submitted(fresh.id, row.ticket_id or 0, row.type, state, hold_until)

    return desk.do(job)


def discard(desk: Desk, command_id: UUID | str) -> Future[Submitted]:
    """It will not be sent; what it changed here goes back, its words become a draft.

    A created ticket goes with everything that was to be done on it. Refused: command_unknown, not_waiting, in_flight.
    """

    def job(tx: Tx) -> Submitted:
        from atendente_tui.store import audit, outbox

        row = outbox_row(tx, command_id)
        if row.state == OutboxState.SENT:
            raise Refused("in_flight")
        if row.state not in PENDING_STATES:
            raise Refused("not_waiting", state=row.state)
        for n in outbox.later(tx.db, row.n) if row.type == "create" else ():
            outbox.take_back(tx, n, OutboxState.DISCARDED)
        give_words_back(tx, row)
        outbox.take_back(tx, row.n, OutboxState.DISCARDED)
        audit.record(tx, desk.agent.login, "discard", row.ticket_id, row.command_id, was=row.state)
        return submitted(row, OutboxState.DISCARDED)

    return desk.do(job)


def mark_delivered(desk: Desk, command_id: UUID | str) -> Future[Submitted]:
    """The person looked: an unknown one did arrive. Refused: command_unknown, not_unknown (state)."""

    def job(tx: Tx) -> Submitted:
        from atendente_tui.store import audit, outbox

        row = outbox_row(tx, command_id)
        if row.state != OutboxState.UNKNOWN:
            raise Refused("not_unknown", state=row.state)
        outbox.settle_seen(tx, row.n)
        audit.record(tx, desk.agent.login, "mark_delivered", row.ticket_id, row.command_id)
        return submitted(row, OutboxState.CONFIRMED)

    return desk.do(job)


def export(desk: Desk, path: Path) -> Future[int]:
    """Write what is pending to `path` as JSON Lines, mode 0600, in a thread of its own; gives how many.

    Raises FileExistsError rather than write over anything, and other OSError.
    """
    future: Future[int] = Future()

    def work() -> None:
        from atendente_tui.desk.handing_out import on_record
        from atendente_tui.store import outbox

        try:
            with closing(desk.store.reader()) as db:
                rows = outbox.pending(db)
            on_record(desk, "outbox_export", path, rows=len(rows))
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                for row in rows:
                    file.write(harmless_json(_exported(row)) + "\n")
            future.set_result(len(rows))
        except BaseException as wrong:
            future.set_exception(wrong)

    threading.Thread(target=work, name="outbox-export", daemon=True).start()
    return future


def _exported(row: OutboxRow) -> dict[str, Any]:
    return {
        "command_id": row.command_id,
        "kind": row.type,
        "ticket": row.protocol or row.ticket_id,
        "state": row.state,
        "attempts": row.attempts,
        "created": from_ms(row.created).isoformat(),
        "last_error": row.error,
        "events": events_of(row),
        "command": json.loads(row.body),
    }


def events_of(row: OutboxRow) -> list[dict[str, Any]]:
    """What was said since, as the conflict told it, oldest first: `domain.change.EventAppend` as JSON."""
    found = json.loads(row.events or "[]")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _seen_now(row: OutboxRow, seen: str | None) -> str | None:
    """What the author of a stale answer has seen, now that they looked at the conflict."""
    from atendente_tui.store.news import latest

    told = [str(one["remote_id"]) for one in events_of(row) if one.get("remote_id")]
    return latest(seen, told) if seen is not None else None


def _over_what_stands(row: OutboxRow, new_id: UUID, at: datetime, *, insist: bool) -> Command | None:
    """The command of a conflict without its expectation of what it would meet; None where it has none."""
    from pydantic import TypeAdapter

    from atendente_tui.domain import command as commands

    old: Command = TypeAdapter[Any](commands.Command).validate_json(row.body)
    changes: dict[str, Any] = {"id": new_id, "at": at.astimezone(UTC)}
    current: dict[str, str | None] = json.loads(row.current or "{}")
    match old:
        case commands.Assign():
            return old.model_copy(update={**changes, "expected": current.get("assignee")})
        case commands.SetStatus():
            return old.model_copy(update={**changes, "expected": None})
        case commands.Reply():
            seen = None if insist else _seen_now(row, old.seen)
            return old.model_copy(update={**changes, "last_seen": None, "seen": seen})
    return None
