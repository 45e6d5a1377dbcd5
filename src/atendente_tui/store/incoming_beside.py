"""Articles, names for pick-lists, a team's shared configuration, and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.instants import to_ms
from atendente_tui.store import effects
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


def apply_articles(batch: Batch, changes: Sequence[ArticleUpsert], gone: Sequence[ArticleGone]) -> int:
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
    for one in gone:
        found = batch.db.execute(
            "DELETE FROM article WHERE remote_id = ? RETURNING id", (one.remote_id,)
        ).fetchall()
        batch.tx.reindex("gone_article", *(row[0] for row in found))
        moved += len(found)
    if moved:
        batch.tx.touch("articles")
    return moved


def apply_directory(batch: Batch, changes: Sequence[DirectoryEntry], gone: Sequence[DirectoryGone]) -> int:
    if not changes and not gone:
        return 0
    moved: int = batch.db.executemany(
        "INSERT INTO directory (kind, key, label, tier) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, key) DO UPDATE SET label = excluded.label, tier = excluded.tier"
        " WHERE label <> excluded.label OR tier IS NOT excluded.tier",
        [(one.kind, one.key, one.label, None if one.tier is None else one.tier._value_) for one in changes],
    ).rowcount
    moved = max(0, moved) + _drop(batch, "directory", gone)
    if moved:
        batch.tx.touch("directory")
    return moved


def apply_settings(batch: Batch, changes: Sequence[SettingUpsert], gone: Sequence[SettingGone]) -> int:
    """Kept as they came: what cannot be used is told by who would use it."""
    if not changes and not gone:
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
    moved = max(0, moved) + _drop(batch, "setting", gone)
    if moved:
        batch.tx.touch("settings")
    return moved


def _drop(batch: Batch, table: str, gone: Sequence[DirectoryGone] | Sequence[SettingGone]) -> int:
    if not gone:
        return 0
    dropped: int = batch.db.executemany(
        f"DELETE FROM {table} WHERE kind = ? AND key = ?", [(one.kind, one.key) for one in gone]
    ).rowcount
    return max(0, dropped)


def apply_gone(batch: Batch, changes: Sequence[TicketGone]) -> int:
    """Tickets that are no more, or no more for us. What a person wrote and nobody has got yet keeps its ticket here."""
    moved = 0
    for change in changes:
        found = batch.db.execute(
            "SELECT id, status, assignee, team, customer_id FROM ticket WHERE remote_id = ?",
            (change.remote_id,),
        ).fetchone()
        if found is None:
            continue
        ticket_id, status, assignee, team, customer_id = found
        pending = ticket_id in batch.pending
        kept = pending or _written(batch, ticket_id)
        if pending:  # what is still to be said about it will be refused, and must not open it again
            effects.lay_under(batch.tx, ticket_id, {"status": "closed"})
            place = "SELECT status, assignee, team FROM ticket WHERE id = ?"
            status, assignee, team = batch.db.execute(place, (ticket_id,)).fetchone()
        if kept and status == "closed":
            continue
        batch.tx.tally((status, assignee, team), ("closed", assignee, team) if kept else None)
        if kept:
            batch.db.execute(
                "UPDATE ticket SET status = 'closed', remote_status = 'closed', recheck = NULL, score = 0, why = '[]',"
                " sla_due = NULL, sla_state = 'none', solved = coalesce(solved, ?) WHERE id = ?",
                (batch.tx.now, ticket_id),
            )
        else:
            forget_ticket(batch.tx, ticket_id)
        batch.tx.touch("queue", "promises", f"ticket:{ticket_id}")
        batch.moved_customers.add(customer_id)
        moved += 1
    return moved


def _written(batch: Batch, ticket_id: int) -> bool:
    return (
        batch.db.execute("SELECT 1 FROM draft WHERE ticket_id = ? AND text <> ''", (ticket_id,)).fetchone()
        is not None
    )


def forget_ticket(tx: Any, ticket_id: int) -> None:
    """Remove a ticket with its events, tags and promises. The caller moves the tally."""
    db = tx.db
    events = [row[0] for row in db.execute("SELECT key FROM event WHERE ticket_id = ?", (ticket_id,))]
    db.execute("DELETE FROM event WHERE ticket_id = ?", (ticket_id,))
    db.execute("DELETE FROM promise WHERE ticket_id = ?", (ticket_id,))
    db.execute("UPDATE ticket SET merged_into = NULL WHERE merged_into = ?", (ticket_id,))
    db.execute("DELETE FROM ticket WHERE id = ?", (ticket_id,))
    tx.reindex("gone_event", *events)
    tx.reindex("gone_ticket", ticket_id)
