"""The far side of the demo: a helpdesk in memory that plays a scenario by the clock and carries out commands.

Everything that changes is appended to one log of `Change`s; a place in that log is what a cursor remembers.
"""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from atendente_tui.domain.arriving import heard
from atendente_tui.domain.change import Change, CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import Receipt
from atendente_tui.domain.traces import by_agent, field_changes, touched
from atendente_tui.domain.witnessed import marks
from atendente_tui.domain.words import LIVE, EventKind, Status
from atendente_tui.flow.conversation import Conversation, Event, Rate, Say, TimePassed, begin, step
from atendente_tui.knowledge.scenario import Happening, Scenario, WrittenFile, WrittenTicket

Act = Callable[[datetime], None]
ANSWERED = timedelta(seconds=2)
"""From taking a call to the caller's first words."""


class DemoWorld:
    """One playing of a scenario. Time only moves when `advance` is told so; every moment in it is then played in order."""

    def __init__(self, scenario: Scenario, start: datetime, run: str | None = None) -> None:
        self.scenario = scenario
        self.run = run or secrets.token_hex(4)
        """Tells this playing from others of the same scenario."""
        self.start = start
        self.zone = ZoneInfo(scenario.zone)
        self.now = start
        self.online = True
        self.log: list[tuple[datetime, Change]] = []
        self.tickets: dict[str, TicketUpsert] = {}
        self.customers: dict[str, CustomerUpsert] = {one.remote_id: one for one in scenario.customers}
        self.receipts: dict[UUID, Receipt] = {}
        self.promises: dict[UUID, EventAppend] = {}
        """Events that made promises, by the id of their command."""
        self.settled: set[UUID] = set()
        self.flags: list[tuple[str, str, str]] = []
        """Articles that agents marked: id, flag, text."""
        self._done: dict[str, dict[str, None]] = {}
        """What agents have done on a ticket since the start, in order (`domain.witnessed`)."""
        self._numbers: dict[str, int] = {}
        self.next_ticket = max((int(key) for key in self._keys() if key.isdigit()), default=0) + 1
        """The number that the next new ticket gets."""
        self._ringing: dict[str, str] = {}
        """What the customer says when somebody takes the call, by the tickets whose call rings."""
        self._talks: dict[str, Conversation] = {}
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._planned = 0
        self._files: dict[str, WrittenFile] = {
            one.attachment.remote_id: one
            for ticket in scenario.tickets
            for event in ticket.events
            for one in event.files
        }
        for ticket in scenario.tickets:
            self._adopt(ticket, start)
        for happening in scenario.timeline:
            self._plan(happening.at.at(start, self.zone), partial(self._happen, happening))

    def _keys(self) -> list[str]:
        opened = [one.opened.remote_id for one in self.scenario.timeline if one.opened is not None]
        return [*(one.remote_id for one in self.scenario.tickets), *opened]

    # -- the clock ---------------------------------------------------------------------------------------------------

    def advance(self, now: datetime) -> None:
        """Play everything that is due by `now`, each at its own moment. A clock that went back changes nothing."""
        while self._agenda and self._agenda[0][0] <= now:
            at, _n, act = heapq.heappop(self._agenda)
            self.now = max(self.now, at)
            act(self.now)
        self.now = max(self.now, now)

    @property
    def next_moment(self) -> datetime | None:
        return self._agenda[0][0] if self._agenda else None

    def bring(self, happening: Happening, at: datetime) -> None:
        """Have something happen that the scenario does not have."""
        self._plan(at, partial(self._happen, happening))

    def _plan(self, at: datetime, act: Act) -> None:
        self._planned += 1
        heapq.heappush(self._agenda, (at, self._planned, act))

    # -- what the scenario brings ------------------------------------------------------------------------------------

    def _adopt(self, ticket: WrittenTicket, now: datetime) -> None:
        self.tickets[ticket.remote_id] = ticket.change(self.start, self.zone)
        self._numbers[ticket.remote_id] = len(ticket.events)
        for event in ticket.events:
            if event.fields["kind"] is EventKind.PROMISE:
                self.promises[event.fields["command_id"]] = event.change(self.start, self.zone)
        persona = self.scenario.personas.get(ticket.remote_id)
        if persona is not None:
            self._stand(ticket.remote_id, begin(persona, now))

    def _happen(self, happening: Happening, now: datetime) -> None:
        if happening.what == "network":
            self.online = happening.value == "up"
        elif happening.what == "incident":
            for key in happening.tickets or tuple(self.tickets):
                if self.tickets[key].status in LIVE:
                    note = by_agent(
                        self.tickets[key], happening.by or "", now, EventKind.NOTE, happening.value or ""
                    )
                    self.append(note, now)
        elif happening.what == "order" and happening.event is not None:
            self.tell(now, happening.event.change(self.start, self.zone))
        elif happening.opened is not None:
            if happening.what == "rings":
                self._ringing[happening.opened.remote_id] = happening.value or ""
                self._plan(now + happening.lasts, partial(self._hung_up, happening.opened.remote_id))
            self._adopt(happening.opened, now)
            self.tell(now, self.tickets[happening.opened.remote_id])
            for event in happening.opened.events:
                self.tell(now, event.change(self.start, self.zone))
        elif happening.ticket is not None:
            ticket = self.tickets[happening.ticket]
            if happening.what == "note" and happening.event is not None:
                self.append(happening.event.change(self.start, self.zone), now)
            elif happening.event is not None:
                self.customer_writes(ticket.remote_id, happening.event.change(self.start, self.zone), now)
            elif happening.what == "claims" and ticket.assignee is None:
                self.set(ticket.remote_id, happening.by or "", now, assignee=happening.by)
            elif happening.what == "status" and happening.value is not None:
                self.set(ticket.remote_id, happening.by or "", now, status=Status(happening.value))

    def _hung_up(self, ticket: str, now: datetime) -> None:
        """A call that nobody took."""
        if self._ringing.pop(ticket, None) is not None:
            self.customer_writes(ticket, self._call(ticket, "missed", now), now)

    def _taken(self, ticket: str, now: datetime) -> None:
        said = self._ringing.pop(ticket, None)
        if said is not None:
            self.tell(now, self._call(ticket, "answered", now))
            self._plan(now + ANSWERED, partial(self._answer, ticket, Say(now, said)))

    def _call(self, ticket: str, outcome: str, now: datetime) -> EventAppend:
        return self.from_customer(
            ticket, "", now, kind=EventKind.CALL, data={"seconds": 0, "outcome": outcome}
        )

    # -- customers ---------------------------------------------------------------------------------------------------

    def hears(self, ticket: str, event: Event, now: datetime) -> None:
        """Let the persona of a ticket take notice: of an answer, of a solution, of time."""
        talk = self._talks.get(ticket)
        if talk is None:
            return
        talk, effects = step(talk, event, now)
        for effect in effects:
            self._plan(effect.at, partial(self._answer, ticket, effect))
        self._stand(ticket, talk)

    def _stand(self, ticket: str, talk: Conversation) -> None:
        self._talks[ticket] = talk
        if talk.wakes is not None:
            self._plan(talk.wakes, partial(self.hears, ticket, TimePassed()))

    def _answer(self, ticket: str, effect: Say | Rate, now: datetime) -> None:
        text, fields = (effect.text, {}) if isinstance(effect, Say) else ("", _survey(effect.score))
        self.customer_writes(ticket, self.from_customer(ticket, text, now, **fields), now)

    def from_customer(self, ticket: str, text: str, now: datetime, **fields: Any) -> EventAppend:
        known = self.tickets[ticket]
        person = self.customers.get(known.customer or "")
        return EventAppend(
            **{"kind": EventKind.MESSAGE, **fields},
            remote_id=self.next_event(ticket),
            ticket=ticket,
            customer=known.customer,
            at=now,
            channel=known.channel,
            author=person.name if person else "",
            text=text,
        )

    def customer_writes(self, ticket: str, event: EventAppend, now: datetime) -> None:
        """An inbound event; a message wakes the ticket up, unless it is closed or asked to sleep on."""
        self.tell(now, event)
        self.put_ticket(heard(self.tickets[ticket], event, now), now)

    # -- the log -----------------------------------------------------------------------------------------------------

    def tell(self, now: datetime, change: Change) -> None:
        self.log.append((now, change))

    def put_ticket(self, ticket: TicketUpsert, now: datetime) -> None:
        """The ticket as it stands from now on, a new one or a known one."""
        if ticket.remote_id == str(self.next_ticket):
            self.next_ticket += 1
        self.tickets[ticket.remote_id] = ticket
        self.tell(now, ticket)
        if ticket.assignee is not None and ticket.remote_id in self._ringing:
            self._taken(ticket.remote_id, now)

    def put_customer(self, customer: CustomerUpsert, now: datetime) -> None:
        self.customers[customer.remote_id] = customer
        self.tell(now, customer)

    def append(self, event: EventAppend, now: datetime) -> EventAppend:
        """Number an event and put it on its ticket's timeline."""
        event = event.model_copy(update={"remote_id": self.next_event(event.ticket or "")})
        if event.kind is EventKind.PROMISE and "outcome" in event.data:
            self.settled.add(UUID(str(event.data["promise"])))
        elif event.kind is EventKind.PROMISE and event.command_id is not None:
            self.promises[event.command_id] = event
        self._done.setdefault(event.ticket or "", {}).update(dict.fromkeys(marks(event)))
        self.tell(now, event)
        return event

    def done(self, ticket: str) -> tuple[str, ...]:
        return tuple(self._done.get(ticket, ()))

    def set(self, ticket: str, by: str, now: datetime, **values: Any) -> None:
        """A colleague changes columns of a ticket."""
        known = self.tickets[ticket]
        told = field_changes(known, by, now, values)
        if told:
            self.put_ticket(touched(known, now, **values), now)
        for event in told:
            self.append(event, now)

    def swallowed(self, ticket: str) -> frozenset[str]:
        """Ids of the tickets that were merged into this one, straight or by way of others."""
        found = frozenset(one.remote_id for one in self.tickets.values() if one.merged_into == ticket)
        return found.union(*(self.swallowed(one) for one in found))

    def next_event(self, ticket: str) -> str:
        self._numbers[ticket] = self._numbers.get(ticket, 0) + 1
        return f"{ticket}/{self._numbers[ticket]}"

    def file(self, remote_id: str) -> bytes | None:
        found = self._files.get(remote_id)
        return None if found is None else found.content


def _survey(score: int) -> dict[str, Any]:
    return {"kind": EventKind.SURVEY_ANSWER, "data": {"survey": "csat", "score": score, "of": 5}}
