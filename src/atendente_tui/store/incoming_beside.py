"""Articles, names for pick-lists, a team's shared configuration, and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atendente_tui.domain.instants import to_ms
from atendente_tui.store import gone, members
from atendente_tui.store.incoming import Batch, compact

if TYPE_CHECKING:
    from atendente_tui.domain.change import (
        ArticleGone,
        ArticleUpsert,
        DirectoryEntry,
        DirectoryGone,
        SettingGone,
        SettingUpsert,
        TicketGone,
    )

_ARTICLE = ("ref", "title", "body", "audience", "tags", "product", "language", "review", "url", "updated")


def apply_articles(batch: Batch, changes: Sequence[ArticleUpsert], ended: Sequence[ArticleGone]) -> int:
    """Returns how many articles were written or removed."""
    moved = 0
    for change in changes:
        row = (
            f"{batch.backend}:{change.remote_id}",
            change.title,
            change.body,
            change.audience._value_,
            compact(change.tags),
            change.product,
            change.language,
            change.review,
            change.url,
            None if change.updated_at is None else to_ms(change.updated_at),
        )
        old = batch.db.execute(
            f"SELECT id, {', '.join(_ARTICLE)} FROM article WHERE remote_id = ?",
            (change.remote_id,),
        ).fetchone()
        if old is not None and old[1:] == row:
            continue
        if old is None:
            article_id = batch.db.execute(
                f"INSERT INTO article (remote_id, {', '.join(_ARTICLE)}) VALUES (?{', ?' * len(_ARTICLE)})",
                (change.remote_id, *row),
            ).lastrowid
        else:
            article_id = old[0]
            batch.db.execute(
                f"UPDATE article SET {', '.join(f'{name} = ?' for name in _ARTICLE)} WHERE id = ?",
                (*row, article_id),
            )
        batch.tx.reindex("article", article_id)
        moved += 1
    for one in ended:
        found = batch.db.execute(
            "DELETE FROM article WHERE remote_id = ? RETURNING id", (one.remote_id,)
        ).fetchall()
        batch.tx.reindex("gone_article", *(row[0] for row in found))
        moved += len(found)
    if moved:
        batch.tx.touch("articles")
    return moved


def apply_directory(batch: Batch, changes: Sequence[DirectoryEntry], ended: Sequence[DirectoryGone]) -> int:
    if not changes and not ended:
        return 0
    moved: int = batch.db.executemany(
        "INSERT INTO directory (kind, key, label, tier) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, key) DO UPDATE SET label = excluded.label, tier = excluded.tier"
        " WHERE label <> excluded.label OR tier IS NOT excluded.tier",
        [(one.kind, one.key, one.label, None if one.tier is None else one.tier._value_) for one in changes],
    ).rowcount
    moved = max(0, moved) + _drop(batch, "directory", ended)
    teams = {one.key: one.teams for one in changes if one.kind == "agent" and one.teams is not None}
    members.put(batch.tx, teams)
    members.leave(batch.tx, [one.key for one in ended if one.kind == "agent"])
    if moved:
        batch.tx.touch("directory")
    return moved


def apply_settings(batch: Batch, changes: Sequence[SettingUpsert], ended: Sequence[SettingGone]) -> int:
    """Kept as they came: what cannot be used is told by who would use it."""
    if not changes and not ended:
        return 0
    moved: int = batch.db.executemany(
        "INSERT INTO setting (kind, key, body, updated) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, updated = excluded.updated"
        " WHERE body <> excluded.body",
        [
            (one.kind, one.key, one.body, None if one.updated_at is None else to_ms(one.updated_at))
            for one in changes
        ],
    ).rowcount
    moved = max(0, moved) + _drop(batch, "setting", ended)
    if moved:
        batch.tx.touch("settings")
    return moved


def _drop(batch: Batch, table: str, ended: Sequence[DirectoryGone] | Sequence[SettingGone]) -> int:
    if not ended:
        return 0
    dropped: int = batch.db.executemany(
        f"DELETE FROM {table} WHERE kind = ? AND key = ?", [(one.kind, one.key) for one in ended]
    ).rowcount
    return max(0, dropped)


def apply_gone(batch: Batch, changes: Sequence[TicketGone]) -> int:
    """Tickets that are no more, or no more for us."""
    moved = 0
    for change in changes:
        found = batch.db.execute(
            "SELECT id, customer_id FROM ticket WHERE remote_id = ?", (change.remote_id,)
        ).fetchone()
        if found is not None and gone.let_go(batch.tx, found[0], pending=found[0] in batch.pending):
            batch.moved_customers.add(found[1])
            moved += 1
        gone.remember(batch.tx, batch.backend, change.remote_id)
    return moved
