"""The queue's views with their counts, one line; the one shown stands in brackets, so no colour is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.widgets.line_bar import LineBar, Piece


class Tab(NamedTuple):
    name: str
    title: str
    number: str = ""


class ViewTabs(LineBar):
    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tabs: Sequence[Tab] = ()
        self.active = ""
        self.note = ""
        """The order and the filter, at the right edge."""

    def show(self, tabs: Sequence[Tab], active: str, note: str = "") -> None:
        self.tabs, self.active, self.note = tabs, active, note
        self.update_bar()

    def left(self, width: int) -> Sequence[Piece]:
        pieces: list[Piece] = []
        for tab in self.tabs:
            text = safe_line(f"{tab.title} {tab.number}".strip())
            chosen = tab.name == self.active
            pieces.append(Piece(f"[{text}]" if chosen else f" {text} ", "strong" if chosen else "", tab.name))
        # The chosen view is always seen: those before it leave first.
        more = self.app.glyphs.more
        hidden = 0
        while hidden < len(pieces) and not self._fits(
            pieces[hidden:], width - (cell_len(more) if hidden else 0)
        ):
            hidden += 1
        return pieces if not hidden else [Piece(more, "quiet"), *pieces[hidden:]]

    def right(self, width: int) -> Sequence[Piece]:
        return [Piece(f" {safe_line(self.note)} ", "quiet", "")] if self.note and width >= 60 else []

    def clicked(self, target: str) -> None:
        self.post_message(self.Chosen(target))

    def _fits(self, pieces: Sequence[Piece], width: int) -> bool:
        """Whether the chosen one is inside so many columns."""
        at = 0
        for piece in pieces:
            at += cell_len(piece.text)
            if piece.target == self.active:
                return at <= width
        return True
