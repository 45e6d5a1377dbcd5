"""The frame around the queue and its tabs: a border with the pane's key and title, heavy where the focus is."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from atendente_tui.privacy.safe import safe_line


class Pane(Vertical):
    """Its look is in `styles/app.tcss`, beside that of the other panes."""

    def __init__(self, title: str, *children: Widget, key: str = "", id: str | None = None) -> None:
        super().__init__(*children, id=id)
        self._key = key
        self.entitle(title)

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Name the pane by what it shows; foreign text is cleaned and never read as markup."""
        self.border_title = Content(safe_line(f"{self._key} {title}".strip(), characters=80))
        self.border_subtitle = Content(safe_line(subtitle, characters=80)) if subtitle else None
