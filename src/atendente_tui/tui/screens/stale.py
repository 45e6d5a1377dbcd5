"""An answer that something was said before: what is new stands as a diff between what was seen and what was written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText
from atendente_tui.tui.lines import Line
from atendente_tui.tui.screens.full_text import Formatted
from atendente_tui.tui.widgets.dialog import Box, Dialog

Choice = Literal["send", "edit", "discard"]


class Diff(Formatted):
    """As high as its lines, where there is room."""

    DEFAULT_CSS = "Diff { height: auto; max-height: 70vh; }"

    def get_content_height(self, _container: Any, _viewport: Any, width: int) -> int:
        return len(self._make(max(8, width - self.bar_shown)))


class StaleScreen(Dialog[Choice | None]):
    DEFAULT_CSS = """
    StaleScreen > Box { width: 110; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "take('send')", show=False),
        Binding("e", "take('edit')", show=False),
        Binding("d,delete", "take('discard')", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, title: SafeText, why: SafeText, make: Callable[[int], list[Line]]) -> None:
        super().__init__()
        self._title, self._why = title, why
        self.diff = Diff(make)

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield Static(Content(self._why), classes="dialog-strong")
            yield self.diff
            yield Static(
                Content(_("m send mine all the same · e edit mine · d discard · Esc later")),
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        self.set_focus(self.diff)

    def action_take(self, choice: Choice) -> None:
        self.dismiss(choice)

    def action_leave(self) -> None:
        self.dismiss(None)
