"""Reading the whole floor for a screen: in a thread, one look at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from atendente_tui.desk import floor as looking

if TYPE_CHECKING:
    from atendente_tui.desk.floor import Floor
    from atendente_tui.tui.app import AtendenteApp


class FloorLook:
    """`again` reads the floor once more and hands it to `show`; asked again meanwhile, once more after it."""

    def __init__(self, screen: Screen[Any], show: Callable[[Floor], None]) -> None:
        self._screen, self._show = screen, show
        self._owed = False

    def again(self) -> None:
        if any(one.group == "look" and one.is_running for one in self._screen.workers):
            self._owed = True
            return
        self._screen.run_worker(self._look, thread=True, group="look", exit_on_error=True)

    def _look(self) -> None:
        app = cast("AtendenteApp", self._screen.app)
        workplace = app.workplace
        with closing(workplace.store.reader()) as db:
            found = looking.look(db, workplace.config, app.now_ms(), workplace.zone)
        app.call_from_thread(self._seen, found)

    def _seen(self, found: Floor) -> None:
        self._show(found)
        if self._owed and self._screen.is_mounted:
            self._owed = False
            self._screen.set_timer(0.2, self.again)
