"""Keeping the write-ahead log short without making a person wait.

A thread of its own copies the bulk back into the file while the writer goes on; what came meanwhile is little, and
the writer copies that itself between two jobs, so that the next transaction starts the log anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

LONG = 2_000  # pages not copied back yet that are worth a visit
LOOK_EVERY = 8  # commits


class Checkpointer(threading.Thread):
    def __init__(self, connect: Callable[[], Connection]) -> None:
        super().__init__(name="store-checkpoint", daemon=True)
        self._connect = connect
        self._kick = threading.Event()
        self._copied = threading.Event()
        self._stopping = False
        self._commits = 0

    def after_commit(self, db: Connection, *, alone: bool) -> None:
        """Called by the writer between jobs; `alone` when no person waits."""
        if self._copied.is_set():
            if alone:
                self._copied.clear()
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            return
        self._commits += 1
        if self._commits % LOOK_EVERY == 0 and not self._kick.is_set():
            _, pages, copied = db.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
            if pages - copied > LONG:
                self._kick.set()

    def stop(self) -> None:
        self._stopping = True
        self._kick.set()

    def run(self) -> None:
        db: Connection | None = None
        while True:
            self._kick.wait()
            if self._stopping:
                break
            try:
                db = db or self._connect()
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._copied.set()
            except sqlite.Error:
                pass  # the next visit, or the truncation after the sync, does it
            finally:
                self._kick.clear()
        if db is not None:
            db.close()


def truncate(db: Connection) -> bool:
    """Copy everything back and cut the log to nothing. False while a reader still holds it."""
    db.execute("PRAGMA busy_timeout = 20")
    try:
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite.OperationalError:
        return False
    finally:
        db.execute("PRAGMA busy_timeout = 5000")
