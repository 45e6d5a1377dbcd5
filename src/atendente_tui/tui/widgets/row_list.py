"""A short list of one-line rows with a cursor: drawn line by line, so that a key repaints two lines.

For lists that are whole in memory (a few thousand rows at most). The cursor stays with its row's key when the
rows are replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from atendente_tui.tui.glyphs import UNICODE


class Row(NamedTuple):
    key: str
    """Names the row; "" for a heading, on which the cursor never stands."""
    content: Content


class RowList(ScrollView, can_focus=True):
    DEFAULT_CSS = """
    RowList { height: 1fr; background: $surface; color: $foreground; overflow-x: hidden; scrollbar-size-vertical: 1; }
    RowList > .row-list--cursor { background: $boost; color: $foreground; text-style: bold; }
    RowList:focus > .row-list--cursor { background: $primary-muted; color: $foreground; text-style: bold; }
    RowList > .row-list--heading { color: $text-muted; text-style: underline; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor", "row-list--heading"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Highlighted(Message):
        """The cursor stands on another row."""

        def __init__(self, rows: RowList, key: str | None) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> RowList:
            return self.rows

    class Chosen(Highlighted):
        """Enter, or a click on the row under the cursor."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = []
        self._at: int | None = None
        self._sign = ">"

    @property
    def key(self) -> str | None:
        """The key of the row the cursor is on."""
        return self._rows[self._at].key if self._at is not None else None

    @property
    def keys(self) -> list[str]:
        return [row.key for row in self._rows if row.key]

    def show(self, rows: Sequence[Row], key: str | None = None) -> None:
        """Replace the rows. The cursor goes to `key`, else stays with its row, else near where it was."""
        wanted = key or self.key
        before = self._at or 0
        self._rows = list(rows)
        self._at = next((n for n, row in enumerate(self._rows) if row.key and row.key == wanted), None)
        if self._at is None:
            self._at = self._nearest(min(before, len(self._rows) - 1))
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()
        self._reveal()
        self.post_message(self.Highlighted(self, self.key))

    def on_resize(self, _event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows))
        self._reveal()

    def on_mount(self) -> None:
        self._sign = getattr(self.app, "glyphs", UNICODE).cursor
        self.virtual_size = Size(self.size.width, len(self._rows))

    def render_line(self, y: int) -> Strip:
        n = y + self.scroll_offset.y
        width = self.size.width
        base = self.visual_style
        if n >= len(self._rows):
            return Strip.blank(width, base.rich_style)
        row = self._rows[n]
        here = n == self._at
        style = base
        if here:
            style = base + Style.from_styles(self.get_component_styles("row-list--cursor"))
        elif not row.key:
            style = base + Style.from_styles(self.get_component_styles("row-list--heading"))
        sign = Segment(f"{self._sign} " if here else "  " if row.key else "", style.rich_style)
        content = row.content.truncate(max(1, width - 2), ellipsis=True)
        strip = Strip([sign, *content.render_segments(style)])
        return strip.adjust_cell_length(width, style.rich_style)

    def action_move(self, step: int) -> None:
        if self._at is None:
            return
        n = self._at + step
        while 0 <= n < len(self._rows) and not self._rows[n].key:
            n += step
        if 0 <= n < len(self._rows):
            self._go(n)

    def action_page(self, direction: int) -> None:
        if self._at is not None:
            step = direction * max(1, self.size.height - 1)
            self._go(self._nearest(max(0, min(len(self._rows) - 1, self._at + step))))

    def action_edge(self, direction: int) -> None:
        if self._at is not None:
            self._go(self._nearest(0 if direction < 0 else len(self._rows) - 1))

    def action_choose(self) -> None:
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: events.Click) -> None:
        n = event.y + self.scroll_offset.y
        if 0 <= n < len(self._rows) and self._rows[n].key:
            again = n == self._at
            self._go(n)
            if again:
                self.action_choose()

    def _nearest(self, n: int) -> int | None:
        """The row closest to `n` that is no heading."""
        candidates = [place for place, row in enumerate(self._rows) if row.key]
        return min(candidates, key=lambda place: abs(place - n)) if candidates else None

    def _go(self, n: int | None) -> None:
        if n is None or n == self._at:
            return
        before, self._at = self._at, n
        for line in (before, n):
            if line is not None:
                self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))
        self._reveal()
        self.post_message(self.Highlighted(self, self.key))

    def _reveal(self) -> None:
        if self._at is None or not self.size.height:
            return
        top = self.scroll_offset.y
        first = self._at - 1 if self._at and not self._rows[self._at - 1].key else self._at
        if first < top:
            self.scroll_to(y=first, animate=False)
        elif self._at >= top + self.size.height:
            self.scroll_to(y=self._at - self.size.height + 1, animate=False)
