"""What the outside world said and could not be applied: set aside whole, to be read, tried again or forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx


class PoisonRow(NamedTuple):
    n: int
    at: int
    backend: str
    change: str
    """The change as JSON, as it came."""
    error: str


def listing(db: Connection, limit: int = 500) -> list[PoisonRow]:
    """Newest first."""
    rows = db.execute("SELECT n, at, backend, change, error FROM poison ORDER BY n DESC LIMIT ?", (limit,))
    return [PoisonRow._make(row) for row in rows]


def row(db: Connection, n: int) -> PoisonRow | None:
    found = db.execute("SELECT n, at, backend, change, error FROM poison WHERE n = ?", (n,)).fetchone()
    return None if found is None else PoisonRow._make(found)


def drop(tx: Tx, n: int) -> None:
    tx.db.execute("DELETE FROM poison WHERE n = ?", (n,))
    tx.touch("sync")
