"""The one writer: a thread with three lanes of jobs, each job one `BEGIN IMMEDIATE` transaction.

What a person did jumps the queue and is on the disk (synchronous FULL) before its future resolves; sync and idle
work commit with NORMAL, which the next FULL commit or checkpoint makes durable in order.
"""

from __future__ import annotations

import logging
import threading
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.instants import to_ms
from atendente_tui.store.courtesy import LONGEST, Courtesy
from atendente_tui.store.engine import explained
from atendente_tui.store.errors import StoreClosed, StoreFull
from atendente_tui.store.tallies import Place, add_deltas
from atendente_tui.store.wal import Checkpointer

if TYPE_CHECKING:
    from atendente_tui.clock import Clock
    from atendente_tui.domain.rules import Rules

T = TypeVar("T")
_log = logging.getLogger(__name__)
INDEXED = frozenset(
    {"event", "ticket", "customer", "article", "gone_event", "gone_ticket", "gone_customer", "gone_article"}
)


class Lane(IntEnum):
    PERSON = 0
    """What a person did: next in line, FULL."""
    SYNC = 1
    """Bulk work of the outside world: NORMAL."""
    IDLE = 2
    """Upkeep, when nobody waits: NORMAL."""


class Tx:
    """One transaction, as its job sees it. `now` is in milliseconds."""

    def __init__(self, db: Connection, now: int, rules: Rules, courtesy: Courtesy | None = None) -> None:
        self.db = db
        self._courtesy = courtesy
        self._patience = LONGEST
        self.now = now
        self.rules = rules
        self._topics: set[str] = set()
        self._reindex: dict[str, set[int]] = {}
        self._tally: Counter[tuple[str, str, str]] = Counter()

    def give_way(self) -> None:
        """Between two steps of bulk work: let what a person pressed be painted first. Waits little in all."""
        if self._courtesy is not None and self._patience > 0:
            self._patience -= self._courtesy.give_way(self._patience)

    def touch(self, *topics: str) -> None:
        """Say what moved; whoever watches hears of it after the commit."""
        self._topics.update(topics)

    def reindex(self, kind: str, *refs: int) -> None:
        """Have the full text read these again: event keys, or ids of kind ticket, customer, article ("gone_..." forgets)."""
        if kind not in INDEXED:
            raise ValueError(f"nothing to index is called {kind!r}")
        self._reindex.setdefault(kind, set()).update(refs)

    def tally(self, before: Place | None, after: Place | None) -> None:
        """A ticket moved from one (status, assignee, team) to another; None stands for not being there."""
        if before is not None:
            self._tally[before[0], before[1] or "", before[2] or ""] -= 1
        if after is not None:
            self._tally[after[0], after[1] or "", after[2] or ""] += 1

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail alone: on an exception its writes, and what it said moved, are taken back."""
        held = (
            set(self._topics),
            {kind: set(refs) for kind, refs in self._reindex.items()},
            Counter(self._tally),
        )
        self.db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.db.in_transaction:  # a full disk has rolled everything back already
                self.db.execute("ROLLBACK TO part")
                self.db.execute("RELEASE part")
            self._topics, self._reindex, self._tally = held
            raise
        self.db.execute("RELEASE part")

    def _finish(self) -> None:
        add_deltas(self.db, self._tally)
        for kind, refs in self._reindex.items():
            if refs:
                self.db.execute("INSERT INTO index_queue (kind, refs) VALUES (?, ?)", (kind, packed(refs)))


def packed(refs: Iterable[int]) -> bytes:
    """Sorted little-endian int64, as index_queue keeps them."""
    numbers = array("q", sorted(refs))
    if numbers.itemsize != 8 or array("H", [1]).tobytes() != b"\1\0":
        return b"".join(number.to_bytes(8, "little", signed=True) for number in numbers)
    return numbers.tobytes()


def unpacked(blob: bytes) -> list[int]:
    return [int.from_bytes(blob[at : at + 8], "little", signed=True) for at in range(0, len(blob), 8)]


class Writer(threading.Thread):
    """Runs jobs until `stop`. `idle` is called on its thread between jobs about every `tick` seconds."""

    def __init__(
        self,
        db: Connection,
        path: Path,
        *,
        clock: Clock,
        rules: Rules,
        announce: Callable[[frozenset[str]], None],
        idle: Callable[[], None],
        indexed: Callable[[], None],
        checkpointer: Checkpointer,
        courtesy: Courtesy,
        make_room: Sequence[Callable[[], bool]] = (),
        tick: float = 2.0,
        durable: bool = True,
        alone: bool = False,
    ) -> None:
        """durable   False leaves what a power cut would lose to the caller, who throws it away anyway
        alone     it is never started: `submit` does the job at once, on the caller's thread
        """
        super().__init__(name="store-writer", daemon=True)
        self._db, self._path = db, path
        self._clock, self.rules = clock, rules
        self._announce, self._idle, self._tick = announce, idle, tick
        self._indexed = indexed
        self._checkpointer = checkpointer
        self._courtesy = courtesy
        self._make_room = make_room
        self._durable = durable
        self._alone = alone
        self._turn = threading.RLock()
        self._at_it = False
        """Whether a job is being done on the caller's thread."""
        self.full = False
        """Whether the last thing that was to be written found no room."""
        self._lanes: tuple[deque[tuple[Callable[[Tx], Any], Future[Any]]], ...] = (deque(), deque(), deque())
        self._wake = threading.Condition()
        self._stopping = False
        self._full: bool | None = None
        self._next_idle = monotonic() + tick
        self.last_bulk = 0.0
        """When the last transaction of a sync ended, by `time.monotonic`."""

    def submit(self, job: Callable[[Tx], T], lane: Lane) -> Future[T]:
        future: Future[T] = Future()
        with self._wake:
            if self._stopping:
                raise StoreClosed
            self._lanes[lane].append((job, future))
            self._wake.notify()
        if self._alone:
            self._do_here()
        return future

    def _do_here(self) -> None:
        """Do what is in line; what a job gives to be done comes after it."""
        with self._turn:
            if self._at_it:
                return
            self._at_it = True
            try:
                while (lane := self._next_lane()) is not None:
                    job, future = self._lanes[lane].popleft()
                    self._run(job, future, lane)
            finally:
                self._at_it = False

    def waiting(self, lane: Lane) -> int:
        return len(self._lanes[lane])

    def stop(self) -> None:
        """No more jobs; those in line are still done."""
        with self._wake:
            self._stopping = True
            self._wake.notify()

    def run(self) -> None:
        while True:
            with self._wake:
                lane = self._next_lane()
                while lane is None and not self._stopping:
                    left = self._next_idle - monotonic()
                    if left <= 0:
                        break
                    self._wake.wait(left)
                    lane = self._next_lane()
                if lane is None and self._stopping:
                    return
                job, future = self._lanes[lane].popleft() if lane is not None else (None, None)
            if job is not None and future is not None and lane is not None:
                self._run(job, future, lane)
                del job, future
            if monotonic() >= self._next_idle and not self._lanes[Lane.PERSON]:
                self._next_idle = monotonic() + self._tick
                with suppress(sqlite.Error):  # a full disk: the next tick tries again
                    self._idle()

    def _next_lane(self) -> Lane | None:
        return next((lane for lane in Lane if self._lanes[lane]), None)

    def _run(self, job: Callable[[Tx], Any], future: Future[Any], lane: Lane) -> None:
        if not future.set_running_or_notify_cancel():
            return
        self._try(job, future, lane, self._make_room if lane is Lane.PERSON else ())

    def _try(
        self,
        job: Callable[[Tx], Any],
        future: Future[Any],
        lane: Lane,
        make_room: Sequence[Callable[[], bool]],
    ) -> None:
        full = lane is Lane.PERSON
        db = self._db
        try:
            if self._durable and full is not self._full:
                db.execute("PRAGMA synchronous = FULL" if full else "PRAGMA synchronous = NORMAL")
                self._full = full
            tx = Tx(db, to_ms(self._clock.now()), self.rules, None if full else self._courtesy)
            tx.give_way()
            db.execute("BEGIN IMMEDIATE")
            result = job(tx)
            tx._finish()
            db.execute("COMMIT")
        except BaseException as wrong:
            with suppress(sqlite.Error):
                if db.in_transaction:
                    db.execute("ROLLBACK")
            told = explained(wrong, self._path, None) if isinstance(wrong, sqlite.Error) else wrong
            if isinstance(told, StoreFull):
                while make_room:  # what a person did comes before everything: once more, with room
                    first, *make_room = make_room
                    if first():
                        self._try(job, future, lane, make_room)
                        return
                self._is_full(True)
            future.set_exception(told)
            return
        self._is_full(False)
        if tx._reindex:
            self._indexed()
        future.set_result(result)
        if tx._topics:
            self._announce(frozenset(tx._topics))
        if not full:
            if lane is Lane.SYNC:
                self.last_bulk = monotonic()
            with suppress(sqlite.Error):  # a full disk: what is in the log is safe there
                self._checkpointer.after_commit(db, alone=not self._lanes[Lane.PERSON])

    def _is_full(self, full: bool) -> None:
        if full is not self.full:
            self.full = full
            _log.warning("the disk is full" if full else "there is room on the disk again")
            self._announce(frozenset({"health", "sync"}))
