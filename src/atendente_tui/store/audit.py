"""The append-only account of who did what. Never message text: `detail` holds codes, ids and numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


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
