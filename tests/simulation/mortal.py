"""A workstation's store that can be killed between any two statements, and lives on from what was on the disk then.

It is the real store and the real file; only its writer runs in place instead of in a thread of its own, so that the
order of everything is the seed's. A kill takes the files as they are at that moment, write-ahead log and all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from atendente_tui.clock import Clock, VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import engine
from atendente_tui.store.lock import InstanceLock
from atendente_tui.store.store import Store
from atendente_tui.store.wal import Checkpointer
from atendente_tui.store.writing import Lane, Tx, Writer
from tests.simulation.virtual import START

T = TypeVar("T")


class Killed(BaseException):
    """The process ended here."""


class Fate:
    """Counts the steps of a process, and ends it at one of them."""

    def __init__(self) -> None:
        self.steps = 0
        self.kill_at: int | None = None
        self.dead = False
        self.where = ""

    def step(self, what: str) -> None:
        if self.dead:
            raise Killed
        self.steps += 1
        if self.kill_at is not None and self.steps >= self.kill_at:
            self.dead, self.where = True, what
            raise Killed


class _Watched:
    """The writer's connection; each statement is a step."""

    def __init__(self, db: Any, fate: Fate) -> None:
        self._db, self._fate = db, fate

    def execute(self, sql: str, *values: Any) -> Any:
        self._fate.step(sql[:60])
        told = self._db.execute(sql, *values)
        if sql == "COMMIT":
            self._fate.step("after COMMIT")
        return told

    def executemany(self, sql: str, values: Any) -> Any:
        self._fate.step(sql[:60])
        return self._db.executemany(sql, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


class _Kept:
    """The one reading connection, which nobody closes but the store: opening one costs more than a whole command."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


class MortalStore(Store):
    fate: Fate

    @classmethod
    def begin(cls, path: Path, clock: Clock, fate: Fate) -> MortalStore:
        """Open what is in `path` as a new process does."""
        store = cls(path, None, DEFAULT_RULES, clock, read_only=False)
        store.fate = fate
        store._refuse_emptied()
        store._lock = InstanceLock(path / "store.lock")
        store.was_clean = store._lock.was_clean
        store._raw = engine.connect(store.file, None)
        store._raw.execute("PRAGMA wal_autocheckpoint = 0")
        store._reading = _Kept(engine.connect(store.file, None, read_only=True))
        store._inline = Writer(
            _Watched(store._raw, fate),  # type: ignore[arg-type]
            store.file,
            clock=clock,
            rules=store.rules,
            announce=store._announce,
            idle=lambda: None,
            indexed=lambda: None,
            checkpointer=Checkpointer(lambda: engine.connect(store.file, None)),
            courtesy=store.courtesy,
        )
        return store

    _raw: Any
    _reading: Any
    _inline: Writer

    def reader(self) -> Any:
        if self.fate.dead:
            raise Killed
        return self._reading

    def submit(self, job: Callable[[Tx], T], lane: Lane = Lane.PERSON) -> Future[T]:
        if self.fate.dead:
            raise Killed
        future: Future[T] = Future()
        self._inline._run(job, future, lane)
        return future

    def close(self, timeout: float = 5.0) -> None:
        self._reading._db.close()
        self._raw.close()
        assert self._lock is not None
        self._lock.release()

    def died(self, into: Path) -> None:
        """Leave in `into` what a process killed now leaves behind."""
        into.mkdir(parents=True)
        for name in ("store.db", "store.db-wal", "store.lock"):
            if (self.path / name).exists():
                shutil.copyfile(self.path / name, into / name)
        self._reading._db.close()
        self._raw.close()
        assert self._lock is not None
        self._lock._file.close()
        shutil.rmtree(self.path)


def memory() -> str | None:
    """A folder in memory where there is one: a killed process leaves what it wrote, synced or not."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@cache
def blank() -> bytes:
    """A store that was just made: migrating one takes longer than a life."""
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        Store.open(Path(folder), key=None, rules=DEFAULT_RULES, clock=VirtualClock(START)).close()
        return (Path(folder) / "store.db").read_bytes()


def new_store(path: Path) -> None:
    path.mkdir(parents=True)
    (path / "store.db").write_bytes(blank())
