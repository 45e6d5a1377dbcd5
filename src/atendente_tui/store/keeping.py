"""What is done for the store while nobody looks: a check after a bad end, and a copy every hour there was something new."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store.errors import StoreError

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

CHECK_AFTER = 5.0
"""Seconds after opening: the first screen comes first."""
COPY_AFTER = 600.0
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
        if not self._store.was_clean and not self._ended.wait(CHECK_AFTER):
            self._check()
        pause = COPY_AFTER
        while not self._ended.wait(pause):
            pause = COPY_EVERY
            self._copy()

    def _check(self) -> None:
        from atendente_tui.store.health import faults

        with contextlib.suppress(StoreError, sqlite.Error), contextlib.closing(self._store.reader()) as db:
            self._db = db
            found = faults(db)
            self._db = None
            if found and not self._ended.is_set():
                self.faults = found
                self._store.announce("health")

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
            store.announce("health")
