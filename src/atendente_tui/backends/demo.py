"""The `demo` backend: a scenario file played as if it were a helpdesk. It offers the whole port and needs no network.

Settings: `url` is a scenario file ("" or "loja": the one that comes with the program). Options: `scenario`, the same;
`journal`, a file in which the commands of earlier runs are kept, so that another process finds the world as it was left,
or a folder of such files, one for each scenario and version; without it the world lives as long as the object, and a
later process meets it as written, with the same start.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from pydantic import TypeAdapter

from atendente_tui.backends.demo_commands import COMMANDS, carry_out
from atendente_tui.backends.demo_world import DemoWorld
from atendente_tui.backends.port import (
    AgentIdentity,
    BackendSettings,
    Capabilities,
    Hint,
    ProtocolError,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.clock import Clock, SystemClock
from atendente_tui.domain.change import ArticleUpsert, Attachment, Change, ChangePage
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.domain.words import Channel
from atendente_tui.knowledge.articles import Article
from atendente_tui.knowledge.reading_scenarios import load_scenario
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.shipped import SCENARIO

TICKETS_A_PAGE = 8
CHANGES_A_PAGE = 200
RULES = 2
"""Counted up when the same commands make another world than before: a journal of older rules is of no use then."""
WALKED = 1_000_000
POLL = 0.2
"""Seconds between two looks at the clock while somebody listens for hints."""

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_NO_FILES = "este helpdesk de demonstração não recebe anexos"


@dataclass(frozen=True, slots=True)
class _Cursor:
    run: str
    start: int
    page: int
    """Pages of the first walk that are done; WALKED when all are."""
    place: int
    """Entries of the log that are done, or that the first walk tells of."""
    at: int
    """The world's time when the page was made: what a world without memory of the run goes by."""

    def __str__(self) -> str:
        return f"demo1:{self.run}:{self.start}:{self.page}:{self.place}:{self.at}"


def read_cursor(text: str) -> _Cursor:
    """Raises ProtocolError for a cursor that no demo backend made."""
    parts = text.split(":")
    try:
        if len(parts) != 6 or parts[0] != "demo1":
            raise ValueError(text)
        return _Cursor(parts[1], *(int(part) for part in parts[2:]))
    except ValueError:
        raise ProtocolError(f"not a cursor of this backend: {text[:60]!r}", sent=False) from None


class DemoBackend:
    capabilities: ClassVar[Capabilities] = Capabilities(
        commands=COMMANDS,
        idempotency="native",
        channels=frozenset(Channel),
        hints=True,
        attachments=True,
        articles=True,
        settings=True,
        copies=True,
        handling=True,
        parallel=4,
    )

    def __init__(
        self, settings: BackendSettings, *, clock: Clock | None = None, world: DemoWorld | None = None
    ) -> None:
        """`clock` moves the world (the real one by default). A `world` given is shared: two backends on it are two
        connections to one helpdesk. Raises ProtocolError naming every fault of a scenario that cannot be played."""
        self._clock = clock or SystemClock()
        self._world = world
        self._scenario = world.scenario if world is not None else open_scenario(settings)
        self._user = settings.user
        journal = settings.options.get("journal")
        self._script = f"{RULES}-{self._scenario.digest}"
        self._journal = _journal(Path(str(journal)), self._script) if journal else None
        self._read = 0
        """Bytes of the journal that this world has lived through."""

    @property
    def scenario(self) -> Scenario:
        return self._scenario

    def world(self, start: datetime | None = None) -> DemoWorld:
        """The world as of now. It begins when it is first asked for, at `start` or the clock's now."""
        if self._world is None:
            self._world = self._remembered() or self._begun(start or self._now())
        self._hear(self._world)
        self._world.advance(self._now())
        return self._world

    def _now(self) -> datetime:
        """In whole milliseconds, as the journal has it: a world that is played again is the same."""
        return from_ms(to_ms(self._clock.now()))

    async def identify(self) -> AgentIdentity:
        """The agent of the scenario, or the colleague of theirs that the settings name as `user`."""
        self._reachable()
        agent = self._scenario.agent
        if self._user is None or self._user == agent.login:
            return AgentIdentity(agent.login, agent.name, agent.teams)
        for entry in self._scenario.directory:
            if entry.kind == "agent" and entry.key == self._user:
                return AgentIdentity(entry.key, entry.label, agent.teams)
        raise Unauthorized(f"the scenario knows no agent {self._user!r}")

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        known = read_cursor(cursor) if cursor is not None else None
        world = self._reachable(from_ms(known.start) if known is not None else None)
        here = _Cursor(world.run, to_ms(world.start), 0, len(world.log), to_ms(world.now))
        if known is not None and not full:
            same = known.run == world.run
            here = _Cursor(
                world.run,
                here.start,
                known.page if same or known.page == WALKED else 0,
                known.place if same else self._place(world, known.at),
                here.at,
            )
        pages = _first_walk(world, here.place) if here.page != WALKED else []
        tickets = sum(one.type == "ticket" for page in pages for one in page)
        for number, changes in enumerate(pages, 1):
            if number > here.page:
                reached = number if number < len(pages) else WALKED
                here = _Cursor(here.run, here.start, reached, here.place, here.at)
                done = min(max(number - 1, 0) * TICKETS_A_PAGE, tickets)
                yield ChangePage(changes=changes, cursor=str(here), done=done, total=tickets)
        while True:
            world = self._reachable()
            told = world.log[here.place : here.place + CHANGES_A_PAGE]
            here = _Cursor(here.run, here.start, here.page, here.place + len(told), to_ms(world.now))
            caught_up = here.place >= len(world.log)
            yield ChangePage(
                changes=_latest(world, [change for _at, change in told]),
                cursor=str(here),
                caught_up=caught_up,
            )
            if caught_up:
                return

    async def push(self, command: Command) -> Receipt:
        world = self._reachable()
        if self._user is not None:
            command = command.model_copy(update={"author": self._user})  # who is logged in acts
        if getattr(command, "attachments", ()):
            raise Rejected(_NO_FILES)
        again = command.id in world.receipts
        receipt = carry_out(world, command, world.now)
        if self._journal is not None and not again:
            _write(
                self._journal,
                {"now": to_ms(world.now), "command": _COMMAND.dump_python(command, mode="json")},
            )
        return receipt

    async def find(self, command_id: UUID) -> Receipt | None:
        return self._reachable().receipts.get(command_id)

    async def hints(self) -> AsyncIterator[Hint]:
        """One at once and one for every stretch of news; ends never, the listener does."""
        seen = len(self.world().log)
        yield Hint()
        while True:
            await asyncio.sleep(POLL)
            world = self.world()
            if len(world.log) > seen and world.online:
                seen = len(world.log)
                yield Hint()

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        """Nobody else works in this world."""

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:  # noqa: ARG002
        raise Rejected(_NO_FILES)

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        content = self._reachable().file(remote_id)
        if content is None:
            raise Rejected("este anexo não existe aqui")
        if len(content) > limit:
            raise Rejected("too_large")
        return content

    async def aclose(self) -> None:
        return None

    def _reachable(self, start: datetime | None = None) -> DemoWorld:
        world = self.world(start)
        if not world.online:
            raise Unreachable("the scenario's network is down", sent=False)
        return world

    def _begun(self, start: datetime) -> DemoWorld:
        world = DemoWorld(self._scenario, start)
        if self._journal is not None:
            _write(self._journal, {"run": world.run, "start": to_ms(start), "scenario": self._script})
        return world

    def _remembered(self) -> DemoWorld | None:
        """The world of an earlier run as it began; its journal is yet to be played."""
        if self._journal is None or not self._journal.exists():
            return None
        try:
            with self._journal.open("rb") as file:
                first = json.loads(file.readline())
                self._read = file.tell()
            if first["scenario"] != self._script:
                raise ProtocolError(
                    f"the journal {self._journal} is of another scenario or version", sent=False
                )
            return DemoWorld(self._scenario, from_ms(int(first["start"])), str(first["run"]))
        except (ValueError, KeyError, TypeError) as error:
            raise self._unreadable(error) from error

    def _hear(self, world: DemoWorld) -> None:
        """Play what the journal has that this world does not know: the same commands at the same moments.

        Of our own, which stand there too, the receipts are known; of others' it is news.
        """
        if self._journal is None or not self._journal.exists() or self._journal.stat().st_size <= self._read:
            return
        with self._journal.open("rb") as file:
            file.seek(self._read)
            written = file.read()
        whole = written[: written.rfind(b"\n") + 1]  # somebody may be in the middle of a line
        self._read += len(whole)
        try:
            for line in whole.splitlines():
                entry = json.loads(line)
                if "command" in entry:
                    world.advance(from_ms(int(entry["now"])))
                    carry_out(world, _COMMAND.validate_python(entry["command"]), world.now)
        except (ValueError, KeyError, TypeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> ProtocolError:
        return ProtocolError(f"the journal {self._journal} cannot be read: {error}", sent=False)

    @staticmethod
    def _place(world: DemoWorld, at: int) -> int:
        """Where a run that this world does not remember had come to, by its time."""
        moment = from_ms(at)
        return next((n for n, (told, _change) in enumerate(world.log) if told > moment), len(world.log))


def open_scenario(settings: BackendSettings) -> Scenario:
    """The scenario that the settings name. Raises ProtocolError with every fault, a line each."""
    named = str(settings.options.get("scenario") or settings.url).removeprefix("file://")
    shipped = named in ("", "loja") or named.startswith("demo:")
    scenario, faults = load_scenario(SCENARIO if shipped else Path(named))
    if scenario is None:
        raise ProtocolError("\n".join(str(fault) for fault in faults), sent=False)
    return scenario


def _first_walk(world: DemoWorld, place: int) -> list[tuple[Change, ...]]:
    """The world at a place of its log: names, then tickets newest first with their people and events, then the rest."""
    scenario = world.scenario
    standing = {one.remote_id: one.change(world.start, world.zone) for one in scenario.tickets}
    history: dict[str | None, list[Change]] = {
        one.remote_id: [event.change(world.start, world.zone) for event in one.events]
        for one in scenario.tickets
    }
    doing: dict[str, Change] = {}
    for _at, change in world.log[:place]:
        if change.type == "ticket":
            standing[change.remote_id] = change
        elif change.type == "event":
            history.setdefault(change.ticket, []).append(change)
        elif change.type == "agent_states":
            doing[change.agent] = change
    pages: list[tuple[Change, ...]] = [scenario.directory]
    told: set[str] = set()
    order = sorted(standing.values(), key=lambda one: (one.updated_at, one.remote_id), reverse=True)
    for first in range(0, len(order), TICKETS_A_PAGE):
        page: list[Change] = []
        for ticket in order[first : first + TICKETS_A_PAGE]:
            page += [*_person(world, ticket.customer or "", told), ticket, *history.get(ticket.remote_id, [])]
        pages.append(tuple(page))
    rest: list[Change] = [change for key in world.customers for change in _person(world, key, told)]
    rest += history.get(None, [])
    rest += [_article(article, world.start) for article in scenario.articles]
    rest += scenario.shared
    rest += doing.values()
    return [*pages, tuple(rest)]


def _person(world: DemoWorld, key: str, told: set[str]) -> list[Change]:
    if key in told:
        return []
    told.add(key)
    own = [event for event in world.scenario.events if event.fields["customer"] == key]
    return [world.customers[key], *(event.change(world.start, world.zone) for event in own)]


def _article(article: Article, start: datetime) -> ArticleUpsert:
    return ArticleUpsert(
        remote_id=article.id,
        title=article.title,
        body=article.body,
        audience=article.audience,
        tags=article.tags,
        product=article.product,
        language=article.language,
        review=article.review.isoformat() if article.review is not None else None,
        url=article.url,
        updated_at=start,
    )


def _latest(world: DemoWorld, changes: list[Change]) -> tuple[Change, ...]:
    """Of a ticket that changed several times only the last state, in its first place: a ticket stands before its events."""
    kept: dict[object, Change] = {}
    for n, change in enumerate(changes):
        if change.type == "ticket":
            kept.setdefault(("ticket", change.remote_id), world.tickets[change.remote_id])
        else:
            kept[n] = change
    return tuple(kept.values())


def _journal(named: Path, script: str) -> Path:
    return named if named.suffix else named / f"{script[:18]}.jsonl"


def _write(journal: Path, entry: dict[str, object]) -> None:
    journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
