"""What can be counted about one ticket and the outbox: the figures that the steps of a play wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

NAMES = (
    "protocol", "status", "assignee", "team", "tier", "wrap_up", "snoozed", "inbound", "replies", "notes", "escalations",
    "promises", "unread", "draft", "held", "pending", "confirmed", "troubled",
)  # fmt: skip
"""Of the ticket: its columns; how many messages of the customer, public answers, notes and escalations it has, open promises,
news since it was opened, and whether a draft is kept. Of the whole outbox: commands that may still be undone, that are on
their way (held ones included), that arrived, and that a person must look at."""

_TICKET = "SELECT protocol, status, assignee, team, tier, wrap_up, snoozed_until FROM ticket WHERE id = ?"
_EVENTS = """
SELECT count(*) FILTER (WHERE kind = 'message' AND direction = 'inbound'),
       count(*) FILTER (WHERE kind = 'message' AND direction = 'outbound' AND author_kind = 'agent'),
       count(*) FILTER (WHERE kind = 'note'),
       count(*) FILTER (WHERE kind = 'escalation'),
       count(*) FILTER (WHERE kind = 'message' AND direction = 'inbound'
                          AND key > coalesce((SELECT seen_event FROM ticket WHERE id = ?1), 0))
FROM event WHERE ticket_id = ?1"""
_OUTBOX = """
SELECT count(*) FILTER (WHERE state = 'held'),
       count(*) FILTER (WHERE state IN ('held', 'queued', 'sent')),
       count(*) FILTER (WHERE state = 'confirmed'),
       count(*) FILTER (WHERE state IN ('unknown', 'refused', 'conflict'))
FROM outbox"""


def read_figures(db: Connection, ticket_id: int | None) -> dict[str, str]:
    """Every figure by its name, as text; without a ticket its own are empty."""
    ticket = db.execute(_TICKET, (ticket_id,)).fetchone() or (None,) * 7
    events = db.execute(_EVENTS, (ticket_id,)).fetchone() if ticket_id is not None else (None,) * 5
    promises = db.execute(
        "SELECT count(*) FROM promise WHERE ticket_id = ? AND outcome IS NULL", (ticket_id,)
    ).fetchone()[0]
    draft = db.execute(
        "SELECT count(*) FROM draft WHERE ticket_id = ? AND text <> ''", (ticket_id,)
    ).fetchone()[0]
    values = (
        *ticket[:6],
        "yes" if ticket[6] is not None else "no",
        *events[:4],
        promises,
        events[4],
        "yes" if draft else "no",
        *db.execute(_OUTBOX).fetchone(),
    )
    return {name: "" if value is None else str(value) for name, value in zip(NAMES, values, strict=True)}
