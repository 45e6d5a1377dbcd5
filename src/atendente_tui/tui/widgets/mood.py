"""How the customer's newest message sounds, and by which words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from atendente_tui.privacy.safe import safe_line
from atendente_tui.review.sentiment import hint, sentiment
from atendente_tui.store.rows import EventRow
from atendente_tui.tui.lines import Span

LOOKED_AT = 100
"""Events, the newest, among which the customer's last word is looked for."""


def mood_spans(events: Sequence[EventRow], dot: str) -> tuple[Span, ...]:
    """Of a ticket's events, oldest first, with a dot behind it; nothing for a message whose words tell nothing."""
    for row in reversed(events[-LOOKED_AT:]):
        if row.kind == "message" and row.direction == "inbound" and row.author_kind == "customer":
            found = sentiment(row.text)
            role = "good" if found.mood == "pleased" else "warning"
            said = hint(found)
            return (Span(safe_line(said, characters=60), role), Span(f" {dot} ", "quiet")) if said else ()
    return ()
