"""Reading the whole floor for a screen: in a thread, one look at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from atendente_tui.desk import floor as looking

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.floor import Floor
    from atendente_tui.tui.app import AtendenteApp


SOON = 0.15
"""Seconds after news at which the whole floor is read: it takes turns with the screen, which first shows the news."""


class FloorLook:
    """`again` reads the floor once more and hands it to `show`; asked again meanwhile, once more after it."""

    def __init__(self, screen: Screen[Any], show: Callable[[Floor], None]) -> None:
        self._screen, self._show = screen, show
        self._owed = self._coming = self._over = False
        self._reading = threading.Lock()
        self._db: Connection | None = None

    def soon(self) -> None:
        """Something moved: once more, after what is painted for it at once, and once for all that moves meanwhile."""
        if not self._coming:
            self._coming = True
            self._screen.set_timer(SOON, self._come)

    def _come(self) -> None:
        self._coming = False
        self.again()

    def again(self) -> None:
        if any(one.group == "look" and one.is_running for one in self._screen.workers):
            self._owed = True
            return
        self._screen.run_worker(self._look, thread=True, group="look", exit_on_error=True)

    def _look(self) -> None:
        app = cast("AtendenteApp", self._screen.app)
        workplace = app.workplace
        with self._reading:  # one connection for all looks: what it has read once it need not read again
            if self._over:
                return
            if self._db is None:
                self._db = workplace.store.reader()
            found = looking.look(self._db, workplace.config, app.now_ms(), workplace.zone)
        app.call_from_thread(self._seen, found)

    def end(self) -> None:
        """No look any more. Where one is under way its connection is closed after it, by whoever holds it last."""
        self._over = True
        threading.Thread(target=self._close, name="floor-look-end", daemon=True).start()

    def _close(self) -> None:
        with self._reading:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _seen(self, found: Floor) -> None:
        self._show(found)
        if self._owed and self._screen.is_mounted:
            self._owed = False
            self._screen.set_timer(0.2, self.again)
