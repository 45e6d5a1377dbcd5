"""Moments and lengths of time as people read them, by our own tables: the system's locale decides nothing."""

from __future__ import annotations

from datetime import datetime, tzinfo

from atendente_tui.domain.instants import from_ms
from atendente_tui.i18n import _, language

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_WEEKDAYS = {
    "pt-BR": ("seg", "ter", "qua", "qui", "sex", "sáb", "dom"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def countdown(milliseconds: int) -> str:
    """Time left, short: "02:14" below an hour (minutes and seconds), "3 h", "2 d"; past: "-14:05", "-3 h"."""
    sign, left = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    if left < HOUR:
        return f"{sign}{left // MINUTE:02d}:{left % MINUTE // SECOND:02d}"
    if left < DAY:
        return f"{sign}{left // HOUR} h"
    return f"{sign}{left // DAY} d"


def age(milliseconds: int) -> str:
    """How long ago, short: "agora", "12 min", "3 h", "2 d"."""
    if milliseconds < MINUTE:
        return _("now")
    if milliseconds < HOUR:
        return f"{milliseconds // MINUTE} min"
    if milliseconds < DAY:
        return f"{milliseconds // HOUR} h"
    return f"{milliseconds // DAY} d"


def since(milliseconds: int) -> str:
    """How long something has lasted, as a clock: "12:04" in hours and minutes."""
    minutes = max(0, milliseconds) // MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def duration(seconds: float) -> str:
    """ "6 min 12 s", "1 h 04 min"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def hour(milliseconds: int, zone: tzinfo) -> str:
    return from_ms(milliseconds).astimezone(zone).strftime("%H:%M")


def moment(milliseconds: int, zone: tzinfo, now: int) -> str:
    """ "hoje 14:28", "ontem 09:10", "seg 10:02" (this week), "03/11 10:02", "03/11/2025"."""
    at, today = _local(milliseconds, zone), _local(now, zone)
    days = (today.date() - at.date()).days
    if days == 0:
        return _("today") + f" {at:%H:%M}"
    if days == 1:
        return _("yesterday") + f" {at:%H:%M}"
    if days == -1:
        return _("tomorrow") + f" {at:%H:%M}"
    if -6 <= days < 7:
        return f"{_weekday(at)} {at:%H:%M}"
    if at.year == today.year:
        return f"{_day_month(at)} {at:%H:%M}"
    return f"{_day_month(at)}/{at.year}"


def day(milliseconds: int, zone: tzinfo) -> str:
    """ "seg 03/11/2026"."""
    at = _local(milliseconds, zone)
    return f"{_weekday(at)} {_day_month(at)}/{at.year}"


def full(milliseconds: int, zone: tzinfo) -> str:
    """ "03/11/2026 10:02:07"."""
    at = _local(milliseconds, zone)
    return f"{_day_month(at)}/{at.year} {at:%H:%M:%S}"


def number(value: float, decimals: int = 0) -> str:
    """1234.5 as "1.234,5" in Portuguese and "1,234.5" in English."""
    text = f"{value:,.{decimals}f}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def size(count: int) -> str:
    """Bytes: "812 B", "1,2 kB", "20 MB"."""
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= step:
            return f"{number(count / step, 1)} {unit}"
    return f"{count} B"


def _local(milliseconds: int, zone: tzinfo) -> datetime:
    return from_ms(milliseconds).astimezone(zone)


def _weekday(at: datetime) -> str:
    return _WEEKDAYS[language()][at.weekday()]


def _day_month(at: datetime) -> str:
    return at.strftime("%m/%d") if language() == "en" else at.strftime("%d/%m")
