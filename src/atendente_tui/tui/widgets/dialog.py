"""The frame of every dialog: a titled box in front of the screen, and the line of keys at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual.await_complete import AwaitComplete
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from atendente_tui.privacy.safe import safe_line

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

Result = TypeVar("Result")


class Box(Vertical):
    """The frame itself; a program that is ending asks it for unsaved words."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.border_title = cast(str, Content(safe_line(title)))

    def save_now(self) -> None:
        keep = getattr(self.screen, "keep_now", None)
        if keep is not None:
            keep()


class Dialog(ModalScreen[Result], Generic[Result]):
    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > Box {
        width: 78; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; color: $foreground; border: round $primary; padding: 0 1;
    }
    Dialog VerticalScroll { height: auto; max-height: 70vh; scrollbar-size-vertical: 1; }
    Dialog VerticalScroll > Static { height: auto; }
    Dialog .dialog-about { height: auto; color: $text-muted; }
    Dialog .dialog-strong { height: auto; text-style: bold; }
    Dialog .dialog-keys { height: 1; color: $text-muted; }
    """

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Once only: Textual would take whatever screen is in front by then away from the person."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    @property
    def here(self) -> AtendenteApp:
        return cast("AtendenteApp", self.app)
