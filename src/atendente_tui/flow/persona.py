"""A customer written down: what they say back, to which answers, how long they wait. Data only; `conversation` plays it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class When:
    """Holds when every part that is set holds. Phrases are heard as `flow.hearing` hears them: `a|b` are alternatives."""

    contains_any: tuple[str, ...] = ()
    contains_all: tuple[str, ...] = ()
    contains_none: tuple[str, ...] = ()
    longer_than: int = 0
    """Characters."""
    mood_at_least: int | None = None
    mood_at_most: int | None = None
    happened: tuple[str, ...] = ()
    """What agents did on the ticket until now, all of it: `note`, `fact:cpf_confirmed`, `tier:N2` (`domain.witnessed`)."""
    not_happened: tuple[str, ...] = ()
    """None of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One reaction: after a while (between two lengths, drawn by the seed) they say these messages."""

    says: tuple[str, ...] = ()
    when: When | None = None
    """None: the default, taken when nothing before it held."""
    after: tuple[timedelta, timedelta] = (timedelta(seconds=15), timedelta(seconds=30))
    mood: int = 0
    """What it adds to the mood."""
    goto: str | None = None
    rate: int | str | None = None
    """A survey answer from 1 to 5, or "mood": three plus the mood, within 1 to 5."""


@dataclass(frozen=True, slots=True)
class Node:
    on_reply: tuple[Turn, ...] = ()
    on_solved: tuple[Turn, ...] = ()
    patience: timedelta | None = None
    """How long they wait for an answer in this node before `impatient` happens."""
    impatient: Turn | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    start: str
    nodes: Mapping[str, Node] = field(default_factory=dict)
    mood: int = 0
    """From −5 (furious) to 5 (delighted)."""
    max_turns: int = 12
    seed: int = 0
