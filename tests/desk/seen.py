"""What a store holds, read whole, so that tests can compare before and after."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from atendente_tui.store.rows import OutboxRow
from atendente_tui.store.store import Store
from atendente_tui.store.tallies import verify_tallies

WORLD = ("ticket", "ticket_tag", "event", "customer", "identity", "fact", "promise", "draft", "tally")

UNSEEN = ("mark",)
"""Columns that only remember what need not be looked at again."""


def table(store: Store, name: str, where: str = "1") -> list[tuple[Any, ...]]:
    with closing(store.reader()) as db:
        names = [row[1] for row in db.execute(f"PRAGMA table_info({name})") if row[1] not in UNSEEN]
        return sorted(db.execute(f"SELECT {', '.join(names)} FROM {name} WHERE {where}").fetchall(), key=repr)


def world(store: Store, *, leave_out: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that a person can see the content of."""
    return {name: table(store, name) for name in WORLD if name not in leave_out}


def ticket(store: Store, ticket_id: int) -> dict[str, Any]:
    with closing(store.reader()) as db:
        cursor = db.execute("SELECT * FROM ticket WHERE id = ?", (ticket_id,))
        row = cursor.fetchone()
        return dict(zip([one[0] for one in cursor.description], row, strict=True))


def ids(store: Store, where: str) -> list[int]:
    with closing(store.reader()) as db:
        return [row[0] for row in db.execute(f"SELECT id FROM ticket WHERE {where} ORDER BY id")]


def outbox_rows(store: Store) -> list[OutboxRow]:
    from atendente_tui.store import outbox

    with closing(store.reader()) as db:
        return outbox.listing(db)[::-1]


def one(store: Store, sql: str, *values: object) -> Any:
    with closing(store.reader()) as db:
        row = db.execute(sql, values).fetchone()
        return None if row is None else row[0]


def tallies_agree(store: Store) -> bool:
    with closing(store.reader()) as db:
        return verify_tallies(db) == []
