"""A moving window on an ordered list of any length: about a thousand rows held, pages asked for by key.

Nothing here costs more at a million rows than at a thousand, except a jump into the middle. Row numbers are
exact near both ends and estimated between them, after rows came or went above the window; whoever shows the list
scrolls by what `ensure` and `reload` return, so that an estimate put right moves nothing on screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from atendente_tui.store.rows import QueueRow

PAGE = 128
HELD = 1_024
NEAR = 64
"""A page is fetched ahead when the viewport comes this near to an end of the window."""

Key = tuple[Any, ...]


class Source(Protocol):
    """Where the rows come from: one view in one order."""

    def after(self, key: Key | None, limit: int) -> list[QueueRow]:
        """Up to `limit` rows that follow the key, in order; None: from the beginning."""
        ...

    def before(self, key: Key | None, limit: int) -> list[QueueRow]:
        """Up to `limit` rows that precede the key, in order; None: the last ones."""
        ...

    def at(self, offset: int, limit: int) -> list[QueueRow]:
        """Rows by number. The one slow question: its price grows with the offset."""
        ...

    def key(self, row: QueueRow) -> Key:
        """What the order is by; ends with the ticket's id."""
        ...

    def row(self, ticket_id: int) -> QueueRow | None:
        """The row of a ticket as it stands now, whether or not it belongs to the view."""
        ...

    def rank(self, row: QueueRow) -> int:
        """How many rows precede this one, or a bound when counting would be slow."""
        ...

    def count(self) -> int:
        """How many rows there are, or a bound when counting would be slow."""
        ...


class QueueWindow:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.rows: Sequence[QueueRow] = ()
        self.first = 0
        """Number of the first row held."""
        self._counted = 0
        self._at_end = True
        self._places: dict[int, int] = {}

    @property
    def total(self) -> int:
        held = self.first + len(self.rows)
        return held if self._at_end else max(self._counted, held + 1)

    def open(self) -> None:
        """Read from the beginning."""
        self._counted = self.source.count()
        rows = self.source.after(None, PAGE)
        self._hold(0, rows, at_end=len(rows) < PAGE)

    def row(self, number: int) -> QueueRow | None:
        """The row of that number, None when it is not held (never a read)."""
        place = number - self.first
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def number_of(self, ticket_id: int) -> int | None:
        place = self._places.get(ticket_id)
        return None if place is None else self.first + place

    def reaches(self, top: int, bottom: int) -> bool:
        """Whether rows top..bottom can be had by a page or two from what is held."""
        if not self.rows:
            return False
        return self.first - PAGE <= top and bottom <= self.first + len(self.rows) + PAGE

    def holds(self, top: int, bottom: int) -> bool:
        """Whether every existing row of top..bottom is held."""
        return self.first <= max(0, top) and min(bottom, self.total) <= self.first + len(self.rows)

    def ensure(self, top: int, bottom: int) -> int:
        """Hold rows top..bottom and some around them, by pages next to what is held.

        Returns by how much the numbers of all rows have changed: an estimate met the beginning of the list.
        """
        moved = 0
        while self.rows and not self._at_end and bottom + NEAR > self.first + len(self.rows):
            more = self.source.after(self.source.key(self.rows[-1]), PAGE)
            rows = [*self.rows, *more]
            self._at_end = len(more) < PAGE
            cut = max(0, min(len(rows) - HELD, top - NEAR - self.first))
            self._hold(self.first + cut, rows[cut:], at_end=self._at_end)
            if not more:
                break
        while self.rows and self.first > 0 and top - NEAR < self.first:
            more = self.source.before(self.source.key(self.rows[0]), PAGE)
            first = self.first - len(more)
            if len(more) < PAGE and first != 0:
                moved, first = moved - first, 0
            elif first <= 0 and len(more) == PAGE:
                # More rows stand above than the numbers have room for: give them room.
                moved, first = moved + PAGE - first, PAGE
            top, bottom = top + moved, bottom + moved
            rows = [*more, *self.rows]
            keep = max(min(len(rows), HELD), bottom + NEAR - first)
            self._hold(first, rows[:keep], at_end=self._at_end and keep >= len(rows))
            if len(more) < PAGE:
                break
        return moved

    def jump(self, number: int, rows: Sequence[QueueRow], asked: int) -> None:
        """Hold the rows that `source.at(number, asked)` gave."""
        self._hold(number, rows, at_end=len(rows) < asked)

    def to_end(self) -> None:
        """Hold the last rows."""
        self._counted = self.source.count()
        rows = self.source.before(None, PAGE)
        first = max(0, self._counted - len(rows)) if len(rows) == PAGE else 0
        self._hold(first, rows, at_end=True)

    def reload(self, top: int) -> None:
        """Read the same stretch again, row `top` staying where it is unless it went away."""
        self._counted = self.source.count()
        anchor = self.row(top)
        if anchor is None or top < PAGE:
            wanted = min(HELD, max(PAGE, top + PAGE))
            rows = self.source.after(None, wanted)
            self._hold(0, rows, at_end=len(rows) < wanted)
            return
        self._around(self.source.key(anchor), top)

    def seek(self, ticket_id: int) -> int | None:
        """Hold the stretch in which a ticket now stands; its number, or None when the view lacks it."""
        row = self.source.row(ticket_id)
        if row is None:
            return None
        key = self.source.key(row)
        found = self.source.after(_just_before(key), 1)
        if not found or found[0].id != ticket_id:
            return None
        self._counted = self.source.count()
        self._around(key, self.source.rank(row))
        return self.number_of(ticket_id)

    def _around(self, key: Key, number: int) -> None:
        above = self.source.before(key, PAGE)
        below = self.source.after(_just_before(key), 2 * PAGE)
        at_end = len(below) < 2 * PAGE
        first = max(0, number - len(above)) if len(above) == PAGE else 0
        if at_end and first:
            first = max(first, self._counted - len(above) - len(below))
        self._hold(first, [*above, *below], at_end=at_end)

    def _hold(self, first: int, rows: Sequence[QueueRow], *, at_end: bool) -> None:
        self.first = first
        self.rows = rows
        self._at_end = at_end
        self._places = {row.id: place for place, row in enumerate(rows)}


def _just_before(key: Key) -> Key:
    """A key directly before the given one: it ends with the ticket's id, an integer."""
    return (*key[:-1], key[-1] - 1)
