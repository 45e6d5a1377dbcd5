"""Finds scripts and articles as one types: accents and case folded, several words as AND, each as the beginning of a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from atendente_tui.domain.fold import folded
from atendente_tui.domain.words import Channel
from atendente_tui.knowledge.articles import Article
from atendente_tui.knowledge.scripts import Script

_Item = TypeVar("_Item")
_WORD = re.compile(r"[^\W_]+")
_BRACES = re.compile(r"\{\{[^{}]*\}\}")
SNIPPET = 80
"""Characters of the passage shown."""


@dataclass(frozen=True, slots=True)
class Found(Generic[_Item]):
    item: _Item
    score: float
    """Higher is better; only comparable within one answer."""
    snippet: str
    """The passage around the first word found, as written and on one line; foreign text."""


@dataclass(frozen=True, slots=True)
class Indexed(Generic[_Item]):
    """A thing made ready to be found: its folded words, by how much a hit among them counts."""

    item: _Item
    layers: tuple[tuple[float, tuple[str, ...]], ...]
    text: str


def indexed_scripts(scripts: Iterable[Script]) -> list[Indexed[Script]]:
    texts = (
        (one, _BRACES.sub("…", "\n".join([one.text, *one.variants.values()])).strip()) for one in scripts
    )
    return [_indexed(one, (one.title, one.id), one.tags, text) for one, text in texts]


def indexed_articles(articles: Iterable[Article]) -> list[Indexed[Article]]:
    return [_indexed(one, (one.title, one.id), (*one.tags, one.product or ""), one.body) for one in articles]


def find(
    items: Sequence[Indexed[_Item]],
    query: str,
    *,
    limit: int = 50,
    suits: Callable[[_Item], bool] | None = None,
) -> list[Found[_Item]]:
    """The best matches, best first; every word of `query` must begin a word of the item. An empty query finds all, in order.

    A leading `/` (how scripts are called from the composer) is ignored.
    """
    wanted = words(query)
    found: list[Found[_Item]] = []
    for one in items:
        if suits is not None and not suits(one.item):
            continue
        score = _score(one, wanted)
        if score is not None:
            found.append(Found(one.item, score, _snippet(one.text, wanted)))
    found.sort(key=lambda one: -one.score)
    return found[:limit]


def find_scripts(
    scripts: Sequence[Indexed[Script]], query: str, *, channel: Channel | None = None, limit: int = 50
) -> list[Found[Script]]:
    """`find` among those that are offered on the channel."""
    return find(scripts, query, limit=limit, suits=lambda script: script.suits(channel))


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    return tuple(_WORD.findall(folded(text)))


def _indexed(item: _Item, names: Iterable[str], tags: Iterable[str], text: str) -> Indexed[_Item]:
    return Indexed(
        item, ((8.0, words(" ".join(names))), (4.0, words(" ".join(tags))), (1.0, words(text))), text
    )


def _score(one: Indexed[_Item], wanted: tuple[str, ...]) -> float | None:
    total = 0.0
    for word in wanted:
        best = 0.0
        for weight, known in one.layers:
            if best >= weight * 1.5:
                break
            for other in known:
                if other.startswith(word):
                    best = max(best, weight * (1.5 if other == word else 1.0))
        if not best:
            return None
        total += best
    return total


def _snippet(text: str, wanted: tuple[str, ...]) -> str:
    """As written: from a little before the first word found."""
    line = " ".join(text.split())
    start = 0
    if wanted:
        for found in _WORD.finditer(line):
            if folded(found[0]).startswith(wanted):
                start = found.start()
                break
    begin = max(0, start - 20)
    if begin:
        begin = line.find(" ", begin, start) + 1 or begin
    cut = line[begin : begin + SNIPPET]
    return ("…" if begin else "") + cut + ("…" if begin + SNIPPET < len(line) else "")
