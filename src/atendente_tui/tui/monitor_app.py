"""The monitor as a program: the same screens and manners, with nothing by which anything could be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from atendente_tui.tui import compositor
from atendente_tui.tui.actions import READING, Action
from atendente_tui.tui.app import AtendenteApp

if TYPE_CHECKING:
    from atendente_tui.tui.workplace import Workplace


class MonitorApp(AtendenteApp):
    """`wall` opens the large, rotating pages instead of the panes."""

    offered: Mapping[str, Action] = READING
    gather = 0.0  # nobody types here: what happens in the ticket on show is seen at once

    def __init__(
        self, workplace: Workplace, *, wall: bool = False, when_warm: Callable[[], None] | None = None
    ) -> None:
        if not workplace.store.read_only:
            raise ValueError("a monitor has a store that is only read")
        super().__init__(workplace, when_warm=when_warm)
        self.keymap = self.keymap.only(READING)
        self._wall = wall

    def perform(self, action: str, screen: Screen[Any] | None = None) -> None:
        if action in self.offered:
            super().perform(action, screen)

    def get_default_screen(self) -> Screen[Any]:
        from atendente_tui.tui.screens.monitor import Monitor
        from atendente_tui.tui.screens.wall import Wall

        return compositor.remembering(Wall() if self._wall else Monitor())
