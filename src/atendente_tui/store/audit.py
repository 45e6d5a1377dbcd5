"""The append-only account of who did what. Never message text: `detail` holds codes, ids and numbers."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx


class Act(NamedTuple):
    at: int
    actor: str
    action: str
    ticket_id: int | None
    detail: dict[str, Any]


def acts(db: Connection, actions: Collection[str], beginning: str, limit: int) -> list[Act]:
    """Rows of these actions and of those that begin so, newest first."""
    rows = db.execute(
        f"SELECT at, actor, action, ticket_id, detail FROM audit WHERE substr(action, 1, ?) = ?"
        f" OR action IN ({','.join('?' * len(actions))}) ORDER BY n DESC LIMIT ?",
        (len(beginning), beginning, *actions, limit),
    )
    return [Act(at, actor, action, ticket, json.loads(detail)) for at, actor, action, ticket, detail in rows]


def record(
    tx: Tx,
    actor: str,
    action: str,
    ticket_id: int | None = None,
    command_id: str | None = None,
    **detail: object,
) -> None:
    tx.db.execute(
        "INSERT INTO audit (at, actor, action, ticket_id, command_id, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (
            tx.now,
            actor,
            action,
            ticket_id,
            None if command_id is None else str(command_id),
            json.dumps(detail, default=str),
        ),
    )
