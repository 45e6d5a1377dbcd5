"""The words of articles, stemmed, beside the full text: what articles are ranked by, kept up as articles change.

`kb_text` finds candidates, `kb_doc` holds the profile each is judged by, `kb_stem` in how many articles a stem is,
`kb_form` which words a stem was cut from (for beginnings and for marking), `kb_gram` which stems are spelt alike.
All of it is made again from the store when lost.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.knowledge.guarding import (
    Shared,
    fingerprints,
    internal_passages,
    shingles,
)
from atendente_tui.knowledge.inserting import parts, plain
from atendente_tui.knowledge.ranking import BODY, TAG, TITLE, Profile, profile
from atendente_tui.knowledge.wording import grams, language, readable, stem, stems, telling, words

LONGEST = 100_000
"""Characters of one article that are read."""
AT_ONCE = 200
"""Articles in one step: some tens of milliseconds."""
_OPTIONS = """content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0" """
SCHEMA = (
    "CREATE TABLE kb_doc (id INTEGER PRIMARY KEY, length INTEGER NOT NULL, profile TEXT NOT NULL)",
    "CREATE TABLE kb_stem (id INTEGER PRIMARY KEY, stem TEXT NOT NULL UNIQUE, n INTEGER NOT NULL)",
    "CREATE TABLE kb_form (form TEXT NOT NULL, stem TEXT NOT NULL, PRIMARY KEY (form, stem)) WITHOUT ROWID",
    "CREATE INDEX kb_form_stem ON kb_form (stem)",
    "CREATE TABLE kb_size (one INTEGER PRIMARY KEY CHECK (one = 1), articles INTEGER NOT NULL, length INTEGER NOT NULL)",
    "INSERT INTO kb_size VALUES (1, 0, 0)",
    f"CREATE VIRTUAL TABLE kb_text USING fts5(title, tags, body, {_OPTIONS})",
    f"INSERT INTO kb_text (kb_text, rank) VALUES ('rank', 'bm25({TITLE}.0, {TAG}.0, {BODY}.0)')",
    f"CREATE VIRTUAL TABLE kb_gram USING fts5(grams, {_OPTIONS})",
    # Runs of words of what is internal, so that it is known again where it is pasted.
    "CREATE TABLE kb_internal (run INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (run, id)) WITHOUT ROWID",
    "CREATE INDEX kb_internal_id ON kb_internal (id)",
)


class _Read(NamedTuple):
    id: int
    internal: frozenset[int]
    profile: Profile
    title: list[str]
    tags: list[str]
    body: list[str]


def take_in(db: Connection, ids: Sequence[int]) -> None:
    """Read these articles (of `mirror`) into the tables, in place of what was there of them. In the caller's transaction."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        _drop(db, part)
        forms: set[tuple[str, str]] = set()
        read = list(_read(db, part, forms))
        found: Counter[str] = Counter(one for article in read for one in article.profile.counts)
        _count(db, found, len(read), sum(article.profile.length for article in read))
        db.executemany("INSERT OR IGNORE INTO kb_form VALUES (?, ?)", sorted(forms))
        db.executemany(
            "INSERT INTO kb_internal VALUES (?, ?)",
            [(run, article.id) for article in read for run in sorted(article.internal)],
        )
        db.executemany(
            "INSERT INTO kb_doc VALUES (?, ?, ?)",
            [(article.id, article.profile.length, packed(article.profile)) for article in read],
        )
        db.executemany(
            "INSERT INTO kb_text (rowid, title, tags, body) VALUES (?, ?, ?, ?)",
            [
                (article.id, " ".join(article.title), " ".join(article.tags), " ".join(article.body))
                for article in read
            ],
        )


def forget(db: Connection, ids: Sequence[int]) -> None:
    """Articles that are no more. In the caller's transaction."""
    for start in range(0, len(ids), AT_ONCE):
        _drop(db, ids[start : start + AT_ONCE])


def _read(db: Connection, ids: Sequence[int], forms: set[tuple[str, str]]) -> Iterator[_Read]:
    rows = db.execute(
        f"SELECT id, title, substr(body, 1, {LONGEST}), tags, coalesce(product, ''), language, audience FROM mirror.article"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    for article, title, body, tags, product, code, audience in rows:
        tongue = language(code)
        text = readable(body)
        labels = [*map(str, json.loads(tags)), product]
        done, named, tagged, written = profile(title, text, tags=labels, tongue=tongue)
        forms.update(
            (word, stem(word, tongue)) for word in set(telling(f"{title} {' '.join(labels)} {text}"))
        )
        internal = fingerprints(parts(body, audience)[1])
        yield _Read(article, internal, done, named, tagged, written)


def _drop(db: Connection, ids: Sequence[int]) -> None:
    asked = json.dumps(list(ids))
    rows = db.execute(
        "SELECT id, length, profile FROM kb_doc WHERE id IN (SELECT value FROM json_each(?))", (asked,)
    ).fetchall()
    if not rows:
        return
    gone: Counter[str] = Counter()
    for _, _, text in rows:
        gone.subtract(entry.partition(":")[0] for entry in text.split())
    _count(db, gone, -len(rows), -sum(row[1] for row in rows))
    db.executemany("DELETE FROM kb_text WHERE rowid = ?", [(row[0],) for row in rows])
    db.executemany("DELETE FROM kb_doc WHERE id = ?", [(row[0],) for row in rows])
    db.executemany("DELETE FROM kb_internal WHERE id = ?", [(row[0],) for row in rows])


def _count(db: Connection, change: Counter[str], articles: int, length: int) -> None:
    """Stems that come up for the first time become findable by their spelling; those in no article any more stay unused."""
    db.execute("UPDATE kb_size SET articles = articles + ?, length = length + ?", (articles, length))
    known = {
        row[0]
        for row in db.execute(
            "SELECT stem FROM kb_stem WHERE stem IN (SELECT value FROM json_each(?))",
            (json.dumps(list(change)),),
        )
    }
    db.executemany(
        "UPDATE kb_stem SET n = n + ? WHERE stem = ?", [(n, one) for one, n in change.items() if one in known]
    )
    for one, n in change.items():
        if one not in known:
            row = db.execute("INSERT INTO kb_stem (stem, n) VALUES (?, ?)", (one, n)).lastrowid
            db.execute("INSERT INTO kb_gram (rowid, grams) VALUES (?, ?)", (row, " ".join(grams(one))))


def packed(one: Profile) -> str:
    """A profile as text, so that a few of its stems can be looked up without reading the rest: " stem:3! other:1 "."""
    entries = (f"{word}:{n}!" if word in one.lead else f"{word}:{n}" for word, n in one.counts.items())
    return " " + " ".join(entries) + " "


def unpacked(text: str, length: int, wanted: Iterable[str]) -> Profile:
    """What a packed profile says of these stems."""
    counts: dict[str, int] = {}
    lead: set[str] = set()
    for one in wanted:
        place = text.find(f" {one}:")
        if place < 0:
            continue
        start = place + len(one) + 2
        entry = text[start : text.index(" ", start)]
        if entry.endswith("!"):
            lead.add(one)
            entry = entry[:-1]
        counts[one] = int(entry)
    return Profile(counts, frozenset(lead), length)


def internal_in(db: Connection, text: str) -> list[Shared]:
    """Where a text repeats something internal of the articles, and of which; nothing that a public text says, too."""
    runs = json.dumps([one.hash for one in shingles(text)])
    known = dict(
        db.execute(
            "SELECT k.run, a.title FROM kb_internal k JOIN mirror.article a ON a.id = k.id"
            " WHERE k.run IN (SELECT value FROM json_each(?)) ORDER BY k.id DESC",
            (runs,),
        ).fetchall()
    )
    return [one for one in internal_passages(text, known) if not _public(db, text[one.start : one.end])]


def _public(db: Connection, passage: str) -> bool:
    """Whether customers can read these words in a public article anyway."""
    phrase = " ".join(stems(passage))
    rows = db.execute(
        "SELECT a.body FROM kb_text JOIN mirror.article a ON a.id = kb_text.rowid"
        " WHERE kb_text MATCH ? AND a.audience = 'public' LIMIT 20",
        (f'"{phrase}"',),
    )
    said = " ".join(words(passage))
    return any(said in " ".join(words(plain(parts(body, "public")[0]))) for (body,) in rows)
