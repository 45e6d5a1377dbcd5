"""What a ticket's history comes to: its contacts, the responses it asked for, and how it was solved. Pure.

A contact is a run of interactions between the customer and us: in a conversation until it was silent for longer than the
channel's gap, elsewhere until the ticket is solved and the customer comes back. Bots and automatic messages are never an
agent's answer. Moments and durations are integer milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from atendente_tui.domain import sla
from atendente_tui.domain.calendar import BusinessCalendar
from atendente_tui.domain.rules import Rules
from atendente_tui.domain.sla import Ladder

MINUTE = 60_000
GAPS: Mapping[str, int] = MappingProxyType(
    {
        "chat": 30 * MINUTE,
        "app": 30 * MINUTE,
        "phone": 30 * MINUTE,
        "in_person": 30 * MINUTE,
        "whatsapp": 24 * 60 * MINUTE,
        "instagram": 24 * 60 * MINUTE,
        "facebook": 24 * 60 * MINUTE,
        "sms": 24 * 60 * MINUTE,
    }
)
"""Silence after which a conversation is another contact, suggested; a channel without one is asynchronous."""
_DONE = frozenset({"solved", "closed"})
_LIVE = frozenset({"new", "open", "pending", "on_hold", "snoozed"})
_TIERS = ("N1", "N2", "N3")
_TELLING = frozenset({"message", "call", "note", "wrap_up", "escalation"})
"""What tells of the work behind it."""


class Happened(NamedTuple):
    """One event, in the words of `domain.words`. `data` as events have it."""

    at: int
    kind: str
    channel: str | None
    direction: str
    author_kind: str
    author: str
    public: bool
    data: Mapping[str, Any]


class Case(NamedTuple):
    """The ticket as it stands."""

    channel: str
    priority: str
    segment: str | None
    reason: str | None
    status: str
    assignee: str | None
    tier: str | None
    opened: int
    solved: int | None
    pauses: Sequence[tuple[int, int]] = ()
    paused_since: int | None = None


@dataclass(slots=True)
class Contact:
    """`waited` until it was picked up or abandoned (`decided`); `active` is None where nobody recorded the work."""

    direction: str
    started: int
    ended: int
    channel: str
    agent: str | None = None
    decided: int | None = None
    picked: bool = False
    abandoned: bool = False
    waited: int | None = None
    active: int | None = None
    hold: int | None = None
    after: int | None = None


class Target(NamedTuple):
    """One answer owed, or the resolution. `decided`: met then, or broken from then on (perhaps still to come)."""

    kind: str
    n: int
    agent: str | None
    started: int
    done: int | None
    took: int | None
    business: int | None
    due: int | None
    decided: int | None


class Counted(NamedTuple):
    direction: str
    agent: str | None
    solved: int | None
    standing: bool
    solved_tier: str | None
    took: int | None
    business: int | None
    net: int | None
    net_business: int | None
    reopened: bool
    handbacks: int
    contacts: tuple[Contact, ...]
    targets: tuple[Target, ...]


@dataclass(slots=True)
class _Walk:
    case: Case
    contacts: list[Contact] = field(default_factory=list)
    answers: list[tuple[str, int, int | None, str | None]] = field(default_factory=list)
    """(kind, since, answered, by): responses owed, the open one last."""
    waiting: bool = False
    dropped: tuple[str, int, int | None, str | None] | None = None
    """Owed when it was solved: an answer that is told a moment after the status still counts."""
    first: bool = True
    """The first response is still owed, or would be."""
    solved: int | None = None
    standing: bool = False
    reopened: bool = False
    handbacks: int = 0
    tier: str | None = None
    solved_tier: str | None = None
    solver: str | None = None
    spoke: str | None = None
    """Who answered last."""
    back: bool = False
    """It was solved since the last interaction: the customer's next word is another contact."""


def count(case: Case, events: Sequence[Happened], rules: Rules) -> Counted:
    """What `events`, in their order, make of the ticket."""
    gaps = {**GAPS, **rules.session_gaps}
    walk = _Walk(case)
    # The tier it began with: what the first move says it came from, else where it is.
    moves = [move for event in events if (move := _tier_move(event)) is not None]
    walk.tier = moves[0][0] if moves else case.tier
    # A backend may tell that it is solved without an event that says so.
    untold = case.solved if case.status in _DONE else None
    for event in events:
        if untold is not None and event.at > untold:
            _solve(walk, untold, None)
            untold = None
        _take(walk, event, gaps)
    if untold is not None:
        _solve(walk, untold, None)
    if case.status in _DONE and case.solved is not None:
        walk.solved = case.solved  # the helpdesk's own word for when
    standing = case.status in _DONE and walk.solved is not None
    direction = walk.contacts[0].direction if walk.contacts else "inbound"
    hours = rules.business
    solver = walk.solver or (walk.spoke if walk.solved is not None else None) or case.assignee
    took = business = net = net_business = None
    if walk.solved is not None:
        end = max(walk.solved, case.opened)
        took, business = end - case.opened, hours.between_ms(case.opened, end)
        waits = [(max(a, case.opened), min(b, end)) for a, b in case.pauses if a < end and b > case.opened]
        net = took - sum(b - a for a, b in waits)
        net_business = business - sum(hours.between_ms(a, b) for a, b in waits)
    return Counted(
        direction,
        solver,
        walk.solved,
        standing,
        None if walk.solved is None else walk.solved_tier or case.tier,
        took,
        business,
        net,
        net_business,
        walk.reopened,
        walk.handbacks,
        tuple(walk.contacts),
        tuple(_targets(walk, direction, standing, solver, rules, hours)),
    )


def _take(walk: _Walk, event: Happened, gaps: Mapping[str, int]) -> None:
    kind = event.kind
    if kind in ("message", "call", "bot_turn"):
        _interaction(walk, event, gaps)
    elif kind == "field_change":
        name, new = event.data.get("field"), event.data.get("new")
        if name == "status" and new in _DONE:
            _solve(walk, event.at, event.author if event.author_kind == "agent" else None)
        elif name == "status" and new in _LIVE and walk.standing:
            _reopen(walk, event)
        elif name == "assignee" and new and new == event.author and event.author_kind == "agent":
            _pick_up(walk, event.at, str(new))
    if (move := _tier_move(event)) is not None:
        before, after = move
        if before in _TIERS and _TIERS.index(after) < _TIERS.index(before):
            walk.handbacks += 1
        walk.tier = after
    _work(walk, event)


def _interaction(walk: _Walk, event: Happened, gaps: Mapping[str, int]) -> None:
    inbound = event.author_kind == "customer"
    by_agent = event.author_kind == "agent" and event.public
    if not inbound and not by_agent:
        if event.kind == "bot_turn" and walk.contacts:
            walk.contacts[-1].ended = max(walk.contacts[-1].ended, event.at)
        return
    channel = event.channel or walk.case.channel
    gap = gaps.get(channel)
    last = walk.contacts[-1] if walk.contacts else None
    if (
        last is None
        or (gap is not None and event.at - last.ended > gap)
        or (gap is None and walk.back and inbound)
    ):
        began = "inbound" if inbound or event.direction == "inbound" else "outbound"
        last = Contact(began, event.at, event.at, channel)
        walk.contacts.append(last)
    walk.back = False
    last.ended = max(last.ended, event.at)
    if event.data.get("abandoned") or event.data.get("outcome") == "abandoned":
        if last.decided is None and last.direction == "inbound":
            last.decided, last.abandoned = event.at, True
            last.waited = _ms(event.data.get("wait"), event.at - last.started)
        return
    answered = by_agent or (event.kind == "call" and event.data.get("outcome") == "answered")
    if inbound and not answered:
        walk.dropped = None
        if not walk.waiting:
            _owe(walk, event.at)
        return
    who = event.author if event.author_kind == "agent" else str(event.data.get("agent") or "") or None
    walk.spoke = who or walk.spoke
    if last.agent is None:
        last.agent = who
    if last.direction == "inbound" and last.decided is None:
        last.decided, last.picked = event.at, True
        last.waited = _ms(event.data.get("wait"), event.at - last.started)
    if walk.dropped is not None:
        walk.answers.append(walk.dropped)
        walk.dropped, walk.waiting = None, True
    elif not walk.waiting and walk.first:
        _owe(walk, event.at)
    if walk.waiting:
        kind, since, _done, _by = walk.answers[-1]
        walk.answers[-1] = (kind, since, max(since, event.at), who)
    walk.waiting = walk.first = False


def _owe(walk: _Walk, at: int) -> None:
    """An answer is owed from now on; the first one from the opening."""
    if walk.first:
        walk.answers.append(("first", walk.case.opened, None, None))
    else:
        walk.answers.append(("next", at, None, None))
    walk.waiting = True


def _solve(walk: _Walk, at: int, who: str | None) -> None:
    if walk.standing:
        return
    walk.solved, walk.standing, walk.back = at, True, True
    walk.solved_tier = walk.tier
    walk.solver = who or walk.spoke
    walk.first = walk.first and not walk.waiting
    if walk.waiting:  # solved without an answer: none is owed any more
        walk.dropped = walk.answers.pop()
        walk.waiting = False


def _reopen(walk: _Walk, event: Happened) -> None:
    walk.standing, walk.reopened = False, True
    walk.first, walk.dropped = False, None
    if not walk.waiting and event.author_kind != "agent":
        _owe(walk, event.at)


def _pick_up(walk: _Walk, at: int, who: str) -> None:
    last = walk.contacts[-1] if walk.contacts else None
    if last is not None and last.direction == "inbound" and last.decided is None and at >= last.started:
        last.decided, last.picked, last.waited, last.agent = at, True, at - last.started, who


def _work(walk: _Walk, event: Happened) -> None:
    """Seconds of work as the event records them: `active` (of a call: `seconds`), `hold`, `after`."""
    data = event.data
    if not data or not walk.contacts or event.kind not in _TELLING:
        return
    active = data.get("active", data.get("seconds") if event.kind == "call" else None)
    parts = (active, data.get("hold"), data.get("after"))
    if not any(isinstance(one, int | float) and not isinstance(one, bool) for one in parts):
        return
    last = walk.contacts[-1]
    if last.abandoned:
        return
    last.active = (last.active or 0) + _ms(parts[0], 0)
    last.hold = (last.hold or 0) + _ms(parts[1], 0)
    last.after = (last.after or 0) + _ms(parts[2], 0)


def _tier_move(event: Happened) -> tuple[str | None, str] | None:
    data = event.data
    if event.kind == "escalation":
        before, after = data.get("from"), data.get("to")
    elif event.kind == "field_change" and data.get("field") == "tier":
        before, after = data.get("old"), data.get("new")
    else:
        return None
    return (before if before in _TIERS else None, str(after)) if after in _TIERS else None


def _ms(seconds: Any, otherwise: int) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e9:
        return otherwise
    return round(seconds * 1_000)


def _targets(
    walk: _Walk, direction: str, standing: bool, solver: str | None, rules: Rules, hours: BusinessCalendar
) -> list[Target]:
    case = walk.case
    plan = rules.plan(case.channel, case.priority, case.segment, case.reason)
    found = []
    numbers = {"first": 0, "next": 0}
    for kind, since, done, by in walk.answers:
        if kind == "first" and direction == "outbound":
            continue  # we began: nobody waited
        numbers[kind] += 1
        ladder = plan.first if kind == "first" else plan.next
        who = by or case.assignee
        found.append(_target(case, kind, numbers[kind] - 1, who, since, done, ladder, plan.calendar, hours))
    if plan.resolution is not None and direction == "inbound":
        done = walk.solved if standing else None
        found.append(
            _target(case, "resolution", 0, solver, case.opened, done, plan.resolution, plan.calendar, hours)
        )
    return found


def _target(
    case: Case,
    kind: str,
    n: int,
    who: str | None,
    since: int,
    done: int | None,
    ladder: Ladder | None,
    calendar: BusinessCalendar,
    hours: BusinessCalendar,
) -> Target:
    took = business = due = decided = None
    if done is not None:
        took, business = max(0, done - since), hours.between_ms(since, done)
    if ladder is not None:
        pauses, paused = case.pauses, case.paused_since
        if done is not None:  # what came after the answer stopped no clock of it
            pauses = [(a, min(b, done)) for a, b in pauses if a < done]
            paused = None
        due = sla.due(calendar, since, ladder.amount, pauses, paused)
        if due is not None:
            decided = done if done is not None and done <= due else due + 1
    return Target(kind, n, who, since, done, took, business, due, decided)
