"""Every effect of a macro, or of a script's end, before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_text
from atendente_tui.tui.widgets.dialog import Box, Dialog


class TogetherScreen(Dialog["str | None"]):
    """ "all" to do it, "insert" to put only the text into the composer, None to go back."""

    DEFAULT_CSS = """
    TogetherScreen > Box { width: 100%; max-width: 100; }
    TogetherScreen .effect { height: auto; }
    TogetherScreen .-no { color: $text-error; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('')", show=False),
        Binding("enter", "all", show=False, priority=True),
        Binding("i", "insert", show=False),
    ]

    def __init__(
        self, title: str, effects: Sequence[tuple[bool, str]], *, allowed: bool, may_insert: bool
    ) -> None:
        """effects: (whether it hinders all, what is done) of each command, in order."""
        super().__init__()
        self._title = title
        self._effects = effects
        self._allowed = allowed
        self._may_insert = may_insert

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield Static(Content(self._summary()), classes="dialog-strong")
            with VerticalScroll():
                for number, (hinders, said) in enumerate(self._effects, 1):
                    mark = self.here.glyphs.warning if hinders else str(number)
                    text = Content(safe_text(f"{mark} {said}", lines=60))
                    yield Static(text, classes="effect -no" if hinders else "effect")
            yield Static(Content(self._keys()), classes="dialog-keys")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(VerticalScroll))

    def action_answer(self, what: str) -> None:
        self.dismiss(what or None)

    def action_all(self) -> None:
        self.dismiss("all" if self._allowed else None)

    def action_insert(self) -> None:
        if self._may_insert:
            self.dismiss("insert")

    def _summary(self) -> str:
        if self._allowed:
            return _("All of this will be done as one; u takes it back as one.")
        return _("Nothing of this will be done: not all of it is allowed.")

    def _keys(self) -> str:
        keys = [_("Enter do it")] if self._allowed else []
        keys += [_("i insert the text only")] if self._may_insert else []
        return " · ".join([*keys, _("Esc go back")])


async def ask(
    app: App[Any], title: str, effects: Sequence[tuple[bool, str]], *, allowed: bool, may_insert: bool
) -> str | None:
    """Show them and ask (inside a worker)."""
    screen = TogetherScreen(title, effects, allowed=allowed, may_insert=may_insert)
    return await app.push_screen_wait(screen)
