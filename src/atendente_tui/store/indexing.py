"""The full text: a file and a thread of its own, fed by what each transaction says it changed (`index_queue`).

Contentless: the index holds words, the texts stay in the store. Rows are numbered by the negated key, so that the
newest come first without sorting. What is lost or of another store is made again from the store, newest first, while
new work goes ahead of old.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.fold import folded
from atendente_tui.store import article_words, engine
from atendente_tui.store.errors import StoreClosed, StoreDamaged, StoreError, StoreFull, WrongKey
from atendente_tui.store.writing import Lane, unpacked

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

CACHE = 16_384  # KiB, taken as used: the hits of a common word are megabytes
VERSION = "3"
"""Of what is indexed and how: another one in the file makes it anew."""
BATCH = 20_000  # rows in one transaction, a quarter of a second: longer ones are little faster
ARTICLES = 500
"""Articles in one transaction: their words are cut to stems, which takes a hundred times as long as a message."""
GATHER = 1.0
"""Seconds for which little is left to become more: many short transactions cost twice as much as few long ones."""
FULL_REST = 20.0
"""Seconds after which a full disk is looked at again."""
PENDING = 8 << 20
"""Bytes of new words that FTS5 gathers before it writes them; its own choice of 1 MiB cuts a batch into pieces."""
LONGEST = 100_000
"""Characters of one text that are indexed."""

KINDS = ("event", "ticket", "customer", "article")
_OPTIONS = """content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2", prefix='2 3'"""
_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"CREATE VIRTUAL TABLE event_text USING fts5(text, {_OPTIONS})",
    f"CREATE VIRTUAL TABLE ticket_text USING fts5(text, {_OPTIONS})",
    f"CREATE VIRTUAL TABLE customer_text USING fts5(text, {_OPTIONS})",
    f"CREATE VIRTUAL TABLE article_text USING fts5(title, body, {_OPTIONS})",
    # Which words there are, to find those with a common beginning; these tables hold nothing themselves.
    *(f"CREATE VIRTUAL TABLE {kind}_terms USING fts5vocab({kind}_text, instance)" for kind in KINDS),
    *article_words.SCHEMA,
)
_DIGITS = "CASE WHEN i.kind IN ('phone','whatsapp') THEN ' ' || substr(i.normal, 4) || ' ' || substr(i.normal, 6) ELSE '' END"
_READ = {  # what is indexed of each kind, for the ids in json_each(?)
    "event": "INSERT OR REPLACE INTO event_text (rowid, text) SELECT -e.key,"
    f" CASE e.data WHEN '{{}}' THEN substr(e.text, 1, {LONGEST}) ELSE substr(e.text, 1, {LONGEST}) || ' ' ||"
    " coalesce((SELECT group_concat(v.atom, ' ') FROM json_each(e.data) v), '') END ||"
    " coalesce((SELECT ' ' || group_concat(a.name, ' ') FROM mirror.attachment a WHERE a.event_key = e.key), '')"
    " FROM json_each(?) j CROSS JOIN mirror.event e ON e.key = j.value",
    "ticket": "INSERT OR REPLACE INTO ticket_text (rowid, text)"
    " SELECT -t.id, coalesce(t.protocol, '') || ' ' || t.subject || ' ' || t.tags"
    " FROM json_each(?) j CROSS JOIN mirror.ticket t ON t.id = j.value",
    "customer": "INSERT OR REPLACE INTO customer_text (rowid, text)"
    " SELECT -c.id, c.name || ' ' || coalesce(c.social_name, '') || ' ' || coalesce((SELECT"
    f" group_concat(i.value || ' ' || i.normal || {_DIGITS}, ' ') FROM mirror.identity i WHERE i.customer_id = c.id), '')"
    " FROM json_each(?) j CROSS JOIN mirror.customer c ON c.id = j.value",
    "article": "INSERT OR REPLACE INTO article_text (rowid, title, body)"
    f" SELECT -a.id, a.title, substr(a.body, 1, {LONGEST}) || ' ' || a.tags || ' ' || coalesce(a.product, '')"
    " FROM json_each(?) j CROSS JOIN mirror.article a ON a.id = j.value",
}
_IDS = {"event": "key", "ticket": "id", "customer": "id", "article": "id"}


def connect(file: Path, search_file: Path, key: bytes | None, *, read_only: bool) -> Connection:
    """A connection to the full text with the store beside it as `mirror`, which it only reads."""
    db = engine.connect(search_file, key, read_only=read_only, cache=CACHE)
    try:
        engine.attach(db, file, "mirror", key)
        db.execute(f"PRAGMA mirror.cache_size = -{engine.READER_CACHE}")
        db.execute("SELECT count(*) FROM mirror.sqlite_schema").fetchone()
        db.create_function("folded", 1, _folded, deterministic=True)
    except sqlite.DatabaseError as wrong:
        db.close()
        raise engine.explained(wrong, file, key) from wrong
    return db


def _folded(text: object) -> str:
    return folded(str(text))


def prepare(file: Path, search_file: Path, key: bytes | None, store_id: str) -> Connection:
    """The full text of this store, ready to be written; made anew when it is missing, damaged or not of this store."""
    with contextlib.suppress(StoreDamaged, WrongKey, sqlite.DatabaseError):
        db = connect(file, search_file, key, read_only=False)
        if _is_ours(db, store_id):
            return db
        db.close()
    for suffix in ("", "-wal", "-shm"):
        search_file.with_name(search_file.name + suffix).unlink(missing_ok=True)
    db = connect(file, search_file, key, read_only=False)
    os.chmod(search_file, 0o600)
    db.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        db.execute(statement)
    for kind in KINDS:
        db.execute(f"INSERT INTO {kind}_text ({kind}_text, rank) VALUES ('hashsize', {PENDING})")
    db.executemany("INSERT INTO meta VALUES (?, ?)", [("version", VERSION), ("store", store_id)])
    db.executemany(  # where the walk through what is there already stands; gone when it is done
        "INSERT INTO meta SELECT 'walk_' || ?1, (SELECT CAST(max(n) + 1 AS TEXT) FROM (SELECT 0 AS n UNION ALL"
        " SELECT CASE ?1 WHEN 'event' THEN (SELECT max(key) FROM mirror.event)"
        " WHEN 'ticket' THEN (SELECT max(id) FROM mirror.ticket)"
        " WHEN 'customer' THEN (SELECT max(id) FROM mirror.customer)"
        " ELSE (SELECT max(id) FROM mirror.article) END))",
        [(kind,) for kind in _READ],
    )
    db.execute("COMMIT")
    return db


def _is_ours(db: Connection, store_id: str) -> bool:
    if not db.execute("SELECT count(*) FROM main.sqlite_schema WHERE name = 'meta'").fetchone()[0]:
        return False
    meta = dict(db.execute("SELECT key, value FROM main.meta").fetchall())
    return meta.get("version") == VERSION and meta.get("store") == store_id


def store_id(db: Connection) -> str:
    """A name for this store that no other has; made when first asked."""
    found = db.execute("SELECT value FROM meta WHERE key = 'store_id'").fetchone()
    if found is None:
        found = (os.urandom(8).hex(),)
        db.execute("INSERT INTO meta VALUES ('store_id', ?)", found)
    return str(found[0])


class Indexer(threading.Thread):
    """Reads what changed into the full text whenever `kick` says there is something, until `stop`."""

    def __init__(self, store: Store, name: str) -> None:
        super().__init__(name="store-indexer", daemon=True)
        self._store = store
        self._name = name
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._calm = threading.Condition()
        self._busy = True
        self._stopping = False
        self._done = 0
        self._db: Connection | None = None
        self.made = threading.Event()
        """Set once the full text is there to be searched."""
        self.error: Exception | None = None
        """Why it stopped working, None while it does. Everything but search goes on without it."""

    def catch_up(self, kind: str | None = None) -> None:
        """Read in what waits, on the caller's thread, where something of this kind does: for one that is never started."""
        store = self._store
        if self._db is None:
            self._db = prepare(store.file, store.search_file, store._key, self._name)
            self.made.set()
        waits = self._db.execute(
            "SELECT 1 FROM mirror.index_queue WHERE n > ? AND (?2 IS NULL OR kind IN (?2, 'gone_' || ?2)) LIMIT 1",
            (self._done, kind),
        ).fetchone()
        while waits:
            waits = self._queued(self._db) or self._walk(self._db)

    def let_go(self) -> None:
        """Close what `catch_up` opened."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def kick(self) -> None:
        with self._calm:
            self._busy = True
        self._wake.set()

    def stop(self) -> None:
        """End soon: a batch under way is given up, it stands in the queue."""
        self._stopping = True
        self._hurry.set()
        self._wake.set()
        db = self._db
        if db is not None:
            with contextlib.suppress(sqlite.ProgrammingError):  # closed in this very moment
                db.interrupt()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until everything committed so far can be found. False when it took longer than `timeout` seconds."""
        self._hurry.set()
        with self._calm:
            return (
                self._calm.wait_for(lambda: not self._busy or self.error is not None, timeout)
                and self.error is None
            )

    def run(self) -> None:
        try:
            while True:
                try:
                    self._work()
                    break
                except (sqlite.OperationalError, StoreFull) as wrong:
                    if self._stopping or not isinstance(
                        engine.explained(wrong, self._store.search_file, None), StoreFull
                    ):
                        raise
                    self._rest()
        except (sqlite.Error, StoreError, OSError) as wrong:
            if not (self._stopping and isinstance(wrong, (StoreClosed, sqlite.OperationalError))):
                self.error = wrong
        finally:
            with self._calm:
                self._calm.notify_all()
            if self._db is not None:
                self._db.close()

    def _rest(self) -> None:
        """A full disk: what is to be read stays in the queue until there is room."""
        if self._db is not None:
            self._db.close()
            self._db = None
        self._hurry.clear()
        self._hurry.wait(FULL_REST)

    def _work(self) -> None:
        store = self._store
        db = self._db = prepare(store.file, store.search_file, store._key, self._name)
        self.made.set()
        while not self._stopping:
            self._wake.clear()
            count = self._queued(db) or self._walk(db)
            if count:
                if count < BATCH:
                    self._hurry.wait(GATHER)
                continue
            with self._calm:
                if not self._wake.is_set():
                    self._busy = False
                    self._hurry.clear()
                    self._calm.notify_all()
            self._wake.wait()
            self._hurry.wait(GATHER)

    def _queued(self, db: Connection) -> int:
        """Index what the oldest transactions in the queue changed, about a batch; returns how many rows that were."""
        rows, count = [], 0
        for row in db.execute(
            "SELECT n, kind, refs FROM mirror.index_queue WHERE n > ? ORDER BY n", (self._done,)
        ):
            rows.append(row)
            count += len(row[2]) // 8
            if count >= BATCH:
                break
        if not rows:
            return 0
        db.execute("BEGIN IMMEDIATE")
        for kind, refs in _runs(rows):
            for start in range(0, len(refs), BATCH):
                _index(db, kind, refs[start : start + BATCH])
        db.execute("COMMIT")
        done = self._done = rows[-1][0]
        # Only what is safely in the full text leaves the queue; read twice after a crash, it says the same.
        self._store.submit(
            lambda tx: tx.db.execute("DELETE FROM index_queue WHERE n <= ?", (done,)), Lane.IDLE
        )
        return True

    def _walk(self, db: Connection) -> int:
        """Index a batch of what was there before the full text was; 0 when all of it is in."""
        walk = db.execute(
            "SELECT key, value FROM main.meta WHERE key LIKE 'walk!_%' ESCAPE '!' ORDER BY key"
        ).fetchone()
        if walk is None:
            return 0
        kind, below = str(walk[0]).removeprefix("walk_"), int(walk[1])
        column = _IDS[kind]
        refs = [
            row[0]
            for row in db.execute(
                f"SELECT {column} FROM mirror.{kind} WHERE {column} < ? ORDER BY {column} DESC LIMIT ?",
                (below, ARTICLES if kind == "article" else BATCH),
            )
        ]
        db.execute("BEGIN IMMEDIATE")
        if refs:
            _index(db, kind, refs)
            db.execute("UPDATE main.meta SET value = ? WHERE key = ?", (str(refs[-1]), walk[0]))
        else:
            db.execute("DELETE FROM main.meta WHERE key = ?", (walk[0],))
        db.execute("COMMIT")
        return BATCH


def _runs(rows: list[tuple[int, str, bytes]]) -> Iterator[tuple[str, list[int]]]:
    """Changes of one kind that follow each other, together; a thing that went after it came stays gone."""
    order: dict[str, dict[int, None]] = {}
    for _, kind, blob in rows:
        refs = dict.fromkeys(unpacked(blob))
        bare = kind.removeprefix("gone_")
        other = order.get(bare if kind != bare else f"gone_{bare}", {})
        for ref in refs:
            other.pop(ref, None)
        order.setdefault(kind, {}).update(refs)
    for kind, found in order.items():
        if found:
            yield kind, sorted(found, reverse=True)


def _index(db: Connection, kind: str, refs: list[int]) -> None:
    if kind.startswith("gone_"):
        table = f"{kind.removeprefix('gone_')}_text"
        db.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(-ref,) for ref in refs])
        if kind == "gone_article":
            article_words.forget(db, refs)
    else:
        import json

        db.execute(_READ[kind], (json.dumps(refs),))
        if kind == "article":
            article_words.take_in(db, refs)


def forget_words(db: Connection) -> None:
    """Rewrite the index without the words of what is gone (deleting only marks it): part of an erasure."""
    for kind in _READ:
        db.execute(f"INSERT INTO {kind}_text ({kind}_text) VALUES ('optimize')")
    db.execute("INSERT INTO kb_text (kb_text) VALUES ('optimize')")
