"""When agents are scheduled to work, as it was imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx


class Shift(NamedTuple):
    """Moments in ms."""

    agent: str
    starts: int
    ends: int


def between(db: Connection, since: int, until: int, agent: str | None = None) -> list[Shift]:
    """Those that touch a window, in order."""
    rows = db.execute(
        "SELECT agent, starts, ends FROM shifts WHERE starts < ? AND ends > ? AND (? IS NULL OR agent = ?)"
        " ORDER BY starts, agent",
        (until, since, agent, agent),
    )
    return [Shift._make(row) for row in rows]


def replace(tx: Tx, shifts: Sequence[Shift]) -> int:
    """Put down a schedule. Of each agent in it, what was known between their first and last shift of it is replaced.

    So the same file twice changes nothing, and a corrected one corrects. Returns how many are new or other than before.
    """
    spans: dict[str, tuple[int, int]] = {}
    for one in shifts:
        first, last = spans.get(one.agent, (one.starts, one.ends))
        spans[one.agent] = min(first, one.starts), max(last, one.ends)
    known = set()
    for agent, (first, last) in spans.items():
        known |= set(between(tx.db, first, last, agent))
        tx.db.execute("DELETE FROM shifts WHERE agent = ? AND starts < ? AND ends > ?", (agent, last, first))
    tx.db.executemany("INSERT OR REPLACE INTO shifts (agent, starts, ends) VALUES (?, ?, ?)", shifts)
    tx.touch("agents")
    return len(set(shifts) - known)
