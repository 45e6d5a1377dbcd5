"""One run of the suite: the backend under test, what was read of it so far, and the words checks are written in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from atendente_tui.backends.conformance.checking import Broken, Untried, require
from atendente_tui.backends.conformance.patience import Patient
from atendente_tui.backends.conformance.world import World
from atendente_tui.backends.port import (
    AgentIdentity,
    Backend,
    Capabilities,
    Conflict,
    Forbidden,
    Rejected,
)
from atendente_tui.clock import Clock
from atendente_tui.domain.change import Change, ChangePage, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.command import Command, Create, Merge, Receipt, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, IdentityKind
from atendente_tui.i18n import _

T = TypeVar("T")
PATIENCE = 15.0
"""Seconds within which what was written must come back by `pull`, and a hint must come."""
STEP = 0.1
LOCAL = 7_305_118_264_901
"""Stands for a number of the workstation's own store: nobody else is to see it."""
SAID = frozenset({"create", "reply", "note", "escalate", "wrapup", "promise", "settle_promise", "fact"})
"""Types of commands that put something on the timeline: it bears their mark wherever a backend keeps marks."""


class Waits(Protocol):
    """Time as a waiting check feels it; tests give one that passes at once."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class RealTime:
    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class Trial:
    backend: Backend
    clock: Clock
    other: Backend | None = None
    """A second login on the same helpdesk, for what two people do at once."""
    twin: Backend | None = None
    """A second connection of the first login; without one the first must do."""
    waits: Waits = field(default_factory=RealTime)
    patience: float = PATIENCE
    world: World = field(default_factory=World)
    """All that was told to the first connection; `first_pull` begins it, `follow` goes on."""
    first: list[ChangePage] = field(default_factory=list)
    receipts: list[tuple[Command, Receipt]] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    """Words that only colleagues may ever read."""
    promised: Capabilities = field(init=False)
    """What it declared before it was asked who we are."""
    _identity: AgentIdentity | None = None
    _talked_on: TicketRef | None = None
    _cursor: str = ""

    def __post_init__(self) -> None:
        self.promised = self.backend.capabilities
        self.backend = Patient(self.backend, self.waits.sleep)
        self.other = Patient(self.other, self.waits.sleep) if self.other is not None else None
        self.twin = Patient(self.twin, self.waits.sleep) if self.twin is not None else None

    @property
    def can(self) -> Capabilities:
        return self.backend.capabilities

    @property
    def again(self) -> Backend:
        """Another connection of the same login, where there is one."""
        return self.twin or self.backend

    @property
    def colleague(self) -> Backend:
        """The second login. Raises Untried without one."""
        if self.other is None:
            raise Untried(_("needs a second login (--other-user)"))
        return self.other

    async def identity(self) -> AgentIdentity:
        if self._identity is None:
            self._identity = await self.backend.identify()
            for one in (self.twin, self.other):
                if one is not None:
                    await one.identify()
        return self._identity

    # -- reading -----------------------------------------------------------------------------------------------------

    async def first_pull(self) -> list[ChangePage]:
        """All pages of a first pull, read once."""
        if not self.first:
            found = await pages(self.backend, None)
            require(bool(found), _("a pull yields at least one page"))
            self.first, self._cursor = found, found[-1].cursor
            self.world = World(found)
        return self.first

    async def follow(self) -> None:
        """Bring in what is new since the last time."""
        await self.first_pull()
        for page in await pages(self.backend, self._cursor):
            self.world.hear(page.changes)
            self._cursor = page.cursor

    async def until(self, found: Callable[[], T | None], what: str) -> T:
        """What `found` gives once pulls have brought it. Raises Broken when they do not in time."""
        await self.first_pull()
        deadline = self.waits.now() + self.patience
        while (one := found()) is None:
            if self.waits.now() > deadline:
                raise Broken(_("a pull brings {what}").format(what=what))
            await self.follow()
            if found() is None:
                await self.waits.sleep(STEP)
        return one

    async def stands(self, ref: TicketRef, wanted: Callable[[TicketUpsert], bool], what: str) -> TicketUpsert:
        """The ticket, once its newest telling is as `wanted`."""

        def found() -> TicketUpsert | None:
            ticket = self.world.ticket(ref.remote)
            return ticket if ticket is not None and wanted(ticket) else None

        return await self.until(found, what)

    async def event(self, ref: TicketRef, wanted: Callable[[EventAppend], bool], what: str) -> EventAppend:
        """An event of the ticket that is as `wanted`, once it is told."""
        return await self.until(
            lambda: next((one for one in self.world.events(ref.remote) if wanted(one)), None), what
        )

    async def echo(self, command: Command, receipt: Receipt) -> EventAppend:
        """The one event that one of our own commands became, recognised as a workstation recognises it."""
        at = TicketRef(id=LOCAL, remote=receipt.ticket)

        def ours(event: EventAppend) -> bool:
            return event.command_id == command.id or event.remote_id == receipt.event

        found = await self.event(at, ours, _("what {type} became, with its id").format(type=command.type))
        require(
            receipt.event in (None, found.remote_id), _("a receipt names the event that its command became")
        )
        alike = [
            one
            for one in self.world.events(receipt.ticket)
            if one.kind is found.kind
            and (one.command_id == command.id or (found.text != "" and one.text == found.text))
        ]
        require(len(alike) == 1, _("{type} has its effect once").format(type=command.type))
        return found

    # -- writing -----------------------------------------------------------------------------------------------------

    def new_id(self) -> UUID:
        return new_id(self.clock.now())

    def words(self, text: str, *, internal: bool = False) -> str:
        """The text with something in it that no other text has."""
        mark = f"[{uuid4().hex[:12]}]"
        if internal:
            self.internal.append(mark)
        return f"{text} {mark}"

    async def common(self, ref: TicketRef) -> dict[str, Any]:
        """The fields every command on a ticket has."""
        return {
            "id": self.new_id(),
            "at": self.clock.now(),
            "author": (await self.identity()).login,
            "ticket": ref,
        }

    async def make(self, kind: Callable[..., T], ref: TicketRef, **values: Any) -> T:
        """A command on a ticket."""
        return kind(**await self.common(ref), **values)

    async def new_ticket(self, name: str, **values: Any) -> Create:
        now = self.clock.now()
        usual = {
            "customer_name": "Conformância da Silva",
            "identities": (Identity(kind=IdentityKind.EMAIL, value="conformance@atendente.example"),),
            "channel": Channel.EMAIL,
            "subject": f"Atendente conformance: {name}",
            "text": self.words("Olá! Não chegou nada — “R$ 10,00”\n\n\tlinha três <b>&amp;</b> 😀"),
            "opened_at": now,
        }
        return await self.make(Create, TicketRef(id=LOCAL), **{**usual, **values})

    async def open(self, name: str, **values: Any) -> TicketRef:
        """A ticket of the check's own."""
        receipt = await self.push(await self.new_ticket(name, **values))
        return TicketRef(id=LOCAL, remote=receipt.ticket)

    async def any_ticket(self) -> TicketRef:
        """A ticket that checks share which do not care how it stands."""
        if self._talked_on is None:
            self._talked_on = await self.open("talked about")
        return self._talked_on

    async def push(self, command: Command, by: Backend | None = None) -> Receipt:
        """Carry it out; whatever comes back must be a receipt of it. `by`: as somebody else."""
        await self.first_pull()
        receipt = await (by or self.backend).push(command)
        require(receipt.command_id == command.id, _("a receipt bears its command's id"))
        require(
            abs((receipt.at - self.clock.now()).total_seconds()) <= 300,
            _("a receipt says when, by the server's clock and within five minutes of ours"),
        )
        about = getattr(command, "ticket", TicketRef(id=LOCAL)).remote
        if command.type == "create":
            # A ticket that is written on must be one of ours, whatever the receipt says.
            new = bool(receipt.ticket) and self.world.ticket(receipt.ticket) is None
            require(new, _("the receipt of a created ticket names a new one"))
        elif isinstance(command, Merge):
            require(
                receipt.ticket in (about, command.into.remote),
                _("the receipt of a merge names one of the two"),
            )
        else:
            require(receipt.ticket == about, _("a receipt names its command's ticket"))
        self.receipts.append((command, receipt))
        return receipt

    def remembers(self, command: Command) -> bool:
        """Whether `find` must know it, as far as `idempotency` goes."""
        marked = self.can.idempotency == "marker" and command.type in SAID
        return marked or self.can.idempotency == "native"

    async def carried_out(self, command: Command) -> Receipt:
        """Push it, and see that the backend remembers it as far as its `idempotency` goes."""
        receipt = await self.push(command)
        if self.remembers(command):
            known = await self.again.find(command.id)
            require(
                known is not None and _same(known, receipt),
                _("find gives the receipt of {type}").format(type=command.type),
            )
        if self.can.idempotency == "native":
            require(
                _same(await self.again.push(command), receipt),
                _("{type} given again has the same receipt").format(type=command.type),
            )
        return receipt

    async def refused(self, *wrong: tuple[Command, str]) -> None:
        """Each is refused with a reason, and nothing of any stays. With each, what is wrong with it."""
        for command, what in wrong:
            try:
                await self.backend.push(command)
            except (Rejected, Forbidden) as error:
                require(bool(str(error).strip()), _("a refusal has a reason: {what}").format(what=what))
            except Conflict as error:
                raise Broken(_("refused, and not as a conflict: {what}").format(what=what)) from error
            else:
                raise Broken(_("refused: {what}").format(what=what))
        await self.left_nothing(*wrong)

    async def left_nothing(self, *wrong: tuple[Command, str]) -> None:
        """No trace of commands that were not carried out, neither by `find` nor by `pull`."""
        await self.follow()
        marks = {one.command_id for one in self.world.events()}
        for command, what in wrong:
            found = await self.again.find(command.id) if self.remembers(command) else None
            require(found is None, _("no trace is found of what was refused: {what}").format(what=what))
            require(
                command.id not in marks,
                _("a pull brings nothing of what was refused: {what}").format(what=what),
            )


async def pages(
    backend: Backend, cursor: str | None, *, full: bool = False, limit: int | None = None
) -> list[ChangePage]:
    """The pages of one pull, the first `limit` of them when it is to be cut off."""
    found: list[ChangePage] = []
    pulled = backend.pull(cursor, full=full)
    try:
        async for page in pulled:
            found.append(page)
            if limit is not None and len(found) >= limit:
                break
    finally:
        close = getattr(pulled, "aclose", None)
        if close is not None:
            await close()
    return found


def same_text(found: str, written: str) -> bool:
    """Equal but for line ends and the empty lines at the very end, which mail takes off."""
    return found.replace("\r\n", "\n").rstrip() == written.replace("\r\n", "\n").rstrip()


def moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def telling(pages_: Iterable[ChangePage]) -> list[Change]:
    return [change for page in pages_ for change in page.changes]


def _same(one: Receipt, other: Receipt) -> bool:
    return (one.command_id, one.ticket, one.event) == (other.command_id, other.ticket, other.event)
