"""How a ticket stands now: its score with the reasons for it, its nearest SLA target, and when that changes.

Runs for every live ticket of every page that comes in, so it is written for speed: integers, tables made once
(`Rules.plan`), no object that is not part of the answer.
"""

from collections.abc import Sequence
from typing import NamedTuple

from atendente_tui.domain import sla
from atendente_tui.domain.calendar import BusinessCalendar
from atendente_tui.domain.priority import Part
from atendente_tui.domain.rules import Plan, Rules
from atendente_tui.domain.sla import Ladder
from atendente_tui.domain.words import SlaState, SlaTarget, Status

__all__ = ["Assessment", "Part", "TicketFacts", "assess"]

_PAUSED = 1 << 62  # later than every moment


class TicketFacts(NamedTuple):
    """What the rules look at. Words are values of `domain.words`, moments milliseconds of UTC.

    waiting_since  the customer's oldest message that nobody answered
    paused_since   waiting on the customer since, None when not; `pauses` are the ended ones, in order
    """

    status: str
    priority: str
    channel: str
    opened: int
    impact: str | None = None
    segment: str | None = None
    first_reply: int | None = None
    waiting_since: int | None = None
    last_inbound: int | None = None
    solved: int | None = None
    paused_since: int | None = None
    pauses: Sequence[tuple[int, int]] = ()
    reason: str | None = None


class Assessment(NamedTuple):
    """`why` sums to `score`; asked again at any moment before `recheck`, the answer is the same.

    target   the target that is nearest (or, of a solved ticket, the one judged)
    due      None while its clock is paused
    recheck  None when time alone changes nothing any more
    """

    score: int
    why: tuple[Part, ...]
    target: SlaTarget | None
    due: int | None
    state: SlaState
    recheck: int | None


_NOTHING = Assessment(0, (), None, None, SlaState.NONE, None)


def assess(facts: TicketFacts, rules: Rules, now: int) -> Assessment:
    """The assessment of one ticket at `now`."""
    status = facts.status
    plan = rules.plan(facts.channel, facts.priority, facts.segment, facts.reason)
    if status == Status.SOLVED or status == Status.CLOSED:
        return _verdict(facts, plan)

    pauses, paused_since = facts.pauses, facts.paused_since
    if paused_since is not None and facts.last_inbound is not None and facts.last_inbound > paused_since:
        # The customer wrote, whatever the status still says: that wait is over.
        pauses, paused_since = (*pauses, (paused_since, facts.last_inbound)), None

    why: list[Part] = []
    score = 0
    recheck = _PAUSED

    # The nearest target: the response owed, or the resolution.
    calendar = plan.calendar
    target: SlaTarget | None = None
    ladder: Ladder | None = None
    start = facts.opened
    if facts.first_reply is None:
        if plan.first is not None:
            target, ladder = SlaTarget.FIRST, plan.first
    elif facts.waiting_since is not None and plan.next is not None:
        target, ladder, start = SlaTarget.NEXT, plan.next, facts.waiting_since
    due = None if ladder is None else _due(calendar, start, ladder.amount, pauses, paused_since)
    if plan.resolution is not None:
        other = _due(calendar, facts.opened, plan.resolution.amount, pauses, paused_since)
        if ladder is None or (other is not None and (due is None or other < due)):
            target, ladder, start, due = SlaTarget.RESOLUTION, plan.resolution, facts.opened, other
    state = SlaState.NONE
    if ladder is not None:
        state, points = SlaState.OK, 0
        for rung in ladder.rungs:
            moment = _due(calendar, start, rung.amount, pauses, paused_since)
            if moment is None:
                state = SlaState.PAUSED
                break
            moment += rung.late
            if now < moment:
                recheck = moment
                break
            points, state = rung.points, rung.state
        if due is None:
            state = SlaState.PAUSED
        if points:
            why.append(Part("sla", points))
            score = points

    if plan.urgency is not None:
        why.append(plan.urgency)
        score += plan.urgency.points
    if facts.impact is not None:
        points = rules.weights.impact.get(facts.impact, 0)
        if points:
            why.append(Part("impact", points))
            score += points
    if plan.segment is not None:
        why.append(plan.segment)
        score += plan.segment.points
    if facts.waiting_since is not None:
        waited = now - facts.waiting_since
        reached: Part | None = None
        for after, part in rules.waiting:
            if waited < after:
                recheck = min(recheck, facts.waiting_since + after)
                break
            reached = part
        if reached is not None:
            why.append(reached)
            score += reached.points
    if plan.channel is not None:
        why.append(plan.channel)
        score += plan.channel.points
    if facts.waiting_since is None:
        points = min(rules.weights.turn.get(status, 0), score)
        if points > 0:
            why.append(Part("turn", -points))
            score -= points
    return Assessment(score, tuple(why), target, due, state, None if recheck == _PAUSED else recheck)


def _due(
    calendar: BusinessCalendar,
    start: int,
    amount: int,
    pauses: Sequence[tuple[int, int]],
    paused_since: int | None,
) -> int | None:
    if not pauses and paused_since is None:
        return start + amount if calendar.hours is None else calendar.add_ms(start, amount)
    return sla.due(calendar, start, amount, pauses, paused_since)


def _verdict(facts: TicketFacts, plan: Plan) -> Assessment:
    """Of a ticket that is done: whether its targets were met; the broken one is named, else the last one."""
    told = _NOTHING
    for target, ladder, done in (
        (SlaTarget.FIRST, plan.first, facts.first_reply),
        (SlaTarget.RESOLUTION, plan.resolution, facts.solved),
    ):
        if ladder is None or done is None:
            continue
        due = _due(plan.calendar, facts.opened, ladder.amount, facts.pauses, facts.paused_since)
        met = due is None or done <= due
        told = Assessment(0, (), target, due, SlaState.MET if met else SlaState.BROKEN, None)
        if not met:
            break
    return told
