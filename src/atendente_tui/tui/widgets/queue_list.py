"""The queue: one line a ticket, drawn from a window on the view's order, flat in the number of tickets.

The cursor and the marks belong to tickets, not to rows: when rows arrive, leave or change places the list moves
so that the ticket under the cursor stays under it. Rows that are not there yet are drawn as placeholders; drawing
never reads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.style import Style
from textual.timer import Timer

from atendente_tui.i18n import _
from atendente_tui.store import presence
from atendente_tui.store.rows import PresentRow, QueueRow
from atendente_tui.tui.masking import masked_ticket
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.put_off import PutOff
from atendente_tui.tui.widgets import queue_row
from atendente_tui.tui.widgets.queue_window import PAGE, QueueWindow, Source
from atendente_tui.tui.widgets.still_scroll_bar import StillScrollBar

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

_KEPT_STRIPS = 512
_PAUSE = 0.025
"""Seconds after a key in which its frame is out."""
_AT_MOST_EVERY = 0.2
"""Seconds between two looks at the store while changes pour in."""


class QueueList(ScrollView, can_focus=True):
    """Shows one `Source`; `show` gives it one."""

    context = "queue"
    app: AtendenteApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
    ]
    DEFAULT_CSS = """
    QueueList {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
    }
    """

    class Highlighted(Message):
        """The cursor came to stand on another ticket (None: on none)."""

        def __init__(self, ticket_id: int | None) -> None:
            super().__init__()
            self.ticket_id = ticket_id

    class Opened(Message):
        """The row under the cursor was clicked again."""

        def __init__(self, ticket_id: int) -> None:
            super().__init__()
            self.ticket_id = ticket_id

    class Marked(Message):
        """The set of marked tickets changed."""

        def __init__(self, marks: frozenset[int]) -> None:
            super().__init__()
            self.marks = marks

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.window: QueueWindow | None = None
        self.cursor_id: int | None = None
        self.marks: frozenset[int] = frozenset()
        self._cursor = 0
        self._columns = queue_row.columns(48)
        self._looks: dict[tuple[str, ...], RichStyle] = {}
        self._strips: dict[tuple[QueueRow, str, bool, tuple[PresentRow, ...]], Strip] = {}
        self._here: dict[int, tuple[PresentRow, ...]] = {}
        """Colleagues who have a ticket open, by ticket."""
        self._drawn: dict[int, QueueRow | None] = {}
        """What stands on each line of the screen."""
        self._drawn_times: dict[int, str] = {}
        self._heading = 1
        """Down or up, as the list was last scrolled."""
        self._ahead: Timer | None = None
        self._jump = 0
        """Counts jumps, so that the answer to an old one is dropped."""
        self._owed_look = PutOff(self, self.refresh_rows, _AT_MOST_EVERY)
        self._owed_people = PutOff(self, self._look_for_people, _AT_MOST_EVERY)
        self._tick_stop: Callable[[], None] | None = None
        self._tick_pause: int | None = None

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            bar = StillScrollBar(name="vertical", thickness=self.scrollbar_size_vertical)
            bar.display = False
            self._vertical_scrollbar = bar
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    # What it shows

    def show(self, source: Source, ticket_id: int | None = None) -> None:
        """Show another source from its beginning, the cursor on that ticket where it is near."""
        self.window = QueueWindow(source)
        self.window.open()
        self._jump += 1
        self._strips.clear()
        if self.marks:
            self.set_marks(frozenset())
        number = self.window.number_of(ticket_id) if ticket_id is not None else None
        self._place(number or 0, top=0)

    def refresh_rows(self) -> None:
        """Ask the store again for what is shown.

        The cursor stays with its ticket. At the head of the list arrivals come into view; further down the ticket
        keeps its line on the screen.
        """
        window = self.window
        if window is None:
            return
        top, wanted = self._top, self.cursor_id
        offset = self._cursor - top
        window.reload(top)
        number = window.number_of(wanted) if wanted is not None else None
        if number is None and wanted is not None:
            number = window.seek(wanted)
        if number is None:
            # It left the view: the next ticket takes its place, and the screen stands still.
            self._place(min(self._cursor, max(0, window.total - 1)), top=top)
        elif not 0 <= offset < self._height or (top == 0 and number < self._height):
            self._place(number, top=top)
        else:
            self._place(number, top=max(0, number - offset))

    def on_moved(self, moved: Moved) -> None:
        if "presence" in moved.topics:
            self._owed_people.owe()
        if moved.topics - {"presence"}:
            self._owed_look.owe()

    def _look_for_people(self) -> None:
        """Ask who has which ticket open, and repaint the rows of which that changed."""
        found: dict[int, tuple[PresentRow, ...]] = {}
        for one in presence.present(self.app.read, self.app.now_ms()):
            found[one.ticket_id] = (*found.get(one.ticket_id, ()), one)
        before, self._here = self._here, found
        for ticket_id in before.keys() | found.keys():
            if before.get(ticket_id) != found.get(ticket_id):
                self._refresh_ticket(ticket_id)

    @property
    def row(self) -> QueueRow | None:
        """The row under the cursor."""
        return self.window.row(self._cursor) if self.window is not None else None

    def go_to(self, ticket_id: int) -> bool:
        """Put the cursor on a ticket of this view; False when the view lacks it."""
        window = self.window
        if window is None:
            return False
        number = window.number_of(ticket_id)
        if number is None:
            number = window.seek(ticket_id)
        if number is None:
            return False
        self._place(number)
        return True

    # Marks

    def set_marks(self, marks: frozenset[int]) -> None:
        changed = marks ^ self.marks
        self.marks = marks
        for ticket_id in changed:
            self._refresh_ticket(ticket_id)
        self.post_message(self.Marked(marks))

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go to the next row."""
        if self.cursor_id is not None:
            self.set_marks(self.marks ^ {self.cursor_id})
            self.action_move(1)

    # Moving

    def action_move(self, step: int) -> None:
        if self.window is not None and self.window.total:
            self._go(self._cursor + step)

    def action_page(self, direction: int) -> None:
        step = direction * max(1, self._height - 1)
        if self.window is not None and self.window.total:
            self._go(self._cursor + step, top=self._top + step)

    def action_edge(self, direction: int) -> None:
        window = self.window
        if window is None:
            return
        if direction < 0:
            if window.first > 0:
                window.open()
            self._place(0, top=0)
        else:
            if not window.holds(window.total - 1, window.total):
                window.to_end()
            self._place(max(0, window.total - 1))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        window = self.window
        if offset is None or window is None:
            return
        number = self._top + offset.y
        row = window.row(number)
        if row is None:
            return
        again = row.id == self.cursor_id
        self._go(number)
        if again:
            self.post_message(self.Opened(row.id))

    def _go(self, number: int, top: int | None = None) -> None:
        if self.window is not None:
            self._place(max(0, min(self.window.total - 1, number)), top=top)

    def _place(self, number: int, top: int | None = None) -> None:
        """Put the cursor on a row, scroll as little as possible, and hold what is to be seen."""
        window = self.window
        if window is None:
            return
        height = max(1, self._height)
        before, before_id = self._cursor, self.cursor_id
        first_seen = self._top if top is None else top
        if number < first_seen:
            first_seen = number
        elif number >= first_seen + height:
            first_seen = number - height + 1
        moved = 0
        if window.reaches(first_seen, first_seen + height):
            moved = window.ensure(first_seen, first_seen + height)
        number, first_seen = number + moved, first_seen + moved
        number = max(0, min(number, window.total - 1))
        first_seen = max(0, min(first_seen, window.total - height))
        self._cursor = number
        row = window.row(number)
        self.cursor_id = row.id if row is not None else None
        if not window.holds(first_seen, first_seen + height):
            self._fetch(first_seen)
        self._resize_list()
        if first_seen != self._top or moved:
            self._heading = 1 if first_seen >= self._top else -1
            if self._ahead is None:
                self._ahead = self.set_timer(_PAUSE, self._draw_ahead)
            self.scroll_to(y=first_seen, animate=False, force=True)
            self.refresh()
        else:
            if before != number:
                self.refresh_line(before)
                self.refresh_line(number)
            self._refresh_changed()
        if self.cursor_id != before_id:
            self.post_message(self.Highlighted(self.cursor_id))
        self._schedule_tick()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._hold_seen()

    def _hold_seen(self) -> None:
        """After scrolling by wheel or bar: get the rows on screen, by pages nearby or in one jump."""
        window, height = self.window, self._height
        if window is None or not height:
            return
        top = self._top
        if window.reaches(top, top + height):
            moved = window.ensure(top, top + height)
            self._resize_list()
            if moved:
                self._cursor += moved
                self.scroll_to(y=top + moved, animate=False, force=True)
        elif not window.holds(top, top + height):
            self._fetch(top)

    def _fetch(self, top: int) -> None:
        """Ask in a thread for rows far from what is held; placeholders stand until they come."""
        window = self.window
        if window is None:
            return
        self._jump += 1
        self.run_worker(
            partial(self._read_far, window, self._jump, max(0, top - PAGE // 2)),
            thread=True,
            exclusive=True,
            group="queue-jump",
        )

    def _read_far(self, window: QueueWindow, jump: int, offset: int) -> None:
        limit = 2 * PAGE
        rows = window.source.at(offset, limit)

        def arrived() -> None:
            if jump != self._jump or window is not self.window:
                return
            window.jump(offset, rows, limit)
            self._resize_list()
            if self.cursor_id is None and (row := window.row(self._cursor)) is not None:
                self.cursor_id = row.id
                self.post_message(self.Highlighted(row.id))
            self.refresh()

        self.app.call_from_thread(arrived)

    # Drawing

    @property
    def _top(self) -> int:
        return round(self.scroll_target_y) if self.window is not None else 0

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def _resize_list(self) -> None:
        size = Size(self.scrollable_content_region.width, self.window.total if self.window is not None else 0)
        if size != self.virtual_size:
            self.virtual_size = size

    def on_resize(self, _event: events.Resize) -> None:
        width = self.scrollable_content_region.width
        self._columns = queue_row.columns(width)
        self._strips.clear()
        if self.window is not None:
            self._place(self._cursor)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.clear()
        self._strips.clear()

    def on_focus(self) -> None:
        self._refresh_ticket(self.cursor_id)

    def on_blur(self) -> None:
        self._refresh_ticket(self.cursor_id)

    def _refresh_changed(self) -> None:
        """Repaint the lines that show another row than is there now, and no other."""
        window, top = self.window, self._top
        if window is None:
            return
        for y in range(self._height):
            if self._drawn.get(y, self) is not window.row(top + y) and self._drawn.get(y) != window.row(
                top + y
            ):
                self.refresh_line(top + y)

    def _refresh_ticket(self, ticket_id: int | None) -> None:
        if ticket_id is not None and self.window is not None:
            number = self.window.number_of(ticket_id)
            if number is not None:
                self.refresh_line(number)

    def _look(self, *roles: str) -> RichStyle:
        """The widget's own look with those of the roles laid over it, in this order."""
        style = self._looks.get(roles)
        if style is None:
            made = self.visual_style
            looks = queue_row.ANSI_LOOKS if self.app.current_theme.ansi else queue_row.LOOKS
            for role in roles:
                if role:
                    made += Style.parse(looks[role].format_map(self.app.theme_variables))
            style = self._looks[roles] = made.rich_style
        return style

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self._look()
        window = self.window
        number = y + self.scroll_offset.y
        row = self._drawn[y] = window.row(number) if window is not None else None
        if window is None or number >= window.total:
            text = self._empty() if y == 0 and window is not None and not window.total else ""
            return Strip([Segment(text[:width].ljust(width), base)], width)
        look = "" if number != self._cursor else "cursor" if self.has_focus else "cursor-blurred"
        if row is None:
            text = f"  {self.app.glyphs.more}".ljust(width)[:width]
            return Strip([Segment(text, self._look("placeholder"))], width)
        return self._drawn_row(row, look)

    def _drawn_row(self, row: QueueRow, look: str) -> Strip:
        """The line of a ticket, from what is kept where it still reads the same."""
        width = self.scrollable_content_region.width
        marked = row.id in self.marks
        now = self.app.now_ms()
        time = queue_row.clock(row, now)[0]
        here = self._here.get(row.id, ())
        key = (row, look, marked, here)
        if self._drawn_times.get(row.id) == time and (known := self._strips.get(key)) is not None:
            return known
        self._drawn_times[row.id] = time
        base = self._look(look)
        drawn = queue_row.cells(
            masked_ticket(row, self.app.workplace.config.privacy.mask),
            self._columns,
            self.app.glyphs,
            now,
            cursor=bool(look),
            marked=marked,
            here=here,
        )
        # Blanks need no look of their own, and what looks alike is one run: every change of style costs 40 bytes.
        segments = Segment.simplify(
            Segment(one.text, self._look(look, one.role) if one.role and not one.text.isspace() else base)
            for one in drawn
        )
        strip = Strip(segments).adjust_cell_length(width, base).simplify()
        if len(self._strips) > _KEPT_STRIPS:
            self._strips.clear()
        self._strips[key] = strip
        return strip

    def _draw_ahead(self) -> None:
        """Draw the page that comes next, in the pause after a frame: the key that asks for it finds it done."""
        self._ahead = None
        window, height = self.window, self._height
        if window is None:
            return
        first = self._top + self._heading * height
        for number in range(first, first + height):
            row = window.row(number)
            if row is not None:
                self._drawn_row(row, "")

    def _empty(self) -> str:
        return "  " + _("Nothing here. Well done!")

    # Time

    def _schedule_tick(self) -> None:
        pause = min(
            (
                one
                for row in self._seen()
                if (one := queue_row.next_change(row, self.app.now_ms())) is not None
            ),
            default=None,
        )
        self._set_tick(pause)

    def _set_tick(self, pause: int | None) -> None:
        if pause == self._tick_pause:
            return
        if self._tick_stop is not None:
            self._tick_stop()
            self._tick_stop = None
        self._tick_pause = pause
        if pause is not None:
            self._tick_stop = self.set_interval(pause / 1000, self._tick).stop

    def _tick(self) -> None:
        """Repaint the rows whose time reads differently now, and no other."""
        now = self.app.now_ms()
        window = self.window
        if window is None:
            return
        for number in range(self._top, min(window.total, self._top + self._height)):
            row = window.row(number)
            if row is not None and self._drawn_times.get(row.id) != queue_row.clock(row, now)[0]:
                self.refresh_line(number)
        self._schedule_tick()

    def _seen(self) -> list[QueueRow]:
        window = self.window
        if window is None:
            return []
        rows = (window.row(number) for number in range(self._top, self._top + max(1, self._height)))
        return [row for row in rows if row is not None]
