"""What is expected of a piece of work, as data, and the fold that proves it: `step(state, event, now) -> (state, effects)`.

Pure, and of the same cost for the first event and the hundred-thousandth: what is kept of the past is a few marks for each
expectation, never the past itself. Effects are verdicts, told as soon as no later event can change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from atendente_tui.flow.hearing import says

MOST_EVIDENCE = 12
"""Event ids kept for each expectation; the first ones."""

DONE = ("solved", "closed")
"""Statuses of a ticket in which nobody waits."""

Kind = Literal["must", "never", "finally"]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing on the record. `id` is the timeline's own, `mine` whether the trainee did it."""

    id: str
    at: datetime
    kind: str
    value: str = ""
    ticket: str = ""
    text: str = ""
    mine: bool = False
    also: tuple[tuple[str, str], ...] = ()
    """What else it is, as kind and value: an answer that asks again (`asks_again`, `order_number`)."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which events are meant. Every part that is set must hold."""

    kind: str
    values: tuple[str, ...] = ()
    """One of them is its value."""
    ticket: str | None = None
    says: tuple[str, ...] = ()
    """Every phrase is in its text (`flow.hearing`: `a|b` are alternatives)."""
    lacks: tuple[str, ...] = ()
    """None of them is."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """must      happens at least (at most) so often, `within` a time, `before` or `after` something else
    never     does not happen; with `unless`, not before that happened
    finally   at the end the fields of `ticket` have these values
    """

    id: str
    kind: Kind
    what: Pattern | None = None
    within: timedelta | None = None
    """Counted from the start, from the first `since`, or (with `every`) from each event of `since` that waits for an answer."""
    since: Pattern | None = None
    every: bool = False
    before: Pattern | None = None
    after: Pattern | None = None
    unless: Pattern | None = None
    at_least: int = 1
    at_most: int | None = None
    ticket: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an expectation ended, and the ids of the events that prove it."""

    id: str
    met: bool
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is remembered for one expectation."""

    count: int = 0
    evidence: tuple[str, ...] = ()
    since: datetime | None = None
    waiting: tuple[Happened, ...] = ()
    """For each ticket the first event that waits for an answer (`every`), the oldest first."""
    closed: bool = False
    """`before` came: from here nothing counts any more."""
    opened: bool = False
    """`after` or `unless` came."""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the proving stands."""

    expectations: tuple[Expectation, ...]
    began: datetime
    marks: tuple[_Mark, ...]


def begin(expectations: tuple[Expectation, ...], now: datetime) -> Proof:
    return Proof(expectations, now, tuple(_Mark() for _one in expectations))


def step(proof: Proof, event: Happened, now: datetime) -> tuple[Proof, tuple[Verdict, ...]]:
    """What one more event proves. Events come in the order of their time."""
    marks, told = list(proof.marks), []
    for n, one in enumerate(proof.expectations):
        mark = marks[n]
        if mark.verdict is not None:
            continue
        marks[n] = after = _marked(one, mark, event, proof.began, now)
        if after.verdict is not None:
            told.append(after.verdict)
    return replace(proof, marks=tuple(marks)), tuple(told)


def conclude(
    proof: Proof, fields: Mapping[str, Mapping[str, tuple[str, ...]]], now: datetime
) -> tuple[Verdict, ...]:
    """Every verdict, now that nothing more happens. `fields` are the tickets' fields at the end, by ticket and name."""
    return tuple(
        mark.verdict or _concluded(one, mark, fields, now)
        for one, mark in zip(proof.expectations, proof.marks, strict=True)
    )


def matches(pattern: Pattern, event: Happened) -> bool:
    if pattern.ticket is not None and event.ticket != pattern.ticket:
        return False
    kinds = ((event.kind, event.value), *event.also)
    if not any(
        kind == pattern.kind and (not pattern.values or value in pattern.values) for kind, value in kinds
    ):
        return False
    if not all(says(event.text, one) for one in pattern.says):
        return False
    return not any(says(event.text, one) for one in pattern.lacks)


def _marked(one: Expectation, mark: _Mark, event: Happened, began: datetime, now: datetime) -> _Mark:
    if one.kind == "finally":
        kinds = {event.kind, *(kind for kind, _value in event.also)}
        if event.ticket == one.ticket and kinds & set(one.fields):
            return replace(mark, evidence=_kept((*mark.evidence, event.id)[-MOST_EVIDENCE:]))
        return mark
    assert one.what is not None  # noqa: S101  # nosec B101 # only `finally` has none
    if one.kind == "never":
        return _forbidden(one, mark, event)
    if one.every:
        return _answered(one, mark, event, now)
    if one.since is not None and mark.since is None and matches(one.since, event):
        mark = replace(mark, since=event.at)
    if matches(one.what, event) and _counts(one, mark, event, began):
        mark = replace(mark, count=mark.count + 1, evidence=_kept((*mark.evidence, event.id)))
    if one.at_most is not None and mark.count > one.at_most:
        return _decided(one, mark, False)
    if one.before is not None and not mark.closed and matches(one.before, event):
        if mark.count < one.at_least:
            return _decided(one, replace(mark, evidence=_kept((*mark.evidence, event.id))), False)
        mark = replace(mark, closed=True)
    if one.after is not None and not mark.opened and matches(one.after, event):
        mark = replace(mark, opened=True)
    if one.at_most is None and mark.count >= one.at_least:
        return _decided(one, mark, True)
    return mark


def _counts(one: Expectation, mark: _Mark, event: Happened, began: datetime) -> bool:
    if mark.closed or (one.after is not None and not mark.opened):
        return False
    since = mark.since if one.since is not None else began
    if since is None:
        return False
    return one.within is None or event.at - since <= one.within


def _forbidden(one: Expectation, mark: _Mark, event: Happened) -> _Mark:
    assert one.what is not None  # noqa: S101  # nosec B101 # the reader saw to it
    if matches(one.what, event) and not mark.opened and (one.after is None or mark.closed):
        return _decided(one, replace(mark, evidence=(event.id,)), False)
    if one.unless is not None and matches(one.unless, event):
        return replace(mark, opened=True, evidence=_kept((*mark.evidence, event.id)))
    if one.after is not None and matches(one.after, event):
        return replace(mark, closed=True)
    return mark


def _answered(one: Expectation, mark: _Mark, event: Happened, now: datetime) -> _Mark:
    """Each event of `since` has one of `what` on its ticket within the time; what waits together is answered together.

    Who called it solved owes no answer any more.
    """
    assert one.what is not None  # noqa: S101  # nosec B101 # the reader saw to it
    assert one.since is not None  # noqa: S101  # nosec B101 # the reader saw to it
    if mark.waiting and now - mark.waiting[0].at > (one.within or timedelta.max):
        return _decided(one, replace(mark, evidence=(mark.waiting[0].id,)), False)
    answered = matches(one.what, event)
    if answered or (event.kind == "status" and event.value in DONE):
        mark = replace(mark, waiting=tuple(each for each in mark.waiting if each.ticket != event.ticket))
        return replace(mark, evidence=_kept((*mark.evidence, event.id))) if answered else mark
    if matches(one.since, event) and all(each.ticket != event.ticket for each in mark.waiting):
        return replace(mark, waiting=(*mark.waiting, event))
    return mark


def _concluded(
    one: Expectation, mark: _Mark, fields: Mapping[str, Mapping[str, tuple[str, ...]]], now: datetime
) -> Verdict:
    if one.kind == "never":
        return Verdict(one.id, True, mark.evidence)
    if one.kind == "finally":
        found = fields.get(one.ticket, {})
        met = all(set(wanted) <= set(found.get(name, ())) for name, wanted in one.fields.items())
        return Verdict(one.id, met, mark.evidence)
    if one.every:
        if mark.waiting and now - mark.waiting[0].at > (one.within or timedelta.max):
            return Verdict(one.id, False, (mark.waiting[0].id,))
        return Verdict(one.id, True, mark.evidence)
    return Verdict(one.id, mark.count >= one.at_least, mark.evidence)


def _decided(one: Expectation, mark: _Mark, met: bool) -> _Mark:
    return replace(mark, verdict=Verdict(one.id, met, mark.evidence))


def _kept(evidence: tuple[str, ...]) -> tuple[str, ...]:
    return evidence[:MOST_EVIDENCE]
