"""A store that another process writes: news are found by asking, once a second, whether anything was committed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

EVERYTHING = "*"
"""The topic that stands for all of them: what was moved is not known."""
EVERY = 1.0
"""Seconds."""


class Watcher(threading.Thread):
    """Calls `tell` after each second in which somebody else committed, until `stop`."""

    def __init__(self, connect: Callable[[], Connection], tell: Callable[[frozenset[str]], None]) -> None:
        super().__init__(name="store-watcher", daemon=True)
        self._connect, self._tell = connect, tell
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()

    def run(self) -> None:
        with contextlib.suppress(Exception), contextlib.closing(self._connect()) as db:
            seen = self._version(db)
            while not self._ended.wait(EVERY):
                now = self._version(db)
                if now != seen:
                    seen = now
                    self._tell(frozenset({EVERYTHING}))

    @staticmethod
    def _version(db: Connection) -> int:
        try:
            return int(db.execute("PRAGMA data_version").fetchone()[0])
        except sqlite.OperationalError:  # busy in this moment: the next second tells
            return -1
