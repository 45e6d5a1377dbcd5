"""The whole store as files that any program can read, and back: a folder with one file a table and a manifest.

JSON Lines and Parquet keep types; CSV is text, with `\\N` for nothing, an apostrophe before what a spreadsheet would take for
a formula, and `\\E` before a cell whose control characters are written as JSON escapes them (reading takes all of it off again). What can be derived (counts, full text) is left out and made again.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.refusal import Refused
from atendente_tui.privacy import personal
from atendente_tui.privacy.csv_text import FORMULA
from atendente_tui.privacy.json_text import commands, harmless_json
from atendente_tui.privacy.masking import masked
from atendente_tui.store import migrate, tallies
from atendente_tui.store.erasing import text_changed
from atendente_tui.store.writing import Tx

TABLES = (
    "customer",
    "identity",
    "fact",
    "ticket",
    "ticket_tag",
    "event",
    "attachment",
    "promise",
    "article",
    "directory",
    "setting",
    "outbox",
    "draft",
    "beside",
    "imported",
    "audit",
    "poison",
    "erased",
    "legal_hold",
    "agent_states",
    "member",
    "worked",
    "qa_review",
    "qa_answer",
    "qa_step",
    "qa_scores",
    "imported_figures",
    "shifts",
)
FORMATS = ("jsonl", "csv", "parquet")
MANIFEST = "manifest.json"
_BATCH = 5_000
_NOTHING = "\\N"
_ESCAPED = "\\E"

_NAMES = frozenset(
    {
        "id",
        "remote_id",
        "command_id",
        "protocol",
        "ref",
        "version",
        "hash",
        "salt",
        "slot",
        "kind",
        "review",
        "evidence",
    }
)
"""Columns that name a row."""

Row = Sequence[Any]


def write_archive(
    db: Connection, folder: Path, kind: str = "jsonl", *, mask: Collection[str] = ()
) -> list[Path]:
    """Write every table below `folder`, made when absent. Returns the files, the manifest last.

    mask   kinds of personal data to be masked (`privacy.mask`); such an archive is for somebody else, and not taken back
    Raises Refused("archive_not_empty") for a folder with something in it, Refused("archive_format"),
    Refused("parquet_missing") without pyarrow, and OSError.
    """
    if kind not in FORMATS:
        raise Refused("archive_format", found=kind, allowed=", ".join(FORMATS))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused("archive_not_empty", folder=str(folder))
    files: list[Path] = []
    counts: dict[str, Any] = {}
    db.execute("BEGIN")  # one moment of the store for every file
    try:
        for table in TABLES:
            columns = _columns(db, table)
            cursor = db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2")
            file = folder / f"{table}.{kind}"
            batches = _masked(_batches(cursor), columns, mask) if mask else _batches(cursor)
            count = WRITERS[kind](file, columns, batches)
            file.chmod(0o600)
            counts[table] = {"rows": count, "sha256": _digest(file)}
            files.append(file)
    finally:
        db.execute("ROLLBACK")
    manifest = folder / MANIFEST
    manifest.write_text(
        json.dumps(
            {"format": kind, "schema": migrate.version(db), "masked": sorted(mask), "tables": counts},
            indent=2,
        )
    )
    manifest.chmod(0o600)
    return [*files, manifest]


def read_archive(tx: Tx, folder: Path) -> dict[str, int]:
    """Fill an empty store from `folder`. Returns rows by table; nothing is kept when anything is wrong.

    What was to be sent may have been sent since by whom the export came from: the backend is asked first.
    Raises Refused: "archive_unreadable", "archive_newer", "archive_changed" (a file is not the one written),
    "archive_masked", "store_not_empty", "parquet_missing".
    """
    try:
        done = _read(tx, folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, csv.Error, sqlite.Error) as error:
        raise Refused("archive_unreadable", folder=str(folder), why=type(error).__name__) from error
    tx.db.execute("UPDATE outbox SET may_have_arrived = 1 WHERE state IN ('held','queued','sent')")
    tallies.recount(tx.db)
    for what, table, key in (
        ("event", "event", "key"),
        ("ticket", "ticket", "id"),
        ("customer", "customer", "id"),
        ("article", "article", "id"),
    ):
        tx.reindex(what, *(row[0] for row in tx.db.execute(f"SELECT {key} FROM {table}")))
    tx.touch("queue", "outbox", "articles", "promises", "directory", "settings")
    return done


def _read(tx: Tx, folder: Path) -> dict[str, int]:
    manifest = json.loads((folder / MANIFEST).read_text())
    kind, tables = manifest["format"], manifest["tables"]
    reader = _READERS[kind]
    if manifest["schema"] > migrate.latest():
        raise Refused("archive_newer", found=manifest["schema"], known=migrate.latest())
    if manifest.get("masked"):
        raise Refused("archive_masked")
    if tx.db.execute("SELECT 1 FROM ticket UNION ALL SELECT 1 FROM customer LIMIT 1").fetchone():
        raise Refused("store_not_empty")
    tx.db.execute("PRAGMA defer_foreign_keys = ON")
    done: dict[str, int] = {}
    for table in TABLES:
        if table not in tables:
            continue
        file = folder / f"{table}.{kind}"
        if not file.is_file() or _digest(file) != tables[table]["sha256"]:
            raise Refused("archive_changed", file=file.name)
        done[table] = _insert(tx, table, reader(file))
    return done


def _masked(batches: Iterator[list[Row]], columns: list[str], kinds: Collection[str]) -> Iterator[list[Row]]:
    """Every text masked but what names a row; an address or a document (it stands beside its kind) by what it is."""
    beside = {name: columns.index("kind") for name in ("value", "normal") if {"kind", "normal"} <= {*columns}}

    def cell(name: str, value: Any, row: Row) -> Any:
        if not isinstance(value, str) or name in _NAMES:
            return value
        if name in beside:
            kind = str(row[beside[name]])
            kind = {"whatsapp": "phone"}.get(kind, kind)
            if kind in kinds:
                return personal.masked(personal.Kind(kind), value)
        return text_changed(value, partial(masked, kinds=kinds))

    for batch in batches:
        yield [tuple(cell(*named, row) for named in zip(columns, row, strict=True)) for row in batch]


def _batches(cursor: Any) -> Iterator[list[Row]]:
    while batch := cursor.fetchmany(_BATCH):
        yield batch


def _insert(tx: Tx, table: str, rows: Iterator[tuple[Sequence[str], Row]]) -> int:
    known = _columns(tx.db, table)
    kinds = _kinds(tx.db, table)
    count = 0
    statement = ""
    for columns, row in rows:
        if not statement:
            unknown = set(columns) - set(known)
            if unknown:
                raise Refused("archive_unreadable", folder=table, why=", ".join(sorted(unknown)))
            places = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        tx.db.execute(
            statement, [_typed(value, kinds[column]) for column, value in zip(columns, row, strict=True)]
        )
        count += 1
    return count


def _typed(value: Any, kind: str) -> Any:
    return int(value) if kind == "INTEGER" and isinstance(value, str) else value


def _columns(db: Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def _kinds(db: Connection, table: str) -> dict[str, str]:
    return {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


# -- the formats -------------------------------------------------------------------------------------------


def _write_jsonl(file: Path, columns: list[str], batches: Iterable[list[Row]]) -> int:
    count = 0
    with _private(file) as out:
        for batch in batches:
            for row in batch:
                out.write(harmless_json(dict(zip(columns, row, strict=True))) + "\n")
            count += len(batch)
    return count


def _read_jsonl(file: Path) -> Iterator[tuple[Sequence[str], Row]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            yield tuple(item), tuple(item.values())


def _write_csv(file: Path, columns: list[str], batches: Iterable[list[Row]]) -> int:
    count = 0
    with _private(file, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for batch in batches:
            writer.writerows([_cell(value) for value in row] for row in batch)
            count += len(batch)
    return count


def _cell(value: Any) -> Any:
    if value is None:
        return _NOTHING
    if not isinstance(value, str):
        return value
    if commands(value):
        return _ESCAPED + harmless_json(value)[1:-1]
    if value.startswith((*FORMULA, _NOTHING, _ESCAPED)):
        return "'" + value
    return value


def _from_cell(cell: str) -> str | None:
    if cell == _NOTHING:
        return None
    if cell.startswith(_ESCAPED):
        return str(json.loads(f'"{cell.removeprefix(_ESCAPED)}"'))
    return cell.removeprefix("'")


def _read_csv(file: Path) -> Iterator[tuple[Sequence[str], Row]]:
    csv.field_size_limit(64 * 1024 * 1024)
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        columns = next(reader)
        for row in reader:
            yield columns, [_from_cell(cell) for cell in row]


def _write_parquet(file: Path, columns: list[str], batches: Iterable[list[Row]]) -> int:
    pyarrow, parquet = _arrow()
    rows = [row for batch in batches for row in batch]
    table = pyarrow.table({name: [row[at] for row in rows] for at, name in enumerate(columns)})
    parquet.write_table(table, file)
    return len(rows)


def _read_parquet(file: Path) -> Iterator[tuple[Sequence[str], Row]]:
    _pyarrow, parquet = _arrow()
    for batch in parquet.ParquetFile(file).iter_batches():
        for item in batch.to_pylist():
            yield tuple(item), tuple(item.values())


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise Refused("parquet_missing", extra="atendente-tui[parquet]") from error
    return pyarrow, pyarrow.parquet


def _private(file: Path, newline: str | None = None) -> Any:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8", newline=newline)


WRITERS: dict[str, Callable[[Path, list[str], Iterable[list[Row]]], int]] = {
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "parquet": _write_parquet,
}
"""Each writes rows under these column names into a new file, mode 0600 (Parquet: as the folder is), and says how many."""
_READERS: dict[str, Callable[[Path], Iterator[tuple[Sequence[str], Row]]]] = {
    "jsonl": _read_jsonl,
    "csv": _read_csv,
    "parquet": _read_parquet,
}
