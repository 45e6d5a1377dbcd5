"""What may answer the open ticket: scripts, articles and solved tickets like it, each saying why. Nothing is inserted.

All of it is local: the words of the subject and of the customer's newest messages, by the same ranking as the search
(`knowledge.ranking`), raised a little by what the ticket and the answer share besides. May take some tens of
milliseconds; runs on a thread of its own and stops when nobody wants it any more.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from atendente_tui.domain.fold import folded
from atendente_tui.domain.words import Channel
from atendente_tui.knowledge.ranking import Corpus, Profile, Wanted, profile, score
from atendente_tui.knowledge.wording import fillers, stem, synonyms, telling, words
from atendente_tui.store import reading, similar
from atendente_tui.store.article_search import Filters, corpus_of, ranked, wanted

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.knowledge.scripts import Script
    from atendente_tui.store.rows import TicketRow

Kind = Literal["script", "article", "ticket"]
Part = Literal["words", "tags", "reason", "product", "used", "solved_by"]

TELLING = 14
"""Words of a ticket that are looked for: the rarest ones."""
LEAST = 1.2
"""Points below which an answer has too little to do with the ticket to be suggested."""
SHARED, USED = 0.25, 0.05
"""What a shared tag, reason or product adds, and each doubling of how often an article was used, as a part of the points."""
SHOWN_WORDS = 3
DEADLINE_MS = 300
_WORTH_SYNONYM = 0.45


class Why(NamedTuple):
    part: Part
    text: str
    """The matched words, the shared tags, the reason, how many times, or who solved it; foreign text."""


class Suggestion(NamedTuple):
    kind: Kind
    ref: str
    """Id of a script, an article's or a ticket's number in the store."""
    title: str
    about: str
    """An article's audience, a ticket's protocol number; "" for a script."""
    score: float
    """Higher is better; comparable within one kind only."""
    why: tuple[Why, ...]


class Suggestions(NamedTuple):
    scripts: tuple[Suggestion, ...] = ()
    articles: tuple[Suggestion, ...] = ()
    tickets: tuple[Suggestion, ...] = ()


class Shelved(NamedTuple):
    """Scripts made ready to be ranked."""

    scripts: tuple[tuple[Script, Profile], ...]
    corpus: Corpus


def shelved(scripts: Sequence[Script]) -> Shelved:
    found = [
        (one, profile(one.title, "\n".join([one.text, *one.variants.values()]), tags=one.tags)[0])
        for one in scripts
    ]
    known = Counter(word for _, text in found for word in text.counts)
    length = sum(text.length for _, text in found) / max(1, len(found))
    return Shelved(tuple(found), Corpus(len(found), length, known))


def suggest(
    db: Connection,
    ticket_id: int,
    shelf: Shelved,
    *,
    limit: int = 5,
    stop: Callable[[], bool] = lambda: False,
) -> Suggestions:
    """The best of each kind for a ticket, best first. Empty without the ticket.

    db     a connection of this thread to the full text, with the store as `mirror` (`store.search_reader()`)
    stop   asked between the parts: True ends the work with what there is
    """
    row = reading.ticket(db, ticket_id)
    if row is None:
        return Suggestions()
    said = asked_words(db, row)
    if not said or stop():
        return Suggestions()
    labels = _labels(row)
    articles = _articles(db, said, labels, limit)
    if stop():
        return Suggestions(articles=articles)
    scripts = _scripts(shelf, said, labels, row.channel, limit)
    if stop():
        return Suggestions(scripts, articles)
    return Suggestions(scripts, articles, _tickets(db, row, said, limit))


def asked_words(db: Connection, row: TicketRow) -> list[str]:
    """The telling words of a ticket, its subject's first, each once: from the subject and the customer's newest messages."""
    found: dict[str, None] = {}
    for text in (row.subject, *similar.said(db, row.id)):
        for word in telling(text):
            if word not in fillers() and len(word) > 2 and not word.isdigit():
                found.setdefault(word)
    return list(found)


def _labels(row: TicketRow) -> dict[str, str]:
    """Folded → as written: what a ticket is filed under."""
    return {folded(one): one for one in (*map(str, json.loads(row.tags)), row.reason or "") if one}


def _articles(
    db: Connection, said: Sequence[str], labels: dict[str, str], limit: int
) -> tuple[Suggestion, ...]:
    sought = wanted(db, said, family=False)
    corpus = corpus_of(db, sought)
    sought = sorted(sought, key=lambda one: -corpus.rarity(one.stem))[:TELLING]
    found: list[Suggestion] = []
    for hit in ranked(db, sought, corpus, Filters(), limit * 4, DEADLINE_MS) if sought else ():
        row = reading.article(db, hit.id)
        if row is None or hit.score < LEAST:
            continue
        shared = [
            labels[one]
            for one in map(folded, (*map(str, json.loads(row.tags)), row.product or ""))
            if one in labels
        ]
        points = hit.score * (1 + SHARED * bool(shared) + USED * min(6.0, math.log2(1 + row.used)))
        why = [Why("words", _words(hit.met)), *_shared(shared)]
        if row.used:
            why.append(Why("used", str(row.used)))
        found.append(Suggestion("article", str(row.id), row.title, row.audience, points, tuple(why)))
    return _best(found, limit)


def _scripts(
    shelf: Shelved, said: Sequence[str], labels: dict[str, str], channel: str, limit: int
) -> tuple[Suggestion, ...]:
    known = shelf.corpus.known
    sought = []
    for word in said:
        own = stem(word)
        near = {one: _WORTH_SYNONYM for one in synonyms().get(own, ()) if one in known}
        if own in known:
            near[own] = 1.0
        if near:
            sought.append(Wanted(word, own, 1.0, tuple(near.items())))
    sought = sorted(sought, key=lambda one: -shelf.corpus.rarity(one.stem))[:TELLING]
    place = Channel(channel) if channel in set(Channel) else None
    found: list[Suggestion] = []
    for script, text in shelf.scripts:
        if not script.suits(place):
            continue
        judged = score(sought, text, shelf.corpus)
        if judged.score < LEAST:
            continue
        shared = [labels[one] for one in map(folded, script.tags) if one in labels]
        why = (Why("words", _words(judged.met)), *_shared(shared))
        points = judged.score * (1 + SHARED * bool(shared))
        found.append(Suggestion("script", script.id, script.title, "", points, why))
    return _best(found, limit)


def _tickets(db: Connection, row: TicketRow, said: Sequence[str], limit: int) -> tuple[Suggestion, ...]:
    """Solved ones with the same words in subject or tags; the same reason counts much."""
    mine = {stem(word): word for word in said}
    found: list[Suggestion] = []
    stems = {stem(word) for word in said[:TELLING]}
    for number, protocol, subject, tags, reason, solver, points in similar.solved_like(db, stems, row.id):
        met = dict.fromkeys(
            mine[one]
            for word in words(f"{subject} {' '.join(json.loads(tags))}")
            if (one := stem(word)) in mine
        )
        same = reason if reason and reason == row.reason else ""
        why = [Why("words", ", ".join(list(met)[:SHOWN_WORDS]))] if met else []
        why += [Why("reason", same)] if same else []
        why += [Why("solved_by", solver)] if solver else []
        found.append(
            Suggestion(
                "ticket", str(number), subject, protocol, points * (1 + 2 * SHARED * bool(same)), tuple(why)
            )
        )
    return _best(found, limit)


def _words(met: Sequence[tuple[str, str, float]]) -> str:
    return ", ".join(word for word, _, _ in met[:SHOWN_WORDS])


def _shared(shared: Sequence[str]) -> list[Why]:
    return [Why("tags", ", ".join(dict.fromkeys(shared)))] if shared else []


def _best(found: list[Suggestion], limit: int) -> tuple[Suggestion, ...]:
    """The best, without what is far behind the first of them."""
    found.sort(key=lambda one: -one.score)
    return tuple(one for one in found[:limit] if one.score >= found[0].score * 0.25)
