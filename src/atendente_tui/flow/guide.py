"""A guided script as data, and as the graph that `machine` plays: steps to say, choices to make, branches that decide.

A step with `branches` and nothing to say decides by itself; one with a text decides when its reader goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atendente_tui.domain.looks import ANSWER, FACT
from atendente_tui.flow.condition import Condition, Every, Known, Look, holds
from atendente_tui.flow.graph import ENTER, Graph, Out, Place, Way
from atendente_tui.flow.machine import State, look

NEXT, CHOOSE, SKIP = "next", "choose", "skip"
DONE, SKIPPED, DECIDED = "done", "skipped", "decided"
"""Marks of a step that was left."""


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    label: str
    goto: str
    when: Condition | None = None
    """Offered only where it holds."""
    fact: str | None = None
    """What about the customer is known once it is chosen."""


@dataclass(frozen=True, slots=True)
class Branch:
    goto: str
    when: Condition | None = None
    """None: the default."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    title: str
    text: str = ""
    """What is said or written to the customer, variables unfilled."""
    variants: Mapping[str, str] = field(default_factory=dict)
    """In its place on the channels named."""
    hint: str = ""
    """For the agent alone."""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    branches: tuple[Branch, ...] = ()
    next: str | None = None
    end: bool = False
    line: int = 1

    @property
    def decides(self) -> bool:
        """Whether it is left as soon as it is come to."""
        return bool(self.branches) and not (self.text or self.variants or self.hint or self.choices)

    def said(self, channel: str | None) -> str:
        if channel is not None and channel in self.variants:
            return self.variants[channel]
        return self.text or next(iter(self.variants.values()), "")


@dataclass(frozen=True, slots=True)
class Guide:
    start: str
    steps: Mapping[str, Step]


def graph_of(guide: Guide) -> Graph:
    return Graph(guide.start, {name: _place(step) for name, step in guide.steps.items()})


def offered(step: Step, state: State, known: Known) -> tuple[Choice, ...]:
    """The choices that can be made now."""
    seen = look(state, known)
    return tuple(one for one in step.choices if one.when is None or holds(one.when, seen))


def may_skip(step: Step) -> bool:
    """Whether there is somewhere to go without what the step asks for."""
    return not step.end and not step.decides and (step.next is not None or bool(step.branches))


def _place(step: Step) -> Place:
    if step.end:
        return Place(ends=True)
    if step.decides:
        return Place(tuple(Way(ENTER, when=one.when, goto=one.goto, marks=DECIDED) for one in step.branches))
    ways = [
        Way(
            CHOOSE,
            one.key,
            one.when,
            one.goto,
            (Out("fact", {"name": one.fact}),) if one.fact else (),
            marks=DONE,
            learns={ANSWER + step.name: one.key} | ({FACT + one.fact: "yes"} if one.fact else {}),
        )
        for one in step.choices
    ]
    onward = list(step.branches) or ([Branch(step.next)] if step.next is not None else [])
    if not step.choices:
        ways += [Way(NEXT, when=one.when, goto=one.goto, marks=DONE) for one in onward]
    # A step that must be done is left out with a reason only, and the reason is kept.
    left = (Out("deviation", {"step": step.name}),) if step.required else ()
    for one in onward:
        when = one.when
        if step.required:
            when = Every((Look("said", "known"), *(() if one.when is None else (one.when,))))
        ways.append(Way(SKIP, when=when, goto=one.goto, outs=left, marks=SKIPPED))
    return Place(tuple(ways))
