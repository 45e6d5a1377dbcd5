"""The place of a pane: framed by a border with the pane's key and title, heavy where the focus is.

What is mounted inside later may bring a frame of its own, and this one then goes (`unframe`).
"""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content

from atendente_tui.privacy.safe import safe_line


class Pane(Vertical):
    """What stands inside is mounted by the screen; until then the frame holds its place."""

    DEFAULT_CSS = """
    Pane { height: 1fr; background: $background; }
    Pane.-framed {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
    }
    Pane.-framed:focus-within {
        border: heavy $primary;
        border-title-color: $text-primary;
        border-title-style: bold;
    }
    """

    def __init__(self, name: str, title: str, *, key: str = "") -> None:
        super().__init__(id=f"pane-{name}", classes="-framed")
        self.place = name
        self._key = key
        self.title = title
        self.entitle(title)

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Name the pane by what it shows; foreign text is cleaned and never read as markup."""
        self.title = title
        key = f"{self._key} " if self._key else ""
        self.border_title = Content(safe_line(f"{key}{title}", characters=80))
        self.border_subtitle = Content(safe_line(subtitle, characters=80)) if subtitle else None

    def unframe(self) -> None:
        self.remove_class("-framed")
        self.border_title = None
        self.border_subtitle = None
