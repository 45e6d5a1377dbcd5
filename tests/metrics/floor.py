"""A store without threads, and a short way to tell it what happened on the floor: for the tests of the figures."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui import metrics
from atendente_tui.domain.change import CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.goals import MetricsConfig
from atendente_tui.metrics import Figure, Row, Scope, Window
from atendente_tui.store import counting, engine, migrate
from atendente_tui.store.ingest import apply_changes
from atendente_tui.store.writing import Tx

PLAIN = MetricsConfig()
START = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)  # a Monday


def at(**after: float) -> datetime:
    return START + timedelta(**after)


WEEK = Window(to_ms(START - timedelta(days=1)), to_ms(START + timedelta(days=30)))


@cache
def _empty() -> bytes:
    """A store with nothing in it, made once."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        db = engine.connect(file, None)
        migrate.migrate(db, file)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        return file.read_bytes()


class Floor:
    """Changes go in as a backend's do. `figure` counts first what is marked."""

    def __init__(self, folder: Path, rules: Rules = DEFAULT_RULES) -> None:
        self.file = folder / "floor.db"
        self.file.write_bytes(_empty())
        self.db: Connection = engine.connect(self.file, None)
        self.rules = rules
        self._n = itertools.count(1)

    def tell(self, *changes: Any) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        tx = Tx(self.db, to_ms(START), self.rules)
        done = apply_changes(tx, changes, "floor")
        tx._finish()
        self.db.execute("COMMIT")
        assert not done.skipped, self.db.execute("SELECT error FROM poison").fetchall()

    def ticket(self, name: str, *events: EventAppend, **fields: Any) -> None:
        """The ticket as it stands, its customer and these events."""
        values: dict[str, Any] = {
            "remote_id": name,
            "protocol": f"P-{name}",
            "subject": name,
            "customer": f"c-{name}",
            "channel": "email",
            "status": "open",
            "opened_at": START,
            "updated_at": START,
        }
        ticket = TicketUpsert.model_validate(values | fields)
        customer = CustomerUpsert(remote_id=ticket.customer or "", name=ticket.customer or "")
        self.tell(customer, ticket, *(one.model_copy(update={"ticket": name}) for one in events))

    def event(self, kind: str, moment: datetime, **fields: Any) -> EventAppend:
        return EventAppend.model_validate(
            {"remote_id": f"e{next(self._n)}", "ticket": "?", "at": moment, "kind": kind, **fields}
        )

    def asked(self, moment: datetime, **fields: Any) -> EventAppend:
        return self.event("message", moment, **fields)

    def answered(self, moment: datetime, by: str = "ana", **fields: Any) -> EventAppend:
        return self.event("message", moment, direction="outbound", author_kind="agent", author=by, **fields)

    def status(self, moment: datetime, old: str, new: str, by: str = "ana") -> EventAppend:
        return self.event(
            "field_change",
            moment,
            direction="internal",
            author_kind="agent" if by else "system",
            author=by,
            public=False,
            data={"field": "status", "old": old, "new": new},
        )

    def call(self, moment: datetime, by: str = "ana", **data: Any) -> EventAppend:
        lost = data.get("outcome") == "abandoned"
        return self.event(
            "call",
            moment,
            channel="phone",
            author_kind="customer" if lost else "agent",
            author="" if lost else by,
            data=data,
        )

    def write(self, table: str, *rows: Mapping[str, Any]) -> None:
        for row in rows:
            places = ", ".join("?" * len(row))
            self.db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))

    def count(self, limit: int = 50) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        while counting.count_due(Tx(self.db, to_ms(START), self.rules), limit) >= limit:
            pass
        self.db.execute("COMMIT")

    def figure(
        self, key: str, config: MetricsConfig = PLAIN, *, previous: bool = False, **scope: Any
    ) -> Figure:
        self.count()
        return metrics.measure(self.db, key, Scope(**{"window": WEEK, **scope}), config, previous=previous)

    def behind(self, key: str, config: MetricsConfig = PLAIN, **scope: Any) -> list[Row]:
        self.count()
        return list(metrics.behind(self.db, key, Scope(**{"window": WEEK, **scope}), config))
