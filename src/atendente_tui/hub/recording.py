"""One write transaction: what jobs change is gathered here and put down at once, each change with its number.

Numbers come from the row of `clock`, which the transaction has locked since it began and gives free with its commit. So no
number ever becomes visible before a smaller one: a reader's cursor cannot pass a row that commits late. (A sequence
alone does not promise that: of two writers the one with the larger number may commit first.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from atendente_tui.domain.change import Change, CustomerUpsert, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.identities import normal
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import AuthorKind, Direction
from atendente_tui.hub import tables
from atendente_tui.hub.tables import TALK_KINDS

if TYPE_CHECKING:
    from atendente_tui.domain.command import Receipt
    from atendente_tui.hub.threads import Received

_Row = dict[str, Any]


@dataclass(slots=True)
class Numbers:
    """The row of `clock`: the last number given of each kind."""

    seq: int
    ticket: int
    customer: int


@dataclass(slots=True)
class _Tickets:
    known: dict[int, TicketUpsert | None] = field(default_factory=dict)
    before: dict[int, str | None] = field(default_factory=dict)
    """Team of each when it was first met, of those that were there before."""
    logged: dict[int, _Row] = field(default_factory=dict)


class Recording:
    """Handed to each job of the writer. Reads see what earlier jobs of the same transaction did."""

    def __init__(self, db: Connection, now: datetime, numbers: Numbers) -> None:
        self.db, self.now, self.now_ms = db, now, to_ms(now)
        self._numbers = numbers
        self._tickets = _Tickets()
        self._customers: dict[int, CustomerUpsert | None] = {}
        self._changed_customers: dict[int, bool] = {}
        """True for new ones."""
        self._identities: dict[tuple[str, str], int] = {}
        self._events: list[_Row] = []
        self._log: list[_Row] = []
        self._commands: dict[str, tuple[str, str, str] | None] = {}
        self._new_commands: list[_Row] = []
        self._content: dict[tuple[str, str], str | None] = {}
        self.received: dict[tuple[str, str], Received] = {}
        """Messages from outside that earlier jobs took, by source and id (see `threads`)."""
        self.bound: set[str] = set()
        """Attachments that earlier jobs put on an event (see `attachments`)."""
        self._afterwards: list[Callable[[Connection], object]] = []
        self.touched = 0
        """Counted up with each change: tells whether a job that failed had changed anything."""

    # -- tickets -----------------------------------------------------------------------------------------------------

    def expect(self, tickets: Iterable[int], commands: Iterable[str]) -> None:
        """Read at once what jobs said they would need."""
        wanted = [one for one in set(tickets) if one not in self._tickets.known]
        if wanted:
            table = tables.ticket
            for key, body in self.db.execute(select(table.c.id, table.c.body).where(table.c.id.in_(wanted))):
                self._met(key, body)
            for key in wanted:
                self._tickets.known.setdefault(key, None)
        asked = [one for one in set(commands) if one not in self._commands]
        if asked:
            self._commands |= dict.fromkeys(asked)
            t = tables.command
            rows = self.db.execute(
                select(t.c.id, t.c.login, t.c.digest, t.c.receipt).where(t.c.id.in_(asked))
            )
            self._commands |= {row.id: (row.login, row.digest, row.receipt) for row in rows}

    def ticket(self, key: int) -> TicketUpsert | None:
        if key not in self._tickets.known:
            self.expect([key], ())
        return self._tickets.known[key]

    def _met(self, key: int, body: str) -> None:
        found = TicketUpsert.model_validate_json(body)
        self._tickets.known[key] = found
        self._tickets.before[key] = found.team

    def new_ticket_id(self) -> int:
        self._numbers.ticket += 1
        self.touched += 1
        return self._numbers.ticket

    def put_ticket(self, ticket: TicketUpsert) -> None:
        """The ticket as it stands from now on: a new one (with a number of `new_ticket_id`) or a known one."""
        key = int(ticket.remote_id)
        self.ticket(key)
        kind = "ticket" if key in self._tickets.before else "new"
        row = self._tickets.logged.get(key)
        if row is None:
            row = self._tickets.logged[key] = self._logged(
                kind, ticket=key, customer=_number(ticket.customer)
            )
        before = self._tickets.before.get(key)
        if kind == "ticket" and before != ticket.team:
            row |= {"kind": "moved", "team": before}
        elif row["kind"] == "moved":
            row |= {"kind": "ticket", "team": None}
        self._tickets.known[key] = ticket

    def put_tickets(self) -> list[TicketUpsert]:
        """Those that are new or changed in this transaction."""
        known = (self._tickets.known[key] for key in self._tickets.logged)
        return [one for one in known if one is not None]

    # -- customers ---------------------------------------------------------------------------------------------------

    def customer(self, key: int) -> CustomerUpsert | None:
        if key not in self._customers:
            table = tables.customer
            body = self.db.execute(select(table.c.body).where(table.c.id == key)).scalar()
            self._customers[key] = CustomerUpsert.model_validate_json(body) if body is not None else None
        return self._customers[key]

    def customer_by(self, identities: Iterable[Identity]) -> CustomerUpsert | None:
        """The person whom one of these addresses belongs to, the first that is known."""
        for one in identities:
            key = self.owner(one)
            if key is not None:
                return self.customer(key)
        return None

    def owner(self, address: Identity) -> int | None:
        """Whose address it is."""
        table = tables.identity
        wanted = (str(address.kind), normal(address.kind, address.value))
        if wanted not in self._identities:
            found = self.db.execute(
                select(table.c.customer).where(table.c.kind == wanted[0], table.c.normal == wanted[1])
            ).scalar()
            if found is None:
                return None
            self._identities[wanted] = found
        return self._identities[wanted]

    def new_customer_id(self) -> int:
        self._numbers.customer += 1
        self.touched += 1
        return self._numbers.customer

    def put_customer(self, customer: CustomerUpsert) -> None:
        """A person as they are known from now on. An address that is somebody else's stays with them."""
        key = int(customer.remote_id)
        known = self.customer(key)
        mine: list[Identity] = []
        for one in customer.identities:
            owner = self.owner(one)
            if owner in (None, key):
                mine.append(one)
                self._identities[str(one.kind), normal(one.kind, one.value)] = key
        customer = customer.model_copy(update={"identities": tuple(mine)})
        if customer == known:
            return
        if key not in self._changed_customers:
            self._changed_customers[key] = known is None
            self._logged("customer", customer=key)
        self.touched += 1
        self._customers[key] = customer

    # -- events ------------------------------------------------------------------------------------------------------

    def add_event(self, event: EventAppend) -> EventAppend:
        """Append it; comes back with its number."""
        row = self._logged("event", ticket=_number(event.ticket), customer=_number(event.customer))
        event = event.model_copy(update={"remote_id": str(row["seq"])})
        self._events.append(
            {
                "id": row["seq"],
                "ticket": row["ticket"],
                "customer": row["customer"],
                "talk": event.kind in TALK_KINDS
                and event.public
                and event.direction is not Direction.INTERNAL,
                "author": event.author if event.author_kind is AuthorKind.AGENT else "",
                "command": str(event.command_id) if event.command_id is not None else None,
                # `ticket` must be said, though it be null
                "body": event.model_dump_json(exclude_none=event.ticket is not None),
            }
        )
        return event

    def said_since(self, ticket: int, seen: int, login: str) -> tuple[EventAppend, ...]:
        """What was said between us and the customer after event `seen`, but by `login`."""
        t = tables.event
        rows = self.db.execute(
            select(t.c.body)
            .where(t.c.ticket == ticket, t.c.id > seen, t.c.talk, t.c.author != login)
            .order_by(t.c.id)
            .limit(50)
        ).scalars()
        fresh = [
            row["body"]
            for row in self._events
            if row["ticket"] == ticket and row["id"] > seen and row["talk"] and row["author"] != login
        ]
        return tuple(EventAppend.model_validate_json(body) for body in (*rows, *fresh))

    def event_of(self, command_id: str) -> EventAppend | None:
        """The event that a command became."""
        for row in self._events:
            if row["command"] == command_id:
                return EventAppend.model_validate_json(row["body"])
        t = tables.event
        body = self.db.execute(select(t.c.body).where(t.c.command == command_id)).scalar()
        return EventAppend.model_validate_json(body) if body is not None else None

    def events_of(self, ticket: int, containing: str) -> list[EventAppend]:
        """Events of a ticket whose JSON contains a text (an id, say)."""
        t = tables.event
        rows = self.db.execute(
            select(t.c.body).where(t.c.ticket == ticket, t.c.body.contains(containing, autoescape=True))
        ).scalars()
        fresh = [row["body"] for row in self._events if row["ticket"] == ticket and containing in row["body"]]
        return [EventAppend.model_validate_json(body) for body in (*rows, *fresh)]

    # -- commands ----------------------------------------------------------------------------------------------------

    def applied(self, command_id: str) -> tuple[str, str, str] | None:
        """Login, digest and receipt (JSON) of a command that had its effect."""
        if command_id not in self._commands:
            self.expect((), [command_id])
        return self._commands[command_id]

    def keep_command(self, command_id: str, login: str, digest: str, receipt: Receipt) -> None:
        body = receipt.model_dump_json()
        self.touched += 1
        self._commands[command_id] = (login, digest, body)
        self._new_commands.append(
            {"id": command_id, "login": login, "digest": digest, "at": self.now_ms, "receipt": body}
        )

    # -- content -----------------------------------------------------------------------------------------------------

    def put_content(self, kind: str, key: str, change: Change) -> None:
        """Shared configuration, as readers are told of it. What stands already so makes no news."""
        body = change.model_dump_json(exclude_none=True)
        if self.content(kind, key) != body:
            self._content[kind, key] = body
            self._logged("content", ref=f"{kind}/{key}")

    def drop_content(self, kind: str, key: str) -> None:
        if self.content(kind, key) is not None:
            self._content[kind, key] = None
            self._logged("content_gone", ref=f"{kind}/{key}")

    def content(self, kind: str, key: str) -> str | None:
        """The JSON of its change."""
        if (kind, key) in self._content:
            return self._content[kind, key]
        t = tables.content
        return self.db.execute(select(t.c.body).where(t.c.kind == kind, t.c.key == key)).scalar()

    def content_keys(self, kind: str) -> set[str]:
        t = tables.content
        keys = set(self.db.execute(select(t.c.key).where(t.c.kind == kind)).scalars())
        for (one, key), body in self._content.items():
            if one == kind:
                (keys.discard if body is None else keys.add)(key)
        return keys

    def afterwards(self, work: Callable[[Connection], object]) -> None:
        """Do it once everything of this transaction is down: for rows that point at what is new in it."""
        self._afterwards.append(work)

    # -- at the end --------------------------------------------------------------------------------------------------

    def _logged(
        self,
        kind: str,
        *,
        ticket: int | None = None,
        customer: int | None = None,
        ref: str | None = None,
    ) -> _Row:
        self._numbers.seq += 1
        self.touched += 1
        row: _Row = {
            "seq": self._numbers.seq,
            "kind": kind,
            "ticket": ticket,
            "customer": customer,
            "team": None,
            "ref": ref,
        }
        self._log.append(row)
        return row

    def put_down(self) -> None:
        """Write everything gathered. Called once, by the writer."""
        self._put_customers()
        self._put_tickets()
        for table, rows in (
            (tables.event, self._events),
            (tables.log, self._log),
            (tables.command, self._new_commands),
        ):
            if rows:
                self.db.execute(insert(table), rows)
        self._put_content()
        for work in self._afterwards:
            work(self.db)

    def news(self) -> tuple[tuple[tuple[int, str | None, str | None], ...], bool]:
        """Tickets that changed, each with its team before and now; whether anything changed for everybody."""
        moved: dict[int, tuple[int, str | None, str | None]] = {}
        for row in self._log:
            key = row["ticket"]
            if key is not None and key not in moved:
                now = self._tickets.known.get(key) or self.ticket(key)
                team = now.team if now is not None else None
                moved[key] = (key, self._tickets.before.get(key, team), team)
        return tuple(moved.values()), any(row["ticket"] is None for row in self._log)

    def _put_customers(self) -> None:
        new: list[_Row] = []
        changed: list[_Row] = []
        addresses: list[_Row] = []
        for key, is_new in self._changed_customers.items():
            customer = self._customers[key]
            assert customer is not None  # noqa: S101  # nosec B101 # for the type checker
            row = {"id": key, "body": customer.model_dump_json(exclude_none=True)}
            (new if is_new else changed).append(row)
            addresses += [
                {"kind": str(one.kind), "normal": normal(one.kind, one.value), "customer": key}
                for one in {
                    (one.kind, normal(one.kind, one.value)): one for one in customer.identities
                }.values()
            ]
        if new:
            self.db.execute(insert(tables.customer), new)
        self._update(tables.customer, changed)
        if changed:
            ids = [row["id"] for row in changed]
            self.db.execute(delete(tables.identity).where(tables.identity.c.customer.in_(ids)))
        if addresses:
            self.db.execute(insert(tables.identity), addresses)

    def _put_tickets(self) -> None:
        new: list[_Row] = []
        changed: list[_Row] = []
        for key in self._tickets.logged:
            ticket = self._tickets.known[key]
            assert ticket is not None  # noqa: S101  # nosec B101 # for the type checker
            (changed if key in self._tickets.before else new).append(_ticket_row(key, ticket))
        if new:
            self.db.execute(insert(tables.ticket), new)
        self._update(tables.ticket, changed)

    def _put_content(self) -> None:
        t = tables.content
        for (kind, key), body in self._content.items():
            self.db.execute(delete(t).where(t.c.kind == kind, t.c.key == key))
            if body is not None:
                self.db.execute(insert(t), {"kind": kind, "key": key, "body": body, "updated": self.now_ms})

    def _update(self, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            columns: dict[str, Any] = {name: bindparam(f"v_{name}") for name in rows[0] if name != "id"}
            values = [{f"v_{name}": value for name, value in row.items()} for row in rows]
            self.db.execute(update(table).where(table.c.id == bindparam("v_id")).values(columns), values)


def _ticket_row(key: int, ticket: TicketUpsert) -> _Row:
    return {
        "id": key,
        "customer": _number(ticket.customer),
        "protocol": ticket.protocol,
        "channel": str(ticket.channel),
        "status": str(ticket.status),
        "team": ticket.team,
        "updated": to_ms(ticket.updated_at),
        "body": ticket.model_dump_json(exclude_none=True),
    }


def _number(remote: str | None) -> int | None:
    return None if remote is None else int(remote)
