"""What the parts of one page's ingest share: maps from the backend's ids to ours, and what is to be written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from atendente_tui.store.effects import pending_tickets
from atendente_tui.store.tallies import mark_due

if TYPE_CHECKING:
    from atendente_tui.store.incoming_tickets import Ticket
    from atendente_tui.store.writing import Tx

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def compact(value: Any) -> str:
    """JSON as the store keeps it: short, and readable in any language."""
    return _encode(value) if value else "[]" if isinstance(value, (tuple, list)) else "{}"


class Batch:
    """One group of changes on its way in. Nothing of it outlives the group."""

    def __init__(self, tx: Tx, backend: str) -> None:
        self.tx = tx
        self.db = tx.db
        self.backend = backend
        self.customers: dict[str, int] = {}
        """Remote id to ours."""
        self.tickets: dict[str, Ticket] = {}
        """Remote id to the ticket's row in memory; only those that this group concerns."""
        self.pending = pending_tickets(tx)
        self.moved_customers: set[int] = set()
        """Those whose own row, addresses, facts or timeline changed."""
        self.rejudge: set[int] = set()
        """Live tickets to be judged again though no change names them."""
        self.events: list[tuple[Any, ...]] = []
        self.attachments: list[tuple[Any, ...]] = []
        self.promises: list[tuple[Any, ...]] = []
        self.settled: list[tuple[Any, ...]] = []
        self.reviewed: list[tuple[int, int, str, str]] = []
        """Of notes that speak of a quality review: ticket, moment, author, text."""
        self._next_customer: int | None = None

    def new_customer(self, remote_id: str, name: str) -> int:
        """A row for somebody we know only by their remote id so far."""
        if self._next_customer is None:
            self._next_customer = int(
                self.db.execute("SELECT coalesce(max(id), 0) + 1 FROM customer").fetchone()[0]
            )
        customer_id = self._next_customer
        self._next_customer += 1
        self.db.execute(
            "INSERT INTO customer (id, remote_id, name, updated) VALUES (?, ?, ?, ?)",
            (customer_id, remote_id, name, self.tx.now),
        )
        self.customers[remote_id] = customer_id
        self.tx.reindex("customer", customer_id)
        return customer_id

    def find_customers(self, remote_ids: Iterable[str]) -> None:
        """Learn our ids of those known already."""
        wanted = [one for one in dict.fromkeys(remote_ids) if one not in self.customers]
        if wanted:
            self.customers.update(
                self.db.execute(
                    "SELECT c.remote_id, c.id FROM json_each(?) j CROSS JOIN customer c ON c.remote_id = j.value",
                    (_encode(wanted),),
                ).fetchall()
            )

    def customer(self, remote_id: str) -> int:
        """Our id, a placeholder's when a later page will tell who it is."""
        known = self.customers.get(remote_id)
        return self.new_customer(remote_id, remote_id) if known is None else known

    def insert_events(self) -> None:
        if self.events:
            self.db.executemany(_INSERT_EVENT, self.events)
            self.tx.reindex("event", *(row[0] for row in self.events))
            mark_due(self.db, {row[2] for row in self.events if row[2] is not None})
        if self.attachments:
            self.db.executemany(_INSERT_ATTACHMENT, self.attachments)

        if self.promises:
            self.db.executemany(_INSERT_PROMISE, self.promises)
        if self.settled:
            self.db.executemany(_SETTLE_PROMISE, self.settled)
        if self.promises or self.settled:
            self.tx.touch("promises")
        if self.reviewed:
            from atendente_tui.store import quality

            for one in self.reviewed:
                quality.lay(self.tx, *one)

    def tell(self) -> None:
        if self.rejudge:
            from atendente_tui.store.assessing import reassess

            reassess(self.tx, self.rejudge)
        if self.moved_customers:
            self.tx.touch(*(f"customer:{one}" for one in self.moved_customers))


_INSERT_EVENT = (
    "INSERT INTO event (key, remote_id, ticket_id, customer_id, at, kind, channel, direction, author_kind, author,"
    " public, text, data, command_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ATTACHMENT = (
    "INSERT INTO attachment (event_key, n, remote_id, name, content_type, size) VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_PROMISE = (
    "INSERT INTO promise (id, ticket_id, due, what, author, made) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_SETTLE_PROMISE = "UPDATE promise SET outcome = ?, settled = ? WHERE id = ? AND outcome IS NULL"
