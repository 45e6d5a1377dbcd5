"""A helpdesk that can do everything the port has: the demo's world, with stale replies, presence, uploads and settings.

What mutants are made of: every check of the suite holds on it, and time passes in it as fast as checks wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from atendente_tui.backends.conformance import Check, Outcome, Trial, run
from atendente_tui.backends.demo import DemoBackend, open_scenario
from atendente_tui.backends.demo_commands import carry_out
from atendente_tui.backends.demo_world import DemoWorld
from atendente_tui.backends.port import (
    AgentIdentity,
    BackendSettings,
    Capabilities,
    Conflict,
    Hint,
    Presence,
    Present,
    Rejected,
)
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import Attachment, Change, ChangePage, EventAppend, SettingUpsert
from atendente_tui.domain.command import Command, Receipt, Reply
from atendente_tui.domain.words import EventKind

SCENARIO = open_scenario(BackendSettings("demo", ""))
SETTINGS = (
    SettingUpsert(kind="script", key="ola", body="title: Olá\ntext: Olá, {{customer}}!\n"),
    SettingUpsert(kind="sla_policy", key="padrao", body='first = "1h"\n'),
)


class Virtual:
    """Time that passes when somebody waits for it."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


@dataclass
class Office:
    """What all connections share."""

    world: DemoWorld
    clock: VirtualClock
    files: dict[str, tuple[Attachment, bytes]] = field(default_factory=dict)
    open: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Ticket and whether they write, by login."""
    lines: dict[asyncio.Queue[Hint | Presence], str] = field(default_factory=dict)
    """Who listens, by login."""

    def tell(self, news: Hint) -> None:
        for line in self.lines:
            line.put_nowait(news)

    def tell_presence(self, ticket: str) -> None:
        here = {login: writing for login, (at, writing) in self.open.items() if at == ticket}
        for line, reader in self.lines.items():
            people = (
                Present(login, login.title(), writing) for login, writing in here.items() if login != reader
            )
            line.put_nowait(Presence(ticket, tuple(people)))


def new_office() -> Office:
    assert SCENARIO.start is not None
    return Office(DemoWorld(SCENARIO, SCENARIO.start), VirtualClock(SCENARIO.start))


class Whole:
    def __init__(self, office: Office, login: str) -> None:
        self.office, self.login = office, login
        self.capabilities: Capabilities = replace(
            DemoBackend.capabilities, stale_replies=True, presence=True, uploads=True, settings=True
        )
        self.demo = DemoBackend(
            BackendSettings("demo", "", user=login), clock=office.clock, world=office.world
        )

    async def identify(self) -> AgentIdentity:
        return await self.demo.identify()

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        first = cursor is None or full
        async for page in self.demo.pull(cursor, full=full):
            changes: Sequence[Change] = [*SETTINGS, *page.changes] if first else page.changes
            first = False
            yield page.model_copy(update={"changes": tuple(changes)})

    async def push(self, command: Command) -> Receipt:
        world = self.office.world
        command = command.model_copy(update={"author": self.login})
        if command.id not in world.receipts:
            if any(one.remote_id not in self.office.files for one in getattr(command, "attachments", ())):
                raise Rejected("este arquivo não está aqui")
            if isinstance(command, Reply) and command.seen is not None and (unseen := self.unseen(command)):
                raise Conflict("something was said since", {}, unseen)
        receipt = carry_out(world, command, world.now)
        self.office.tell(Hint(receipt.ticket))
        return receipt

    def unseen(self, command: Reply) -> tuple[EventAppend, ...]:
        seen = int((command.seen or "0").rpartition("/")[2])
        return tuple(
            change
            for _at, change in self.office.world.log
            if isinstance(change, EventAppend)
            and change.ticket == command.ticket.remote
            and change.kind is EventKind.MESSAGE
            and change.author != self.login
            and int(change.remote_id.rpartition("/")[2]) > seen
        )

    async def find(self, command_id: UUID) -> Receipt | None:
        return self.office.world.receipts.get(command_id)

    async def hints(self) -> AsyncIterator[Hint | Presence]:
        line: asyncio.Queue[Hint | Presence] = asyncio.Queue()
        self.office.lines[line] = self.login
        try:
            yield Hint()
            while True:
                yield await line.get()
        finally:
            del self.office.lines[line]

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        left = self.office.open.pop(self.login, None)
        if ticket is not None:
            self.office.open[self.login] = (ticket, writing)
        for one in {left[0] if left else None, ticket} - {None}:
            self.office.tell_presence(str(one))

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:
        if not name.strip():
            raise Rejected("um arquivo precisa de nome")
        file = Attachment(
            remote_id=f"arquivo-{len(self.office.files)}",
            name=name,
            content_type=content_type,
            size=len(content),
        )
        self.office.files[file.remote_id] = (file, content)
        return file

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        if remote_id not in self.office.files:
            return await self.demo.fetch_attachment(remote_id, limit)
        content = self.office.files[remote_id][1]
        if len(content) > limit:
            raise Rejected("too_large")
        return content

    async def aclose(self) -> None:
        await self.demo.aclose()


async def judged(kind: type[Whole], checks: Sequence[Check]) -> list[Outcome]:
    """What these checks find of a helpdesk of this kind, asked with two logins and two connections of the first."""
    office = new_office()
    one, other, twin = (kind(office, login) for login in ("ana", "bruno", "ana"))
    trial = Trial(one, office.clock, other, twin, waits=Virtual())
    return [outcome async for outcome in run(trial, writes=True, checks=checks)]
