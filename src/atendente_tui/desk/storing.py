"""Put what an import read into the store, and on the way to the backend when asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from atendente_tui.desk.importing import IMPORTED, WITHOUT_TEXT, Reading
from atendente_tui.domain.change import CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import Create, Reply, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.words import Channel, Direction, EventKind, Status
from atendente_tui.store import audit, outbox
from atendente_tui.store.ingest import Applied, apply_changes
from atendente_tui.store.kept import kept
from atendente_tui.store.writing import Lane, Tx

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Desk

SLICE = 50
"""Tickets, with their events, in one transaction."""


@dataclass(frozen=True, slots=True)
class Stored:
    customers: int
    tickets: int
    events: int
    already: int
    """Rows that an earlier import brought."""
    queued: int
    """Commands on their way to the backend."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One ticket of the file with everything that belongs to it."""

    ticket: TicketUpsert
    customer: CustomerUpsert
    events: tuple[EventAppend, ...]

    @property
    def external_id(self) -> str:
        """Of the file, behind the name of its source."""
        return self.ticket.remote_id.removeprefix(IMPORTED)


def store_reading(desk: Desk, reading: Reading, *, push: bool) -> Stored:
    """Write every ticket that is not here yet; with `push` also create it on the backend.

    Each slice is whole or not there; running it again after an interruption carries on.
    """
    total = Stored(0, 0, 0, 0, 0)
    cases = list(_cases(reading))
    for start in range(0, len(cases), SLICE):
        part = cases[start : start + SLICE]
        done = desk.store.write(lambda tx, part=part: _store(tx, desk, part, push), Lane.SYNC)  # type: ignore[misc]
        total = Stored(
            total.customers + done.customers,
            total.tickets + done.tickets,
            total.events + done.events,
            total.already + done.already,
            total.queued + done.queued,
        )
    return total


def _cases(reading: Reading) -> Iterator[_Case]:
    of_ticket: dict[str, list[EventAppend]] = {}
    for event in reading.events:
        of_ticket.setdefault(event.ticket or "", []).append(event)
    for remote_id, ticket in reading.tickets.items():
        yield _Case(ticket, reading.customers[ticket.customer or ""], tuple(of_ticket.get(remote_id, ())))


def _store(tx: Tx, desk: Desk, cases: list[_Case], push: bool) -> Stored:
    known = {
        row[0]
        for row in tx.db.execute(
            f"SELECT external_id FROM imported WHERE external_id IN ({','.join('?' * len(cases))})",  # noqa: S608  # nosec B608 # question marks
            [case.external_id for case in cases],
        )
    }
    fresh = [case for case in cases if case.external_id not in known]
    changes: list[Any] = list({case.customer.remote_id: case.customer for case in fresh}.values())
    for case in fresh:
        changes += [case.ticket, *case.events]
    applied: Applied = apply_changes(tx, changes, "import")
    queued = 0
    for case in fresh:
        found = tx.db.execute(
            "SELECT id FROM ticket WHERE remote_id = ?", (case.ticket.remote_id,)
        ).fetchone()
        if found is None:  # it could not be applied: it stands among the problems
            continue
        ticket_id = int(found[0])
        tx.db.execute(
            "INSERT INTO imported (external_id, ticket_id) VALUES (?, ?)", (case.external_id, ticket_id)
        )
        if push:
            queued += _send(tx, desk, case, ticket_id)
    if fresh:
        audit.record(tx, desk.agent.login, "import", tickets=len(fresh), queued=queued)
    return Stored(applied.customers, applied.tickets, applied.events, len(cases) - len(fresh), queued)


def _send(tx: Tx, desk: Desk, case: _Case, ticket_id: int) -> int:
    """Queue the commands that make this ticket on the backend; what is here already is their effect."""
    tx.db.execute("UPDATE ticket SET remote_id = NULL WHERE id = ?", (ticket_id,))
    now = from_ms(tx.now)
    answer = next(
        (one for one in case.events if one.direction is Direction.OUTBOUND and WITHOUT_TEXT not in one.data),
        None,
    )
    done = case.ticket.status in (Status.SOLVED, Status.CLOSED)
    first = case.events[0]
    create = Create(
        id=new_id(now),
        at=now,
        author=desk.agent.login,
        ticket=TicketRef(id=ticket_id),
        customer_name=case.customer.name,
        identities=case.customer.identities,
        channel=case.ticket.channel,
        subject=case.ticket.subject,
        text=first.text,
        priority=case.ticket.priority,
        team=case.ticket.team,
        tags=case.ticket.tags or (),
        opened_at=case.ticket.opened_at,
        status=case.ticket.status if done and answer is None else None,
    )
    _queue(tx, create, first)
    if answer is None:
        return 1
    _queue(
        tx,
        _reply(desk, ticket_id, now, answer, case.ticket.channel, case.ticket.status if done else None),
        answer,
    )
    return 2


def _reply(
    desk: Desk, ticket_id: int, now: datetime, event: EventAppend, channel: Channel, status: Status | None
) -> Reply:
    return Reply(
        id=new_id(now),
        at=now,
        author=desk.agent.login,
        ticket=TicketRef(id=ticket_id),
        text=event.text,
        channel=channel,
        status=status,
    )


def _queue(tx: Tx, command: Create | Reply, event: EventAppend) -> None:
    """The event that is here is the command's: its echo from the backend will be known by the command's id."""
    if event.kind is EventKind.MESSAGE:
        tx.db.execute(
            "UPDATE event SET command_id = ?, remote_id = NULL WHERE remote_id = ?",
            (str(command.id), event.remote_id),
        )
    outbox.add(tx, kept(command), tx.now, {})
