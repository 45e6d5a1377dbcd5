"""What a timeline shows, without a widget: the ticket's own events, newest page first, and the folds between them.

Events of the customer's other tickets lie between the ticket's own as one fold each; what belongs to no
ticket (an order, a survey answer) is shown like the ticket's own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import TYPE_CHECKING

from atendente_tui.domain.instants import from_ms
from atendente_tui.store import history, reading
from atendente_tui.store.rows import AttachmentRow, EventRow

if TYPE_CHECKING:
    from sqlcipher3 import dbapi2 as sqlite

PAGE = 100
FRESH = 200
"""How many of the newest events are read again when the ticket moved."""
LOOSE = 200
"""How many events without a ticket are shown in one stretch."""
OPENED = 200
"""How many events of an opened fold are shown."""


@dataclass(frozen=True, slots=True)
class Older:
    """Stands at the top while there is more before."""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    at: int


@dataclass(frozen=True, slots=True)
class Entry:
    row: EventRow
    files: tuple[AttachmentRow, ...] = ()
    elsewhere: str = ""
    """Protocol of the other ticket it belongs to, "" when it is this one's."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A stretch of events of other tickets."""

    first: int
    last: int
    count: int
    tickets: tuple[int, ...]
    at_least: bool = False
    """Whether counting stopped at its bound."""
    opened: bool = False
    name: str = ""
    """Protocol and subject, when it is one ticket."""
    since: int = 0
    until: int = 0


Item = Older | Day | Entry | Fold


@dataclass(slots=True)
class TimelineModel:
    db: sqlite.Connection
    ticket_id: int
    customer_id: int
    zone: tzinfo
    channels: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    """What is shown; None shows all."""
    until: int | None = None
    """Key of the newest event that is shown, None for all there are: the history as it was then."""
    items: list[Item] = field(default_factory=list)
    more: bool = False
    """Whether the store has older ones that are not loaded."""
    _own: list[EventRow] = field(default_factory=list)
    _others: list[history.Elsewhere] = field(default_factory=list)
    _cut: bool = False
    _files: dict[int, tuple[AttachmentRow, ...]] = field(default_factory=dict)
    _open: dict[int, list[Entry]] = field(default_factory=dict)
    _names: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def newest(self) -> int | None:
        """Key of the newest event of the ticket that is loaded."""
        return next((row.key for row in reversed(self._own) if row.ticket_id == self.ticket_id), None)

    @property
    def events(self) -> list[EventRow]:
        """The loaded events, oldest first."""
        return self._own

    def load(self) -> None:
        """The newest page, from scratch."""
        self._own, self._others, self._cut, self._open = [], [], False, {}
        page = self._page(before=None, limit=PAGE)
        self.more = len(page) == PAGE
        self._take(page, below=None)

    def load_older(self) -> int:
        """The page before what is loaded; how many items that put before the others."""
        if not self.more:
            return 0
        before = self._lowest()
        kept = len(self.items) - (1 if self.items and isinstance(self.items[0], Older) else 0)
        page = self._page(before=before, limit=PAGE)
        self.more = len(page) == PAGE
        self._take(page, below=before)
        return len(self.items) - kept

    def refresh(self) -> int:
        """Read the newest events again: new ones, and ours whose state moved. How many are new."""
        known = {row.key for row in self._own}
        page = self._page(before=None, limit=FRESH)
        low = page[0].key if len(page) == FRESH else self._lowest()
        page = [row for row in page if not self.more or row.key >= self._lowest()]
        self._own = [row for row in self._own if row.key < low and row.ticket_id == self.ticket_id]
        self._others = [one for one in self._others if one.key < low]
        self._files = {key: files for key, files in self._files.items() if key < low}
        self._take(page, below=None, low=low)
        return sum(1 for row in self._own if row.key not in known and row.ticket_id == self.ticket_id)

    def show_only(self, channels: Collection[str] | None, kinds: Collection[str] | None) -> None:
        self.channels = frozenset(channels) if channels else None
        self.kinds = frozenset(kinds) if kinds else None
        self.load()

    def toggle(self, fold: Fold) -> None:
        """Open or close a stretch of other tickets."""
        if fold.first in self._open:
            del self._open[fold.first]
        else:
            rows = reading.timeline(
                self.db,
                customer_id=self.customer_id,
                before=fold.last + 1,
                limit=OPENED,
                channels=self.channels,
                kinds=self.kinds,
            )
            self._open[fold.first] = [
                Entry(row, self._attached(row), elsewhere=self._name(row.ticket_id)[0])
                for row in rows
                if row.key >= fold.first and row.ticket_id is not None and row.ticket_id != self.ticket_id
            ]
        self._arrange()

    # -- reading -------------------------------------------------------------------------------------------

    def _page(self, *, before: int | None, limit: int) -> list[EventRow]:
        return reading.timeline(
            self.db,
            ticket_id=self.ticket_id,
            before=self._top(before),
            limit=limit,
            channels=self.channels,
            kinds=self.kinds,
        )

    def _top(self, before: int | None) -> int | None:
        return before if before is not None or self.until is None else self.until + 1

    def _lowest(self) -> int:
        """Key of the oldest loaded event of the ticket; 0 once everything is loaded."""
        if not self.more:
            return 0
        return next((row.key for row in self._own if row.ticket_id == self.ticket_id), 0)

    def _take(self, page: list[EventRow], *, below: int | None, low: int | None = None) -> None:
        """Put a page among what is loaded, with what the customer had elsewhere in the same stretch of time."""
        since = (page[0].key if page and self.more else 0) if low is None else low
        found = history.elsewhere(
            self.db,
            self.customer_id,
            self.ticket_id,
            after=max(0, since - 1),
            before=self._top(below),
            channels=self.channels,
            kinds=self.kinds,
        )
        if len(found) == history.OTHERS:
            self._cut = True
        loose = [one.key for one in found if one.ticket_id is None][:LOOSE]
        rows = [row for key in loose if (row := reading.event(self.db, key)) is not None]
        self._own = sorted([*page, *rows, *self._own], key=lambda row: row.key)
        others = [one for one in found if one.ticket_id is not None]
        self._others = sorted([*others, *self._others])
        for row in self._own:
            self._attached(row)
        self._arrange()

    def _attached(self, row: EventRow) -> tuple[AttachmentRow, ...]:
        if not row.attachments:
            return ()
        if row.key not in self._files:
            self._files[row.key] = tuple(reading.attachments(self.db, row.key))
        return self._files[row.key]

    def _name(self, ticket_id: int | None) -> tuple[str, str]:
        """Protocol and subject of another ticket."""
        if ticket_id is None:
            return ("", "")
        if ticket_id not in self._names:
            row = reading.ticket(self.db, ticket_id)
            self._names[ticket_id] = (row.protocol, row.subject) if row else ("", "")
        return self._names[ticket_id]

    # -- arranging -----------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        items: list[Item] = [Older()] if self.more else []
        last_day: date | None = None
        others = self._others
        at = 0
        for row in self._own:
            stop = at
            while stop < len(others) and others[stop].key < row.key:
                stop += 1
            items += self._folded(others[at:stop], first=at == 0)
            at = stop
            day = from_ms(row.at).astimezone(self.zone).date()
            if day != last_day:
                items.append(Day(day, row.at))
                last_day = day
            items.append(Entry(row, self._files.get(row.key, ())))
        items += self._folded(others[at:], first=at == 0)
        self.items = items

    def _folded(self, stretch: list[history.Elsewhere], *, first: bool) -> list[Item]:
        if not stretch:
            return []
        tickets = tuple(dict.fromkeys(one.ticket_id for one in stretch if one.ticket_id is not None))
        start = stretch[0].key
        fold = Fold(
            first=start,
            last=stretch[-1].key,
            count=len(stretch),
            tickets=tickets,
            at_least=first and self._cut,
            opened=start in self._open,
            name=" ".join(self._name(tickets[0])) if len(tickets) == 1 else "",
            since=start >> 6,
            until=stretch[-1].key >> 6,
        )
        return [fold, *self._open.get(start, [])]
