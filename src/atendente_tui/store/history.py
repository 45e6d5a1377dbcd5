"""What the history of a customer holds beside one ticket: bounded reads for the folds between its events."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlcipher3 import dbapi2 as sqlite

OTHERS = 2_000
"""How many events of other tickets are counted for one stretch of a timeline."""
SURVEYS = 200
TICKETS = 1_000


class Elsewhere(NamedTuple):
    """An event of the customer that is not of the ticket in question."""

    key: int
    ticket_id: int | None


class CustomerNumbers(NamedTuple):
    tickets: int
    """At most `TICKETS`, of which so many are `live`."""
    live: int
    answers: int
    """Newest CSAT answers counted, at most `SURVEYS`."""
    positive: int
    """Of those, 4 or 5 of 5."""


def elsewhere(
    db: sqlite.Connection,
    customer_id: int,
    ticket_id: int,
    *,
    after: int = 0,
    before: int | None = None,
    channels: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    limit: int = OTHERS,
) -> list[Elsewhere]:
    """Keys between `after` and `before`, both excluded, newest first, at most `limit` of them."""
    sql = ["SELECT key, ticket_id FROM event WHERE customer_id = ? AND key > ? AND ticket_id IS NOT ?"]
    values: list[object] = [customer_id, after, ticket_id]
    if before is not None:
        sql.append("AND key < ?")
        values.append(before)
    for column, allowed in (("channel", channels), ("kind", kinds)):
        if allowed is not None:
            sql.append(f"AND {column} IN ({', '.join('?' * len(allowed))})")
            values += allowed
    sql.append("ORDER BY key DESC LIMIT ?")
    return [Elsewhere(*row) for row in db.execute(" ".join(sql), [*values, limit])]


def customer_numbers(db: sqlite.Connection, customer_id: int) -> CustomerNumbers:
    """How often the customer came, what is still open, and what they thought of it."""
    tickets, live = db.execute(
        "SELECT count(*), coalesce(sum(status NOT IN ('solved', 'closed')), 0) FROM"
        " (SELECT status FROM ticket WHERE customer_id = ? ORDER BY opened DESC LIMIT ?)",
        [customer_id, TICKETS],
    ).fetchone()
    answers, positive = db.execute(
        "SELECT count(*), coalesce(sum(5 * score >= 4 * coalesce(scale, 5)), 0) FROM ("
        "SELECT CAST(json_extract(data, '$.score') AS REAL) AS score, CAST(json_extract(data, '$.of') AS REAL) AS scale"
        " FROM event WHERE customer_id = ? AND kind = 'survey_answer' AND json_valid(data)"
        " AND json_extract(data, '$.survey') = 'csat' ORDER BY key DESC LIMIT ?)",
        [customer_id, SURVEYS],
    ).fetchone()
    return CustomerNumbers(tickets, live, answers, positive)


def channels_of(db: sqlite.Connection, ticket_id: int, limit: int = OTHERS) -> list[str]:
    """Channels that the newest events of the ticket came by, most used first."""
    return [
        row[0]
        for row in db.execute(
            "SELECT channel FROM (SELECT channel FROM event WHERE ticket_id = ? ORDER BY key DESC LIMIT ?)"
            " WHERE channel IS NOT NULL GROUP BY channel ORDER BY count(*) DESC",
            [ticket_id, limit],
        )
    ]
