"""Work that no command has told of yet: added to while somebody is at the keys, taken when they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.handling import Spent

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx


def untold(db: Connection, ticket_id: int, agent: str) -> Spent:
    row = db.execute(
        "SELECT active, hold, after FROM worked WHERE ticket_id = ? AND agent = ?", (ticket_id, agent)
    ).fetchone()
    return Spent() if row is None else Spent._make(row)


def add(tx: Tx, agent: str, spent: Mapping[int, Spent]) -> None:
    """For a ticket that is gone meanwhile nothing is kept."""
    tx.db.executemany(
        "INSERT INTO worked (ticket_id, agent, active, hold, after) SELECT id, ?, ?, ?, ? FROM ticket WHERE id = ?"
        " ON CONFLICT (ticket_id, agent) DO UPDATE SET active = active + excluded.active, hold = hold + excluded.hold,"
        " after = after + excluded.after",
        [(agent, *one, ticket_id) for ticket_id, one in spent.items() if any(one)],
    )


def take(tx: Tx, ticket_id: int, agent: str) -> Spent:
    found = untold(tx.db, ticket_id, agent)
    tx.db.execute("DELETE FROM worked WHERE ticket_id = ? AND agent = ?", (ticket_id, agent))
    return found


def give_back(tx: Tx, body: Mapping[str, Any]) -> None:
    """A command that was taken back told of work: that is still to be told. `body` as the outbox has it."""
    if (work := body.get("work")) is not None:
        spent = Spent(*(int(work.get(name) or 0) * 1_000 for name in Spent._fields))
        add(tx, body["author"], {body["ticket"]["id"]: spent})
