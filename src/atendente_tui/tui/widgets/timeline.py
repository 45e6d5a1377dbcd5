"""The history of a ticket: everything that happened, on every channel, in order, newest in view."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from atendente_tui.clock import Clock
from atendente_tui.domain.fold import folded
from atendente_tui.privacy.masking import masked
from atendente_tui.store.rows import EventRow
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Line
from atendente_tui.tui.widgets.line_marks import same_length_fold
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.timeline_lines import Look, item_lines, whole_text
from atendente_tui.tui.widgets.timeline_model import Day, Entry, Fold, Item, Older, TimelineModel

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGES_TO_FIND = 20
"""Older pages that one search may load."""
_FOLDED = 20_000
"""Events whose folded text is remembered while one searches."""


class Found(NamedTuple):
    """Where a search within the history stands."""

    at: int
    """Which of the loaded events with a hit it is, from 1; 0 when there is none."""
    of: int
    more: bool
    """Whether older events were not searched."""


class Timeline(LinePane):
    """`show()` a model; the newest event is in view and stays so while nothing else is looked at."""

    class ReadAll(Message):
        """An event is to be read in full."""

        def __init__(self, row: EventRow) -> None:
            super().__init__()
            self.row = row

    class News(Message):
        """Events came in below what is on screen; 0 once they have been seen."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    def __init__(
        self,
        *,
        glyphs: Glyphs,
        zone: tzinfo,
        clock: Clock,
        masked: tuple[str, ...] = (),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.model: TimelineModel | None = None
        self.news = 0
        self._clock = clock
        self._masked = masked
        self.look = Look(glyphs, zone, clock.now().astimezone(zone).date(), masked=masked)
        self._needle = ""
        self._texts: dict[int, str] = {}

    # -- what is shown -------------------------------------------------------------------------------------

    def show(self, model: TimelineModel | None, names: Mapping[str, str] | None = None) -> None:
        """Show another history, from its newest event; the model is loaded already."""
        self.model = model
        self.forget_lines()
        self.look = replace(self.look, names=names or {}, today=self._today(), masked=self._masked)
        self._needle = self.marked = ""
        self._texts = {}
        self._to_newest()

    def reveal(self, *, whole: bool) -> None:
        """Show personal data in full, or masked again."""
        self.look = replace(self.look, masked=() if whole else self._masked)
        self.forget_lines()
        self.settle()

    def show_only(self, channels: Collection[str] | None, kinds: Collection[str] | None) -> None:
        """Show these channels and kinds of event only; None for all."""
        if self.model is not None:
            self.model.show_only(channels, kinds)
            self._to_newest()

    def show_until(self, key: int | None) -> None:
        """Show nothing younger than that event; None for everything."""
        if self.model is not None:
            self.model.until = key
            self.model.load()
            self._to_newest()

    def store_moved(self) -> None:
        """Something of this customer changed in the store: show it, and leave the view where it is being read."""
        model = self.model
        if model is None:
            return
        here = self._identity(self.cursor)
        top = self._identity(self.top[0])
        line = self.top[1]
        at_end = self.stuck
        new = model.refresh()
        self._turn_day()
        places = {self._identity(item): item for item in range(len(model.items))}
        if at_end:
            self.cursor = len(model.items) - 1
        else:
            self.cursor = places.get(here, self.cursor)
            self.top = (places.get(top, self.top[0]), line)
            if new:
                self._set_news(self.news + new)
        self.settle()

    def new_day(self) -> None:
        """Draw again what says "today" once the day has changed."""
        if self._turn_day():
            self.settle()

    def _turn_day(self) -> bool:
        today = self._today()
        if self.look.today == today:
            return False
        self.look = replace(self.look, today=today)
        self.forget_lines()
        return True

    def go_to(self, event_key: int) -> bool:
        """Bring an event of this history into view, loading older pages as needed; False when it is not there."""
        model = self.model
        if model is None:
            return False
        while True:
            for place, item in enumerate(model.items):
                if isinstance(item, Entry) and item.row.key == event_key:
                    self._jump(place, 0)
                    return True
                if isinstance(item, Fold) and not item.opened and item.first <= event_key <= item.last:
                    model.toggle(item)
                    self._rows = []
                    break
            else:
                oldest = next((row.key for row in model.events), 0)
                if oldest <= event_key or not self._load_older():
                    return False

    @property
    def newest(self) -> int | None:
        """Key of the newest event of the ticket on this screen, for the check that an answer is not stale."""
        return self.model.newest if self.model is not None else None

    @property
    def event(self) -> EventRow | None:
        """The event under the cursor."""
        model = self.model
        if model is None or not self.cursor < len(model.items):
            return None
        item = model.items[self.cursor]
        return item.row if isinstance(item, Entry) else None

    def copied(self) -> tuple[str, EventRow] | None:
        """What the copy action takes from the event under the cursor: its whole text."""
        row = self.event
        return None if row is None else (masked(whole_text(row), self.look.masked), row)

    # -- finding -------------------------------------------------------------------------------------------

    def find(self, text: str, *, forward: bool = False, first: bool = False) -> Found:
        """Go to the next event that holds `text` (accents and case do not count): older ones, `forward` newer ones.

        `first` starts from the newest and stays within what is loaded, for a search at every key; else older pages
        are loaded until one is found, `PAGES_TO_FIND` at most.
        """
        model = self.model
        self._needle, self.marked = folded(text), same_length_fold(text)
        if model is None or not self._needle:
            self.refresh()
            return Found(0, 0, False)
        start = len(model.items) if first else self.cursor
        place = self._hit_from(start, forward=forward)
        pages = 0
        while place is None and not (forward or first) and pages < PAGES_TO_FIND and model.more:
            before = len(model.items)
            if not self._load_older():
                break
            place = self._hit_from(len(model.items) - before + 1, forward=False)
            pages += 1
        hits = self._hits()
        if place is None:
            place = (hits[-1] if not forward else hits[0]) if hits else None
        if place is None:
            self.refresh()
            return Found(0, 0, model.more)
        lines = self.lines_of(place)
        line = next((n for n, one in enumerate(lines) if self.found_in(one.text)), 0)
        self._jump(place, line)
        self.refresh()
        return Found(len(hits) - hits.index(place), len(hits), model.more)

    def stop_finding(self) -> None:
        self._needle = self.marked = ""
        self._texts = {}
        self.refresh()

    def _hits(self) -> list[int]:
        return [place for place in range(self.count()) if self._holds(place)]

    def _hit_from(self, start: int, *, forward: bool) -> int | None:
        places = range(start + 1, self.count()) if forward else range(min(start, self.count()) - 1, -1, -1)
        return next((place for place in places if self._holds(place)), None)

    def _holds(self, place: int) -> bool:
        item = self._items[place]
        if not isinstance(item, Entry):
            return False
        row = item.row
        text = self._texts.get(row.key)
        if text is None:
            if len(self._texts) >= _FOLDED:
                self._texts.clear()
            said = row.kind in ("message", "note", "bot_turn")
            text = self._texts[row.key] = folded(row.text if said else f"{row.text}\n{row.data}")
        return self._needle in text

    # -- lines ---------------------------------------------------------------------------------------------

    @property
    def _items(self) -> Sequence[Item]:
        return self.model.items if self.model is not None else ()

    def count(self) -> int:
        return len(self._items)

    def key(self, item: int) -> Hashable:
        one = self._items[item]
        if isinstance(one, Entry):
            return (one.row.key, one.row.state, one.row.attachments, one.elsewhere)
        return one

    def build(self, item: int, width: int) -> list[Line]:
        return item_lines(self._items[item], width, self.look)

    def selectable(self, item: int) -> bool:
        return not isinstance(self._items[item], Day)

    def reached_top(self) -> bool:
        return self._load_older()

    def settle(self) -> None:
        super().settle()
        if self.news and (self.stuck or (self._rows and self._rows[-1][0] == self.count() - 1)):
            self._set_news(0)

    def action_enter(self) -> None:
        self._open(self.cursor)

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        self._open(event.item)

    def _open(self, place: int) -> None:
        model = self.model
        if model is None or not place < len(model.items):
            return
        item = model.items[place]
        if isinstance(item, Fold):
            self.stuck = False
            model.toggle(item)
            self.settle()
        elif isinstance(item, Older):
            self._load_older()
            self.settle()
        elif isinstance(item, Entry) and item.row.text:
            self.post_message(self.ReadAll(item.row))

    def _load_older(self) -> bool:
        model = self.model
        if model is None or not model.more:
            return False
        top, cursor = self._identity(self.top[0]), self._identity(self.cursor)
        length = len(model.items)
        model.load_older()
        self._rows = []
        places = {self._identity(item): item for item in range(len(model.items))}
        added = len(model.items) - length
        self.base -= added
        self.top = (places.get(top, self.top[0] + added), self.top[1])
        self.cursor = places.get(cursor, self.cursor + added)
        return True

    def _identity(self, place: int) -> Hashable:
        """What stays the same about an item when others come or its state moves."""
        if self.model is None or not place < len(self.model.items):
            return None
        item = self.model.items[place]
        if isinstance(item, Entry):
            return item.row.command_id or item.row.key
        if isinstance(item, Fold):
            return ("fold", item.last)
        return item

    def _to_newest(self) -> None:
        count = self.count()
        self.stuck, self.cursor, self.top = True, max(0, count - 1), (0, 0)
        self._set_news(0)
        self.settle()

    def _jump(self, place: int, line: int) -> None:
        """Show that line, with a third of the pane above it."""
        before, self.cursor = self.cursor, place
        shown = set(self._rows)
        if (place, line) not in shown or not self._rows:
            self.stuck = False
            self.top = self.moved((place, line), -(self.size.height // 3))
            self.settle()
        else:
            self._paint_item(before)
            self._paint_item(place)

    def _set_news(self, count: int) -> None:
        if count != self.news:
            self.news = count
            self.post_message(self.News(count))

    def _today(self) -> date:
        return self._clock.now().astimezone(self.look.zone).date()
