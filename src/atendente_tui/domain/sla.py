"""SLA targets: which policy applies, when a target is due, and how a ticket stands against it.

The clock of a target runs while its calendar is open and nobody waits on the customer. At the deadline is met; a
millisecond later is broken. All moments are integer milliseconds.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from atendente_tui.domain.calendar import BusinessCalendar
from atendente_tui.domain.words import Channel, Priority, Segment, SlaState, SlaTarget

_MS = timedelta(milliseconds=1)

Pauses = Sequence[tuple[int, int]]
"""Ended pauses, (from, to), in order."""


class SlaPolicy(NamedTuple):
    """Targets for the tickets its filters let through; an empty filter lets all through.

    calendar    name of a calendar in `Rules.calendars`
    suggested   targets whose numbers nobody at the company has set yet ("padrão sugerido")
    """

    name: str
    first: timedelta | None = None
    next: timedelta | None = None
    resolution: timedelta | None = None
    calendar: str = "always"
    channels: frozenset[Channel] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    segments: frozenset[Segment] = frozenset()
    reasons: frozenset[str] = frozenset()
    """Contact reasons, each with all below it. A policy with reasons is laid over the others: it sets the targets it has."""
    suggested: frozenset[SlaTarget] = frozenset()

    def applies(self, channel: str, priority: str, segment: str | None) -> bool:
        return (
            (not self.channels or channel in self.channels)
            and (not self.priorities or priority in self.priorities)
            and (not self.segments or segment in self.segments)
        )


def choose(
    policies: Iterable[SlaPolicy], channel: str, priority: str, segment: str | None
) -> SlaPolicy | None:
    """The first policy without reasons that applies: whoever writes them puts the special ones before the general ones."""
    return next(
        (one for one in policies if not one.reasons and one.applies(channel, priority, segment)), None
    )


def laid_over(
    policies: Iterable[SlaPolicy], channel: str, priority: str, segment: str | None, reason: str | None
) -> SlaPolicy | None:
    """The policy of the nearest contact reason that applies (`entrega/atraso` before `entrega`)."""
    fitting = [
        (max(map(len, near)), one)
        for one in policies
        if reason and one.applies(channel, priority, segment)
        if (near := [of for of in one.reasons if reason == of or reason.startswith(of + "/")])
    ]
    return max(fitting, key=lambda one: one[0], default=(0, None))[1]


def due(
    calendar: BusinessCalendar, start: int, amount: int, pauses: Pauses = (), paused_since: int | None = None
) -> int | None:
    """When the clock, started at `start`, has run `amount` milliseconds; None while a pause keeps it from that.

    Pauses that began before `start` are not its own: the customer's message that started the clock ended them.
    """
    origin = start
    for begin, end in pauses:
        if begin < origin or end <= max(begin, start):
            continue
        run = calendar.between_ms(start, begin)
        if run >= amount:
            return calendar.add_ms(start, amount)
        amount -= run
        start = end
    if (
        paused_since is not None
        and paused_since >= origin
        and calendar.between_ms(start, paused_since) < amount
    ):
        return None
    return calendar.add_ms(start, amount)


class Rung(NamedTuple):
    """From the moment the clock has run `amount` (plus `late`), the target weighs `points` and is in `state`."""

    amount: int
    late: int
    points: int
    state: SlaState


class Ladder(NamedTuple):
    amount: int
    """The target itself, in milliseconds of its clock."""
    rungs: tuple[Rung, ...]
    """Upwards in time; the last is the broken one."""


def ladder(target: timedelta, risk_share: float, steps: Sequence[tuple[float, int]]) -> Ladder:
    """The states and points a target passes through: `steps` are (share of the time left, points), broken at 0."""
    amount = target // _MS
    shares = sorted({*(share for share, _ in steps if share > 0), risk_share}, reverse=True)
    rungs = []
    for share in shares:
        points = max((points for limit, points in steps if limit >= share), default=0)
        state = SlaState.AT_RISK if share <= risk_share else SlaState.OK
        rungs.append(Rung(amount - int(amount * share), 0, points, state))
    rungs.append(Rung(amount, 1, max((points for _, points in steps), default=0), SlaState.BROKEN))
    return Ladder(amount, tuple(rungs))


def state(
    due: int | None,
    now: int,
    done_at: int | None = None,
    *,
    risk_from: int | None = None,
    paused: bool = False,
) -> SlaState:
    """How one target stands. `due` is None where there is no target, or while it is paused."""
    if due is None:
        return SlaState.PAUSED if paused else SlaState.NONE
    if done_at is not None:
        return SlaState.MET if done_at <= due else SlaState.BROKEN
    if now > due:
        return SlaState.BROKEN
    return SlaState.AT_RISK if risk_from is not None and now >= risk_from else SlaState.OK
