"""Lists of one-line rows, and small boards of lines that say how things stand; both draw as `LinePane` does."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from textual.geometry import Region

from atendente_tui.privacy.safe import SafeText
from atendente_tui.tui.lines import Line, Span, balanced, fitted, two_ends
from atendente_tui.tui.widgets.line_pane import LinePane


class Row(NamedTuple):
    """A row of a list: cut on the left as needed, flush on the right."""

    key: str | None
    """None for what the cursor does not stop at."""
    left: tuple[Span, ...]
    right: Span = Span("")
    soft: bool = False
    """Whether a long right side is cut for the sake of the left one."""


def heading(text: SafeText) -> Row:
    return Row(None, (Span(text, "heading"),))


class RowsPane(LinePane):
    """A list of one-line rows that are all in memory; the cursor stays with its row's key."""

    margin = " "
    """Stands before every row: the cursor's sign takes its first column."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        self.rows: list[Row] = []
        super().__init__(id=id, classes=classes)

    def set_rows(self, rows: list[Row], *, key: str | None = None, from_top: bool = False) -> None:
        """Show other rows; nothing is painted when they are the same.

        The cursor goes to `key`, else it stays with its row, else near where it was.
        """
        if rows == self.rows and key is None and not from_top:
            return
        wanted, near = (None, 0) if from_top else (key or self.row_key, self.cursor)
        if len(rows) != len(self.rows) and self.styles.auto_dimensions:
            self.refresh(layout=True)
        self.rows = rows
        places = [n for n, row in enumerate(rows) if row.key is not None]
        held = next((n for n in places if rows[n].key == wanted), None)
        self.cursor = min(places, key=lambda n: abs(n - near), default=0) if held is None else held
        if from_top:
            self.top = (0, 0)
        self.settle()
        self.move_cursor(self.cursor)

    @property
    def row_key(self) -> str | None:
        """Key of the row under the cursor."""
        return self.rows[self.cursor].key if self.cursor < len(self.rows) else None

    def get_content_height(self, *_args: Any) -> int:
        return len(self.rows)

    def count(self) -> int:
        return len(self.rows)

    def key(self, item: int) -> Hashable:
        return self.rows[item]

    def selectable(self, item: int) -> bool:
        return self.rows[item].key is not None

    def build(self, item: int, width: int) -> list[Line]:
        row = self.rows[item]
        made = (balanced if row.soft else two_ends)(
            (Span(self.margin), *row.left), row.right, width, self.glyphs.more
        )
        return [made._replace(indent=len(self.margin))]


class LineBoard(LinePane, can_focus=False):
    """A few lines that say how things stand: `set_lines` repaints only those that changed."""

    DEFAULT_CSS = "LineBoard { height: auto; }"
    bar_shown = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown: list[Line] = []

    def set_lines(self, lines: list[Line]) -> None:
        before, self.shown = self.shown, lines
        if len(before) != len(lines):
            self.refresh(layout=True)
            self.settle()
            return
        for y, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def get_content_height(self, *_args: Any) -> int:
        return len(self.shown)

    def count(self) -> int:
        return len(self.shown)

    def key(self, item: int) -> Hashable:
        return self.shown[item]

    def build(self, item: int, width: int) -> list[Line]:
        return [fitted(self.shown[item], width, self.glyphs.more)]
