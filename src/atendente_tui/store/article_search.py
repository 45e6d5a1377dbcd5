"""Search over the articles as a person would wish it: stems, beginnings, misspellings, synonyms, filters; best first.

The full text brings candidates, `knowledge.ranking` judges them. Words that only wrap a question choose no candidates.
What a query may say besides words: `#tag` or `tag:x`, `produto:x`, `para:publico` or `para:interno`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.fold import folded
from atendente_tui.knowledge.ranking import FILLER, Corpus, Wanted, score
from atendente_tui.knowledge.wording import (
    ENGLISH,
    fillers,
    grams,
    readable,
    stem,
    stop_words,
    synonyms,
    words,
)
from atendente_tui.store.article_words import unpacked
from atendente_tui.store.passages import best_passage

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

CANDIDATES = 120
"""Articles that the full text brings to be judged."""
AT_HAND = 300
"""Articles that are judged when there was no time to choose the best of all."""
AT_LEAST = 0.1
"""Seconds that the last of the looks has in any case: it stops by itself."""
WORDS = 24
"""Words of a query that are looked for."""
NEAR = 12
"""Stems at most by which one word may be met."""
COMMON, FEW = 0.25, 2_000
"""Share of all articles above which a stem chooses no candidates where a rarer one is asked too; not where they are few."""
ALIKE, WORTH_ALIKE = 0.5, 0.3
"""How alike in spelling (Dice over runs of three letters) a stem must be to count as of one family, and how much it does."""
WORTH_SYNONYM, WORTH_SYNONYM_OF_UNKNOWN = 0.45, 0.7
"""What a synonym is worth of a word that articles use, and of one that none does."""
WORTH_BEGUN = 0.9
"""What a word is worth that begins with the last, perhaps unfinished one."""
PASSAGE_READ = 20_000
"""Characters of an article in which its passage is looked for."""
_FILTER = re.compile(r"(?<!\S)(?:#|(tag|produto|product|para|for):)(\S+)", re.IGNORECASE)
_AUDIENCES = {"publico": "public", "cliente": "public", "clientes": "public", "public": "public",
              "interno": "internal", "equipe": "internal", "internal": "internal"}  # fmt: skip


class Filters(NamedTuple):
    tag: str | None = None
    product: str | None = None
    audience: str | None = None
    """ "public" or "internal"."""


class ArticleHit(NamedTuple):
    id: int
    score: float
    """Higher is better; only comparable within one answer."""
    met: tuple[tuple[str, str, float], ...]
    """(word asked, stem it was met by, points), the most telling first."""


class Question(NamedTuple):
    words: tuple[str, ...]
    """Folded; the last may be unfinished while `typing`."""
    filters: Filters
    typing: bool


def question(text: str, *, typing: bool = False, filters: Filters | None = None) -> Question:
    """What a query asks. While `typing`, its last word counts as unfinished unless something stands behind it."""
    found = filters or Filters()
    for key, value in _FILTER.findall(text):
        if key.lower() in ("", "tag"):
            found = found._replace(tag=value)
        elif key.lower() in ("produto", "product"):
            found = found._replace(product=value.replace("_", " "))
        elif folded(value) in _AUDIENCES:
            found = found._replace(audience=_AUDIENCES[folded(value)])
    rest = _FILTER.sub(" ", text)
    asked = words(rest)[:WORDS]
    return Question(tuple(asked), found, typing and bool(asked) and rest[-1:].isalnum())


def search_articles(
    where: Store | Connection,
    asked: Question,
    *,
    limit: int = 20,
    deadline_ms: int = 200,
) -> list[ArticleHit]:
    """The articles that answer best, best first; without words, those that pass the filters, the most used first.

    At the deadline those at hand with every word are judged. `where` is a store, or a connection from `search_reader()`.
    """
    db = where if isinstance(where, sqlite.Connection) else where.searcher()
    if not asked.words:
        return _filtered(db, asked.filters, limit) if any(asked.filters) else []
    sought = wanted(db, asked.words, typing=asked.typing)
    if not sought:
        return []
    corpus = corpus_of(db, sought)
    return ranked(db, sought, corpus, asked.filters, limit, deadline_ms)


def ranked(
    db: Connection, sought: Sequence[Wanted], corpus: Corpus, filters: Filters, limit: int, deadline_ms: int
) -> list[ArticleHit]:
    """The best articles for these words."""
    stems = {near for one in sought for near, _ in one.near}
    hits: list[ArticleHit] = []
    for article, length, text in _candidates(db, sought, corpus, filters, deadline_ms):
        judged = score(sought, unpacked(text, length, stems), corpus)
        if judged.met:
            hits.append(ArticleHit(article, judged.score, judged.met))
    hits.sort(key=lambda one: (-one.score, one.id))
    return hits[:limit]


def wanted(
    db: Connection, asked: Sequence[str], *, typing: bool = False, family: bool = True
) -> list[Wanted]:
    """What to look for, word by word. Without `family`, words as they are spelt and their synonyms only: cheap for many."""
    stop, wrapping = stop_words(), fillers()
    known = _Vocabulary(db)
    last = len(asked) - 1
    telling = [word for word in asked if word not in stop and word not in wrapping]
    found: dict[str, Wanted] = {}
    for place, word in enumerate(asked):
        begun = typing and place == last
        if word in stop and not (begun and len(asked) == 1):
            continue
        near = _near(known, word, begun=begun, family=family and (word not in wrapping or not telling))
        if near:
            weight = FILLER if word in wrapping and telling else 1.0
            own = stem(word)
            found.setdefault(own, Wanted(word, own, weight, near))
    return list(found.values())


def _near(known: _Vocabulary, word: str, *, begun: bool, family: bool) -> tuple[tuple[str, float], ...]:
    own = stem(word)
    near: dict[str, float] = {}

    def offer(one: str, worth: float) -> None:
        if worth > near.get(one, 0.0):
            near[one] = worth

    for one in dict.fromkeys((own, stem(word, ENGLISH))):
        if known.count(one):
            offer(one, 1.0)
    used = bool(near)
    if begun:
        for one in known.beginning(word):
            offer(one, WORTH_BEGUN)
    for one in synonyms().get(own, ()):
        if known.count(one):
            offer(one, WORTH_SYNONYM if used else WORTH_SYNONYM_OF_UNKNOWN)
    if family and not (begun and near):
        for one, alike in known.alike(own, misspelt=not used):
            offer(one, alike)
    best = sorted(near.items(), key=lambda each: -each[1])[:NEAR]
    return tuple(best)


class _Vocabulary:
    """Looks at the stems there are; one query long."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._counts: dict[str, int] = {}

    def count(self, one: str) -> int:
        if one not in self._counts:
            row = self._db.execute("SELECT n FROM kb_stem WHERE stem = ?", (one,)).fetchone()
            self._counts[one] = row[0] if row else 0
        return self._counts[one]

    def beginning(self, word: str, most: int = 8) -> list[str]:
        """The commonest stems of words that begin so. One letter begins too many to mean one."""
        if len(word) < 2:
            return []
        rows = self._db.execute(
            "SELECT s.stem FROM (SELECT DISTINCT stem FROM (SELECT stem FROM kb_form WHERE form >= ?1 AND form < ?2 LIMIT 400)) f"
            " JOIN kb_stem s ON s.stem = f.stem WHERE s.n > 0 ORDER BY s.n DESC LIMIT ?3",
            (word, word + "\U0010ffff", most),
        )
        return [row[0] for row in rows]

    def alike(self, one: str, *, misspelt: bool) -> list[tuple[str, float]]:
        """Stems spelt much like this one, and what they are worth; a misspelt word is worth most of the right one."""
        if len(one) < 3:
            return []
        runs = set(grams(one))
        match = " OR ".join(f'"{run}"' for run in runs)
        rows = self._db.execute(
            "SELECT s.stem FROM (SELECT rowid AS r FROM kb_gram WHERE kb_gram MATCH ? ORDER BY rank LIMIT 40) g"
            " JOIN kb_stem s ON s.id = g.r WHERE s.n > 0 AND s.stem <> ?",
            (match, one),
        ).fetchall()
        found: list[tuple[str, float]] = []
        for (other,) in rows:
            theirs = set(grams(other))
            share = 2 * len(runs & theirs) / (len(runs) + len(theirs))
            worth = WORTH_ALIKE * share if share >= ALIKE else 0.0
            if misspelt and (slips := _slips(one, other)):
                worth = max(worth, 0.95 - 0.15 * slips)
            if worth:
                found.append((other, worth))
        return found


def _slips(one: str, other: str) -> int:
    """Letters to put in, leave out, change or swap; 0 when they are too many for a slip of the fingers."""
    from rapidfuzz.distance import OSA

    allowed = 1 if len(one) < 6 else 2
    if abs(len(one) - len(other)) > allowed or min(len(one), len(other)) < 3:
        return 0
    slips = OSA.distance(one, other, score_cutoff=allowed)
    return slips if slips <= allowed else 0


def corpus_of(db: Connection, sought: Sequence[Wanted]) -> Corpus:
    """What ranking must know of all articles for these words."""
    texts, length = db.execute("SELECT articles, length FROM kb_size").fetchone()
    asked = {near for one in sought for near, _ in one.near} | {one.stem for one in sought}
    known = dict(
        db.execute(
            "SELECT stem, n FROM kb_stem WHERE n > 0 AND stem IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(asked)),),
        ).fetchall()
    )
    return Corpus(texts, length / texts if texts else 0.0, known)


def _choosing(sought: Sequence[Wanted], corpus: Corpus) -> list[str]:
    """The stems that bring candidates, the rarest first: not those nearly everything has, while others are left."""
    telling = [one for one in sought if one.weight == 1.0] or list(sought)
    stems = sorted(
        {near for one in telling for near, _ in one.near}, key=lambda one: corpus.known.get(one, 0)
    )
    most = max(FEW, corpus.texts * COMMON)
    return [one for one in stems if corpus.known.get(one, 0) <= most] or stems[:2]


def _candidates(
    db: Connection, sought: Sequence[Wanted], corpus: Corpus, filters: Filters, deadline_ms: int
) -> list[tuple[int, int, str]]:
    """Articles to be judged: the best by bm25; when ranking them all takes too long, what is at hand with every word, or any."""
    stems = _choosing(sought, corpus)
    if not stems:
        return []
    where, values = _where(filters)
    best = f"SELECT kb_text.rowid AS r FROM kb_text {where} ORDER BY kb_text.rank LIMIT {CANDIDATES}"
    any_of = f"SELECT kb_text.rowid AS r FROM kb_text {where} LIMIT {AT_HAND}"
    chosen = set(stems)
    groups = [_or(near for near, _ in one.near if near in chosen) for one in sought]
    every = " AND ".join(f"({one})" for one in groups if one)
    rows: list[tuple[int, int, str]] = []
    last = _or(stems[:2])
    for found, match, share in ((best, _or(stems), 0.5), (any_of, every, 0.3), (any_of, last, 0.2)):
        until = monotonic() + max(deadline_ms * share / 1_000, AT_LEAST if match is last else 0.0)
        db.set_progress_handler(lambda: monotonic() > until, 2_000)  # noqa: B023 # each its own
        try:
            rows = db.execute(
                f"SELECT d.id, d.length, d.profile FROM ({found}) f JOIN kb_doc d ON d.id = f.r",
                (match, *values),
            ).fetchall()
        except sqlite.OperationalError as wrong:
            if "interrupted" not in str(wrong):
                raise
        else:
            if rows or found is best:
                break
        finally:
            db.set_progress_handler(None, 0)
    return rows


def _or(stems: Iterable[str]) -> str:
    return " OR ".join(f'"{one}"' for one in stems)


def _where(filters: Filters) -> tuple[str, list[str]]:
    """The condition on `kb_text` (rows are articles' ids), and its values behind the query's."""
    if not any(filters):
        return "WHERE kb_text MATCH ?", []
    parts, values = _conditions(filters)
    return (
        f"JOIN mirror.article a ON a.id = kb_text.rowid WHERE kb_text MATCH ? AND {' AND '.join(parts)}",
        values,
    )


def _conditions(filters: Filters) -> tuple[list[str], list[str]]:
    parts: list[str] = []
    values: list[str] = []
    if filters.audience:
        parts.append("a.audience = ?")
        values.append(filters.audience)
    if filters.tag:
        parts.append("EXISTS (SELECT 1 FROM json_each(a.tags) j WHERE folded(j.value) = ?)")
        values.append(folded(filters.tag))
    if filters.product:
        parts.append("folded(coalesce(a.product, '')) = ?")
        values.append(folded(filters.product))
    return parts, values


def _filtered(db: Connection, filters: Filters, limit: int) -> list[ArticleHit]:
    parts, values = _conditions(filters)
    rows = db.execute(
        f"SELECT a.id FROM mirror.article a WHERE {' AND '.join(parts)} ORDER BY a.used DESC, a.title LIMIT ?",
        (*values, limit),
    )
    return [ArticleHit(row[0], 0.0, ()) for row in rows]


def passage(db: Connection, hit: ArticleHit) -> str:
    """The lines of an article that say most of what was asked, with marks around the words (`passages.OPEN`, `CLOSE`)."""
    row = db.execute(
        f"SELECT substr(body, 1, {PASSAGE_READ}) FROM mirror.article WHERE id = ?", (hit.id,)
    ).fetchone()
    text = readable(row[0]) if row else ""
    stems = [one for _, one, _ in hit.met]
    forms = [
        one[0]
        for one in db.execute(
            "SELECT form FROM kb_form WHERE stem IN (SELECT value FROM json_each(?)) LIMIT 200",
            (json.dumps(stems),),
        )
    ]
    return best_passage(forms, text)
