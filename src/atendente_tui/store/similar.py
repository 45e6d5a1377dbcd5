"""What a ticket says, and the solved tickets whose subject or tags have its words. For a connection to the full text."""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic
from typing import NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

MESSAGES, CHARACTERS = 3, 1_500
"""The customer's newest messages that are read, and how much of each."""
BEGINNING = 4
"""Letters from which a stem may begin a longer word."""
NEWEST, LIKE = 1_000, 50
"""Newest hits among which the best are chosen, and how many."""
DEADLINE = 0.3  # seconds


class Like(NamedTuple):
    id: int
    protocol: str
    subject: str
    tags: str
    reason: str | None
    assignee: str
    score: float


def said(db: Connection, ticket_id: int) -> list[str]:
    """The customer's newest messages, newest first."""
    rows = db.execute(
        f"SELECT substr(text, 1, {CHARACTERS}) FROM mirror.event WHERE ticket_id = ? AND direction = 'inbound'"
        f" AND kind = 'message' ORDER BY key DESC LIMIT {MESSAGES}",
        (ticket_id,),
    )
    return [row[0] for row in rows]


def solved_like(db: Connection, stems: Collection[str], ticket_id: int) -> list[Like]:
    """The solved tickets with most of these stems, best first; none when that takes too long."""
    # The index of tickets knows words as they are written: a stem stands for the beginnings of those.
    match = " OR ".join(f'"{one}"*' if len(one) >= BEGINNING else f'"{one}"' for one in sorted(stems))
    until = monotonic() + DEADLINE
    db.set_progress_handler(lambda: monotonic() > until, 2_000)
    try:
        rows = db.execute(
            "SELECT t.id, coalesce(t.protocol, '#' || t.id), t.subject, t.tags, t.reason, coalesce(t.assignee, ''), f.s"
            " FROM (SELECT rowid AS r, -bm25(ticket_text) AS s FROM ticket_text WHERE ticket_text MATCH ? ORDER BY rowid"
            f" LIMIT {NEWEST}) f CROSS JOIN mirror.ticket t ON t.id = -f.r WHERE t.status IN ('solved', 'closed')"
            f" AND t.merged_into IS NULL AND t.id <> ? ORDER BY f.s DESC LIMIT {LIKE}",
            (match, ticket_id),
        ).fetchall()
    except sqlite.OperationalError as wrong:
        if "interrupted" not in str(wrong):
            raise
        return []
    finally:
        db.set_progress_handler(None, 0)
    return [Like(*row) for row in rows]
