"""Which tickets are reviewed: rules in order, chance by a seed, and for each ticket the reasons it was chosen for.

Chance is a hash of the seed and the helpdesk's own name of the ticket: the same on every machine, and a ticket more or
less does not shuffle the others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Kind = Literal["per_agent", "channel", "reason", "low_csat", "long", "reopened", "random"]
KINDS: tuple[Kind, ...] = ("per_agent", "channel", "reason", "low_csat", "long", "reopened", "random")


class Rule(NamedTuple):
    """`take` tickets of a kind; with `per_agent` so many of each agent."""

    kind: Kind
    take: int
    words: tuple[str, ...] = ()
    """Of channel and reason: which ones."""
    limit: float = 0
    """Of low_csat: at most this, of 5; of long: at least so many seconds from opening to solving."""


class Candidate(NamedTuple):
    """A ticket that could be reviewed."""

    ticket_id: int
    name: str
    """What every workstation calls it."""
    protocol: str
    agent: str
    channel: str
    reason: str | None
    solved: int
    took: float
    """Seconds from opening to solving."""
    reopened: bool
    csat: float | None
    """The least the customer gave, of 5."""


class Why(NamedTuple):
    """The rule that chose it, and what of the ticket fits the rule."""

    rule: Rule
    found: str


class Chosen(NamedTuple):
    candidate: Candidate
    why: tuple[Why, ...]


def sample(candidates: Iterable[Candidate], rules: Sequence[Rule], seed: str) -> list[Chosen]:
    """The tickets chosen, in the order of the rules. A ticket that several rules want counts for each of them."""
    pool = sorted(candidates, key=lambda one: (_chance(seed, one.name), one.name))
    chosen: dict[int, tuple[Candidate, list[Why]]] = {}
    for rule in rules:
        taken: Counter[str] = Counter()
        fitting = [(one, found) for one in pool if (found := fits(rule, one)) is not None]
        # Those that an earlier rule has chosen come first: nobody reads more tickets than the rules ask for.
        for one, found in sorted(fitting, key=lambda pair: pair[0].ticket_id not in chosen):
            share = one.agent if rule.kind == "per_agent" else ""
            if taken[share] < rule.take:
                taken[share] += 1
                chosen.setdefault(one.ticket_id, (one, []))[1].append(Why(rule, found))
    return [Chosen(one, tuple(why)) for one, why in chosen.values()]


def fits(rule: Rule, one: Candidate) -> str | None:
    """What of the ticket fits the rule, in a word; None where nothing does."""
    match rule.kind:
        case "per_agent":
            return one.agent
        case "channel":
            return one.channel if one.channel in rule.words else None
        case "reason":
            return one.reason if one.reason is not None and one.reason in rule.words else None
        case "low_csat":
            return f"{one.csat:g}" if one.csat is not None and one.csat <= rule.limit else None
        case "long":
            return f"{one.took:.0f}" if one.took >= rule.limit else None
        case "reopened":
            return "" if one.reopened else None
        case "random":
            return ""


def _chance(seed: str, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()
