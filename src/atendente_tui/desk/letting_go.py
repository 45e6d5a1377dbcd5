"""Beside an open workstation: what has been kept long enough goes by itself, as `[privacy.retention]` says."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2 as sqlite

from atendente_tui.store.errors import StoreError

if TYPE_CHECKING:
    from atendente_tui.config import Config
    from atendente_tui.desk.desk import Desk
    from atendente_tui.store.store import Store

AFTER = 120.0
"""Seconds from the start: the first look at the queue comes first."""
EVERY = 6 * 3_600.0


class LettingGo(threading.Thread):
    """Runs until `stop`, or until the store is closed."""

    def __init__(self, desk: Desk, config: Config, *, after: float = AFTER, every: float = EVERY) -> None:
        super().__init__(name="letting-go", daemon=True)
        self._desk, self._config = desk, config
        self._after, self._every = after, every
        self._ended = threading.Event()
        self.gone: dict[str, int] = {}
        """What went the last time, by class."""

    def stop(self) -> None:
        self._ended.set()

    def run(self) -> None:
        pause = self._after
        while not self._ended.wait(pause):
            pause = self._every
            with suppress(StoreError, sqlite.Error, OSError):
                self._once(self._desk.store)

    def _once(self, store: Store) -> None:
        from atendente_tui.desk.subjects import retain, retention_of

        with closing(store.reader()) as db:
            self.gone = retain(self._desk, db, retention_of(self._config))


def let_go(desk: Desk, config: Config) -> LettingGo | None:
    """Start it where anything is to be let go at all."""
    if not (config.privacy.retention or config.privacy.preset) or desk.store.read_only:
        return None
    thread = LettingGo(desk, config)
    thread.start()
    return thread
