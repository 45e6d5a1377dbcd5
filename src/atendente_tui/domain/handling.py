"""How long somebody worked on a ticket: told from their keys, not from the clock on the wall. Pure.

What passes between two keys counts for the ticket that stood open meanwhile, but no more of it than a stretch that
somebody may read or think (`idle`). Moments and durations are integer milliseconds.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from atendente_tui.domain.words import Status

Phase = Literal["active", "hold", "after"]
SPOKEN = frozenset({"phone", "chat", "app", "in_person"})
"""Channels on which the customer stays on the line: waiting for them there is hold."""
_WAITING = frozenset({Status.PENDING, Status.ON_HOLD})
_DONE = frozenset({Status.SOLVED, Status.CLOSED})


class Spent(NamedTuple):
    active: int = 0
    hold: int = 0
    after: int = 0

    def more(self, other: Spent) -> Spent:
        return Spent(*(a + b for a, b in zip(self, other, strict=True)))

    def of(self, phase: Phase, amount: int) -> Spent:
        return self._replace(**{phase: getattr(self, phase) + amount})

    @property
    def seconds(self) -> tuple[int, int, int]:
        active, hold, after = (round(one / 1_000) for one in self)
        return active, hold, after


class Watch(NamedTuple):
    """`pressed`: the last key. `counted`: up to when its time has been credited already."""

    pressed: int
    counted: int


def phase(status: str, channel: str, *, wrapping: bool = False) -> Phase:
    """What working on a ticket is: after the contact once it is solved or being wrapped up, hold where the customer
    is waited for on the line."""
    if wrapping or status in _DONE:
        return "after"
    return "hold" if status in _WAITING and channel in SPOKEN else "active"


def passed(watch: Watch, now: int, idle: int) -> int:
    """What has passed since `counted` and counts as work. A clock that was put back counts nothing."""
    return max(0, min(now, watch.pressed + idle) - watch.counted)
