"""Maintained counts of tickets by (status, assignee, team): a view's number is a sum over a few rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

Place = tuple[str, str | None, str | None]
"""(status, assignee, team) of one ticket."""


class Miscount(NamedTuple):
    status: str
    assignee: str
    team: str
    kept: int
    counted: int


def add_deltas(db: Connection, deltas: Mapping[tuple[str, str, str], int]) -> None:
    moved = [(*place, n) for place, n in deltas.items() if n]
    if moved:
        db.executemany(
            "INSERT INTO tally (status, assignee, team, n) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (status, assignee, team) DO UPDATE SET n = n + excluded.n",
            moved,
        )
        if any(row[3] < 0 for row in moved):
            db.executemany(
                "DELETE FROM tally WHERE status = ? AND assignee = ? AND team = ? AND n = 0",
                [row[:3] for row in moved if row[3] < 0],
            )


def mark_due(db: Connection, ticket_ids: Iterable[int]) -> None:
    """These tickets have new events: the figures are to be counted again (`counting`). Every other change marks its ticket by itself."""
    db.execute(
        "INSERT OR IGNORE INTO count_due SELECT value FROM json_each(?)", (json.dumps(list(ticket_ids)),)
    )


def verify_tallies(db: Connection) -> list[Miscount]:
    """Where the kept numbers differ from counting again (it reads every ticket); empty when all agree."""
    kept = {(a, b, c): n for a, b, c, n in db.execute("SELECT status, assignee, team, n FROM tally")}
    counted = {(a, b, c): n for a, b, c, n in db.execute(_COUNT)}
    return [
        Miscount(*place, kept.get(place, 0), counted.get(place, 0))
        for place in sorted(kept.keys() | counted.keys())
        if kept.get(place, 0) != counted.get(place, 0)
    ]


def recount(db: Connection) -> None:
    """Replace the kept numbers by counted ones; inside the caller's transaction."""
    db.execute("DELETE FROM tally")
    db.execute("INSERT INTO tally (status, assignee, team, n) " + _COUNT)


_COUNT = "SELECT status, coalesce(assignee, ''), coalesce(team, ''), count(*) FROM ticket GROUP BY 1, 2, 3"
