"""Figures that others counted: taken from a table, shown as imported, never computed here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, tzinfo
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui import os_words
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx

KEYS = ("amplification",)
COLUMNS = ("key", "from", "to", "value")


class Imported(NamedTuple):
    """Moments in ms; the end does not belong to the period."""

    key: str
    starts: int
    ends: int
    value: float


def read_figures(path: Path, zone: tzinfo) -> list[Imported]:
    """The lines of a CSV file with the columns `COLUMNS`; moments without an offset are meant in `zone`.

    Raises Refused("figures_unreadable") for the first line that cannot be used, all of it or nothing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(_read(path, csv.DictReader(lines), zone))
    except OSError as error:
        raise _wrong(path, 0, "", os_words.why(error), ", ".join(COLUMNS)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _wrong(path, 0, "", type(error).__name__, "CSV, UTF-8") from error


def _read(path: Path, rows: csv.DictReader[str], zone: tzinfo) -> Iterator[Imported]:
    if set(rows.fieldnames or ()) != set(COLUMNS):
        raise _wrong(path, 1, "", ", ".join(rows.fieldnames or ()), ", ".join(COLUMNS))
    for row in rows:
        line = rows.line_num
        if row["key"] not in KEYS:
            raise _wrong(path, line, "key", row["key"], ", ".join(KEYS))
        starts, ends = (_moment(path, line, name, row[name], zone) for name in ("from", "to"))
        if ends <= starts:
            raise _wrong(path, line, "to", row["to"], f"> {row['from']}")
        try:
            value = float(row["value"])
        except (TypeError, ValueError):
            value = -1.0
        if not (isfinite(value) and value >= 0):
            raise _wrong(path, line, "value", row["value"], "0, 1, 2.5, ...")
        yield Imported(row["key"], starts, ends, value)


def _moment(path: Path, line: int, column: str, text: str | None, zone: tzinfo) -> int:
    try:
        found = datetime.fromisoformat(text or "")
        return to_ms(found if found.tzinfo else found.replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise _wrong(path, line, column, text, "ISO 8601") from error


def _wrong(path: Path, line: int, column: str, found: str | None, allowed: str) -> Refused:
    return Refused(
        "figures_unreadable", file=path.name, line=line, column=column, found=found or "", allowed=allowed
    )


def take(tx: Tx, figures: list[Imported]) -> int:
    """Keep them; of the same figure and period the newer account counts. Returns how many were new or changed."""
    before = tx.db.execute("SELECT total_changes()").fetchone()[0]
    tx.db.executemany(
        "INSERT INTO imported_figures (key, starts, ends, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key, starts, ends) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        figures,
    )
    tx.touch("figures")
    return int(tx.db.execute("SELECT total_changes()").fetchone()[0] - before)
