"""Which colleagues have which ticket open, as far as the backend tells: kept for moments, never exported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from atendente_tui.store.rows import PresentRow

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx


def keep(tx: Tx, ticket: str, people: Iterable[tuple[str, str, bool]], until: int) -> None:
    """These, and nobody else, have the ticket (remote id) open: login, name, whether they write. `until` in ms."""
    now = {login: (name, int(writing)) for login, name, writing in people}
    before = {
        login: (name, writing)
        for login, name, writing in tx.db.execute(
            "SELECT login, name, writing FROM presence WHERE ticket = ?", (ticket,)
        )
    }
    if before != now:
        tx.db.execute("DELETE FROM presence WHERE ticket = ?", (ticket,))
        tx.touch("presence")
    tx.db.executemany(
        "INSERT INTO presence (ticket, login, name, writing, until) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (ticket, login) DO UPDATE SET until = excluded.until",
        [(ticket, login, name, writing, until) for login, (name, writing) in now.items()],
    )


def renew(tx: Tx, until: int) -> None:
    """Who is there is still there: nobody said otherwise, and the line on which they would stands."""
    tx.db.execute("UPDATE presence SET until = ?", (until,))


def forget(tx: Tx) -> None:
    """Nobody tells any more who is where."""
    if tx.db.execute("DELETE FROM presence").rowcount:
        tx.touch("presence")


def anybody(db: Connection) -> bool:
    return db.execute("SELECT 1 FROM presence LIMIT 1").fetchone() is not None


def present(db: Connection, now: int, ticket_id: int | None = None) -> list[PresentRow]:
    """Who has a ticket open now (ms), who writes first; of all tickets or of one."""
    one = "" if ticket_id is None else " AND t.id = ?"
    rows = db.execute(
        "SELECT t.id, p.login, p.name, p.writing FROM presence p CROSS JOIN ticket t ON t.remote_id = p.ticket"
        f" WHERE p.until > ?{one} ORDER BY t.id, p.writing DESC, p.name",
        (now, *(() if ticket_id is None else (ticket_id,))),
    )
    return [PresentRow(number, login, name, bool(writing)) for number, login, name, writing in rows]
