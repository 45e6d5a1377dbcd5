"""Where the time comes from. Rules take it as an argument; everything timed is handed one of these."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The aware UTC moment."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class RunningClock:
    """A clock that began at a chosen moment and runs as fast as the real one, whatever is done to the system's."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._began = monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=monotonic() - self._began)


class PacedClock:
    """Runs at the pace of the real one from a moment of one's choice: a scenario opens at its own hour."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


class VirtualClock:
    """A clock that stands still until told: tests and scenarios run a day in a second, and twice the same."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> datetime:
        self._now += step
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)
