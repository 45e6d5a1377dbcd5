"""What has been kept long enough: by class, counted from the day a thing was over. Legal holds and unsent work stay."""

from __future__ import annotations

from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.store.subject import Subject

DAY = 86_400_000
SAC = "sac-regulado"
SAC_DAYS = 730
"""Decreto 11.034/2022, art. 12: two years from the resolution of the demand."""
PENDING = "('held','queued','sent','unknown','refused','conflict')"


class Retention(NamedTuple):
    """Days, None for as long as somebody erases it."""

    tickets: float | None = None
    """With all that happened in them; from the day they were solved."""
    customers: float | None = None
    """Those of whom nothing else is left; from the last news of them."""
    drafts: float | None = None
    problems: float | None = None
    """Changes that could not be applied."""
    at_least: float = 0
    """Days from its solution in which a ticket must not be erased, whoever asks."""
    why: str = ""
    """By which rule: the preset's name."""


def overdue(db: Connection, retention: Retention, now: int, limit: int = 5_000) -> dict[str, list[object]]:
    """Keys of what has been kept longer than it may be, by class. `now` in ms."""
    found: dict[str, list[object]] = {"tickets": [], "customers": [], "drafts": [], "problems": []}
    if retention.tickets is not None:
        cut = now - int(max(retention.tickets, retention.at_least) * DAY)
        found["tickets"] = _column(
            db,
            "SELECT id FROM ticket t WHERE status IN ('solved','closed') AND coalesce(solved, updated) < ?"
            " AND updated < ? AND customer_id NOT IN (SELECT customer_id FROM legal_hold)"
            f" AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id AND o.state IN {PENDING})"
            " AND NOT EXISTS (SELECT 1 FROM promise p WHERE p.ticket_id = t.id AND p.outcome IS NULL) LIMIT ?",
            (cut, cut, limit),
        )
    if retention.customers is not None:
        found["customers"] = _column(
            db,
            "SELECT id FROM customer c WHERE updated < ? AND id NOT IN (SELECT customer_id FROM legal_hold)"
            " AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = c.id)"
            " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.customer_id = c.id AND e.at >= ?)"
            " AND NOT EXISTS (SELECT 1 FROM customer o WHERE o.merged_into = c.id) LIMIT ?",
            (now - int(retention.customers * DAY), now - int(retention.customers * DAY), limit),
        )
    if retention.drafts is not None:
        found["drafts"] = _column(
            db, "SELECT slot FROM draft WHERE updated < ? LIMIT ?", (now - int(retention.drafts * DAY), limit)
        )
    if retention.problems is not None:
        found["problems"] = _column(
            db, "SELECT n FROM poison WHERE at < ? LIMIT ?", (now - int(retention.problems * DAY), limit)
        )
    return found


def as_subject(db: Connection, tickets: list[object], customers: list[object]) -> Subject:
    """Those tickets and people as something to be erased; nobody else's text names them."""
    remotes = []
    for table, keys in (("ticket", tickets), ("customer", customers)):
        for key in keys:
            found = db.execute(f"SELECT remote_id FROM {table} WHERE id = ?", (key,)).fetchone()
            if found and found[0]:
                remotes.append(found[0])
    return Subject(
        tuple(int(str(one)) for one in customers), tuple(int(str(one)) for one in tickets), (), tuple(remotes)
    )


def must_stay(
    db: Connection, subject: Subject, retention: Retention, now: int
) -> list[tuple[str, int | None]]:
    """(protocol, until ms) of tickets that must not be erased yet; until None for one that is not solved."""
    if not retention.at_least:
        return []
    rows = db.execute(
        "SELECT coalesce(protocol, '#' || id), CASE WHEN status IN ('solved','closed') THEN coalesce(solved, updated) END"
        " FROM ticket WHERE id IN (SELECT value FROM json_each(:tickets)) ORDER BY id",
        subject.bound(),
    ).fetchall()
    span = int(retention.at_least * DAY)
    return [
        (protocol, None if solved is None else solved + span)
        for protocol, solved in rows
        if solved is None or solved + span > now
    ]


def waiting(db: Connection, subject: Subject) -> int:
    """How many commands about the person are not settled."""
    found = db.execute(
        f"SELECT count(*) FROM outbox WHERE state IN {PENDING} AND ticket_id IN (SELECT value FROM json_each(:tickets))",
        subject.bound(),
    ).fetchone()
    return int(found[0])


def holds(db: Connection, subject: Subject) -> list[str]:
    """Reasons of the legal holds on the person."""
    return [
        row[0]
        for row in db.execute(
            "SELECT reason FROM legal_hold WHERE customer_id IN (SELECT value FROM json_each(:customers))",
            subject.bound(),
        )
    ]


def _column(db: Connection, statement: str, bound: tuple[object, ...]) -> list[object]:
    return [row[0] for row in db.execute(statement, bound)]
