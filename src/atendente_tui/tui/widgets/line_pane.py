"""A pane of lines on the Line API: items of any height, measured only near what is on screen.

Where it stands is an item and a line within it, so nothing above or below has to be measured, and a page added
at either end moves nothing. It scrolls by itself, because a `ScrollView` lays the screen out again whenever
its size changes. Selected text is known by (item, line) and stays with its text when the pane scrolls.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from atendente_tui.i18n import _
from atendente_tui.tui.glyphs import UNICODE, Glyphs
from atendente_tui.tui.lines import Line, Span
from atendente_tui.tui.widgets.line_looks import ROLES, STYLES
from atendente_tui.tui.widgets.line_marks import places, restyled
from atendente_tui.tui.widgets.line_selection import Place, selected

_SERIAL = 1 << 40
"""Number of item 0 as text selection counts; room on either side for items that come later."""
_LINES = 1 << 22
"""More lines than any item has."""
_CACHED = 4_000


class LinePane(Widget, can_focus=True):
    """Shows `count()` items; a subclass says what the lines of each are (`build`) and what identifies them (`key`)."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{role}" for role in ROLES}
    DEFAULT_CSS = "LinePane { width: 1fr; height: 1fr; }" + STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(False)", show=False),
        Binding("end", "edge(True)", show=False),
        Binding("enter", "enter", show=False),
        Binding("ctrl+c,super+c", "copy_chosen", show=False),
    ]
    cursor_shown: bool = True
    bar_shown: bool = True

    class Entered(Message):
        """The item under the cursor was opened (Enter or a click on it)."""

        def __init__(self, pane: LinePane, item: int) -> None:
            super().__init__()
            self.pane = pane
            self.item = item

        @property
        def control(self) -> LinePane:
            return self.pane

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.cursor = 0
        self.top: Place = (0, 0)
        self.stuck = False
        """Whether it stays at the end when something is added there."""
        self.base = _SERIAL
        """Serial of item 0; a subclass lowers it by as many items as it puts before the others."""
        self.marked: str = ""
        """Folded text to mark wherever it stands, "" for none."""
        self._cache: dict[tuple[Hashable, int], list[Line]] = {}
        self._rows: list[Place] = []
        self._styles: dict[tuple[str, ...], Style] = {}

    # -- what a subclass says ------------------------------------------------------------------------------

    def count(self) -> int:
        raise NotImplementedError

    def key(self, item: int) -> Hashable:
        """What the cached lines of the item depend on, besides the width."""
        raise NotImplementedError

    def build(self, item: int, width: int) -> list[Line]:
        """At least one line."""
        raise NotImplementedError

    def selectable(self, item: int) -> bool:
        """Whether the cursor may rest on it."""
        del item
        return True

    @property
    def _sign(self) -> str:
        """What marks the line under the cursor, in its first column."""
        return self.glyphs.cursor

    @property
    def glyphs(self) -> Glyphs:
        glyphs: Glyphs = getattr(self.app, "glyphs", UNICODE)
        return glyphs

    @property
    def cursor_on(self) -> bool:
        """Whether the cursor is drawn."""
        return self.has_focus

    def reached_top(self) -> bool:
        """Called when the first line came into view; True when items were put before it."""
        return False

    # -- lines and places ----------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """Columns for text: the last one belongs to the scroll bar."""
        return max(8, self.size.width - self.bar_shown)

    def lines_of(self, item: int) -> list[Line]:
        key = (self.key(item), self.room)
        lines = self._cache.get(key)
        if lines is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            lines = self._cache[key] = self.build(item, self.room)
        return lines

    def forget_lines(self) -> None:
        """Drop every cached line: something all of them depend on has changed."""
        self._cache.clear()

    def moved(self, place: Place, step: int) -> Place:
        """The place `step` lines further, held inside."""
        item, line = place
        line += step
        while line < 0:
            if item == 0:
                return (0, 0)
            item -= 1
            line += len(self.lines_of(item))
        last = self.count() - 1
        while line >= (height := len(self.lines_of(item))):
            if item >= last:
                return (item, height - 1)
            item += 1
            line -= height
        return (item, line)

    def _last_top(self) -> Place:
        """The place of the first row when the end stands on the last row."""
        last = self.count() - 1
        return self.moved((last, len(self.lines_of(last)) - 1), 1 - max(1, self.size.height))

    # -- showing -------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Find the rows on screen again and paint: after anything but the cursor has changed."""
        count = self.count()
        height = self.size.height
        if not count or height <= 0 or self.size.width <= 0:
            self._rows = []
            self.refresh()
            return
        self.cursor = min(max(self.cursor, 0), count - 1)
        end = self._last_top()
        self.top = end if self.stuck else min(self.top, end)
        if self.top[0] < count:
            self.top = (self.top[0], min(self.top[1], len(self.lines_of(self.top[0])) - 1))
        rows: list[Place] = []
        item, line = self.top
        while item < count and len(rows) < height:
            tall = len(self.lines_of(item))
            rows += [(item, one) for one in range(line, min(tall, line + height - len(rows)))]
            item, line = item + 1, 0
        self._rows = rows
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        self.settle()

    def on_mount(self) -> None:
        self.settle()

    def on_focus(self) -> None:
        self._paint_item(self.cursor)

    def on_blur(self) -> None:
        self._paint_item(self.cursor)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}

    def _style(self, *roles: str) -> Style:
        """The pane's looks with those of the roles laid over them in turn, translucent ones blended."""
        style = self._styles.get(roles)
        if style is None:
            names = [f"lines--{role}" for role in dict.fromkeys(roles) if role]
            style = self._styles[roles] = self.get_visual_style(*names).rich_style
        return style

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self._style()
        if y >= len(self._rows):
            return Strip.blank(width, base)
        item, number = self._rows[y]
        lines = self.lines_of(item) if item < self.count() else []
        if number >= len(lines):
            return Strip.blank(width, base)
        line = lines[number]
        here = self.cursor_shown and number == 0 and item == self.cursor and self.cursor_on
        if here and line.text.startswith(" "):
            first, *others = line.spans
            line = line._replace(spans=(Span(self._sign + first.text[1:], first.role), *others))
        under = (line.role, "cursor" if here else "")
        whole = self._style(*under)
        segments = [Segment(span.text, self._style(*under, span.role)) for span in line.spans]
        text = line.text
        marks = [(start, stop, Style(reverse=True)) for start, stop in self.found_in(text)]
        serial = (self.base + item) * _LINES + number
        selection = self.text_selection
        if selection is not None and (chosen := selection.get_span(serial)) is not None:
            start, stop = chosen
            style = self.screen.get_component_rich_style("screen--selection")
            marks.append((start, len(text) if stop == -1 else stop, style))
        for start, stop, style in marks:
            segments = restyled(segments, start, stop, style)
        strip = Strip(segments).adjust_cell_length(width - self.bar_shown, whole).apply_offsets(0, serial)
        return Strip([*strip, self._bar(y, base)], width) if self.bar_shown else strip

    def found_in(self, text: str) -> list[tuple[int, int]]:
        """Where the marked text stands in this line."""
        return places(self.marked, text)

    def _bar(self, y: int, base: Style) -> Segment:
        count, height = self.count(), self.size.height
        first, last = self._rows[0], self._rows[-1]
        all_shown = first == (0, 0) and last == (count - 1, len(self.lines_of(count - 1)) - 1)
        if all_shown:
            return Segment(" ", base)
        start = (first[0] + first[1] / max(1, len(self.lines_of(first[0])))) / count
        stop = (last[0] + (last[1] + 1) / max(1, len(self.lines_of(last[0])))) / count
        size = max(1, round((stop - start) * height))
        at = round(start * height) if stop < 1 else height - size
        return Segment("┃" if at <= y < at + size else "│", self._style("bar"))

    def _paint_item(self, item: int) -> None:
        """Repaint only the rows of this item."""
        rows = [y for y, place in enumerate(self._rows) if place[0] == item]
        if rows:
            self.refresh(Region(0, rows[0], self.size.width, len(rows)))

    # -- moving --------------------------------------------------------------------------------------------

    def scroll_lines(self, step: int) -> None:
        if not self.count():
            return
        before = self.top
        self.stuck = False
        self.top = min(self.moved(self.top, step), self._last_top())
        if step > 0 and self.top == self._last_top():
            self.stuck = True
        if self.top != before or step < 0:
            if self.top == (0, 0) and self.reached_top():
                self.top = min(self.moved(self.top, step), self._last_top())
            self.settle()

    def move_cursor(self, item: int, *, line: int = 0) -> None:
        """Put the cursor on an item and bring that line of it into view, moving as little as possible."""
        if not self.count():
            return
        before, self.cursor = self.cursor, min(max(item, 0), self.count() - 1)
        height = self.size.height
        place = (self.cursor, min(line, len(self.lines_of(self.cursor)) - 1))
        if self._rows and place < self._rows[0]:
            self.stuck = False
            self.top = place
            self.settle()
        elif self._rows and place > self._rows[-1]:
            self.top = self.moved(place, 1 - height)
            self.stuck = False
            self.settle()
        elif before != self.cursor:
            self._paint_item(before)
            self._paint_item(self.cursor)

    def action_step(self, step: int) -> None:
        """Next item; while the present one reaches beyond the pane, more of it instead."""
        if not self._rows:
            return
        lines = len(self.lines_of(self.cursor))
        if step > 0 and self._rows[-1][0] == self.cursor and self._rows[-1][1] < lines - 1:
            self.scroll_lines(1)
            return
        if step < 0 and self._rows[0][0] == self.cursor and self._rows[0][1] > 0:
            self.scroll_lines(-1)
            return
        item = self.cursor + step
        while 0 <= item < self.count() and not self.selectable(item):
            item += step
        if 0 <= item < self.count():
            tall = len(self.lines_of(item))
            self.move_cursor(item, line=0 if step < 0 or tall > self.size.height else tall - 1)
            if item == self._rows[0][0] == 0 and step < 0:
                self.scroll_lines(-1)
            elif item == self.count() - 1:
                self.stuck = self.top == self._last_top()
        else:
            self.scroll_lines(step)

    def action_page(self, step: int) -> None:
        self.scroll_lines(step * max(1, self.size.height - 2))
        self._cursor_into_view(at_end=step > 0)

    def action_edge(self, end: bool) -> None:
        if not self.count():
            return
        self.stuck = end
        self.top = (0, 0)
        self.cursor = self.count() - 1 if end else 0
        if not end and self.reached_top():
            self.top, self.cursor = (0, 0), 0
        self.settle()
        self._cursor_into_view(at_end=end)

    def action_enter(self) -> None:
        if self.count():
            self.post_message(self.Entered(self, self.cursor))

    def _cursor_into_view(self, *, at_end: bool) -> None:
        heads = [item for item, line in self._rows if line == 0 and self.selectable(item)]
        if heads and self.cursor not in heads:
            before, self.cursor = self.cursor, heads[-1] if at_end else heads[0]
            self._paint_item(before)
            self._paint_item(self.cursor)

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.scroll_lines(3)
        event.stop()

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.scroll_lines(-3)
        event.stop()

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None or at.y >= len(self._rows):
            return
        item = self._rows[at.y][0]
        if not self.selectable(item):
            return
        again = item == self.cursor and self.has_focus
        self.move_cursor(item, line=self._rows[at.y][1])
        if again or event.chain > 1:
            self.post_message(self.Entered(self, item))

    # -- selecting -----------------------------------------------------------------------------------------

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it was written: wrapped lines joined, signs in the margin left out."""
        if not self.count():
            return None
        end = self.count() - 1
        first = self._place(selection.start.y) if selection.start else (0, 0)
        last = self._place(selection.end.y) if selection.end else (end, len(self.lines_of(end)) - 1)
        return selected(self.lines_of, selection, first, last), "\n"

    def _place(self, serial: int) -> Place:
        item, number = divmod(serial, _LINES)
        item = min(max(item - self.base, 0), self.count() - 1)
        return item, min(number, len(self.lines_of(item)) - 1)

    def action_copy_chosen(self) -> None:
        """Copy the selected text, saying so."""
        from atendente_tui.tui.copying import copy

        copy(self.app, self.screen.get_selected_text() or "", _("the selected text"))

    def selection_updated(self, selection: Selection | None) -> None:
        del selection
        self.refresh()
