"""How well a text answers a question: BM25 over stems with weighted fields, and words that are near to the ones asked.

What is asked becomes a few `Wanted` words, each with the stems it may be met by and how much each is worth: itself, what
stands for it, what is spelt nearly like it. A text is kept as a `Profile`: how often each stem is in it, by field weight,
and which stand at its beginning. The figures below were chosen on one half of the questions of docs/benchmarks.md and are
reported on the other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from atendente_tui.knowledge.wording import PORTUGUESE, stems

TITLE, TAG, BODY = 3, 2, 1
"""What an occurrence counts, by field."""
K1, B = 1.4, 0.75
LEAD, LEAD_WORDS = 0.8, 20
"""What a stem among the first words (title, tags, beginning of the text) counts besides, in occurrences worth; how many."""
FILLER = 0.4
"""What a word counts that only wraps the question."""
RARER = 1.0
"""How much rarer than the word asked one that stands for it may count as."""


class Profile(NamedTuple):
    counts: Mapping[str, int]
    """Stem → occurrences, weighted by field."""
    lead: frozenset[str]
    length: int
    """Sum of all occurrences, weighted."""


class Wanted(NamedTuple):
    word: str
    """As asked, folded."""
    stem: str
    weight: float
    near: tuple[tuple[str, float], ...]
    """Stems by which it may be met, the word's own among them, and what each is worth, at most 1."""


class Corpus(NamedTuple):
    """What must be known of all texts together."""

    texts: int
    length: float
    """The mean one."""
    known: Mapping[str, int]
    """Stem → texts with it; at least for every stem that is wanted."""

    def rarity(self, one: str) -> float:
        n = self.known.get(one, 0)
        return math.log(1 + (self.texts - n + 0.5) / (n + 0.5)) if n else 0.0


class Scored(NamedTuple):
    score: float
    met: tuple[tuple[str, str, float], ...]
    """(word asked, stem it was met by, points), the most telling first."""


def profile(
    title: str, body: str, *, tags: Sequence[str] = (), tongue: str = PORTUGUESE
) -> tuple[Profile, list[str], list[str], list[str]]:
    """The profile of a text, and the stems of its title, tags and body."""
    named, tagged, written = stems(title, tongue), stems(" ".join(tags), tongue), stems(body, tongue)
    counts: Counter[str] = Counter(written)
    for one in named:
        counts[one] += TITLE
    for one in tagged:
        counts[one] += TAG
    lead = frozenset([*named, *tagged, *written[:LEAD_WORDS]])
    length = len(written) * BODY + len(named) * TITLE + len(tagged) * TAG
    return Profile(counts, lead, length), named, tagged, written


def score(wanted: Sequence[Wanted], text: Profile, corpus: Corpus) -> Scored:
    """Points of a text, and by what it earned them."""
    total = 0.0
    met: list[tuple[str, str, float]] = []
    norm = K1 * (1 - B + B * text.length / corpus.length) if corpus.length else K1
    for one in wanted:
        ceiling = corpus.rarity(one.stem) + RARER if one.stem in corpus.known else math.inf
        best = ("", 0.0)
        for near, worth in one.near:
            count = text.counts.get(near)
            if not count:
                continue
            rarity = corpus.rarity(near)
            part = count * (K1 + 1) / (count + norm) + (LEAD if near in text.lead else 0.0)
            part *= worth * (rarity if near == one.stem else min(rarity, ceiling))
            if part > best[1]:  # the best one only: a text is not better for saying a thing in many words
                best = (near, part)
        if points := best[1] * one.weight:
            total += points
            met.append((one.word, best[0], points))
    met.sort(key=lambda each: -each[2])
    return Scored(total, tuple(met))
