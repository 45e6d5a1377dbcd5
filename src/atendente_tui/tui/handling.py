"""Counts the work on the ticket that stands open, by the person's keys, and writes it down every few seconds.

What it costs a key is a few comparisons; what a kill costs is `SAVE` seconds of it.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from atendente_tui.domain.handling import Spent, Watch, passed, phase
from atendente_tui.store.writing import Lane

if TYPE_CHECKING:
    from atendente_tui.domain.handling import Phase
    from atendente_tui.tui.app import AtendenteApp

SAVE = 10.0
"""Seconds between two writes, while there is something to write."""


class Handling:
    """`pressed` and `save` are the screen's; `take` is asked by the desk, on the writer's thread."""

    def __init__(self, app: AtendenteApp) -> None:
        self._app = app
        self._idle = round(app.workplace.config.metrics.idle_seconds * 1_000)
        self._watch: Watch | None = None
        self._unsaved: dict[int, Spent] = {}
        self._lock = Lock()

    def pressed(self) -> None:
        """A key: what passed since the last one was for the ticket that stands open now."""
        now = self._app.now_ms()
        self._credit(now)
        self._watch = Watch(now, now)

    def save(self) -> None:
        """Write down what was counted; nothing when nobody was at the keys."""
        self._credit(self._app.now_ms())
        with self._lock:
            unsaved, self._unsaved = self._unsaved, {}
        if unsaved and not self._app.workplace.store.read_only:
            from atendente_tui.store import worked

            login = self._app.workplace.desk.agent.login
            self._app.workplace.store.submit(lambda tx: worked.add(tx, login, unsaved), Lane.IDLE)

    def take(self, ticket_id: int) -> Spent:
        with self._lock:
            return self._unsaved.pop(ticket_id, Spent())

    def _credit(self, now: int) -> None:
        watch = self._watch
        if watch is None or not (amount := passed(watch, now, self._idle)):
            return
        self._watch = watch._replace(counted=watch.counted + amount)
        if (open_now := self._open()) is not None:
            ticket_id, doing = open_now
            with self._lock:
                self._unsaved[ticket_id] = self._unsaved.get(ticket_id, Spent()).of(doing, amount)

    def _open(self) -> tuple[int, Phase] | None:
        """The ticket on the screen and what working on it is; whatever is asked about it lies above."""
        stack = self._app.screen_stack
        pane = getattr(stack[0], "ticket_pane", None) if stack else None
        ticket = None if pane is None else pane.ticket
        if ticket is None or getattr(stack[0], "place", "") == "queue":
            return None  # who walks through the queue works on none of it
        form = getattr(stack[-1], "form", None)
        return ticket.id, phase(
            ticket.status, ticket.channel, wrapping=getattr(form, "name", "").startswith("wrap_up")
        )
