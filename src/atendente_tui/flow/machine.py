"""Plays a written flow: `step(state, event, now) -> (state, effects)`.

Pure: no clock, no input or output, no random state. What is drawn depends on the graph's seed and the place alone, so
the same events at the same times give the same again. It raises for nothing an event may hold; a place that is not
there (the file has changed since) is where nothing happens.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from atendente_tui.flow.condition import Known, holds
from atendente_tui.flow.graph import BACK, ENTER, LEARN, TIME, Graph, Out, Place, Way

LOWEST, HIGHEST = -5, 5
_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Visit:
    """A place that was left, and how it counts."""

    place: str
    mark: str
    value: str = ""
    """Of the event it was left by: the choice made, the reason given."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a flow stands. `wakes` is when patience ends; `busy` until when what was begun is still going on."""

    graph: Graph
    place: str
    mood: int = 0
    turns: int = 0
    wakes: datetime | None = None
    busy: datetime | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    """What was learnt on the way."""
    trail: tuple[Visit, ...] = ()

    @property
    def ended(self) -> bool:
        return self.graph.places.get(self.place, _NOWHERE).ends


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    value: str = ""
    name: str = ""
    """Of what became known (`LEARN`)."""
    known: Known = field(default_factory=dict)
    """What is known at this moment from outside; what was learnt on the way stands above it."""


@dataclass(frozen=True, slots=True)
class Effect:
    at: datetime
    kind: str
    data: Mapping[str, str]


def begin(graph: Graph, now: datetime, known: Known | None = None) -> State:
    """At the start, or where the start leads at once; waiting since `now`."""
    state = _waiting(State(graph, graph.start, _held(graph.mood)), now)
    return _entered(state, Event(ENTER, known=known or {}), now)[0]


def step(state: State, event: Event, now: datetime) -> tuple[State, tuple[Effect, ...]]:
    """What becomes of the flow, and what follows from it and when."""
    if event.kind == LEARN:
        return replace(state, known={**state.known, event.name: event.value}), ()
    if event.kind == BACK:
        return _gone_back(state, now), ()
    place = state.graph.places.get(state.place, _NOWHERE)
    if state.turns >= state.graph.most:
        return replace(state, wakes=None), ()
    way: Way | None = None
    if event.kind == TIME:
        if state.wakes is None or now < state.wakes:
            return state, ()
        way = place.impatient
        state = replace(state, wakes=None)
    elif event.kind not in state.graph.heard:
        way = _chosen(place, event, state)
    elif state.busy is None or now >= state.busy:
        way = _chosen(place, event, state)
        state = replace(state, wakes=None)
    if way is None:
        return state, ()
    state, effects = _taken(state, way, event, now)
    state, more = _entered(state, event, now)
    return state, (*effects, *more)


def look(state: State, known: Known) -> Known:
    """What conditions look at: outside, learnt on the way, and the mood."""
    return {
        **known,
        **{name: (value,) for name, value in state.known.items()},
        "mood": (str(state.mood),),
    }


def _chosen(place: Place, event: Event, state: State) -> Way | None:
    known = {**look(state, event.known), "said": (event.value,)}
    return next(
        (
            way
            for way in place.ways
            if way.on == event.kind
            and way.value in (None, event.value)
            and (way.when is None or holds(way.when, known))
        ),
        None,
    )


def _entered(state: State, event: Event, now: datetime) -> tuple[State, tuple[Effect, ...]]:
    """Go on from places that decide by themselves. A circle of them ends where it began."""
    effects: tuple[Effect, ...] = ()
    been = set[str]()
    entering = replace(event, kind=ENTER)
    while state.place not in been and state.turns < state.graph.most:
        been.add(state.place)
        way = _chosen(state.graph.places.get(state.place, _NOWHERE), entering, state)
        if way is None:
            break
        state, more = _taken(state, way, entering, now)
        effects += more
    return state, effects


def _taken(state: State, way: Way, event: Event, now: datetime) -> tuple[State, tuple[Effect, ...]]:
    place = state.graph.places.get(state.place, _NOWHERE)
    # A draw depends on nothing but the seed and the place, so that a replay cannot differ.
    draw = random.Random(f"{state.graph.seed}/{state.place}/{state.turns}")  # noqa: S311  # nosec B311 # a play, the same each time
    at = now
    mood = _held(state.mood + way.mood)
    effects = []
    for out in way.outs:
        at = at + _drawn(draw, out)
        data = {**out.data, "place": state.place, "value": event.value, "mood": str(mood)}
        effects.append(Effect(at, out.kind, data))
    trail = state.trail
    if way.marks:
        trail = (*trail, Visit(state.place, way.marks, event.value))
    state = replace(
        state,
        place=way.goto or state.place,
        mood=mood,
        turns=state.turns + 1,
        busy=at if way.outs else None,
        known={**state.known, **way.learns},
        trail=trail,
    )
    # Nobody is impatient twice about the same silence: only an answer or another place starts the wait again.
    again = way is not place.impatient or way.goto is not None
    return (_waiting(state, at) if again else state), tuple(effects)


def _drawn(draw: random.Random, out: Out) -> timedelta:
    low, high = out.after
    if high <= low:
        return low
    return timedelta(seconds=round(draw.uniform(low.total_seconds(), high.total_seconds())))


def _gone_back(state: State, now: datetime) -> State:
    """The newest place of the trail that does not decide by itself; where there is none, nothing happens."""
    trail = list(state.trail)
    while trail:
        visit = trail.pop()
        place = state.graph.places.get(visit.place)
        if place is None or any(way.on == ENTER for way in place.ways):
            continue
        return _waiting(replace(state, place=visit.place, trail=tuple(trail), busy=None), now)
    return state


def _waiting(state: State, since: datetime) -> State:
    patience = state.graph.places.get(state.place, _NOWHERE).patience
    return replace(state, wakes=None if patience is None else since + patience)


def _held(mood: int) -> int:
    return max(LOWEST, min(HIGHEST, mood))


# -- kept ------------------------------------------------------------------------------------------------------


def dump(state: State) -> str:
    """The state as JSON, without its graph: that comes from its file."""
    return json.dumps(
        {
            "place": state.place,
            "mood": state.mood,
            "turns": state.turns,
            "wakes": None if state.wakes is None else state.wakes.isoformat(),
            "busy": None if state.busy is None else state.busy.isoformat(),
            "known": dict(state.known),
            "trail": [[one.place, one.mark, one.value] for one in state.trail],
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def load(graph: Graph, text: str) -> State | None:
    """The state that was dumped; None for what is none, and for one that stands where the graph has no place."""
    try:
        told = json.loads(text)
        state = State(
            graph,
            str(told["place"]),
            _held(int(told["mood"])),
            int(told["turns"]),
            _moment(told["wakes"]),
            _moment(told["busy"]),
            {str(name): str(value) for name, value in told["known"].items()},
            tuple(Visit(str(place), str(mark), str(value)) for place, mark, value in told["trail"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return state if state.place in graph.places else None


def _moment(told: Any) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
