"""What every agent is doing and since when: spans that follow each other, the last one without an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx

TOPIC = "agents"


class Span(NamedTuple):
    """Moments in ms; `until` None for what is in force."""

    agent: str
    since: int
    until: int | None
    state: str
    reason: str | None


_SPAN = "SELECT agent, since, until, state, reason FROM agent_states"


def current(db: Connection, agent: str) -> Span | None:
    """What the agent is in now; None where they never said."""
    row = db.execute(f"{_SPAN} WHERE agent = ? ORDER BY since DESC LIMIT 1", (agent,)).fetchone()
    return None if row is None else Span._make(row)


def everybody(db: Connection) -> list[Span]:
    """What each agent is in now, by login."""
    # From login to login, and to the newest of each: their past is not read.
    rows = db.execute(
        "WITH RECURSIVE known (agent) AS (SELECT min(agent) FROM agent_states UNION ALL"
        " SELECT (SELECT min(o.agent) FROM agent_states o WHERE o.agent > known.agent) FROM known WHERE known.agent IS NOT NULL)"
        " SELECT s.agent, s.since, s.until, s.state, s.reason FROM known k JOIN agent_states s ON s.agent = k.agent"
        " AND s.since = (SELECT max(o.since) FROM agent_states o WHERE o.agent = k.agent) ORDER BY s.agent"
    )
    return [Span._make(row) for row in rows]


def spans(db: Connection, agent: str, since: int, until: int) -> list[Span]:
    """Those that touch a window, oldest first."""
    rows = db.execute(
        f"{_SPAN} WHERE agent = ? AND since < ? AND (until IS NULL OR until > ?) ORDER BY since",
        (agent, until, since),
    )
    return [Span._make(row) for row in rows]


def lay(tx: Tx, agent: str, since: int, state: str, reason: str | None = None) -> bool:
    """Put down that the agent is in a state from a moment on, wherever in the past it lies; False where that is known.

    A second state of the same moment takes the place of the first. Nothing else moves but the end of the span before.
    """
    before = tx.db.execute(
        f"{_SPAN} WHERE agent = ? AND since <= ? ORDER BY since DESC LIMIT 1", (agent, since)
    ).fetchone()
    if before is not None and before[1] == since and before[3:] == (state, reason):
        return False
    following = tx.db.execute(
        "SELECT min(since) FROM agent_states WHERE agent = ? AND since > ?", (agent, since)
    ).fetchone()[0]
    tx.db.execute(
        "UPDATE agent_states SET until = ? WHERE agent = ? AND since ="
        " (SELECT max(since) FROM agent_states WHERE agent = ? AND since < ?)",
        (since, agent, agent, since),
    )
    tx.db.execute(
        "INSERT INTO agent_states (agent, since, until, state, reason) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (agent, since) DO UPDATE SET state = excluded.state, reason = excluded.reason",
        (agent, since, following, state, reason),
    )
    tx.touch(TOPIC)
    return True
