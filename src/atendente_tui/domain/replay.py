"""A ticket as it was: the fold of its events up to a moment. Standard library only.

What no event tells of is as it is now; what the first event that tells of a field calls `old` stood there before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from atendente_tui.domain.words import EventKind

FIELDS = ("status", "priority", "assignee", "team", "tier")
"""What is folded. Tags are not: an event may tell all of them or only what changed."""
KINDS = (EventKind.FIELD_CHANGE, EventKind.ESCALATION)
"""Kinds of events that move a field."""

State = Mapping[str, str | None]
"""The value of each of `FIELDS`."""


class Told(NamedTuple):
    """An event: its key, which orders events and bears their moment, its kind and its data."""

    key: int
    kind: str
    data: Mapping[str, Any]


class Turn(NamedTuple):
    """One field that an event moves."""

    field: str
    old: str | None
    new: str | None


def turn(event: Told) -> Turn | None:
    """What the event moves; None for one that moves nothing we fold."""
    data = event.data
    if event.kind == EventKind.ESCALATION:
        return Turn("tier", data.get("from"), data.get("to")) if "to" in data else None
    if event.kind == EventKind.FIELD_CHANGE and data.get("field") in FIELDS and "new" in data:
        return Turn(data["field"], data.get("old"), data["new"])
    return None


def before_all(now: State, events: Iterable[Told]) -> State:
    """How the ticket stood before the first of its events, given how it stands after the last."""
    found: dict[str, str | None] = {}
    for event in events:
        moved = turn(event)
        if moved is not None:
            found.setdefault(moved.field, moved.old)
    return {**now, **found}


def step(state: State, event: Told) -> State:
    """The state after one more event."""
    moved = turn(event)
    return state if moved is None else {**state, moved.field: moved.new}


def fold(start: State, events: Iterable[Told]) -> State:
    return reduce(step, events, start)


def replay(now: State, events: Sequence[Told], until: int) -> State:
    """The state after the events whose key is at most `until`. `events`: every one of the ticket, in order."""
    return fold(before_all(now, events), (one for one in events if one.key <= until))
