"""A helpdesk in memory that keeps the port, with every way in which one can fail. The port is the boundary under test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from atendente_tui.backends.port import (
    AgentIdentity,
    Capabilities,
    Conflict,
    Hint,
    Presence,
    Rejected,
    Unreachable,
)
from atendente_tui.clock import Clock
from atendente_tui.desk.desk import EVERY_COMMAND
from atendente_tui.domain.change import Change, ChangePage, EventAppend, TicketGone, TicketUpsert
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, Status
from tests.builders import sample_page, ticket_change

ALL = Capabilities(commands=EVERY_COMMAND, idempotency="marker", find_delay=2.0, parallel=3)


class Killed(BaseException):
    """The process ended here."""


@dataclass
class World:
    """The far side: what was applied, in order, and the log that pulls read."""

    clock: Clock
    log: list[Change] = field(default_factory=list)
    tickets: dict[str, TicketUpsert] = field(default_factory=dict)
    applied: list[Command] = field(default_factory=list)
    receipts: dict[UUID, Receipt] = field(default_factory=dict)
    dedupes: bool = False
    """True: the same command twice has one effect (native idempotency)."""
    number: int = 1000

    def begin(self, tickets: int) -> None:
        for change in sample_page(tickets, now=self.clock.now()).changes:
            self.tell(change)

    def tell(self, *changes: Change) -> None:
        """A pull under way sees all of them or none."""
        for change in changes:
            if isinstance(change, TicketUpsert):
                self.tickets[change.remote_id] = change
            if isinstance(change, TicketGone):
                self.tickets.pop(change.remote_id, None)
        self.log += changes

    def apply(self, command: Command) -> Receipt:
        if self.dedupes and command.id in self.receipts:
            return self.receipts[command.id]
        body: Any = command
        now = self.clock.now()
        self.number += 1
        remote = None if command.type == "create" else body.ticket.remote
        if command.type == "claim" and self.tickets[remote].assignee not in (None, command.author):
            raise Conflict("taken", {"assignee": self.tickets[remote].assignee})
        self.applied.append(command)
        event: str | None = None
        if command.type == "create":
            remote = f"n{self.number}"
            self.tell(
                ticket_change(
                    0,
                    now,
                    remote_id=remote,
                    protocol=f"RT-{self.number}",
                    subject=body.subject,
                    customer=f"c{self.number}",
                    channel=body.channel,
                    status=Status.NEW,
                    assignee=None,
                    opened_at=body.opened_at,
                    updated_at=now,
                    tags=body.tags,
                )
            )
            event = self._said(command, remote, body.text, inbound=True)
        elif command.type in ("reply", "note"):
            event = self._said(command, remote, body.text, inbound=False)
        else:
            changes: dict[str, Any] = {"updated_at": now}
            if command.type == "claim":
                changes["assignee"] = command.author
            if command.type == "assign":
                changes["assignee"] = body.assignee
            if command.type == "status":
                changes["status"] = body.status
            if remote in self.tickets:
                self.tell(self.tickets[remote].model_copy(update=changes))
        receipt = Receipt(
            command_id=command.id,
            at=now,
            ticket=remote,
            event=event,
            protocol=f"RT-{self.number}" if command.type == "create" else None,
        )
        self.receipts[command.id] = receipt
        return receipt

    def _said(self, command: Command, remote: str, text: str, *, inbound: bool) -> str:
        key = f"x{self.number}"
        self.tell(
            EventAppend(
                remote_id=key,
                ticket=remote,
                at=self.clock.now(),
                kind=EventKind.NOTE if command.type == "note" else EventKind.MESSAGE,
                channel=Channel.EMAIL,
                direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
                author_kind=AuthorKind.CUSTOMER if inbound else AuthorKind.AGENT,
                author=command.author,
                public=command.type != "note",
                text=text,
                command_id=command.id,
            )
        )
        return key


Fault = Callable[[str, Command | None], BaseException | None]
"""What happens at "identify", "pull", "hints", "attend", "find", "before" and "after" a push; None lets it pass."""


@dataclass
class Helpdesk:
    """A connection to a `World`."""

    world: World
    capabilities: Capabilities = ALL
    fault: Fault = lambda _where, _command: None
    page: int = 20
    pushed: list[tuple[UUID, str]] = field(default_factory=list)
    found: list[UUID] = field(default_factory=list)
    active: int = 0
    most: int = 0
    together: dict[str | None, int] = field(default_factory=dict)
    closed: bool = False
    line: asyncio.Queue[Hint | Presence | BaseException] = field(default_factory=asyncio.Queue)
    """What is heard on the line of hints after its first word; an exception breaks it."""
    lines: int = 0
    """How often somebody began to listen."""
    attended: list[tuple[str | None, bool]] = field(default_factory=list)
    login: str = "ana"
    origin: str | None = None
    latency: float = 0.0

    def can(self, **changed: Any) -> Helpdesk:
        self.capabilities = replace(self.capabilities, **changed)
        return self

    def _meet(self, where: str, command: Command | None = None) -> None:
        wrong = self.fault(where, command)
        if wrong is not None:
            raise wrong

    async def identify(self) -> AgentIdentity:
        await asyncio.sleep(0)
        self._meet("identify")
        return AgentIdentity(self.login, "Ana Souza", ("loja",), origin=self.origin)

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        at = 0 if full or cursor is None else int(cursor)
        while True:
            await asyncio.sleep(0)
            self._meet("pull")
            part = self.world.log[at : at + self.page]
            at += len(part)
            end = at >= len(self.world.log)
            yield ChangePage(
                changes=tuple(part), cursor=str(at), done=at, total=len(self.world.log), caught_up=end
            )
            if end:
                return

    async def push(self, command: Command) -> Receipt:
        remote = getattr(getattr(command, "ticket", None), "remote", None)
        self.pushed.append((command.id, command.type))
        self.active += 1
        self.most = max(self.most, self.active)
        self.together[remote] = self.together.get(remote, 0) + 1
        try:
            assert remote is None or self.together[remote] == 1, "two commands of one ticket at once"
            await asyncio.sleep(self.latency)
            self._meet("before", command)
            if command.type != "create" and remote is None:
                raise Rejected("the ticket is not there yet")
            receipt = self.world.apply(command)
            await asyncio.sleep(0)
            self._meet("after", command)
            return receipt
        finally:
            self.active -= 1
            self.together[remote] -= 1

    async def find(self, command_id: UUID) -> Receipt | None:
        await asyncio.sleep(0)
        self.found.append(command_id)
        self._meet("find")
        return self.world.receipts.get(command_id)

    async def hints(self) -> AsyncIterator[Hint | Presence]:
        self.lines += 1
        self._meet("hints")
        yield Hint()
        while True:
            heard = await self.line.get()
            if isinstance(heard, BaseException):
                raise heard
            yield heard

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        await asyncio.sleep(0)
        self.attended.append((ticket, writing))
        self._meet("attend")

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        raise Rejected(remote_id[:limit])

    async def aclose(self) -> None:
        self.closed = True


def once(where: str, wrong: BaseException, *, kind: str | None = None, times: int = 1) -> Fault:
    """This fault, for the first so many times."""
    left = [times]

    def fault(here: str, command: Command | None) -> BaseException | None:
        if here != where or left[0] == 0 or (kind is not None and (command is None or command.type != kind)):
            return None
        left[0] -= 1
        return wrong

    return fault


LOST = Unreachable("the answer never came", sent=True)
REFUSED_CONNECTION = Unreachable("connection refused", sent=False)
