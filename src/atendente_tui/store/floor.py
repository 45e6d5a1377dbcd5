"""What a supervisor looks at: the queue by tier and channel, what is at risk, who carries what. Bounded reads of live tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

HOUR = 3_600_000
LIVE = "status IN ('new','open','pending','on_hold')"
WAITING = "status IN ('new','open')"
MOVED = 500
"""Live tickets, the last moved, in which hand-backs are looked for."""


class Group(NamedTuple):
    """Tickets that wait for us, of one tier and channel; `oldest` in ms, the customer who waits longest."""

    tier: str
    channel: str
    number: int
    oldest: int | None


class Risk(NamedTuple):
    """A live ticket; `at` is the moment that matters: its deadline, or since when somebody waits."""

    ticket_id: int
    protocol: str
    subject: str
    at: int
    assignee: str | None


class Moves(NamedTuple):
    ticket_id: int
    protocol: str
    subject: str
    moves: int
    back: int
    """Of those, to a lower tier."""


_DEADLINES = f"ticket WHERE {LIVE} AND sla_state IN ('at_risk','broken') AND sla_due IS NOT NULL"
_PROMISES = "promise p JOIN ticket t ON t.id = p.ticket_id WHERE p.outcome IS NULL AND p.due <= ?"
_WAITING = f"ticket WHERE {WAITING} AND {LIVE} AND waiting_since <= ?"
_FORGOTTEN = (
    f"ticket t WHERE {LIVE} AND assignee IS NULL AND updated <= ?"
    " AND NOT EXISTS (SELECT 1 FROM promise p WHERE p.ticket_id = t.id AND p.outcome IS NULL)"
)
_RISK = "id, coalesce(protocol, '#' || id), subject"


def queue(db: Connection) -> list[Group]:
    rows = db.execute(
        f"SELECT coalesce(tier, ''), channel, count(*), min(waiting_since) FROM ticket WHERE {WAITING}"
        f" AND {LIVE} GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"
    )
    return [Group._make(row) for row in rows]


def queue_tickets(db: Connection, tier: str | None, channel: str | None, limit: int) -> list[Risk]:
    """Those of a tier or of a channel (None: any), who waits longest first."""
    rows = db.execute(
        f"SELECT {_RISK}, coalesce(waiting_since, updated), assignee FROM ticket WHERE {WAITING} AND {LIVE}"
        " AND (:tier IS NULL OR coalesce(tier, '') = :tier) AND (:channel IS NULL OR channel = :channel)"
        " ORDER BY waiting_since IS NULL, waiting_since, id LIMIT :limit",
        {"tier": tier, "channel": channel, "limit": limit},
    )
    return [Risk._make(row) for row in rows]


def arrivals(db: Connection, now: int, hours: int) -> list[int]:
    """Tickets opened in each of the last hours, the current one last."""
    found = dict(
        db.execute(
            "SELECT (? - opened) / ?, count(*) FROM ticket WHERE opened > ? AND opened <= ? GROUP BY 1",
            (now, HOUR, now - hours * HOUR, now),
        ).fetchall()
    )
    return [int(found.get(n, 0)) for n in reversed(range(hours))]


def by_reason(db: Connection, since: int, until: int) -> dict[str, int]:
    """Tickets opened in a window, by contact reason; those without one are left out."""
    rows = db.execute(
        "SELECT reason, count(*) FROM ticket WHERE opened > ? AND opened <= ? AND reason IS NOT NULL GROUP BY 1",
        (since, until),
    )
    return dict(rows.fetchall())


def of_reason(db: Connection, reason: str, since: int, until: int, limit: int) -> list[Risk]:
    rows = db.execute(
        f"SELECT {_RISK}, opened, assignee FROM ticket WHERE opened > ? AND opened <= ? AND reason = ?"
        " ORDER BY opened DESC, id LIMIT ?",
        (since, until, reason, limit),
    )
    return [Risk._make(row) for row in rows]


def volume(db: Connection, since: int, until: int, column: str, limit: int) -> list[tuple[str, int]]:
    """Tickets opened in a window by "channel" or "reason", most first."""
    if column not in ("channel", "reason"):
        raise ValueError(column)
    rows = db.execute(
        f"SELECT coalesce({column}, ''), count(*) FROM ticket WHERE opened > ? AND opened <= ?"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
        (since, until, limit),
    )
    return [(str(name), int(n)) for name, n in rows]


def deadlines(db: Connection, limit: int) -> list[Risk]:
    """Targets that are about to break or did, the nearest deadline first."""
    rows = db.execute(
        f"SELECT {_RISK}, sla_due, assignee FROM {_DEADLINES} ORDER BY sla_due, id LIMIT ?",
        (limit,),
    )
    return [Risk._make(row) for row in rows]


class Numbers(NamedTuple):
    """How many there are of each, however many are listed."""

    deadlines: int
    promises: int
    waiting: int
    forgotten: int


def numbers(db: Connection, due: int, waiting: int, still: int) -> Numbers:
    """due, waiting, still   the moments that `promises`, `waiting` and `forgotten` are asked with"""
    asked = (
        (_DEADLINES, ()),
        (_PROMISES, (due,)),
        (_WAITING, (waiting,)),
        (_FORGOTTEN, (still,)),
    )
    return Numbers(
        *(db.execute(f"SELECT count(*) FROM {what}", moment).fetchone()[0] for what, moment in asked)
    )


def promises(db: Connection, until: int, limit: int) -> list[Risk]:
    """Promises owed that fall due by then, the next first."""
    rows = db.execute(
        "SELECT t.id, coalesce(t.protocol, '#' || t.id), p.what, p.due, p.author"
        f" FROM {_PROMISES} ORDER BY p.due LIMIT ?",
        (until, limit),
    )
    return [Risk._make(row) for row in rows]


def waiting(db: Connection, before: int, limit: int) -> list[Risk]:
    """Customers who have waited since then or longer."""
    rows = db.execute(
        f"SELECT {_RISK}, waiting_since, assignee FROM {_WAITING} ORDER BY waiting_since, id LIMIT ?",
        (before, limit),
    )
    return [Risk._make(row) for row in rows]


def last_words(db: Connection, limit: int) -> list[tuple[Risk, str]]:
    """What the customers who wait for us wrote last, the most pressing tickets first."""
    rows = db.execute(
        "SELECT t.id, coalesce(t.protocol, '#' || t.id), t.subject, e.at, t.assignee, e.text FROM"
        f" (SELECT id, protocol, subject, assignee FROM ticket WHERE {LIVE} AND {WAITING}"
        " AND waiting_since IS NOT NULL ORDER BY score DESC, id LIMIT ?) t"
        " JOIN event e ON e.key = (SELECT max(key) FROM event WHERE ticket_id = t.id AND kind = 'message'"
        " AND author_kind = 'customer')",
        (limit,),
    )
    return [(Risk._make(row[:5]), row[5]) for row in rows]


def forgotten(db: Connection, before: int, limit: int) -> list[Risk]:
    """Nobody's, nothing promised, and nothing has moved since; the longest first."""
    rows = db.execute(
        f"SELECT {_RISK}, updated, assignee FROM {_FORGOTTEN} ORDER BY updated, id LIMIT ?",
        (before, limit),
    )
    return [Risk._make(row) for row in rows]


def sent_about(db: Connection, least: int, limit: int) -> list[Moves]:
    """Live tickets that went from team to team or tier to tier at least so often, the most moved first."""
    rows = db.execute(
        "WITH recent AS MATERIALIZED (SELECT id, protocol, subject FROM ticket"
        f" WHERE {LIVE} ORDER BY updated DESC, id LIMIT ?),"
        " moved AS (SELECT t.id, t.protocol, t.subject,"
        "   e.kind = 'escalation' AND json_extract(e.data, '$.to') < json_extract(e.data, '$.from')"
        "   OR json_extract(e.data, '$.field') = 'tier' AND json_extract(e.data, '$.new') < json_extract(e.data, '$.old') AS back"
        "   FROM recent t JOIN event e ON e.ticket_id = t.id WHERE e.kind IN ('escalation', 'field_change')"
        "   AND (e.kind = 'escalation' OR json_extract(e.data, '$.field') IN ('tier', 'team')"
        "     AND json_extract(e.data, '$.old') IS NOT NULL))"
        " SELECT id, coalesce(protocol, '#' || id), subject, count(*), coalesce(sum(back), 0) FROM moved GROUP BY id"
        " HAVING count(*) >= ? OR coalesce(sum(back), 0) > 0 ORDER BY 4 DESC, 1 LIMIT ?",
        (MOVED, least, limit),
    )
    return [Moves._make(row) for row in rows]


def load(db: Connection) -> Mapping[str, int]:
    """Live tickets of each agent, by login."""
    rows = db.execute(
        f"SELECT assignee, sum(n) FROM tally WHERE {LIVE} AND assignee <> '' GROUP BY 1 HAVING sum(n) > 0"
    )
    return dict(rows.fetchall())


def tickets_of(db: Connection, agent: str, limit: int) -> list[Risk]:
    rows = db.execute(
        f"SELECT {_RISK}, updated, assignee FROM ticket WHERE {LIVE} AND assignee = ? ORDER BY score DESC, id LIMIT ?",
        (agent, limit),
    )
    return [Risk._make(row) for row in rows]


def arrived(db: Connection, since: int, until: int, limit: int) -> list[Risk]:
    rows = db.execute(
        f"SELECT {_RISK}, opened, assignee FROM ticket WHERE opened > ? AND opened <= ? ORDER BY opened DESC, id LIMIT ?",
        (since, until, limit),
    )
    return [Risk._make(row) for row in rows]
