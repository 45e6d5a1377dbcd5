"""One review as a program: the review screen and nothing before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from atendente_tui.tui import compositor
from atendente_tui.tui.app import AtendenteApp

if TYPE_CHECKING:
    from atendente_tui.tui.workplace import Workplace


class QualityApp(AtendenteApp):
    def __init__(self, workplace: Workplace, review_id: str) -> None:
        super().__init__(workplace)
        self._review_id = review_id

    def get_default_screen(self) -> Screen[Any]:
        from atendente_tui.tui.screens.quality_review import ReviewScreen

        return compositor.remembering(ReviewScreen(self._review_id, alone=True))
