"""Time and chance that one seed decides: an asyncio loop whose hours pass at once, and a clock that can be set wrong.

Everything of one life runs on this loop and in one thread: what is given to another thread runs in place, so that the
same seed makes the same life, statement for statement.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from atendente_tui.domain import ids
from atendente_tui.domain.instants import to_ms
from atendente_tui.store import ingest

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


TURNS = 20_000


class Stuck(Exception):
    """Somebody waits for what will never happen, or turns in circles while no time passes."""


class _Skip(selectors.BaseSelector):
    """Waits by moving the loop's time on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns = 0
        """Of the loop since time last moved."""

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, 0, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, 0, 0, None)

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing will ever happen")
        self.turns += 1
        if timeout > 0:
            self.now += timeout
            self.turns = 0
        elif self.turns > TURNS:
            raise Stuck(f"{TURNS} turns at {self.now:.3f} s")
        return []

    def get_map(self) -> dict[Any, Any]:
        return {}


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skip = _Skip()
        super().__init__(self._skip)

    def time(self) -> float:
        return self._skip.now

    def again(self) -> None:
        """Give it another try after `Stuck`."""
        self._skip.turns = 0

    def _write_to_self(self) -> None:
        """Nobody is in another thread."""

    def run_in_executor(self, _executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        told = self.create_future()
        try:
            told.set_result(func(*args))
        except BaseException as wrong:
            told.set_exception(wrong)
        return told


class Clock:
    """The workstation's wall clock: the true time and what it is wrong by."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.wrong = timedelta()

    def true(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def now(self) -> datetime:
        return self.true() + self.wrong


@contextmanager
def chance(rng: Random, loop: VirtualLoop) -> Iterator[None]:
    """Command ids and the pace of ingesting out of the seed, too."""

    def new_id(now: datetime) -> UUID:
        tail = rng.getrandbits(74)
        high, low = tail >> 62, tail & (1 << 62) - 1
        return UUID(int=to_ms(now) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)

    from atendente_tui.desk import desk

    spent = 0.0

    def monotonic() -> float:
        nonlocal spent
        spent += rng.choice((0.0001, 0.0001, 0.004))
        return loop.time() + spent

    kept = (ids.new_id, desk.new_id, ingest.monotonic, ingest.apply_in_slices.__kwdefaults__)
    ids.new_id = desk.new_id = new_id
    ingest.monotonic = monotonic
    ingest.apply_in_slices.__kwdefaults__ = {"pace": ingest.Pace(3, 0.006)}
    try:
        yield
    finally:
        ids.new_id, desk.new_id, ingest.monotonic, ingest.apply_in_slices.__kwdefaults__ = kept


def done(future: Future[Any]) -> Any:
    """What a job of the store gave; it ran when it was submitted."""
    assert future.done()
    return future.result()
