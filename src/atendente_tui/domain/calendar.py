"""Business calendars: several open intervals a day, holidays, a time zone. The clock of every SLA.

Counting goes over tables of open intervals, one a window of about 99 days, each made once when first needed; a
question is then two bisections. Everything is integer milliseconds of UTC; datetimes at the edges.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from atendente_tui.domain.instants import EPOCH, from_ms, to_ms

_SHIFT = 33  # a window is 2**33 ms
_FARTHEST = 200  # windows, some 54 years: beyond it a calendar is taken never to open again
_MS = timedelta(milliseconds=1)

Hours = Mapping[int, tuple[tuple[time, time], ...]]
"""Open intervals by weekday, Monday 0; an end of 00:00 is the end of the day. A missing day is closed."""


class _Window(NamedTuple):
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    """Open milliseconds of the window before each interval."""
    after: tuple[int, ...]
    """... and up to its end."""
    total: int


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When the clock runs. Raises ValueError for hours that overlap, run backwards, or never open.

    zone      IANA name; hours are wall-clock time there, whatever daylight saving does
    hours     None means always (24 hours, 7 days), and then holidays do not count either
    holidays  whether a day is closed all day, see `holidays.PublicHolidays`
    """

    name: str
    zone: str = "UTC"
    hours: Hours | None = None
    holidays: Callable[[date], bool] | None = None
    _windows: dict[int, _Window] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.hours is None:
            return
        if not any(self.hours.values()) or not set(self.hours) <= set(range(7)):
            raise ValueError(f"calendar {self.name}: hours need at least one open interval on weekdays 0-6")
        for intervals in self.hours.values():
            ends = [end for _, end in intervals]
            for start, end in intervals:
                if end <= start and end != time(0):
                    raise ValueError(
                        f"calendar {self.name}: an interval ends before it starts ({start}-{end})"
                    )
            for end, (start, _) in zip(ends, intervals[1:], strict=False):
                if start < end or end == time(0):
                    raise ValueError(f"calendar {self.name}: intervals overlap or are not in order ({start})")

    @property
    def always(self) -> bool:
        return self.hours is None

    def add(self, moment: datetime, duration: timedelta) -> datetime:
        """The moment (UTC) at which the clock, running from `moment`, has run for `duration`."""
        return from_ms(self.add_ms(to_ms(moment), duration // _MS))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock runs from `start` to `end`; zero when `end` is not later."""
        return timedelta(milliseconds=self.between_ms(to_ms(start), to_ms(end)))

    def is_open(self, moment: datetime) -> bool:
        at = to_ms(moment)
        return self.between_ms(at, at + 1) == 1

    def add_ms(self, start: int, amount: int) -> int:
        """As `add`, in milliseconds. An interval's end is the last moment that belongs to it."""
        if self.hours is None or amount <= 0:
            return start + max(amount, 0)
        n = start >> _SHIFT
        window = self._windows.get(n) or self._window(n)
        wanted = _position(window, start) + amount
        last = n + _FARTHEST
        while wanted > window.total:
            wanted -= window.total
            n += 1
            if n > last:
                raise ValueError(
                    f"calendar {self.name} has no {amount} open milliseconds in the next 50 years"
                )
            window = self._windows.get(n) or self._window(n)
        i = bisect_left(window.after, wanted)
        return window.starts[i] + wanted - window.before[i]

    def between_ms(self, start: int, end: int) -> int:
        """As `between`, in milliseconds."""
        if end <= start:
            return 0
        if self.hours is None:
            return end - start
        first, last = start >> _SHIFT, end >> _SHIFT
        head = _position(self._windows.get(first) or self._window(first), start)
        tail = _position(self._windows.get(last) or self._window(last), end)
        return sum((self._windows.get(n) or self._window(n)).total for n in range(first, last)) + tail - head

    def _window(self, n: int) -> _Window:
        low, high = n << _SHIFT, (n + 1) << _SHIFT
        starts: list[int] = []
        ends: list[int] = []
        done = low
        for opens, closes in self._intervals(low, high):
            # A clock put forward can make one wall-clock interval reach into the next: never count twice.
            start, end = max(opens, done), min(closes, high)
            if end > start:
                done = end
                starts.append(start)
                ends.append(end)
        after: list[int] = []
        run = 0
        for start, end in zip(starts, ends, strict=True):
            run += end - start
            after.append(run)
        made = _Window(tuple(starts), tuple(ends), (0, *after[:-1]) if after else (), tuple(after), run)
        self._windows[n] = made
        return made

    def _intervals(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Open intervals that may touch [low, high), by the order of their starts."""
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self.zone)
        day = (EPOCH + low * _MS).date() - timedelta(days=1)
        last = (EPOCH + high * _MS).date() + timedelta(days=1)
        while day <= last:
            intervals = (self.hours or {}).get(day.weekday(), ())
            if intervals and not (self.holidays is not None and self.holidays(day)):
                for start, end in intervals:
                    until = day + timedelta(days=1) if end == time(0) else day
                    yield (
                        to_ms(datetime.combine(day, start, zone)),
                        to_ms(datetime.combine(until, end, zone)),
                    )
            day += timedelta(days=1)


def _position(window: _Window, moment: int) -> int:
    """How long the clock has run since the window began."""
    i = bisect_right(window.starts, moment) - 1
    return 0 if i < 0 else window.before[i] + min(moment, window.ends[i]) - window.starts[i]


ALWAYS = BusinessCalendar("always")
"""Every hour of every day."""
