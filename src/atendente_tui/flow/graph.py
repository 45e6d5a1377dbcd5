"""A written flow as data: places, and the ways that lead from one to the next. `machine` plays it.

Guided scripts and personas are both made into one of these, so that whatever is said of a flow is said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from atendente_tui.flow.condition import Condition

ENTER = "enter"
"""The event a place itself makes when it is come to: ways on it are taken at once."""
TIME = "time"
"""Nothing happened; somebody's patience may have ended."""
BACK = "back"
"""To the place before, as if the way here had not been taken."""
LEARN = "learn"
"""Something became known: `name` has `value` from now on."""

NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Out:
    """An effect as it is written: what, of what, and how long after the one before (drawn between two lengths)."""

    kind: str
    data: Mapping[str, str] = field(default_factory=dict)
    after: tuple[timedelta, timedelta] = (NONE, NONE)


@dataclass(frozen=True, slots=True)
class Way:
    """Taken when its event happens and its condition holds; of several the first one written."""

    on: str
    value: str | None = None
    """Only for an event with this value (the key of a choice); None for any."""
    when: Condition | None = None
    """None: the default, taken when nothing before it held."""
    goto: str | None = None
    """None stays."""
    outs: tuple[Out, ...] = ()
    mood: int = 0
    """What it adds to the mood."""
    marks: str = ""
    """How the place counts that is left by it ("done", "skipped"); "" leaves no trace."""
    learns: Mapping[str, str] = field(default_factory=dict)
    """What is known from then on."""


@dataclass(frozen=True, slots=True)
class Place:
    ways: tuple[Way, ...] = ()
    patience: timedelta | None = None
    """How long until `impatient` is taken."""
    impatient: Way | None = None
    ends: bool = False
    """Nothing is expected here any more."""


@dataclass(frozen=True, slots=True)
class Graph:
    start: str
    places: Mapping[str, Place]
    mood: int = 0
    most: int = 10_000
    """Ways taken at the most: afterwards nothing happens any more."""
    seed: int = 0
    heard: frozenset[str] = frozenset()
    """Events that are answers: they end the wait, and go unheard while somebody is still busy."""


def leads(place: Place) -> tuple[str, ...]:
    """Where the ways of a place lead, each once, in the order written."""
    ways = [*place.ways, *([place.impatient] if place.impatient is not None else [])]
    return tuple(dict.fromkeys(way.goto for way in ways if way.goto is not None))


def reached(graph: Graph, start: str | None = None) -> frozenset[str]:
    """Every place that some row of events can lead to."""
    found: set[str] = set()
    ahead = [graph.start if start is None else start]
    while ahead:
        name = ahead.pop()
        if name in graph.places and name not in found:
            found.add(name)
            ahead += leads(graph.places[name])
    return frozenset(found)


def ending(graph: Graph) -> frozenset[str]:
    """Every place from which an end can be reached."""
    found = {name for name, place in graph.places.items() if place.ends}
    grown = True
    while grown:
        more = {
            name
            for name, place in graph.places.items()
            if name not in found and any(one in found for one in leads(place))
        }
        found |= more
        grown = bool(more)
    return frozenset(found)
