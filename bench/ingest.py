"""What bringing tickets in costs: the product's ingest with its full text, and the same rows by raw `executemany`.

CPU of the whole process is compared, because the product's full text has a thread of its own and the raw writer has
not. Both write into encrypted stores of the same schema; the raw rows are the very ones that the product made.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atendente_tui.clock import SystemClock
from atendente_tui.domain.change import ChangePage
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import engine, indexing
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from bench import dataset
from bench.dataset import KEY
from bench.measuring import median
from bench.options import ROOT, Options
from bench.table import Ratio

BATCH, LARGE_BATCH = 500, 5_000
"""Rows of one raw transaction: as many as come in one page, and many more."""
TABLES = ("customer", "identity", "ticket", "ticket_tag", "event")
_ARRIVED = {"customer": "id", "ticket": "id", "event": "ticket_id, key"}
"""The order in which the rows came, newest tickets first."""
_TEXTS = {  # what the product indexes of each kind: see store/indexing.py
    "event": "SELECT -key, text FROM event ORDER BY ticket_id, key",
    "ticket": "SELECT -id, coalesce(protocol, '') || ' ' || subject || ' ' || tags FROM ticket ORDER BY id",
    "customer": "SELECT -c.id, c.name || ' ' || group_concat(i.value || ' ' || i.normal, ' ') FROM customer c"
    " JOIN identity i ON i.customer_id = c.id GROUP BY c.id ORDER BY c.id",
}


@dataclass(slots=True)
class Cost:
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def of(self, work: Callable[[], None]) -> None:
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)

    def shown(self, rows: int) -> str:
        cpu, wall = median(self.cpu), median(self.wall)
        return f"{rows / cpu:,.0f} rows/CPU s, {rows / wall:,.0f} rows/s"


def run(options: Options) -> list[Ratio]:
    rows = 20_000 if options.quick else 100_000
    with dataset.pages(ROOT / ".cache" / "bench", rows).open(encoding="utf-8") as file:
        pages = [ChangePage.model_validate_json(line) for line in file]
    place = options.scratch / "ingest"
    rows = sum(len(page.changes) for page in pages)
    _bring(pages, place / "pattern", [])
    copied = _copied(place / "pattern")
    first, again, raw, large = Cost(), Cost(), Cost(), Cost()
    for n in range(options.rounds(3, 2)):
        _bring(pages, place / f"ours{n}", [first, again])
        _write(copied, place / f"raw{n}", raw, BATCH)
        _write(copied, place / f"large{n}", large, LARGE_BATCH)
    per_first, per_again = median(first.cpu), median(again.cpu)
    return [
        Ratio(
            f"ingest: {rows:,} rows with full text, against raw executemany with batched full text",
            median(raw.cpu) / per_first,
            ">=",
            0.8,
            first.shown(rows),
            raw.shown(rows),
            f"pages of {BATCH} rows; raw in batches of {LARGE_BATCH:,}: {median(large.cpu) / per_first:.2f}×,"
            f" {large.shown(rows)}",
        ),
        Ratio(
            f"ingest: a second sync of {rows:,} unchanged rows against the first",
            per_first / per_again,
            ">=",
            15,
            again.shown(rows),
            first.shown(rows),
        ),
    ]


def _bring(pages: list[ChangePage], place: Path, costs: list[Cost]) -> None:
    """Apply all pages to a new store, as often as there are costs to note (once without any)."""
    store = Store.open(place, key=KEY, rules=DEFAULT_RULES, clock=SystemClock())
    store.wait_indexed(60)

    def work() -> None:
        for page in pages:
            apply_in_slices(store, page, "paginas")
        if not store.wait_indexed(600):
            raise RuntimeError("the full text was not finished")

    for cost in costs or [Cost()]:
        cost.of(work)
    store.close(30)


@dataclass(frozen=True, slots=True)
class Copied:
    rows: dict[str, tuple[str, list[tuple[Any, ...]]]]
    """By table: the statement that inserts one, and all of them."""
    texts: dict[str, list[tuple[Any, ...]]]


def _copied(place: Path) -> Copied:
    with closing(engine.connect(place / "store.db", KEY, read_only=True)) as db:
        rows = {}
        for table in TABLES:
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            order = _ARRIVED.get(table, "1")
            sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            rows[table] = (sql, db.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall())
        return Copied(rows, {kind: db.execute(sql).fetchall() for kind, sql in _TEXTS.items()})


def _write(copied: Copied, place: Path, cost: Cost, size: int) -> None:
    store = Store.open(place, key=KEY, rules=DEFAULT_RULES, clock=SystemClock())  # for the schema
    store.wait_indexed(60)
    store.close(30)
    with (
        closing(engine.connect(place / "store.db", KEY)) as db,
        closing(indexing.connect(place / "store.db", place / "search.db", KEY, read_only=False)) as text,
    ):
        db.execute("PRAGMA synchronous = NORMAL")
        text.execute("PRAGMA synchronous = NORMAL")

        def work() -> None:
            for sql, rows in copied.rows.values():
                for batch in _batches(rows, size):
                    db.execute("BEGIN IMMEDIATE")
                    db.executemany(sql, batch)
                    db.execute("COMMIT")
            for kind, rows in copied.texts.items():
                for batch in _batches(rows, size):
                    text.execute("BEGIN IMMEDIATE")
                    text.executemany(f"INSERT INTO {kind}_text (rowid, text) VALUES (?, ?)", sorted(batch))
                    text.execute("COMMIT")

        cost.of(work)


def _batches(rows: list[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
