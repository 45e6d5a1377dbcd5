"""Plays a persona: `step(state, event, now) -> (state, effects)`. The persona becomes a graph, which `machine` plays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from atendente_tui.flow import machine
from atendente_tui.flow.condition import Condition, Every, Look
from atendente_tui.flow.condition import holds as condition_holds
from atendente_tui.flow.graph import TIME, Graph, Out, Place, Way
from atendente_tui.flow.machine import HIGHEST, LOWEST
from atendente_tui.flow.persona import Node, Persona, Turn, When

__all__ = ["HIGHEST", "LOWEST", "Conversation", "begin", "graph_of", "holds", "step"]

HEARD, SOLVED = "heard", "solved"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a persona stands."""

    state: machine.State

    @property
    def node(self) -> str:
        return self.state.place

    @property
    def mood(self) -> int:
        return self.state.mood

    @property
    def turns(self) -> int:
        return self.state.turns

    @property
    def wakes(self) -> datetime | None:
        """When their patience ends."""
        return self.state.wakes

    @property
    def busy(self) -> datetime | None:
        """Until when they are still typing."""
        return self.state.busy


@dataclass(frozen=True, slots=True)
class Heard:
    """The agent answered in public; `done` is what agents have done on the ticket until now."""

    text: str
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Solved:
    """The agent called it solved."""

    done: tuple[str, ...] = ()


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
    return Conversation(machine.begin(graph_of(persona), now))


def step(talk: Conversation, event: Event, now: datetime) -> tuple[Conversation, tuple[Effect, ...]]:
    """What becomes of the conversation, and what the customer does about it and when.

    While they are typing a further answer changes nothing: they have read it when they send.
    """
    match event:
        case Heard(text, done):
            told = machine.Event(HEARD, text, known={"done": done})
        case Solved(done):
            told = machine.Event(SOLVED, known={"done": done})
        case TimePassed():
            told = machine.Event(TIME)
    state, effects = machine.step(talk.state, told, now)
    return Conversation(state), tuple(_effect(one) for one in effects)


def graph_of(persona: Persona) -> Graph:
    places = {name: _place(node) for name, node in persona.nodes.items()}
    return Graph(
        persona.start, places, persona.mood, persona.max_turns, persona.seed, heard=frozenset({HEARD})
    )


def holds(when: When, text: str, mood: int) -> bool:
    """Whether an answer is what a turn waits for."""
    return condition_holds(_condition(when), {"said": (text,), "mood": (str(mood),)})


def _place(node: Node) -> Place:
    ways = [_way(HEARD, turn) for turn in node.on_reply] + [_way(SOLVED, turn) for turn in node.on_solved]
    return Place(tuple(ways), node.patience, None if node.impatient is None else _way(TIME, node.impatient))


def _way(on: str, turn: Turn) -> Way:
    outs = [Out("say", {"text": text}, turn.after) for text in turn.says]
    if turn.rate is not None:
        outs.append(Out("rate", {"score": str(turn.rate)}, (turn.after[0], turn.after[0])))
    when = None if turn.when is None else _condition(turn.when)
    return Way(on, when=when, goto=turn.goto, outs=tuple(outs), mood=turn.mood)


def _condition(when: When) -> Condition:
    tests = []
    if when.contains_any:
        tests.append(Look("said", "hears_any", when.contains_any))
    if when.contains_all:
        tests.append(Look("said", "hears_all", when.contains_all))
    if when.contains_none:
        tests.append(Look("said", "hears_none", when.contains_none))
    if when.longer_than:
        tests.append(Look("said", "longer_than", (str(when.longer_than),)))
    if when.mood_at_least is not None:
        tests.append(Look("mood", "at_least", (str(when.mood_at_least),)))
    if when.mood_at_most is not None:
        tests.append(Look("mood", "at_most", (str(when.mood_at_most),)))
    tests += [Look("done", "is", (one,)) for one in when.happened]
    if when.not_happened:
        tests.append(Look("done", "is_not", when.not_happened))
    return Every(tuple(tests))


def _effect(effect: machine.Effect) -> Effect:
    if effect.kind == "say":
        return Say(effect.at, effect.data["text"])
    score = effect.data["score"]
    if score == "mood":
        return Rate(effect.at, max(1, min(5, 3 + int(effect.data["mood"]))))
    return Rate(effect.at, int(score))
