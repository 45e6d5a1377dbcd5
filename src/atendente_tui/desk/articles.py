"""Articles of one's own: Markdown files into the store, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.domain.change import received
from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.articles import Article, Seen, load_changed
from atendente_tui.store.rows import ArticleRow
from atendente_tui.store.writing import Lane, Tx

if TYPE_CHECKING:
    from atendente_tui.knowledge.marked import Fault
    from atendente_tui.store.store import Store

AT_ONCE = 200
"""Articles in one transaction."""

_COLUMNS = ("title", "body", "audience", "tags", "product", "language", "review", "url")


def store_articles(tx: Tx, articles: Sequence[Article]) -> int:
    """Write those that are new or changed, by their id. Returns how many."""
    written = 0
    for one in articles:
        values = (
            received(one.title),
            received(one.body),
            str(one.audience),
            json.dumps([received(tag) for tag in one.tags], ensure_ascii=False, separators=(",", ":")),
            one.product,
            one.language,
            one.review.isoformat() if one.review else None,
            one.url,
        )
        ref = received(one.id)
        old = tx.db.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM article WHERE ref = ?", (ref,)).fetchone()  # noqa: S608  # nosec B608 # columns of ours
        if old is not None and old[1:] == values:
            continue
        (article_id,) = tx.db.execute(
            f"INSERT INTO article (ref, {', '.join(_COLUMNS)}, updated) VALUES (?{', ?' * len(_COLUMNS)}, ?)"  # noqa: S608  # nosec B608 # columns of ours
            f" ON CONFLICT (ref) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)},"
            " updated = excluded.updated RETURNING id",
            (ref, *values, tx.now),
        ).fetchone()
        tx.reindex("article", article_id)
        written += 1
    if written:
        tx.touch("articles")
    return written


class Brought(NamedTuple):
    read: int
    unchanged: int
    written: int
    gone: list[str]
    """Ids of articles whose files are no longer there; removed from the store only when that was asked for."""
    removed: int
    faults: list[Fault]


def bring(
    folder: Path,
    store: Store | None,
    *,
    prune: bool = False,
    again: bool = False,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Brought:
    """Bring a folder's articles into the store: files that did not change since the last time are not read again.

    store   None reads and checks only
    prune   remove articles whose files are gone
    again   read every file
    """
    key = f"kb_import:{folder.resolve()}"
    before: dict[str, Seen] = {}
    if store is not None:
        with closing(store.reader()) as db:
            found = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            there = {row[0] for row in db.execute("SELECT ref FROM article")}
        before = {name: Seen(*one) for name, one in json.loads(found[0]).items()} if found else {}
        # What somebody took out of the store comes in again from its file.
        known = {} if again else {name: one for name, one in before.items() if one.id in there}
    else:
        known = {}
    loaded = load_changed(folder, known, tell)
    kept = {one.id for one in loaded.seen.values()}
    gone = sorted({one.id for one in before.values()} - kept)
    written = removed = 0
    if store is not None:
        for start in range(0, len(loaded.articles), AT_ONCE):
            part = loaded.articles[start : start + AT_ONCE]
            written += store.write(lambda tx, part=part: store_articles(tx, part), Lane.SYNC)  # type: ignore[misc]
            tell(start, len(loaded.articles))
        if prune and gone:
            removed = store.write(lambda tx: remove_articles(tx, gone), Lane.SYNC)
        seen = (
            loaded.seen
            if prune
            else {**{n: one for n, one in before.items() if one.id in gone}, **loaded.seen}
        )
        value = json.dumps(seen, ensure_ascii=False)
        store.write(
            lambda tx: tx.db.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            ),
            Lane.SYNC,
        )
    return Brought(len(loaded.articles), loaded.unchanged, written, gone, removed, loaded.faults)


def remove_articles(tx: Tx, refs: Sequence[str]) -> int:
    """Take articles of one's own out of the store, by their ids; a backend's stay. Returns how many went."""
    rows = tx.db.execute(
        "DELETE FROM article WHERE remote_id IS NULL AND ref IN (SELECT value FROM json_each(?)) RETURNING id",
        (json.dumps([received(ref) for ref in refs]),),
    ).fetchall()
    tx.reindex("gone_article", *(row[0] for row in rows))
    if rows:
        tx.touch("articles")
    return len(rows)


def write_articles(rows: Sequence[ArticleRow], folder: Path) -> list[Path]:
    """One Markdown file with front matter each, so that importing the folder gives the same articles.

    Raises Refused("archive_not_empty") rather than write over anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused("archive_not_empty", folder=str(folder))
    files: list[Path] = []
    for row in rows:
        name = re.sub(r"[^\w.-]+", "-", row.ref.removesuffix(".md")).strip("-.") or "artigo"
        file = folder / f"{row.id:06d}-{name[:80]}.md"
        front = {
            "id": row.ref,
            "title": row.title,
            "audience": row.audience,
            "tags": json.loads(row.tags),
            "product": row.product,
            "lang": row.language,
            "review": row.review,
            "url": row.url,
        }
        lines = [
            f"{key}: {json.dumps(value, ensure_ascii=False) if key != 'review' else value}"
            for key, value in front.items()
            if value
        ]
        file.write_text("---\n" + "\n".join(lines) + "\n---\n\n" + row.body, encoding="utf-8")
        files.append(file)
    return files
