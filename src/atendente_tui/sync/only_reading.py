"""A session with a helpdesk that can only read: what the monitor is fed by. Nothing is sent, told or marked.

`ReadingOnly` has no way to the backend's writing side; `Follower` pulls with it, again and again, into a store of
which the screen has only a reading half.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from atendente_tui.backends.port import (
    AgentIdentity,
    BackendError,
    Capabilities,
    Forbidden,
    Hint,
    Presence,
    RateLimited,
)
from atendente_tui.clock import Clock
from atendente_tui.domain.instants import to_ms
from atendente_tui.store.writing import Lane
from atendente_tui.sync.listening import Listening
from atendente_tui.sync.pulling import LowSpace, MassDisappearance, pull
from atendente_tui.sync.remembered import OtherHelpdesk, SyncStatus, keep, keep_identity
from atendente_tui.sync.saying import code_of, state_of

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.domain.change import Attachment, ChangePage
    from atendente_tui.domain.command import Command, Receipt
    from atendente_tui.store.store import Store

_log = logging.getLogger(__name__)
RARER = 4
"""So many times as long between two questions while a line of hints stands."""
SLOWEST = 300.0
"""Seconds between two attempts while the helpdesk is out of reach, at most."""


class ReadingOnly:
    """A backend of which only the reading side can be reached: whoever holds this cannot write, whatever they try."""

    def __init__(self, backend: Backend) -> None:
        self._identify, self._pull, self._aclose = backend.identify, backend.pull, backend.aclose
        self._hints = backend.hints
        self._can: Callable[[], Capabilities] = lambda: backend.capabilities

    @property
    def capabilities(self) -> Capabilities:
        can = self._can()
        return Capabilities(
            commands=frozenset(),
            statuses=can.statuses,
            channels=can.channels,
            articles=can.articles,
            hints=can.hints,
            settings=can.settings,
            parallel=can.parallel,
        )

    async def identify(self) -> AgentIdentity:
        return await self._identify()

    def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        return self._pull(cursor, full=full)

    async def aclose(self) -> None:
        await self._aclose()

    async def push(self, command: Command) -> Receipt:
        raise Forbidden(f"a session that only reads sends no {command.type}")

    async def find(self, command_id: UUID) -> Receipt | None:
        raise Forbidden(f"a session that only reads has sent no {command_id}")

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        raise Forbidden(f"a session that only reads attends to nothing ({ticket}, {writing})")

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:
        raise Forbidden(f"a session that only reads uploads nothing ({name}, {content_type}, {len(content)})")

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        raise Forbidden(f"a session that only reads fetches no files ({remote_id}, {limit})")

    def hints(self) -> AsyncIterator[Hint | Presence]:
        """Listening asks for nothing and tells nobody: what colleagues say of themselves is not kept either."""
        return self._hints()


async def follow(
    store: Store,
    backend: ReadingOnly,
    name: str,
    clock: Clock,
    *,
    every: float,
    ended: Callable[[], bool],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    known: Callable[[], None] | None = None,
) -> None:
    """Fetch what is new every so many seconds until `ended`; the port's errors are kept as how the sync is, and tried again.

    known  called once it is known who we are there: from then on one may listen
    """
    identity: AgentIdentity | None = None
    last_ok: int | None = None
    failures = 0
    while not ended():
        error: str | None = None
        detail, wait = "", every
        try:
            if identity is None:
                told = await backend.identify()
                await _write(store, lambda tx, told=told: keep_identity(tx, name, told, backend.capabilities))
                identity = told
                if known is not None:
                    known()
            await pull(store, backend, name)
            last_ok, failures = to_ms(clock.now()), 0
        except (BackendError, MassDisappearance, LowSpace, OtherHelpdesk) as wrong:
            failures += 1
            error, detail = code_of(wrong), str(wrong)
            wait = min(SLOWEST, every * 2 ** min(failures - 1, 8))
            if isinstance(wrong, RateLimited):
                wait = max(wait, wrong.retry_after or 0.0)
        status = SyncStatus(state_of(error), last_ok, error=error, detail=detail)
        await _write(store, lambda tx, status=status: keep(tx, name, "status", status.as_json()))
        await sleep(wait)


async def _write(store: Store, job: Callable[..., None]) -> None:
    await asyncio.wrap_future(store.submit(job, Lane.SYNC))


class Follower:
    """`follow` on a thread of its own; where the backend has hints, each has it fetched at once, and asking is rarer meanwhile."""

    def __init__(
        self,
        store: Store,
        connect: Callable[[], Backend],
        name: str,
        clock: Clock,
        *,
        rng: Random,
        every: float,
    ) -> None:
        """connect   makes a fresh connection; a Refused it raises ends the thread, told by the log
        rng       spreads the attempts to hear hints again
        """
        self._rng = rng
        self._store, self._connect, self._name, self._clock, self._every = store, connect, name, clock, every
        self._ended = threading.Event()
        self._turn: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._thread = threading.Thread(target=self._run, name="monitor-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        self._ended.set()
        if self._turn is not None:
            loop, turn = self._turn
            with suppress(RuntimeError):  # it has ended already
                loop.call_soon_threadsafe(turn.set)
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except Exception:
            if not self._ended.is_set():
                _log.exception("the monitor is fed no longer")

    async def _work(self) -> None:
        backend = ReadingOnly(self._connect())
        turn = asyncio.Event()
        self._turn = asyncio.get_running_loop(), turn
        listening = Listening(self._store, self._clock, self._rng, turn.set)
        hearing: list[asyncio.Task[None]] = []

        def listen() -> None:
            if backend.capabilities.hints:
                hearing.append(asyncio.create_task(listening.hear(backend)))

        async def sleep(seconds: float) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds * (RARER if listening.standing else 1)):
                    await turn.wait()
            turn.clear()

        try:
            await follow(
                self._store,
                backend,
                self._name,
                self._clock,
                every=self._every,
                ended=self._ended.is_set,
                sleep=sleep,
                known=listen,
            )
        finally:
            for one in hearing:
                one.cancel()
            await asyncio.gather(*hearing, return_exceptions=True)
            await backend.aclose()
