"""What is done for the store while nobody looks: a check after a bad end and once a week, a copy every hour there was
something new, and some room on the disk kept back."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.store import room
from atendente_tui.store.errors import StoreError
from atendente_tui.store.writing import Lane

if TYPE_CHECKING:
    from datetime import datetime

    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

_log = logging.getLogger(__name__)
CHECK_AFTER = 5.0
"""Seconds after opening: the first screen comes first."""
CHECK_EVERY = 7 * 86_400.0
COPY_AFTER = 600.0
"""Seconds until the first copy, and until the next try of one that could not be made."""
COPY_EVERY = 3_600.0


class Keeper(threading.Thread):
    """Runs beside the store until `stop`."""

    def __init__(self, store: Store) -> None:
        super().__init__(name="store-keeper", daemon=True)
        self._store = store
        self._ended = threading.Event()
        self._db: Connection | None = None
        self.faults: list[str] = []
        """What the check found, in SQLite's words; topic "health" says when there is something."""
        self.copy_failed: Exception | None = None
        """Why the last copy could not be made; None when it could."""

    def stop(self) -> None:
        self._ended.set()
        if (db := self._db) is not None:
            with contextlib.suppress(sqlite.Error):
                db.interrupt()

    def run(self) -> None:
        if self._ended.wait(CHECK_AFTER):
            return
        room.lay(self._store.path)
        if not self._store.was_clean or self._is_due():
            self._check()
        pause = COPY_AFTER
        while not self._ended.wait(pause):
            room.lay(self._store.path)
            self._copy()
            pause = COPY_EVERY if self.copy_failed is None else COPY_AFTER
            if self._is_due():
                self._check()

    def _is_due(self) -> bool:
        """Whether the last look at every page is a week ago."""
        with contextlib.suppress(StoreError, sqlite.Error), contextlib.closing(self._store.reader()) as db:
            now = self._store.clock.now()
            last = checked_at(db)
            return last is None or not 0 <= (now - last).total_seconds() < CHECK_EVERY
        return False

    def _check(self) -> None:
        from atendente_tui.store.health import cipher_faults, faults

        store = self._store
        with contextlib.suppress(StoreError, sqlite.Error), contextlib.closing(store.reader()) as db:
            self._db = db
            found = faults(db) + (cipher_faults(db) if store.encrypted else [])
            self._db = None
            if self._ended.is_set():
                return
            if found:
                self.faults = found
                _log.error("the store is damaged: %s faults were found", len(found))
                store.announce("health")
            else:
                store.submit(lambda tx: remember_checked(tx, store.clock.now()), Lane.IDLE)

    def _copy(self) -> None:
        from atendente_tui.store.backup import back_up, backups

        store = self._store
        newest = next(iter(backups(store.path)), None)
        if self.faults or (newest is not None and newest.path.stat().st_mtime > store.changed_at()):
            return  # a damaged store must not push the good copies out
        try:
            back_up(store, at_least_every=COPY_EVERY / 2)
            self.copy_failed = None
        except (StoreError, sqlite.Error, OSError) as wrong:
            self.copy_failed = wrong
            _log.warning("no copy of the store could be made: %s", type(wrong).__name__)
            store.announce("health")


def checked_at(db: Connection) -> datetime | None:
    """When every page was last looked at and found sound; None when never."""
    row = db.execute("SELECT value FROM meta WHERE key = 'checked_at'").fetchone()
    return from_ms(int(row[0])) if row is not None else None


def remember_checked(tx: Tx, at: datetime) -> None:
    tx.db.execute("INSERT OR REPLACE INTO meta VALUES ('checked_at', ?)", (str(to_ms(at)),))
