"""Stretches of time as people count them, in their own zone: the edges that a series of figures is cut at."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.metrics.scope import Window

UNITS = ("hour", "day", "week", "month")
MOST = 1_000
"""Edges at the most: a series longer than that is nobody's to read."""
_DAY = 86_400_000


def unit_for(window: Window) -> str:
    """The unit in which a chart of the window reads well."""
    days = (window.end - window.start) / _DAY
    return "hour" if days <= 2 else "day" if days <= 62 else "week" if days <= 400 else "month"


def edges(window: Window, unit: str, zone: tzinfo) -> list[int]:
    """Where the units of `UNITS` begin inside the window, with the window's own ends; in ms, upwards.

    Raises ValueError for another unit, or for more than `MOST` of them.
    """
    if unit not in UNITS:
        raise ValueError(f"time is not counted in {unit!r}")
    found = [window.start]
    at = _begin(from_ms(window.start).astimezone(zone), unit)
    while (moment := to_ms(at)) < window.end:
        if moment > window.start:
            found.append(moment)
        if len(found) > MOST:
            raise ValueError(f"more than {MOST} stretches")
        at = _next(at, unit, zone)
    return [*found, window.end]


def midnight(moment: datetime) -> datetime:
    """The beginning of its day, in its own zone."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _begin(at: datetime, unit: str) -> datetime:
    if unit == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    day = midnight(at)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(at: datetime, unit: str, zone: tzinfo) -> datetime:
    if unit == "hour":  # an hour of the world, whatever the clocks on the wall do
        return from_ms(to_ms(at) + 3_600_000).astimezone(zone)
    if unit == "month":
        return midnight((at + timedelta(days=32)).replace(day=1))
    return midnight(at + timedelta(days=7 if unit == "week" else 1))
