"""Moments relative to the start of a scenario: `-2d4h10m`, `+40s`, and `-2d@10:02` for a time of day some days off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

_LENGTH = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?\Z")
_MOMENT = re.compile(r"([+-])([0-9dhms]+)(?:@(\d\d):(\d\d)(?::(\d\d))?)?\Z")
MOMENTS = ("-2d4h10m", "+40s", "-2d@10:02")
"""Examples for the sentence of a fault."""
LENGTHS = ("40s", "12m", "2h30m", "1d")


@dataclass(frozen=True, slots=True)
class Moment:
    """So long after the start (before it when negative); with `clock`, at that time of the day it falls on."""

    delta: timedelta = timedelta()
    clock: time | None = None

    def at(self, start: datetime, zone: tzinfo) -> datetime:
        if self.clock is None:
            return start + self.delta
        day = (start.astimezone(zone) + self.delta).date()
        return datetime.combine(day, self.clock, zone).astimezone(start.tzinfo)


def read_length(text: str) -> timedelta:
    """`2h30m` as a timedelta. Raises ValueError."""
    found = _LENGTH.match(text)
    if found is None or not text:
        raise ValueError(text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def read_moment(text: str) -> Moment:
    """Raises ValueError; a time of day goes with whole days only."""
    found = _MOMENT.match(text)
    if found is None:
        raise ValueError(text)
    sign, length, hour, minute, second = found.groups()
    delta = read_length(length) * (-1 if sign == "-" else 1)
    if hour is None:
        return Moment(delta)
    if delta % timedelta(days=1):
        raise ValueError(text)
    return Moment(delta, time(int(hour), int(minute), int(second or 0)))
