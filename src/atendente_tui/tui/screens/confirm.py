"""A question with two answers, for what cannot be taken back."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText
from atendente_tui.tui.widgets.dialog import Box, Dialog


class ConfirmScreen(Dialog[bool]):
    """True when the person said yes. Enter says yes only where nothing is lost by it."""

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
        with Box(self._title):
            with VerticalScroll():
                yield Static(Content(self._text))
            keys = _("{key} {yes} · n no, go back").format(key=_("y"), yes=self._yes)
            yield Static(
                Content(keys if self._loses else _("Enter {yes} · Esc go back").format(yes=self._yes)),
                classes="dialog-keys",
            )

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def action_enter(self) -> None:
        if not self._loses:
            self.dismiss(True)


async def confirm(app: App[Any], title: str, text: SafeText, *, yes: str, loses: bool = True) -> bool:
    """Ask (inside a worker). `loses`: whether a yes throws something away, so that Enter alone is not enough."""
    return await app.push_screen(ConfirmScreen(title, text, yes=yes, loses=loses), wait_for_dismiss=True)
