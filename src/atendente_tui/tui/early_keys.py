"""What is typed in the first moment, while the panes behind the queue are still on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

AT_ONCE = frozenset(
    {"pane_queue", "mark", "mark_all", "clear_marks", "view_next", "view_previous", "sort", "filter"}
)
"""Actions of the workstation that need no pane but the queue, which is there from the first frame on."""

Typed = events.Key | events.Paste


class EarlyKeys:
    """Keeps the first key that needs a pane not there yet, and all that is typed after it, whatever that is.

    They are done in their order once the panes are there: of `r` and an answer, each letter would else be a verb.
    """

    def __init__(self, app: AtendenteApp, do: Callable[[Typed], Awaitable[None]]) -> None:
        self._app, self._do = app, do
        self._kept: list[Typed] = []

    def keep(self, event: Typed) -> bool:
        """Whether it was kept for later; if not, it is to be done now."""
        if not self._kept:
            furnished: asyncio.Event | None = getattr(self._app.screen, "furnished", None)
            if furnished is None or furnished.is_set() or not self._needs_panes(event):
                return False
            self._app.run_worker(self._wait(furnished), name="early keys", exit_on_error=True)
        self._kept.append(event)
        return True

    def _needs_panes(self, event: Typed) -> bool:
        if not isinstance(event, events.Key):
            return False
        action = self._app.keymap.find(event.key, self._app.contexts())
        return action is not None and action not in AT_ONCE

    async def _wait(self, furnished: asyncio.Event) -> None:
        await furnished.wait()
        self._app.call_next(self._catch_up)  # among the events, so that none typed later comes between

    async def _catch_up(self) -> None:
        while self._kept:
            await self._do(self._kept[0])
            self._kept.pop(0)
