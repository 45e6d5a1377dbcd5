"""Tickets and events as flat tables for whoever reckons with them elsewhere: one row each, the counted numbers beside.

Not an archive: it is not taken back. Personal data in texts is masked, and who the customer is left out, unless a reason was given.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.refusal import Refused
from atendente_tui.metrics.scope import Window
from atendente_tui.privacy.csv_text import harmless_cell
from atendente_tui.privacy.masking import masked
from atendente_tui.store.archive import FORMATS, WRITERS
from atendente_tui.store.erasing import text_changed

TABLES = ("tickets", "events")
_BATCH = 2_000


def _iso(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', {column} / 1000.0, 'unixepoch')"


_TICKETS = (
    ("ticket", "t.id"),
    ("protocol", "t.protocol"),
    ("customer", "t.customer_id"),
    ("customer_name", "iif(:whole, c.name, NULL)"),
    ("subject", "t.subject"),
    ("channel", "t.channel"),
    ("status", "t.status"),
    ("priority", "t.priority"),
    ("team", "t.team"),
    ("tier", "t.tier"),
    ("assignee", "t.assignee"),
    ("reason", "t.reason"),
    ("wrap_up", "t.wrap_up"),
    ("tags", "t.tags"),
    ("opened", _iso("t.opened")),
    ("first_reply", _iso("t.first_reply")),
    ("solved", _iso("f.solved")),
    ("solved_by", "iif(f.solved IS NULL, NULL, f.agent)"),
    ("solved_tier", "f.solved_tier"),
    ("direction", "f.direction"),
    ("contacts", "f.episodes"),
    ("reopened", "f.reopened"),
    ("handbacks", "f.handbacks"),
    ("resolution_seconds", "f.took / 1000.0"),
    ("resolution_business_seconds", "f.business / 1000.0"),
    ("resolution_net_seconds", "f.net / 1000.0"),
)
_EVENTS = (
    ("event", "e.key"),
    ("ticket", "e.ticket_id"),
    ("protocol", "t.protocol"),
    ("customer", "e.customer_id"),
    ("at", _iso("e.at")),
    ("kind", "e.kind"),
    ("channel", "e.channel"),
    ("direction", "e.direction"),
    ("author_kind", "e.author_kind"),
    ("author", "iif(:whole OR e.author_kind <> 'customer', e.author, NULL)"),
    ("public", "e.public"),
    ("text", "e.text"),
    ("data", "e.data"),
)
_FROM = {
    "tickets": (
        "ticket t JOIN customer c ON c.id = t.customer_id LEFT JOIN counted_ticket f ON f.ticket_id = t.id"
        " WHERE t.opened >= :start AND t.opened < :end ORDER BY t.opened, t.id"
    ),
    "events": (
        "event e LEFT JOIN ticket t ON t.id = e.ticket_id"
        " WHERE e.key >= :start << 6 AND e.key < :end << 6 ORDER BY e.key"
    ),
}
_COLUMNS = {"tickets": _TICKETS, "events": _EVENTS}
_OURS = frozenset(
    {"protocol", "channel", "status", "priority", "tier", "solved_tier", "direction", "kind", "author_kind"}
)
"""Columns of our own words, and of what names a ticket: nothing of anybody stands in them."""


def write_extract(
    db: Connection,
    folder: Path,
    tables: Collection[str],
    window: Window,
    kind: str,
    mask: Collection[str],
    *,
    whole: bool,
) -> list[Path]:
    """Write the tables named (`TABLES`), tickets by their opening and events by their moment. Returns the files.

    mask    kinds of personal data to mask in texts
    whole   with the customers' names
    Raises Refused("archive_not_empty") for a folder with something in it, Refused("archive_format"),
    Refused("parquet_missing"), and OSError.
    """
    if kind not in FORMATS:
        raise Refused("archive_format", found=kind, allowed=", ".join(FORMATS))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused("archive_not_empty", folder=str(folder))
    files = []
    bound = {"start": window.start, "end": window.end, "whole": whole}
    db.execute("BEGIN")  # one moment of the store for every file
    try:
        for table in tables:
            columns = _COLUMNS[table]
            names = [name for name, _sql in columns]
            told = ", ".join(f"{sql} AS {name}" for name, sql in columns)
            cursor = db.execute(f"SELECT {told} FROM {_FROM[table]}", bound)
            file = folder / f"{table}.{kind}"
            write = _write_csv if kind == "csv" else WRITERS[kind]
            write(file, names, _batches(cursor, names, mask))
            file.chmod(0o600)
            files.append(file)
    finally:
        db.execute("ROLLBACK")
    return files


def _batches(cursor: Any, names: list[str], mask: Collection[str]) -> Iterator[list[Any]]:
    change = partial(masked, kinds=mask)

    def cell(name: str, value: Any) -> Any:
        return text_changed(value, change) if mask and isinstance(value, str) and name not in _OURS else value

    while batch := cursor.fetchmany(_BATCH):
        yield [tuple(cell(*one) for one in zip(names, row, strict=True)) for row in batch]


def _write_csv(file: Path, columns: list[str], batches: Iterable[list[Any]]) -> int:
    """For spreadsheets: nothing in it is a formula, what is not there is empty."""
    count = 0
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
    ) as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for batch in batches:
            writer.writerows(
                ["" if one is None else harmless_cell(one) if isinstance(one, str) else one for one in row]
                for row in batch
            )
            count += len(batch)
    return count
