"""Things to fill a hub with, and a reader who follows it and keeps what they were told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, update

from atendente_tui.domain.change import ChangePage, CustomerUpsert, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.protocol import protocol
from atendente_tui.domain.words import Channel, IdentityKind, Status
from atendente_tui.hub import changes, tables
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor, Role
from atendente_tui.hub.writer import Writer


def person(recording: Recording, name: str = "Maria Oliveira", address: str = "") -> CustomerUpsert:
    """A new customer with one e-mail address."""
    key = recording.new_customer_id()
    customer = CustomerUpsert(
        remote_id=str(key),
        name=name,
        identities=(Identity(kind=IdentityKind.EMAIL, value=address or f"c{key}@exemplo.com.br"),),
    )
    recording.put_customer(customer)
    return customer


def opened(
    recording: Recording,
    *,
    team: str | None = None,
    customer: CustomerUpsert | None = None,
    status: Status = Status.NEW,
    text: str = "Cadê meu pedido?",
) -> TicketUpsert:
    """A new ticket with its customer's first message."""
    customer = customer or person(recording)
    key = recording.new_ticket_id()
    ticket = TicketUpsert(
        remote_id=str(key),
        protocol=protocol(recording.now.year, key),
        subject="Pedido não chegou",
        customer=customer.remote_id,
        channel=Channel.EMAIL,
        status=status,
        team=team,
        opened_at=recording.now,
        updated_at=recording.now,
        version="1",
    )
    recording.put_ticket(ticket)
    said(recording, ticket, text)
    return ticket


def said(recording: Recording, ticket: TicketUpsert, text: str, **fields: Any) -> EventAppend:
    """The customer of a ticket writes."""
    return recording.add_event(
        EventAppend(
            remote_id="",
            ticket=ticket.remote_id,
            customer=ticket.customer,
            at=recording.now,
            text=text,
            **{"kind": "message", "channel": ticket.channel, **fields},
        )
    )


def do(writer: Writer, job: Callable[[Recording], Any]) -> Any:
    return writer.submit(job).result(30)


def agent(
    database: Database, login: str, *teams: str, role: Role = "agent", all_teams: bool = False
) -> Actor:
    """Put an agent into the tables as they are to be now, or change them; what they saw before is remembered."""
    a, m, p = tables.agent, tables.member, tables.past_scope
    with database.write() as db:
        for key in teams:
            if db.execute(tables.team.select().where(tables.team.c.key == key)).first() is None:
                db.execute(insert(tables.team), {"key": key, "label": key})
        known = db.execute(a.select().where(a.c.login == login)).first()
        scope = 1
        if known is None:
            row = {"login": login, "name": login.title(), "role": role, "active": True, "scope": 1}
            db.execute(insert(a), row | {"all_teams": all_teams})
        else:
            before = db.execute(m.select().where(m.c.login == login)).all()
            told = None if known.all_teams else json.dumps([one.team for one in before])
            db.execute(insert(p), {"login": login, "scope": known.scope, "teams": told})
            scope = known.scope + 1
            db.execute(update(a).where(a.c.login == login).values(scope=scope, all_teams=all_teams))
            db.execute(delete(m).where(m.c.login == login))
        if teams:
            db.execute(insert(m), [{"login": login, "team": key} for key in teams])
    return Actor(login, login.title(), role, teams, all_teams, scope)


@dataclass
class Reader:
    """Follows the hub by pages and keeps what a workstation would keep; says so when it is told nonsense."""

    database: Database
    actor: Actor
    limit: int = 500
    cursor: str | None = None
    customers: dict[str, CustomerUpsert] = field(default_factory=dict)
    tickets: dict[str, TicketUpsert] = field(default_factory=dict)
    events: dict[str, EventAppend] = field(default_factory=dict)
    content: dict[Any, Any] = field(default_factory=dict)

    def page(self, *, full: bool = False) -> ChangePage:
        with self.database.read() as db:
            told = ChangePage.model_validate_json(
                changes.page(db, self.actor, self.cursor, self.limit, full=full)
            )
        for change in told.changes:
            self._keep(change)
        self.cursor = told.cursor
        return told

    def catch_up(self, pages: int = 1_000) -> int:
        """Pages read until the hub says that there is no more."""
        for read in range(1, pages):
            if self.page().caught_up:
                return read
        raise AssertionError("never caught up")

    def _keep(self, change: Any) -> None:
        match change.type:
            case "customer":
                self.customers[change.remote_id] = change
            case "ticket":
                assert change.customer in self.customers, "a ticket before its customer"
                self.tickets[change.remote_id] = change
            case "event":
                assert change.ticket is None or change.ticket in self.tickets, "an event before its ticket"
                assert change.customer in self.customers, "an event before its customer"
                self.events[change.remote_id] = change
            case "gone":
                self.tickets.pop(change.remote_id, None)
                for key in [one.remote_id for one in self.events.values() if one.ticket == change.remote_id]:
                    del self.events[key]
            case "article" | "article_gone":
                self.content["article", change.remote_id] = change
            case _:
                self.content[change.kind, change.key] = change
