"""When to try again: full jitter for a row, a pause the server asked for, a breaker when nothing answers.

Full jitter after Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): a delay drawn evenly
from zero up to a bound that doubles, so that many clients never come back together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from atendente_tui.clock import Clock
from atendente_tui.domain.instants import from_ms, to_ms

BASE, CAP = 0.5, 300.0
"""Seconds: the first bound of a delay, and the last."""
LONGEST_PAUSE = 3600.0
"""A server that asks for more is asked again after an hour."""
ATTEMPTS, HOURS = 12, 24
"""A command that failed so often, over so long, is handed back to the person."""


def delay(attempts: int, rng: Random) -> float:
    """Seconds to wait after the `attempts`-th failure (1 is the first)."""
    return rng.uniform(0.0, min(CAP, BASE * 2.0 ** min(attempts, 30)))


def asked(retry_after: float | None, attempts: int, rng: Random) -> float:
    """Seconds of a pause that the server asked for: what it said, within reason, and never less than our own delay."""
    own = delay(attempts, rng)
    if retry_after is None:
        return max(1.0, own)
    return max(0.0, min(retry_after, LONGEST_PAUSE), min(own, 5.0))


def spent(attempts: int, first_try: int, now: int) -> bool:
    """Whether a command (times in ms) was tried often and long enough."""
    return attempts >= ATTEMPTS and now - first_try >= HOURS * 3_600_000


@dataclass(slots=True)
class Gate:
    """Whether a request may leave now: not while paused, logged out, or while nothing answers.

    After `threshold` failures in a row it closes for 30 s, then lets one request through to see; each further
    failure doubles the wait, up to ten minutes.
    """

    clock: Clock
    threshold: int = 5
    first: float = 30.0
    longest: float = 600.0
    paused_until: int = 0
    """ms; what the server asked for. The owner stores it."""
    logged_out: bool = False
    failures: int = 0
    _closed_until: datetime | None = None
    _wait: float = field(default=0.0)
    _probing: bool = False

    @property
    def broken(self) -> bool:
        """Closed because nothing answers."""
        return self._closed_until is not None

    def wait(self) -> float:
        """Seconds until a request may leave, 0 for now; a minute while logged out or while a probe is under way."""
        paused = self.pause_left()
        if self.logged_out or self._probing:
            return max(60.0, paused)
        if self._closed_until is None:
            return paused
        now = self.clock.now()
        # No wait is longer than it was meant to be, though the clock be set back.
        self._closed_until = min(self._closed_until, now + timedelta(seconds=self._wait))
        return max(paused, (self._closed_until - now).total_seconds())

    def pause_left(self) -> float:
        """Seconds for which the server still asks for silence."""
        now = to_ms(self.clock.now())
        self.paused_until = min(self.paused_until, now + round(1000 * LONGEST_PAUSE))
        return max(0.0, (self.paused_until - now) / 1000)

    def enter(self) -> bool:
        """Ask to send one request. Whoever gets True must answer with `ok` or `failed`, or `leave` without news."""
        if self.wait() > 0:
            return False
        if self._closed_until is not None:
            self._probing = True
        return True

    def ok(self) -> None:
        """An answer came, whatever it said."""
        self.failures, self._closed_until, self._wait, self._probing = 0, None, 0.0, False

    def failed(self) -> None:
        self.failures += 1
        if self._probing or (self.failures >= self.threshold and self._closed_until is None):
            self._wait = min(self.longest, self._wait * 2 if self._wait else self.first)
            self._closed_until = self.clock.now() + timedelta(seconds=self._wait)
        self._probing = False

    def leave(self) -> None:
        self._probing = False

    def pause(self, seconds: float) -> int:
        """Let nothing out for so long; returns until when (ms)."""
        until = to_ms(self.clock.now() + timedelta(seconds=seconds))
        self.paused_until = max(self.paused_until, until)
        self._probing = False
        return self.paused_until

    def open_now(self) -> None:
        """A person asked: forget the breaker and the log-out, not what the server asked for."""
        self.ok()
        self.logged_out = False

    @property
    def paused_to(self) -> datetime:
        return from_ms(self.paused_until)
