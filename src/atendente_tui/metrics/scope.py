"""What is asked for, and what comes of it: window and filters in, a figure and the rows behind it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from atendente_tui.goals import Goal

Unit = Literal["%", "points", "seconds", "tickets", "number"]
Clock = Literal["calendar", "business"]
DIMENSIONS = ("channel", "team", "tier", "agent", "reason", "direction")
"""What a figure can be narrowed to, and told apart by."""


class Window(NamedTuple):
    """Milliseconds of UTC; the end does not belong to it."""

    start: int
    end: int

    def before(self) -> Window:
        """The period of equal length just before."""
        return Window(self.start - (self.end - self.start), self.start)


class Scope(NamedTuple):
    """`now` (ms): a target that is overdue by then counts as broken; None takes the end of the window.

    An empty filter lets everything through; a reason lets through all that lie below it ("entrega", "entrega/atraso").
    clock  by which durations count; figures that are no durations do not care
    net    leave out of the time to resolution what was spent waiting on the customer
    """

    window: Window
    channel: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    clock: Clock = "calendar"
    net: bool = False
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where there is no data, or where the figure does not know one of the filters (then `unknown` names it).

    parts     what belongs beside it, by name (`Kpi.parts` has their units); None where there is no data
    count     rows behind it: `behind` lists just so many
    previous  the same over the period of equal length before
    target    the goal (*meta*) of the configuration, the team's own where one team is asked for
    """

    key: str
    value: float | None
    unit: Unit
    parts: Mapping[str, float | None] = field(default_factory=dict)
    count: int = 0
    previous: Figure | None = None
    target: Goal | None = None
    unknown: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one or without data."""
        return None if self.target is None else self.target.met(self.value)


class Row(NamedTuple):
    """One of what a figure is made of.

    ticket_id     None for what belongs to no ticket (a shift, a relational survey)
    contribution  what it adds: the sum over all rows is the figure
    amount        its own number: the score, the seconds, 1 or 0
    at            ms: when it was decided, by which it fell into the window
    after         ask `behind` for what follows this row
    """

    ticket_id: int | None
    protocol: str | None
    contribution: float
    at: int
    amount: float
    agent: str | None
    after: tuple[int, int | str]
