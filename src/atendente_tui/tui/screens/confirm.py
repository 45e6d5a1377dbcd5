"""A question with two answers, for what cannot be taken back."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line


class ConfirmScreen(ModalScreen[bool]):
    """True when the person said yes. Enter says yes only where nothing is lost by it."""

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; background: transparent; }
    ConfirmScreen > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; color: $foreground; border: round $warning; padding: 0 1;
    }
    ConfirmScreen .confirm-keys { height: 1; color: $text-muted; }
    ConfirmScreen VerticalScroll { height: auto; max-height: 70vh; }
    ConfirmScreen VerticalScroll > Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,y", "answer(True)", show=False),
        Binding("n,escape", "answer(False)", show=False),
        Binding("enter", "enter", show=False),
    ]

    def __init__(self, title: str, text: SafeText, *, yes: str, loses: bool) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._yes = yes
        self._loses = loses

    def compose(self) -> ComposeResult:
        box = Vertical()
        box.border_title = cast(str, Content(safe_line(self._title)))
        with box:
            with VerticalScroll():
                yield Static(Content(self._text))
            keys = _("{key} {yes} · n no, go back").format(key=_("y"), yes=self._yes)
            yield Static(
                Content(keys if self._loses else _("Enter {yes} · Esc go back").format(yes=self._yes)),
                classes="confirm-keys",
            )

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def action_enter(self) -> None:
        if not self._loses:
            self.dismiss(True)


async def confirm(app: App[Any], title: str, text: SafeText, *, yes: str, loses: bool = True) -> bool:
    """Ask (inside a worker). `loses`: whether a yes throws something away, so that Enter alone is not enough."""
    return await app.push_screen(ConfirmScreen(title, text, yes=yes, loses=loses), wait_for_dismiss=True)
