"""A longer text, read in peace: an article, a whole message, a change as it came."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_text
from atendente_tui.tui.lines import Line, block
from atendente_tui.tui.widgets.dialog import Box, Dialog
from atendente_tui.tui.widgets.line_pane import LinePane

LONGEST = 2_000_000
MOST_LINES = 200_000


class Page(LinePane):
    """One item a paragraph, wrapped when it comes into view."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.paragraphs = safe_text(text, characters=LONGEST, lines=MOST_LINES).split("\n")

    @property
    def cursor_on(self) -> bool:
        return False

    def count(self) -> int:
        return len(self.paragraphs)

    def key(self, item: int) -> Hashable:
        return item

    def build(self, item: int, width: int) -> list[Line]:
        return block(self.paragraphs[item], width)

    def action_step(self, step: int) -> None:
        self.scroll_lines(step)


class ReaderScreen(Dialog[None]):
    """Title and text may be foreign; both are cleaned here."""

    DEFAULT_CSS = "ReaderScreen > Box { width: 100%; max-width: 100; height: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "leave", show=False, priority=True)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._page = Page(text)

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield self._page
            yield Static(Content(_("↑↓ PgUp PgDn read · Esc close")), classes="dialog-keys")

    def on_mount(self) -> None:
        super().on_mount()
        self._page.focus()

    def action_leave(self) -> None:
        self.dismiss(None)
