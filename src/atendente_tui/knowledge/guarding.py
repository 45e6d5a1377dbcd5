"""Where a text repeats something internal: what is pasted is known again by runs of words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from atendente_tui.domain.fold import folded
from atendente_tui.knowledge.inserting import plain

RUN = 8
"""Words in a row that a text must share with something internal to count as taken from there."""

_WORD = re.compile(r"[^\W_]+")


class Shared(NamedTuple):
    """Words of something internal: `text[start:end]`."""

    start: int
    end: int
    title: str


class Shingle(NamedTuple):
    """A run of words, by its hash (63 bits), and where it stands."""

    hash: int
    start: int
    end: int


def shingles(text: str) -> list[Shingle]:
    """Every run of `RUN` words of a text, folded; none in a shorter one."""
    places = list(_WORD.finditer(text))
    words = [folded(place[0]) for place in places]
    return [
        Shingle(_hash(words[at : at + RUN]), places[at].start(), places[at + RUN - 1].end())
        for at in range(len(words) - RUN + 1)
    ]


def fingerprints(internal: str) -> frozenset[int]:
    """By what the internal text of an article is known again; read as it would be inserted, so without Markdown's marks."""
    return frozenset(one.hash for one in shingles(plain(internal)))


def internal_passages(text: str, known: Mapping[int, str]) -> list[Shared]:
    """Where a text repeats something internal, in order; runs that touch are one.

    known   hash of a run → title of the internal article it is from
    """
    found: list[Shared] = []
    for one in shingles(text):
        title = known.get(one.hash)
        if title is None:
            continue
        if found and found[-1].title == title and one.start <= found[-1].end:
            found[-1] = found[-1]._replace(end=one.end)
        else:
            found.append(Shared(one.start, one.end, title))
    return found


def _hash(words: list[str]) -> int:
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest()) >> 1
