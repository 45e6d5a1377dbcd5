"""Moments as people type them, in Portuguese or English: "2h", "amanhã 9h", "sex 14h", "25/12 10:00", "em 3 dias".

A day without an hour means 09:00 there; "hoje" alone means 18:00. A weekday, an hour or a date without a year is
the next one to come. "2h" is a span and "14h" an hour of the day: standing alone, 7 to 23 are hours of the day,
because nobody puts a customer off by exactly fourteen hours; "em 8h" is always a span, "às 2h" always an hour.
Whoever asks should show the answer before it counts.
"""

from __future__ import annotations

import calendar as months
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

from atendente_tui.domain.fold import folded
from atendente_tui.domain.refusal import Refused

_MORNING, _EVENING = time(9), time(18)
_FARTHEST = timedelta(days=5 * 366)


def _numbered(first: int, *names: str) -> dict[str, int]:
    return {name: number for number, some in enumerate(names, first) for name in some.split()}


_WEEKDAYS = _numbered(
    0,
    "segunda seg monday mon",
    "terca ter tuesday tues tue",
    "quarta qua wednesday wed",
    "quinta qui thursday thurs thu",
    "sexta sex friday fri",
    "sabado sab saturday sat",
    "domingo dom sunday sun",
)
_MONTHS = _numbered(
    1,
    "jan",
    "fev feb",
    "mar",
    "abr apr",
    "mai may",
    "jun",
    "jul",
    "ago aug",
    "set sep",
    "out oct",
    "nov",
    "dez dec",
)
_CLOCKS = {
    time(12): ("meio-dia", "meio dia", "noon"),
    _MORNING: ("de manha", "pela manha", "manha", "cedo", "in the morning", "morning"),
    time(14): ("de tarde", "a tarde", "tarde", "in the afternoon", "afternoon"),
    time(19): ("de noite", "a noite", "noite", "in the evening", "evening"),
    _EVENING: ("fim do dia", "final do dia", "fim da tarde", "end of day", "eod"),
}
_CLOCK_WORDS = {word: clock for clock, words in _CLOCKS.items() for word in words}
_ONE = ("um", "uma", "a", "an", "one")

_MONTH = f"(?P<month>{'|'.join(_MONTHS)})[a-z]*"
_N = r"(?P<n>\d{1,4}|um|uma|an|a|one)"
_GRAMMAR = (
    ("date", r"(?P<year>\d{4})-(?P<m>\d{1,2})-(?P<day>\d{1,2})"),
    ("date", r"(?P<day>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?"),
    ("date", r"(?P<day>\d{1,2})-(?P<m>\d{1,2})-(?P<year>\d{4})"),
    ("date", rf"(?P<day>\d{{1,2}})(?:o|st|nd|rd|th)? ?(?:de )?{_MONTH}(?: (?:de )?(?P<year>\d{{4}}))?"),
    ("date", rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<year>\d{{4}}))?"),
    ("clock", r"(?P<h>\d{1,2})(?:[:h](?P<min>\d{2})|h|hs)?(?: horas?)? da (?P<part>manha|tarde|noite)"),
    ("clock", r"(?P<h>\d{1,2}):(?P<min>\d{2})(?: ?(?P<part>am|pm)|h)?"),
    ("clock", r"(?P<h>\d{1,2}) ?(?P<part>am|pm)"),
    (
        "hours",
        r"(?P<h>\d{1,3}) ?(?:horas?|hours?|hrs?|hs|h)"
        r"(?: ?(?:e |and )?(?P<min>[0-5]\d)(?: ?(?:minutos|minutes|mins?|m))?(?!:|/| ?dias?| ?d))?",
    ),
    ("clock", r"(?:as|at) (?P<h>\d{1,2})(?![\w:]| ?(?:h|am|pm|da ))"),
    ("an hour", r"(?:um|uma|an|a|one) (?:hora|hour)"),
    ("half an hour", r"(?:meia hora|half an hour|half hour)"),
    ("minutes", rf"{_N} ?(?:minutos?|minutes?|mins?|m)"),
    ("days", rf"{_N} ?(?:dias?|days?|d)"),
    ("weeks", rf"{_N} ?(?:semanas?|sem|weeks?|w)"),
    ("months", rf"{_N} ?(?:mes|meses|months?)"),
    ("in two days", r"(?:depois de amanha|(?:the )?day after tomorrow)"),
    ("tomorrow", r"(?:amanha|tomorrow)"),
    ("today", r"(?:hoje|today|tonight)"),
    ("next week", r"(?:proxima semana|semana que vem|next week)"),
    ("next month", r"(?:proximo mes|mes que vem|next month)"),
    (
        "weekday",
        rf"(?P<next>proxim[ao] |next )?(?P<name>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})"
        r"(?:-feira| feira)?(?P<after> que vem)?",
    ),
    ("word", rf"(?P<word>{'|'.join(sorted(_CLOCK_WORDS, key=len, reverse=True))})"),
    ("span", r"(?:em|daqui a|daqui|dentro de|in)"),
    ("hour", r"(?:as|at)"),
    ("and", r"(?:e|and)"),
    ("filler", r"(?:no dia|dia|no|na|nesta|neste|on|this|the|ao|a|de|pelas|por volta das|ate)"),
)


@cache
def _grammar() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern + r"(?!\w)")) for kind, pattern in _GRAMMAR)


@dataclass(slots=True)
class _Said:
    """What was read so far; each thing may be said once."""

    day: tuple[int, int, int | None] | None = None
    """Day, month, year."""
    weekday: int | None = None
    after_today: bool = False
    today: bool = False
    days: int | None = None
    months: int | None = None
    clock: time | None = None
    hours: tuple[int, int] | None = None
    """ "9h30": a span or an hour of the day, decided at the end."""
    minutes: int | None = None
    as_span: bool = False
    joined: bool = False
    """ "2 dias e 3 horas"."""
    as_hour: bool = False

    def once(self, **said: object) -> None:
        for name, value in said.items():
            if getattr(self, name) is not None:
                raise ValueError(f"{name} said twice")
            setattr(self, name, value)


def parse_when(text: str, now: datetime, zone: tzinfo | str) -> datetime:
    """The future moment that `text` names, in `zone`. `now` is aware.

    Raises Refused("when_unreadable", found) for what is no moment (or more than five years away) and
    Refused("when_past", found) for one that is over.
    """
    if isinstance(zone, str):
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(zone)
    try:
        moment = _resolved(_read(text), now.astimezone(zone))
        # Through UTC and back, so that an hour skipped by daylight saving becomes a real one.
        moment = moment.astimezone(UTC).astimezone(zone)
        if moment - now > _FARTHEST:
            raise ValueError("too far away")
    except (ValueError, OverflowError) as error:
        raise Refused("when_unreadable", found=text.strip()) from error
    if moment <= now:
        raise Refused("when_past", found=text.strip())
    return moment


def _read(text: str) -> _Said:
    said = _Said()
    rest = " ".join(folded(text).replace(",", " ").split())
    rest = re.sub(
        r"(?<=\d)([td])(?=\d)", lambda run: " " if run[0] == "t" else "d ", rest
    )  # 2026-12-25T10:00, 3d4h
    if not rest:
        raise ValueError("nothing said")
    while rest:
        for kind, pattern in _grammar():
            found = pattern.match(rest)
            if found is not None:
                _take(said, kind, found.groupdict())
                rest = rest[found.end() :].lstrip()
                break
        else:
            raise ValueError(f"unreadable: {rest}")
    return said


def _take(said: _Said, kind: str, found: dict[str, str | None]) -> None:
    n = found.get("n")
    count = 0 if n is None else 1 if n in _ONE else int(n)
    match kind:
        case "date":
            year = found["year"]
            month = found.get("m")
            number = int(month) if month else _MONTHS[found["month"] or ""]
            full = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
            said.once(day=(int(found["day"] or 0), number, full))
        case "clock":
            said.once(clock=_clock(int(found["h"] or 0), int(found.get("min") or 0), found.get("part")))
        case "hours":
            said.once(hours=(int(found["h"] or 0), int(found["min"] or 0)))
        case "an hour":
            said.once(hours=(1, 0))
            said.as_span = True
        case "half an hour":
            said.once(minutes=30)
        case "minutes":
            said.once(minutes=count)
        case "days":
            said.once(days=count)
        case "weeks":
            said.once(days=7 * count)
        case "months" | "next month":
            said.once(months=count or 1)
        case "today" | "tomorrow" | "in two days":
            said.once(days=("today", "tomorrow", "in two days").index(kind))
            said.today, said.as_hour = kind == "today", True
        case "next week":
            said.once(weekday=0)
            said.after_today = True
        case "weekday":
            said.once(weekday=_WEEKDAYS[found["name"] or ""])
            said.after_today = bool(found["next"] or found["after"])
        case "word":
            said.once(clock=_CLOCK_WORDS[found["word"] or ""])
        case "span":
            said.as_span = True
        case "hour":
            said.as_hour = True
        case "and":
            said.joined = True


def _clock(hour: int, minute: int, part: str | None) -> time:
    """ "2:30 pm", "8 da noite"."""
    if part in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour %= 12
    if part in ("pm", "tarde", "noite") and hour < 12:
        hour += 12
    return time(hour, minute)


def _resolved(said: _Said, now: datetime) -> datetime:
    """`now` is in the zone the text speaks of."""
    on_a_day = said.day is not None or said.weekday is not None
    span = timedelta(minutes=said.minutes or 0)
    if said.hours is not None:
        hour, minute = said.hours
        in_days = said.days is not None or said.months is not None
        as_span = said.joined or said.minutes is not None or (said.as_span and not in_days)
        is_hour = said.as_hour or on_a_day or (7 <= hour <= 23 and not as_span)
        if is_hour:
            said.once(clock=time(hour, minute))
        else:
            span += timedelta(hours=hour, minutes=minute)
    if span and (on_a_day or said.clock is not None):
        raise ValueError("a span and a day")
    return _on_day(said, now) if on_a_day else _from_now(said, now, span)


def _from_now(said: _Said, now: datetime, span: timedelta) -> datetime:
    if said.days is None and said.months is None:
        if said.clock is not None:
            today = datetime.combine(now.date(), said.clock, now.tzinfo)
            return today if today > now else today + timedelta(days=1)
        if not span:
            raise ValueError("neither a day nor an hour")
        return (now.astimezone(UTC) + span).astimezone(now.tzinfo)
    day = _months_later(now.date(), said.months or 0) + timedelta(days=said.days or 0)
    clock = said.clock
    if clock is None:
        # "em 3 dias" keeps the hour; "amanhã" has one of its own.
        clock = _EVENING if said.today else _MORNING if said.as_hour else now.time()
    return (datetime.combine(day, clock, now.tzinfo).astimezone(UTC) + span).astimezone(now.tzinfo)


def _on_day(said: _Said, now: datetime) -> datetime:
    clock = said.clock or _MORNING
    if said.weekday is not None:
        if said.day is not None or said.days is not None or said.months is not None:
            raise ValueError("two days")
        ahead = (said.weekday - now.weekday()) % 7
        if ahead == 0 and said.after_today:
            ahead = 7
        moment = datetime.combine(now.date() + timedelta(days=ahead), clock, now.tzinfo)
        return moment if moment > now else moment + timedelta(days=7)
    if said.day is None or said.days is not None or said.months is not None:
        raise ValueError("two days")
    day, month, year = said.day
    if year is not None:
        return datetime.combine(date(year, month, day), clock, now.tzinfo)
    for year in range(now.year, now.year + 9):  # far enough for 29 February
        if day <= months.monthrange(year, month)[1]:
            moment = datetime.combine(date(year, month, day), clock, now.tzinfo)
            if moment > now:
                return moment
    raise ValueError("no such day")


def _months_later(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))
