"""Rows of the store with their personal data masked, as panes draw them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from atendente_tui.privacy.masking import masked

if TYPE_CHECKING:
    from atendente_tui.store.rows import EventRow, QueueRow


def masked_event(row: EventRow, kinds: Collection[str], characters: int) -> EventRow:
    """An event as it may be drawn; of its text no more than so many characters are looked at, and none beyond kept."""
    if not kinds:
        return row
    return row._replace(
        text=masked(row.text[:characters], kinds),
        author=masked(row.author, kinds),
        data=masked(row.data, kinds),
    )


def masked_ticket(row: QueueRow, kinds: Collection[str]) -> QueueRow:
    """A line of the queue: callers are often called by their number."""
    return row._replace(customer=masked(row.customer, kinds), subject=masked(row.subject, kinds))
