"""Tells the sync which ticket is on screen and whether somebody writes in it; the sync tells colleagues.

Only a change is passed on, and at once: what it costs a key is a comparison.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atendente_tui.tui.screens.workstation import Workstation

QUIET = 8.0
"""Seconds without a letter after which nobody is writing any more."""


class Attending:
    def __init__(self, screen: Workstation) -> None:
        self._screen = screen
        self._said: tuple[int | None, bool] = (None, False)
        self._writing = False
        self._typed = 0.0
        self._timing = False

    def look(self) -> None:
        """What is on screen may have changed."""
        screen = self._screen
        hidden = screen.one_at_a_time and screen.place == "queue"
        if screen.place != "composer":
            self._writing = False
        ticket = None if hidden else screen.ticket_id
        now = (ticket, self._writing and ticket is not None)
        sync = screen.app.workplace.sync
        if now != self._said and sync is not None:
            self._said = now
            sync.attend(now[0], writing=now[1])

    def typed(self) -> None:
        """A letter was written in the composer."""
        self._typed = monotonic()
        if not self._writing:
            self._writing = True
            self.look()
        if not self._timing:
            self._timing = True
            self._screen.set_timer(QUIET, self._rest)

    def stopped(self) -> None:
        """What was being written was sent."""
        if self._writing:
            self._writing = False
            self.look()

    def _rest(self) -> None:
        left = self._typed + QUIET - monotonic()
        if left > 0 and self._writing:
            self._screen.set_timer(left, self._rest)
        else:
            self._timing = False
            self.stopped()
