"""Which teams agents belong to, as the helpdesk or a schedule said it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx

TOPIC = "agents"


def teams_of(db: Connection, agent: str) -> tuple[str, ...]:
    rows = db.execute("SELECT team FROM member WHERE agent = ? ORDER BY team", (agent,))
    return tuple(row[0] for row in rows)


def put(tx: Tx, told: Mapping[str, Collection[str]]) -> None:
    """Each of these agents belongs to just these teams from now on; the others stay as they are."""
    for agent, teams in told.items():
        wanted = sorted({one for one in teams if one})
        if teams_of(tx.db, agent) != tuple(wanted):
            tx.db.execute("DELETE FROM member WHERE agent = ?", (agent,))
            tx.db.executemany(
                "INSERT INTO member (agent, team) VALUES (?, ?)", [(agent, team) for team in wanted]
            )
            tx.touch(TOPIC)


def leave(tx: Tx, agents: Iterable[str]) -> None:
    """They are in no team any more."""
    put(tx, dict.fromkeys(agents, ()))
