"""Search over every message, ticket, customer and article: every word must be there, the last may be a beginning.
Articles are found as `store.article_search` finds them, with the words that were met marked.

"recent" walks the index newest first and stops; "best" ranks by bm25 among the newest hits, because ranking all of
them costs a second where a word is common. Accents and case do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store.passages import Finder, finder, plain
from atendente_tui.store.rows import SearchHit

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

Kind = Literal["event", "ticket", "customer", "article"]
Rank = Literal["recent", "best"]
KINDS: tuple[Kind, ...] = ("customer", "ticket", "article", "event")
RANKED = 1_000
"""Newest hits among which "best" chooses."""
SHARE = 10
"""Hits of each other kind at most, when everything is searched at once."""
LOOKED_UP = 4
"""Letters from which a beginning is no longer in the index of beginnings, where FTS5 would gather every hit first."""
TERMS = 32
"""Words with one beginning that are looked for each by itself; when there are more, FTS5 may gather."""
WORDS = 16
LONGEST_WORD = 100

_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_BEGINNING = re.compile(r'"[^\W_]+"\*')
_TOKEN = re.compile(r"[^\W_]+")


class Query(NamedTuple):
    match: str
    """In FTS5's language; every word quoted, so that nothing a person types is an operator."""
    head: str
    """`match` without its last word."""
    beginning: str | None
    """The last word folded, when it is a beginning long enough to be looked up among the words there are."""
    find: Finder


def parse(text: str) -> Query | None:
    """What to look for; None when there is no word in it. Text between quotation marks is a phrase."""
    parts: list[str] = []
    words: list[str] = []
    text = text.replace("\0", " ").encode("utf-8", "replace").decode()
    found = [one for one in _WORD.finditer(text) if _TOKEN.search(one[0])][:WORDS]
    for n, one in enumerate(found):
        phrase = one[1] is not None
        tokens = _TOKEN.findall(one[1] if phrase else one[2])
        tokens = [token[:LONGEST_WORD] for token in tokens][:WORDS]
        words += tokens
        # A single letter begins so many words that looking for all of them takes seconds in a large store.
        star = "*" if n == len(found) - 1 and not phrase and len(tokens[-1]) > 1 else ""
        part = f'"{" ".join(tokens)}"{star}'
        if not phrase and len(tokens) > 1 and all(token.isdigit() for token in tokens):
            # A CPF or a telephone number with its punctuation is the same without.
            joined = "".join(tokens)
            part = f'({part} OR "{joined}"{star})'
            words.append(joined)
        parts.append(part)
    if not parts:
        return None
    last = parts[-1]
    beginning = plain(last[1:-2]) if _BEGINNING.fullmatch(last) and len(last) - 3 >= LOOKED_UP else None
    find = finder(words, whole_last=not last.rstrip(")").endswith("*"))
    return Query(" AND ".join(parts), " AND ".join(parts[:-1]), beginning, find)


def search(
    where: Store | Connection,
    query: str,
    *,
    limit: int = 50,
    kinds: Collection[str] | None = None,
    rank: Rank = "recent",
    deadline_ms: int = 200,
) -> list[SearchHit]:
    """What is found, at most `limit`; at the deadline, what was found until then.

    where   a store (its searching connection of this thread), or a connection from `store.search_reader()`
    kinds   of "event", "ticket", "customer", "article"; all of them when None, people and tickets first
    """
    asked = parse(query)
    if asked is None or limit <= 0:
        return []
    db = where if isinstance(where, sqlite.Connection) else where.searcher()
    wanted = [kind for kind in KINDS if kinds is None or kind in kinds]
    until = monotonic() + deadline_ms / 1_000
    found: dict[Kind, list[SearchHit]] = {}

    def late() -> bool:
        return monotonic() > until

    db.set_progress_handler(late, 2_000)
    try:
        for kind in reversed(wanted):  # messages first: what they leave room for, the others may fill
            room = limit - sum(map(len, found.values()))
            share = max(room, min(SHARE, limit))
            if kind == "article" and '"' not in query:
                found[kind] = _articles(db, query, share, round(max(0.02, until - monotonic()) * 1_000))
                db.set_progress_handler(late, 2_000)
            if not found.get(kind):
                found[kind] = _of_kind(db, kind, asked, share, rank)
    except sqlite.OperationalError as wrong:
        if "interrupted" not in str(wrong):
            raise
    finally:
        db.set_progress_handler(None, 0)
    hits = [hit for kind in wanted for hit in found.get(kind, ())]
    if rank == "best":
        hits.sort(key=lambda hit: -hit.score)
    return hits[:limit]


def _articles(db: Connection, query: str, limit: int, deadline_ms: int) -> list[SearchHit]:
    """Articles are found as people ask for them, not word by word; only phrases are left to the full text."""
    from atendente_tui.store.article_search import passage, question, search_articles

    hits = search_articles(db, question(query, typing=True), limit=limit, deadline_ms=deadline_ms)
    found: list[SearchHit] = []
    for hit in hits:
        row = db.execute("SELECT updated, title FROM mirror.article WHERE id = ?", (hit.id,)).fetchone()
        if row is not None:
            found.append(
                SearchHit("article", None, hit.id, row[0], None, row[1], passage(db, hit), hit.score)
            )
    return found


def _match(db: Connection, kind: str, query: Query) -> str:
    """`query.match`, with a long beginning written out as the words it may be: those come newest first at once."""
    if query.beginning is None:
        return query.match
    terms: list[str] = []
    find, term = f"SELECT term FROM {kind}_terms WHERE term >= ? LIMIT 1", query.beginning
    while (row := db.execute(find, (term,)).fetchone()) is not None and row[0].startswith(query.beginning):
        if len(terms) == TERMS:
            return query.match
        terms.append(str(row[0]))
        term = row[0] + "\x01"
    if not terms:
        return query.match
    words = " OR ".join('"' + one.replace('"', '""') + '"' for one in terms)
    return f"{query.head} AND ({words})" if query.head else words


def _of_kind(db: Connection, kind: str, query: Query, limit: int, rank: Rank) -> list[SearchHit]:
    if rank == "recent":
        found = f"SELECT rowid AS r, 0.0 AS s FROM {kind}_text WHERE {kind}_text MATCH ? ORDER BY rowid LIMIT {limit}"
        return _hits(db, kind, found, _match(db, kind, query), query)
    weights = ", 4.0, 1.0" if kind == "article" else ""
    found = (
        f"SELECT r, s FROM (SELECT rowid AS r, -bm25({kind}_text{weights}) AS s FROM {kind}_text"
        f" WHERE {kind}_text MATCH ? ORDER BY rowid LIMIT {RANKED}) ORDER BY s DESC, r LIMIT {limit}"
    )
    hits = _hits(db, kind, found, query.match.replace('"*', '"'), query)
    # Whole words are the better hits, and the cheaper ones; beginnings only where these are too few.
    if len(hits) == limit or '"*' not in query.match:
        return hits
    return _hits(db, kind, found, _match(db, kind, query), query)


def _hits(db: Connection, kind: str, found: str, match: str, query: Query) -> list[SearchHit]:
    return [_hit(kind, row, query) for row in db.execute(_ROWS[kind].format(found=found), (match,))]


_ROWS = {
    "event": "SELECT e.key, f.s, e.at, e.channel, e.ticket_id, substr(e.text, 1, 20000), t.protocol, t.subject,"
    " coalesce(c.social_name, c.name) FROM ({found}) f CROSS JOIN mirror.event e ON e.key = -f.r"
    " LEFT JOIN mirror.ticket t ON t.id = e.ticket_id LEFT JOIN mirror.customer c ON c.id = e.customer_id",
    "ticket": "SELECT t.id, f.s, t.updated, t.channel, t.id, t.subject, t.protocol, t.subject, t.tags"
    " FROM ({found}) f CROSS JOIN mirror.ticket t ON t.id = -f.r",
    "customer": "SELECT c.id, f.s, NULL, c.preferred_channel, NULL,"
    " coalesce((SELECT group_concat(i.value, ' · ') FROM mirror.identity i WHERE i.customer_id = c.id), ''),"
    " NULL, coalesce(c.social_name, c.name), NULL FROM ({found}) f CROSS JOIN mirror.customer c ON c.id = -f.r",
    "article": "SELECT a.id, f.s, a.updated, NULL, NULL, substr(a.body, 1, 20000), NULL, a.title, NULL"
    " FROM ({found}) f CROSS JOIN mirror.article a ON a.id = -f.r",
}


def _hit(kind: str, row: tuple[Any, ...], query: Query) -> SearchHit:
    ref, score, at, channel, ticket_id, text, protocol, title, person = row
    if kind == "ticket":
        title = f"{protocol or f'#{ref}'} {title}"
    elif kind == "event":
        title = f"{protocol or f'#{ticket_id}'} {title}" if ticket_id is not None else person
    return SearchHit(kind, ticket_id, ref, at, channel, title, query.find(text), score)
