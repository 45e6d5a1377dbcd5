"""What an agent does beside a ticket and no helpdesk is told of: the place in a guided script, what of a list is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx

SCRIPT, ITEM = "script", "item"


class Place(NamedTuple):
    """Where somebody stands in a guided script."""

    script: str
    state: str
    """As `flow.machine.dump` writes it."""
    at: int
    author: str


def topic(ticket_id: int) -> str:
    """What is announced when something beside this ticket moves."""
    return f"beside:{ticket_id}"


def place(db: Connection, ticket_id: int) -> Place | None:
    row = db.execute(
        "SELECT name, value, at, author FROM beside WHERE ticket_id = ? AND kind = ?", (ticket_id, SCRIPT)
    ).fetchone()
    return None if row is None else Place(*row)


def keep_place(tx: Tx, ticket_id: int, script: str, state: str, author: str) -> None:
    """One stands in one script at a time: another one takes its place."""
    drop_place(tx, ticket_id)
    _keep(tx, ticket_id, SCRIPT, script, state, author)


def drop_place(tx: Tx, ticket_id: int) -> None:
    tx.db.execute("DELETE FROM beside WHERE ticket_id = ? AND kind = ?", (ticket_id, SCRIPT))
    tx.touch(topic(ticket_id))


def done(db: Connection, ticket_id: int) -> frozenset[str]:
    """The items of its list that are done."""
    rows = db.execute("SELECT name FROM beside WHERE ticket_id = ? AND kind = ?", (ticket_id, ITEM))
    return frozenset(row[0] for row in rows)


def check(tx: Tx, ticket_id: int, item: str, author: str) -> None:
    _keep(tx, ticket_id, ITEM, item, "done", author)


def uncheck(tx: Tx, ticket_id: int, item: str) -> None:
    tx.db.execute("DELETE FROM beside WHERE ticket_id = ? AND kind = ? AND name = ?", (ticket_id, ITEM, item))
    tx.touch(topic(ticket_id))


def _keep(tx: Tx, ticket_id: int, kind: str, name: str, value: str, author: str) -> None:
    tx.db.execute(
        "INSERT INTO beside (ticket_id, kind, name, value, at, author) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (ticket_id, kind, name) DO UPDATE SET value = excluded.value, at = excluded.at,"
        " author = excluded.author",
        (ticket_id, kind, name, value, tx.now, author),
    )
    tx.touch(topic(ticket_id))
