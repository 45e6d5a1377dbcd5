"""One line of words, some of which can be clicked: what the top bar, the view tabs and the key bar are made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp


class Piece(NamedTuple):
    text: str
    role: str = ""
    """One of `LOOKS`, "" for the bar's own look."""
    target: str = ""
    """What a click on it means, "" for nothing."""


LOOKS = {
    "quiet": "{text-muted}",
    "strong": "{foreground} bold",
    "key": "{text-primary} bold",
    "warning": "{text-warning} bold",
    "bad": "{text-error} bold",
    "good": "{text-success}",
}
"""What a role adds to the bar's own look; theme variables in braces. As component classes they would be matched
against the whole sheet for every bar, drawn or not."""


class LineBar(Widget):
    """A subclass gives the pieces (`left`, `right`) and says what a click does (`clicked`)."""

    app: AtendenteApp
    DEFAULT_CSS = """
    LineBar { height: 1; width: 1fr; background: $panel; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._drawn: tuple[Piece, ...] = ()
        self._spans: list[tuple[int, int, str]] = []
        self._looks: dict[str, RichStyle] = {}

    def left(self, width: int) -> Sequence[Piece]:  # noqa: ARG002
        """The pieces from the left edge on, made to fit."""
        return ()

    def right(self, width: int) -> Sequence[Piece]:  # noqa: ARG002
        """The pieces that end at the right edge; they win over the left ones."""
        return ()

    def clicked(self, target: str) -> None:
        """A piece with a target was clicked."""

    def update_bar(self) -> None:
        """Draw again, if anything reads differently."""
        if self.size.width and self._pieces(self.size.width) != self._drawn:
            self.refresh()

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return 1

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.clear()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        width = self.size.width
        base = self._look()
        self._drawn = self._pieces(width)
        self._spans = []
        segments: list[Segment] = []
        at = 0
        for piece in self._drawn:
            taken = cell_len(piece.text)
            if piece.target:
                self._spans.append((at, at + taken, piece.target))
            at += taken
            segments.append(Segment(piece.text, self._look(piece.role)))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        for start, end, target in self._spans:
            if start <= event.x < end:
                event.stop()
                self.clicked(target)
                return

    def _look(self, role: str = "") -> RichStyle:
        style = self._looks.get(role)
        if style is None:
            made = self.visual_style
            if role:
                made += Style.parse(LOOKS[role].format_map(self.app.theme_variables))
            style = self._looks[role] = made.rich_style
        return style

    def _pieces(self, width: int) -> tuple[Piece, ...]:
        right = list(self.right(width))
        taken = sum(cell_len(piece.text) for piece in right)
        while right and taken > width:
            taken -= cell_len(right.pop(0).text)
        left: list[Piece] = []
        room = width - taken
        # Pieces that mean the same click stand or fall together: a key and what it does.
        for _target, group in groupby(self.left(room), lambda piece: piece.target or id(piece)):
            pieces = list(group)
            length = sum(cell_len(piece.text) for piece in pieces)
            if length > room:
                break
            left += pieces
            room -= length
        return (*left, Piece(" " * room), *right)
