"""A scorecard as data: what a reviewer looks at, how each item counts, and which tickets are to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from atendente_tui.quality.sampling import Rule

DAYS = 7
"""How far back a sample looks where its card does not say."""


class Scale(StrEnum):
    YES_NO = "yes_no"
    POINTS = "points"


class Needs(StrEnum):
    """When a reviewer has to write why."""

    NEVER = "never"
    FAILED = "failed"
    """Unless it was met in full."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at.

    critical   counted a second time, in a score of the critical items alone
    fatal      failed, the whole review is 0
    """

    id: str
    title: str
    weight: int = 1
    skill: str = ""
    points: int = 1
    """The most it can be given; 1 is yes or no."""
    may_not_apply: bool = False
    critical: bool = False
    fatal: bool = False
    needs: Needs = Needs.NEVER
    help: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    title: str
    items: tuple[Item, ...]
    about: str = ""
    days: int = DAYS
    """How far back the sample looks, by when a ticket was solved."""
    rules: tuple[Rule, ...] = ()
