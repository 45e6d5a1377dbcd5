"""Articles of one's own: Markdown files into the store, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from atendente_tui.domain.change import received
from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.articles import Article
from atendente_tui.store.rows import ArticleRow
from atendente_tui.store.writing import Tx

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
