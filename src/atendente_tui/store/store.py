"""The local mirror of the queue: one directory, one writer, many readers.

`store.db` holds everything, `search.db` the full text (made again from the first when lost), `store.lock` says who
writes. Reads go through `reader()`: a read-only connection of the caller's own; writes through `submit`/`write`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui import os_words, paths
from atendente_tui.store import engine, indexing, looked_at, migrate, room
from atendente_tui.store.courtesy import Courtesy
from atendente_tui.store.errors import StoreDamaged, StoreError, StoreReadOnly, StoreUnwritable
from atendente_tui.store.indexing import Indexer
from atendente_tui.store.keeping import Keeper
from atendente_tui.store.lock import InstanceLock
from atendente_tui.store.wal import Checkpointer, truncate
from atendente_tui.store.watching import Watcher
from atendente_tui.store.writing import Lane, Tx, Writer

if TYPE_CHECKING:
    from atendente_tui.clock import Clock
    from atendente_tui.domain.rules import Rules

__all__ = ["Lane", "Store", "Tx"]

T = TypeVar("T")
_log = logging.getLogger(__name__)
CALM = 1.0  # seconds since the last transaction of a sync
MOST_LENT = 4
"""Connections kept for the next look."""
LONG_LOG = 8 << 20  # bytes of write-ahead log that are cut off once nothing is being synced


class Store:
    """Made by `Store.open`. Its methods may be called from any thread."""

    def __init__(self, path: Path, key: bytes | None, rules: Rules, clock: Clock, *, read_only: bool) -> None:
        self.path = path
        self.rules = rules
        self.clock = clock
        self.read_only = read_only
        self.throwaway = False
        """Nothing of it is to outlive the process: no write waits for the disk."""
        self.alone = False
        """Nothing runs beside whoever calls: each thing is done when it is asked for, and nothing otherwise."""
        self._key = key
        self.courtesy = Courtesy()
        self._lock: InstanceLock | None = None
        self._db: Connection | None = None
        self._writer: Writer | None = None
        self._checkpointer: Checkpointer | None = None
        self._indexer: Indexer | None = None
        self._watcher: Watcher | None = None
        self._fed = False
        self.keeper: Keeper | None = None
        """Checks and copies; None for a store that is only read."""
        self._watchers: list[Callable[[frozenset[str]], None]] = []
        self._closing = threading.Lock()
        self._closed = False
        self._mine = threading.local()
        self._lent: list[Connection] = []
        """Connections that read and are not in use: opening one costs more than what is read."""
        self.loose = 0
        """Files of the store that others could read or write until it was opened."""
        self.was_clean = True
        """False when the process that had the store before did not close it."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key: bytes | None,
        rules: Rules,
        clock: Clock,
        read_only: bool = False,
        throwaway: bool = False,
        alone: bool = False,
    ) -> Store:
        """Open the store in directory `path`, made when absent.

        throwaway   it goes with the process
        alone       without threads of its own, for one who moves its clock: what happens when does not hang on the machine

        Raises StoreLocked, StoreNewer, StoreDamaged, StoreUnwritable, WrongKey; FileNotFoundError when read_only and
        there is none.
        """
        store = cls(path, key, rules, clock, read_only=read_only)
        store.throwaway, store.alone = throwaway, alone
        store._refuse_emptied()
        if read_only:
            with contextlib.closing(store.reader()) as db:
                migrate.refuse_newer(db, store.file)
            return store
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreUnwritable(path, os_words.why(error)) from error
        lock = store._lock = InstanceLock(path / "store.lock")
        store.was_clean = lock.was_clean
        store.loose = len(paths.tighten(path))
        if store.loose:
            _log.warning("others could get at %s files of the store: now they cannot", store.loose)
        if not lock.was_clean:
            _log.warning("the store was not closed the last time")
        try:
            store._start()
        except BaseException as wrong:
            lock.release(clean=lock.was_clean)
            if isinstance(wrong, OSError) and not isinstance(wrong, StoreError):
                raise StoreUnwritable(wrong.filename or path, os_words.why(wrong)) from wrong
            raise
        with contextlib.suppress(StoreError, OSError):  # a full disk: it waits for the next time
            looked_at.take_in(store)
        return store

    def _refuse_emptied(self) -> None:
        """A file cut to nothing would open as a new store, and all that was in it seem never to have been."""
        if self.search_file.exists() and self.file.exists() and not self.file.stat().st_size:
            raise StoreDamaged("0 bytes", self.file)

    def _start(self) -> None:
        made = not self.file.exists()
        for left in self.path.glob("*recod*"):  # of a change of key that was cut off (`recoding`)
            left.unlink(missing_ok=True)
        self._db = engine.connect(self.file, self._key)
        if self.throwaway:
            self._db.execute("PRAGMA synchronous = OFF")
        if made:
            os.chmod(self.file, 0o600)
        if not made and self.search_file.exists() and not migrate.version(self._db):
            self._db.close()  # what was in it lay in a log that is gone
            raise StoreDamaged("no tables", self.file)
        try:
            migrate.migrate(self._db, self.file, before=self._copy_before_migrating)
            name = indexing.store_id(self._db)
        except BaseException:
            self._db.close()
            raise
        if not self.alone:  # `wal` does it where nobody waits
            self._db.execute("PRAGMA wal_autocheckpoint = 0")
        self._checkpointer = Checkpointer(lambda: engine.connect(self.file, self._key, cache=1_024))
        self._writer = Writer(
            self._db,
            self.file,
            clock=self.clock,
            rules=self.rules,
            announce=self._announce,
            idle=self._upkeep,
            indexed=self._kick,
            checkpointer=self._checkpointer,
            courtesy=self.courtesy,
            make_room=(lambda: room.give(self.path), self._fold_log),
            durable=not self.throwaway,
            alone=self.alone,
        )
        self._indexer = Indexer(self, name)
        if self.alone:
            return
        self._checkpointer.start()
        self._writer.start()
        self._indexer.start()
        self.keeper = Keeper(self)
        self.keeper.start()

    @property
    def file(self) -> Path:
        return self.path / "store.db"

    @property
    def search_file(self) -> Path:
        return self.path / "search.db"

    def reader(self) -> Connection:
        """A new read-only connection; the caller closes it. One for each thread that reads."""
        return engine.connect(self.file, self._key, read_only=True)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection for as long as a look takes, lent out again afterwards. What is read is read to its end."""
        try:
            db = self._lent.pop()
        except IndexError:
            db = self.reader()
        try:
            yield db
        except BaseException:
            db.close()
            raise
        if self._closed or len(self._lent) >= MOST_LENT:
            db.close()
        else:
            self._lent.append(db)

    def search_reader(self) -> Connection:
        """A new read-only connection to the full text, with the store beside it; the caller closes it."""
        return indexing.connect(self.file, self.search_file, self._key, read_only=True)

    def searcher(self, kind: str | None = None) -> Connection:
        """This thread's own `search_reader`, kept for its next search. `kind`: it searches nothing else."""
        db: Connection | None = getattr(self._mine, "searcher", None)
        if self.alone and self._indexer is not None:
            self._indexer.catch_up(kind)
        if db is None:
            self.wait_indexed(5.0, made=True)
            db = self._mine.searcher = self.search_reader()
        return db

    def wait_indexed(self, timeout: float = 30.0, *, made: bool = False) -> bool:
        """Wait until everything committed so far can be found (`made`: until the full text is there at all)."""
        if self._indexer is None:
            return self.search_file.exists()
        if self.alone:
            self._indexer.catch_up()
            return True
        return self._indexer.made.wait(timeout) if made else self._indexer.wait_idle(timeout)

    def submit(self, job: Callable[[Tx], T], lane: Lane = Lane.PERSON) -> Future[T]:
        """Have `job(tx)` run in a transaction of its own. What it raises comes through the future, rolled back.

        Raises StoreReadOnly, StoreClosed at once.
        """
        if self._writer is None:
            raise StoreReadOnly
        return self._writer.submit(job, lane)

    def write(self, job: Callable[[Tx], T], lane: Lane = Lane.PERSON) -> T:
        return self.submit(job, lane).result()

    def govern(self, rules: Rules) -> None:
        """Judge by these rules from the next transaction on; what was judged before stays until it is judged again."""
        self.rules = rules
        if self._writer is not None:
            self._writer.rules = rules

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call back with the topics of each commit, on the writer's thread: be brief. Returns the way out."""
        self._watchers.append(callback)

        def leave() -> None:
            with contextlib.suppress(ValueError):
                self._watchers.remove(callback)

        return leave

    def fed_by(self, feed: Store) -> None:
        """Its news are those of a half of the same store in this process, and are told at once: nobody need ask for them."""
        self._fed = True
        feed.subscribe(self._announce)

    def announce(self, *topics: str) -> None:
        """Tell who watches, without a write."""
        self._announce(frozenset(topics))

    def watch(self) -> None:
        """Of a store that is only read here: tell who watches when the other process has written (topic "*")."""
        if self._watcher is None and self.read_only and not self._fed:
            self._watcher = Watcher(self.reader, self._announce)
            self._watcher.start()

    @property
    def encrypted(self) -> bool:
        return self._key is not None

    @property
    def full(self) -> bool:
        """Whether the last thing to be written found no room on the disk."""
        return self._writer is not None and self._writer.full

    def changed_at(self) -> float:
        """When something was last written, as a file's time."""
        return max(_time(self.file), _time(self.file.with_name("store.db-wal")))

    def _announce(self, topics: frozenset[str]) -> None:
        for callback in tuple(self._watchers):
            with contextlib.suppress(Exception):  # a watcher's fault is not the writer's
                callback(topics)

    def _kick(self) -> None:
        if self._indexer is not None:
            self._indexer.kick()

    def _upkeep(self) -> None:
        """What time alone changes, and the log after a sync; on the writer's thread when nobody waits."""
        from atendente_tui.store.assessing import reassess_due

        if self._writer is None or self._db is None:
            return
        if not self._writer.waiting(Lane.IDLE):
            with contextlib.suppress(Exception):
                self._writer.submit(reassess_due, Lane.IDLE)
                self._count()
        calm = monotonic() - self._writer.last_bulk > CALM
        if calm and _size(self.file.with_name("store.db-wal")) > LONG_LOG and truncate(self._db):
            self._db.execute("PRAGMA shrink_memory")

    def pass_time(self) -> None:
        """Of a store that is alone: what time alone changes, as of now."""
        from atendente_tui.store.assessing import DUE, reassess_due

        while self.alone and self.write(reassess_due, Lane.IDLE) >= DUE:
            pass

    def _count(self) -> None:
        """Make the numbers of the figures anew where tickets changed, a few at a time until all are made."""
        from atendente_tui.store.counting import STEP, count_due

        def more(done: Future[int]) -> None:
            with contextlib.suppress(Exception):
                if done.result() >= STEP:
                    self._count()

        if self._writer is not None:
            self._writer.submit(count_due, Lane.IDLE).add_done_callback(more)

    def _fold_log(self) -> bool:
        """Copy the log back into the file, on the writer's thread, so that it begins anew. Whether it could."""
        with contextlib.suppress(sqlite.Error):
            return self._db is not None and truncate(self._db)
        return False

    def _copy_before_migrating(self, found: int) -> None:
        from atendente_tui.store.backup import copy_to

        _log.info("the store is brought from version %s to %s", found, migrate.latest())
        copy_to(self.file, self.path / f"before-migration-{found}.db", self._key)

    def close(self, timeout: float = 5.0) -> None:
        """Do what is in line, for at most `timeout` seconds, and let go. May be called twice."""
        with self._closing:
            until = monotonic() + timeout
            self._closed = True
            while self._lent:
                self._lent.pop().close()
            if self._watcher is not None:
                self._watcher.stop()
                self._watcher.join(max(0.0, until - monotonic()))
            if self.keeper is not None:
                self.keeper.stop()
                self.keeper.join(max(0.0, until - monotonic()))
            if self._indexer is not None:
                self._indexer.stop()
                if self.alone:
                    self._indexer.let_go()
                else:
                    self._indexer.join(max(0.0, until - monotonic()))
            if self._writer is not None:
                self._writer.stop()
                if not self.alone:
                    self._writer.join(max(0.0, until - monotonic()))
            if self._checkpointer is not None and not self.alone:
                self._checkpointer.stop()
                self._checkpointer.join(max(0.1, until - monotonic()))
            done = self._writer is None or not self._writer.is_alive()
            if self._db is not None and done:
                self._db.close()
                self._db = None
            if self._lock is not None:
                self._lock.release(clean=done)


def _time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
