"""Text being typed, saved as it is typed: found again after anything but a burnt disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atendente_tui.store.kept import kept_text
from atendente_tui.store.rows import DraftRow

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def save_draft(tx: Tx, draft: DraftRow) -> None:
    """Write it under its slot, in place of what was there. A card's number in it is kept masked."""
    draft = draft._replace(text=kept_text(draft.text), extra=kept_text(draft.extra))
    tx.db.execute(
        "INSERT INTO draft (slot, ticket_id, kind, text, cursor_line, cursor_column, extra, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (slot) DO UPDATE SET ticket_id = excluded.ticket_id, kind = excluded.kind, text = excluded.text,"
        " cursor_line = excluded.cursor_line, cursor_column = excluded.cursor_column, extra = excluded.extra,"
        " updated = excluded.updated",
        draft,
    )
    tx.touch("drafts")


def drop_draft(tx: Tx, slot: str) -> None:
    if tx.db.execute("DELETE FROM draft WHERE slot = ?", (slot,)).rowcount:
        tx.touch("drafts")
