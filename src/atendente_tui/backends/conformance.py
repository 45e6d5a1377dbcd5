"""The suite every adapter runs: what the port promises, asked of a live backend.

`atendente backend check NAME` and the adapters' own tests use the same functions. Reading checks change nothing;
writing checks open tickets named "Atendente conformance ..." and need a place where that is welcome.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from atendente_tui.backends.port import AgentIdentity, Backend, BackendError
from atendente_tui.clock import Clock
from atendente_tui.domain.change import Change, ChangePage, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.command import Command, Create, Receipt, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, IdentityKind

PATIENCE = 15.0
"""Seconds within which what was written must come back by `pull`."""


class Broken(AssertionError):
    """The backend does not keep a promise of the port."""


class Skipped(Exception):
    """The check does not apply: the backend says that it cannot do this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    check: str
    state: Literal["ok", "broken", "skipped"]
    detail: str
    seconds: float


@dataclass(slots=True)
class Trial:
    """One run: the backend under test and what the checks have learnt of it."""

    backend: Backend
    clock: Clock
    other: Backend | None = None
    """A second login on the same helpdesk, for what two people do at once."""
    page_limit: int | None = None
    """How many pages of a first pull to read; None reads all."""
    first: list[ChangePage] = field(default_factory=list)
    _identity: AgentIdentity | None = None
    _ticket: TicketRef | None = None
    _opened: tuple[Create, Receipt] | None = None
    _cursor: str | None = None
    _known: list[Change] = field(default_factory=list)

    async def identity(self) -> AgentIdentity:
        if self._identity is None:
            self._identity = await self.backend.identify()
        return self._identity

    async def first_pull(self) -> list[ChangePage]:
        """Pages of a first pull, at most `page_limit`."""
        if not self.first:
            self.first = await pages(self.backend, None, self.page_limit)
        return self.first

    def new_id(self) -> UUID:
        return new_id(self.clock.now())

    def needs(self, *commands: str) -> None:
        missing = sorted(set(commands) - self.backend.capabilities.commands)
        if missing:
            raise Skipped(f"cannot {', '.join(missing)}")

    async def opened(self) -> tuple[Create, Receipt]:
        """The ticket that writing checks work on, made once."""
        self.needs("create")
        if self._opened is None:
            await self.caught_up()
            command = await self.new_ticket("main")
            receipt = await self.backend.push(command)
            require(bool(receipt.ticket), "the receipt of a created ticket names it")
            self._opened = command, receipt
        return self._opened

    async def new_ticket(self, name: str) -> Create:
        now = self.clock.now()
        return Create(
            id=self.new_id(),
            at=now,
            author=(await self.identity()).login,
            ticket=TicketRef(id=1),
            customer_name="Conformância da Silva",
            identities=(Identity(kind=IdentityKind.EMAIL, value="conformance@atendente.example"),),
            channel=Channel.EMAIL,
            subject=f"Atendente conformance {name}",
            text="Olá! Não chegou nada — “R$ 10,00”\n\n\tlinha três <b>&amp;</b> 😀",
            opened_at=now,
        )

    async def ticket(self) -> TicketRef:
        _command, receipt = await self.opened()
        return TicketRef(id=1, remote=receipt.ticket)

    async def common(self, ticket: TicketRef | None = None) -> dict[str, object]:
        """The fields every command on a ticket has."""
        return {
            "id": self.new_id(),
            "at": self.clock.now(),
            "author": (await self.identity()).login,
            "ticket": ticket or await self.ticket(),
        }

    async def push(self, command: Command) -> Receipt:
        receipt = await self.backend.push(command)
        require(receipt.command_id == command.id, "a receipt bears its command's id")
        return receipt

    async def caught_up(self) -> None:
        """Read everything once, so that later pulls show only what these checks did."""
        if self._cursor is None:
            self._cursor = (await pages(self.backend, None, None))[-1].cursor

    async def seen(self, wanted: Callable[[Change], bool], what: str) -> Change:
        """The change that `wanted` accepts, once a pull brings it. Raises Broken when none does in time."""
        await self.caught_up()
        deadline = time.monotonic() + PATIENCE
        while True:
            for change in reversed(self._known):
                if wanted(change):
                    return change
            if time.monotonic() > deadline:
                raise Broken(f"a pull after the write brings {what}")
            for page in await pages(self.backend, self._cursor, None):
                self._known += page.changes
                self._cursor = page.cursor
            if not any(wanted(change) for change in self._known):
                await asyncio.sleep(0.1)

    async def echo(self, command: Command) -> EventAppend:
        """The event that one of our own commands became."""
        found = await self.seen(
            lambda change: isinstance(change, EventAppend) and change.command_id == command.id,
            f"the {command.type} with its command's id",
        )
        if not isinstance(found, EventAppend):
            raise Broken("an event is expected")
        return found

    async def stands(self, wanted: Callable[[TicketUpsert], bool], what: str) -> TicketUpsert:
        """The ticket, once a pull tells it as `wanted`; only the newest telling counts."""
        remote = (await self.ticket()).remote

        def last(change: Change) -> bool:
            if not isinstance(change, TicketUpsert) or change.remote_id != remote or not wanted(change):
                return False
            told = [one for one in self._known if isinstance(one, TicketUpsert) and one.remote_id == remote]
            return told[-1] is change

        found = await self.seen(last, what)
        if not isinstance(found, TicketUpsert):
            raise Broken("a ticket is expected")
        return found


Run = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    says: str
    """The promise in one sentence."""
    run: Run
    writes: bool


def checks(*, writes: bool) -> Sequence[Check]:
    """All checks in the order in which they are to run; only the reading ones without `writes`."""
    from atendente_tui.backends import conformance_reading, conformance_writing

    found = [*_registered(conformance_reading.READING, writes=False)]
    return [*found, *_registered(conformance_writing.WRITING, writes=True)] if writes else found


def _registered(runs: Sequence[Run], *, writes: bool) -> list[Check]:
    return [Check(run.__name__, (run.__doc__ or "").strip().split("\n")[0], run, writes) for run in runs]


async def run(trial: Trial, *, writes: bool = False) -> AsyncIterator[Outcome]:
    """Each check's outcome as it is known. One that breaks does not stop the others."""
    for check in checks(writes=writes):
        began = time.monotonic()
        state: Literal["ok", "broken", "skipped"] = "ok"
        detail = check.says
        try:
            await check.run(trial)
        except Skipped as skipped:
            state, detail = "skipped", str(skipped)
        except Broken as broken:
            state, detail = "broken", str(broken)
        except BackendError as error:
            state, detail = "broken", f"{type(error).__name__}: {error}"
        yield Outcome(check.name, state, detail, time.monotonic() - began)


async def pages(backend: Backend, cursor: str | None, limit: int | None) -> list[ChangePage]:
    found: list[ChangePage] = []
    pulled = backend.pull(cursor)
    async for page in pulled:
        found.append(page)
        if limit is not None and len(found) >= limit:
            break
    close = getattr(pulled, "aclose", None)
    if close is not None:
        await close()
    return found


def require(holds: bool, promise: str) -> None:
    if not holds:
        raise Broken(promise)


def recent(moment: datetime, now: datetime, *, seconds: float) -> bool:
    return abs((now - moment).total_seconds()) <= seconds
