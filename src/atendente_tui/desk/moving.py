"""Where a ticket stands: its status, the snooze, the wrap-up at the end of a contact."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING

from atendente_tui.desk.desk import Desk, Job, Submitted, give, ticket_of, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def set_status(desk: Desk, ticket_id: int, status: Status) -> Future[Submitted]:
    """Refused: status_move (current, wanted), snooze_needs_time, nothing_to_change."""
    return desk.do(status_job(desk, ticket_id, status=status))


def status_job(desk: Desk, ticket_id: int, *, status: Status) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command
        from atendente_tui.domain.lifecycle import move

        if status == Status.SNOOZED:
            raise Refused("snooze_needs_time")
        current = Status(ticket_of(tx, ticket_id).status)
        if current == status:
            raise Refused("nothing_to_change")
        wanted = move(current, Status(status))
        return give(tx, desk, command.SetStatus(**given.on(ticket_id), status=wanted, expected=current))

    return job


def snooze(desk: Desk, ticket_id: int, until: datetime, keep_on_reply: bool = False) -> Future[Submitted]:
    """Out of sight until a moment; the customer's next message wakes it unless `keep_on_reply`.

    Refused: when_past, status_move.
    """
    return desk.do(snooze_job(desk, ticket_id, until=until, keep_on_reply=keep_on_reply))


def snooze_job(desk: Desk, ticket_id: int, *, until: datetime, keep_on_reply: bool = False) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command
        from atendente_tui.domain.lifecycle import move

        if until <= given.at:
            raise Refused("when_past", found=until.isoformat())
        move(Status(ticket_of(tx, ticket_id).status), Status.SNOOZED)
        return give(tx, desk, command.Snooze(**given.on(ticket_id), until=until, keep_on_reply=keep_on_reply))

    return job


def wrap_up(
    desk: Desk,
    ticket_id: int,
    code: str,
    reason: str | None = None,
    note: str = "",
    status: Status | None = Status.SOLVED,
    survey: bool = True,
) -> Future[Submitted]:
    """How the contact ended. Refused: wrap_up_empty, wrap_up_code, survey_reason, status_move, snooze_needs_time."""
    return desk.do(
        wrap_up_job(desk, ticket_id, code=code, reason=reason, note=note, status=status, survey=survey)
    )


def _asked(tx: Tx, desk: Desk, customer_id: int, now: int) -> bool:
    """Whether the survey is due; where no span of days is set up, that is left to the backend."""
    from atendente_tui.desk import surveying

    return desk.survey_days is None or surveying.due(tx.db, desk, customer_id, now)


def wrap_up_job(
    desk: Desk,
    ticket_id: int,
    *,
    code: str,
    reason: str | None = None,
    note: str = "",
    status: Status | None = Status.SOLVED,
    survey: bool = True,
) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command
        from atendente_tui.domain.lifecycle import move

        ticket = ticket_of(tx, ticket_id)
        known = {found[0] for found in tx.db.execute("SELECT key FROM directory WHERE kind = 'wrap_up'")}
        written(code, "wrap_up_empty")
        if known and code not in known:
            raise Refused("wrap_up_code", found=code, allowed=", ".join(sorted(known)))
        if not survey and not note.strip():
            raise Refused("survey_reason")
        if status == Status.SNOOZED:
            raise Refused("snooze_needs_time")
        if status is not None:
            move(Status(ticket.status), Status(status))
        return give(
            tx,
            desk,
            command.WrapUp(
                **given.on(ticket_id),
                code=code.strip(),
                reason=reason or None,
                note=note.strip(),
                status=status,
                survey=survey and _asked(tx, desk, ticket.customer_id, given.ms),
            ),
        )

    return job
