"""Plays a persona: `step(state, event, now) -> (state, effects)`. Pure; the same seed gives the same conversation."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from atendente_tui.domain.fold import folded
from atendente_tui.flow.persona import Node, Persona, Turn, When

LOWEST, HIGHEST = -5, 5


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a persona stands. `wakes` is when their patience ends; `busy` until when they are still typing."""

    persona: Persona
    node: str
    mood: int
    turns: int = 0
    wakes: datetime | None = None
    busy: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The agent answered in public."""

    text: str


@dataclass(frozen=True, slots=True)
class Solved:
    """The agent called it solved."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened; their patience may have ended."""


Event = Heard | Solved | TimePassed


@dataclass(frozen=True, slots=True)
class Say:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Rate:
    """An answer to the satisfaction survey, 1 to 5."""

    at: datetime
    score: int


Effect = Say | Rate


def begin(persona: Persona, now: datetime) -> Conversation:
    """The persona at the start of its graph, waiting since `now`."""
    return _waiting(Conversation(persona, persona.start, persona.mood), now)


def step(state: Conversation, event: Event, now: datetime) -> tuple[Conversation, tuple[Effect, ...]]:
    """What becomes of the conversation, and what the customer does about it and when.

    While they are typing a further answer changes nothing: they have read it when they send.
    """
    node = state.persona.nodes[state.node]
    if state.turns >= state.persona.max_turns:
        return replace(state, wakes=None), ()
    turn: Turn | None = None
    if isinstance(event, TimePassed):
        if state.wakes is None or now < state.wakes:
            return state, ()
        turn = node.impatient
        state = replace(state, wakes=None)
    elif isinstance(event, Solved):
        turn = _chosen(node.on_solved, "", state.mood)
    elif state.busy is None or now >= state.busy:
        turn = _chosen(node.on_reply, event.text, state.mood)
        state = replace(state, wakes=None)
    return (state, ()) if turn is None else _taken(state, turn, node, now)


def _chosen(turns: tuple[Turn, ...], text: str, mood: int) -> Turn | None:
    return next((turn for turn in turns if turn.when is None or holds(turn.when, text, mood)), None)


def holds(when: When, text: str, mood: int) -> bool:
    """Whether an answer is what a turn waits for."""
    heard = folded(text)
    return (
        (not when.contains_any or any(folded(word) in heard for word in when.contains_any))
        and all(folded(word) in heard for word in when.contains_all)
        and not any(folded(word) in heard for word in when.contains_none)
        and len(text) >= when.longer_than
        and (when.mood_at_least is None or mood >= when.mood_at_least)
        and (when.mood_at_most is None or mood <= when.mood_at_most)
    )


def _taken(
    state: Conversation, turn: Turn, node: Node, now: datetime
) -> tuple[Conversation, tuple[Effect, ...]]:
    # A draw depends on nothing but the seed and the place, so that a replay cannot differ.
    draw = random.Random(f"{state.persona.seed}/{state.node}/{state.turns}")  # noqa: S311  # nosec B311 # a play, the same each time
    at = now
    mood = max(LOWEST, min(HIGHEST, state.mood + turn.mood))
    effects: list[Effect] = []
    for text in turn.says:
        low, high = turn.after
        at += timedelta(seconds=round(draw.uniform(low.total_seconds(), high.total_seconds())))
        effects.append(Say(at, text))
    if turn.rate is not None:
        score = max(1, min(5, 3 + mood)) if isinstance(turn.rate, str) else turn.rate
        effects.append(Rate(at + turn.after[0], score))
    state = replace(
        state, node=turn.goto or state.node, mood=mood, turns=state.turns + 1, busy=at if turn.says else None
    )
    # Nobody is impatient twice about the same silence: only an answer or another node starts the wait again.
    return (state if turn is node.impatient and turn.goto is None else _waiting(state, at)), tuple(effects)


def _waiting(state: Conversation, since: datetime) -> Conversation:
    patience = state.persona.nodes[state.node].patience
    return replace(state, wakes=None if patience is None else since + patience)
