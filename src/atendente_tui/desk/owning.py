"""Who has a ticket: claim, give back, assign, and take the best next one."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from atendente_tui.desk.desk import Desk, Job, Submitted, give, ticket_of, written
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def claim(desk: Desk, ticket_id: int) -> Future[Submitted]:
    """Take a free ticket. Refused: already_yours, ticket_taken (who)."""
    return desk.do(claim_job(desk, ticket_id))


def claim_job(desk: Desk, ticket_id: int) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        ticket = ticket_of(tx, ticket_id)
        if ticket.assignee == given.author:
            raise Refused("already_yours")
        if ticket.assignee is not None:
            raise Refused("ticket_taken", who=ticket.assignee)
        return give(tx, desk, command.Claim(**given.on(ticket_id)))

    return job


def release(desk: Desk, ticket_id: int, reason: str = "") -> Future[Submitted]:
    """Give it back to its team. Refused: not_assigned."""
    return desk.do(release_job(desk, ticket_id, reason=reason))


def release_job(desk: Desk, ticket_id: int, *, reason: str = "") -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        if ticket_of(tx, ticket_id).assignee is None:
            raise Refused("not_assigned")
        return give(tx, desk, command.Release(**given.on(ticket_id), reason=reason.strip()))

    return job


def assign(desk: Desk, ticket_id: int, assignee: str) -> Future[Submitted]:
    """Hand it to a colleague, by login. Refused: assignee_empty, already_assigned (who)."""
    return desk.do(assign_job(desk, ticket_id, assignee=assignee))


def assign_job(desk: Desk, ticket_id: int, *, assignee: str) -> Job:
    given = desk.given()

    def job(tx: Tx) -> Submitted:
        from atendente_tui.domain import command

        who = written(assignee, "assignee_empty")
        ticket = ticket_of(tx, ticket_id)
        if ticket.assignee == who:
            raise Refused("already_assigned", who=who)
        return give(tx, desk, command.Assign(**given.on(ticket_id), assignee=who, expected=ticket.assignee))

    return job


def next_ticket(desk: Desk) -> Future[Submitted | None]:
    """Take the best next ticket: claimed when it is free. None when nothing waits.

    One that is the agent's already needs no command: its `state` is confirmed, its `command_id` names nothing.
    """
    given = desk.given()

    def job(tx: Tx) -> Submitted | None:
        from atendente_tui.domain import command
        from atendente_tui.store.queue import best_next

        ticket_id = best_next(tx.db, desk.agent.login, desk.agent.teams)
        if ticket_id is None:
            return None
        if ticket_of(tx, ticket_id).assignee == given.author:
            return Submitted(given.id, ticket_id, "claim", OutboxState.CONFIRMED, given.ms)
        return give(tx, desk, command.Claim(**given.on(ticket_id)))

    return desk.do(job)
