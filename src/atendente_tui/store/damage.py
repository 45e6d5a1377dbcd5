"""A store that is not sound: set aside, the newest good copy brought back, and what was still to be sent saved.

Everything else comes again from the backend; what a person wrote and nobody has got yet exists nowhere else.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store import backup, engine, health, migrate
from atendente_tui.store.errors import StoreDamaged, StoreError, WrongKey
from atendente_tui.store.lock import InstanceLock
from atendente_tui.store.tallies import recount

_OWN = "remote_id IS NULL"  # what the backend does not have yet
SAVED = {
    "customer": ("id", _OWN, "IGNORE"),
    "ticket": ("id", _OWN, "IGNORE"),
    "event": ("key", _OWN, "IGNORE"),
    "promise": ("id", "1", "REPLACE"),
    "outbox": ("n", "1", "REPLACE"),
    "draft": ("slot", "1", "REPLACE"),
    "audit": ("n", "1", "IGNORE"),
}
"""Tables read out of the damaged file: their key, which rows, and what happens to a row the copy has too."""
_NAMED = ("promise", "draft")  # by text
_END = 1 << 62


class Repaired(NamedTuple):
    aside: Path | None
    """Where the damaged file is now; None when there was none."""
    restored: Path | None
    """The copy that took its place, None for an empty store."""
    saved: dict[str, int]
    """Rows brought over from the damaged file, by table."""
    faults: int
    """Places of it that could not be read."""


def is_damaged(path: Path, key: bytes | None) -> bool:
    """Whether the store in directory `path` needs mending.

    Raises StoreError where what is wrong with it is not damage: another key, a newer version.
    """
    file = path / "store.db"
    if not file.exists():
        return False
    if not file.stat().st_size:
        return True
    try:
        with contextlib.closing(engine.connect(file, key, read_only=True)) as db:
            found = health.faults(db) or (health.cipher_faults(db) if key else [])
            return bool(found or health.verify_tallies(db))
    except StoreDamaged:
        return True
    except sqlite.DatabaseError as wrong:
        if isinstance(told := engine.explained(wrong, file, key), StoreError):
            return isinstance(told, StoreDamaged)
        return True  # tables that every version has are not there
    except WrongKey:
        # A broken first page looks like another key. A copy that this key does open tells them apart.
        for copy in backup.backups(path):
            with (
                contextlib.suppress(StoreError, sqlite.Error, OSError),
                contextlib.closing(engine.connect(copy.path, key, read_only=True)),
            ):
                return True
        raise


def repair(path: Path, key: bytes | None, now: datetime) -> Repaired:
    """Mend the store in directory `path`, which nobody has open. Nothing is deleted.

    Afterwards sync starts anew: its cursor is forgotten, so that the backend tells everything again.
    Raises StoreLocked while somebody has it open.
    """
    lock = InstanceLock(path / "store.lock")
    try:
        file = path / "store.db"
        aside = _set_aside(file, now)
        restored = _bring_back(path, file, key)
        db = engine.connect(file, key)
        try:
            migrate.migrate(db, file)
            saved, faults = _salvage(db, aside, key) if aside is not None else ({}, 0)
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM sync_state WHERE key IN ('cursor', 'caught_up', 'done', 'total')")
            db.execute("UPDATE ticket SET mark = NULL WHERE mark IS NOT NULL")
            recount(db)
            db.execute("INSERT OR IGNORE INTO count_due SELECT id FROM ticket")
            db.execute("COMMIT")
        finally:
            db.close()
        for name in ("search.db", "search.db-wal", "search.db-shm"):  # made again from the store
            (path / name).unlink(missing_ok=True)
        return Repaired(aside, restored, saved, faults)
    finally:
        lock.release()


def _set_aside(file: Path, now: datetime) -> Path | None:
    if not file.exists():
        return None
    stamp = now.strftime("%Y%m%d-%H%M%S")
    aside = file.with_name(f"{file.name}.corrompido-{stamp}")
    n = 1
    while aside.exists():
        n += 1
        aside = file.with_name(f"{file.name}.corrompido-{stamp}-{n}")
    for suffix in ("", "-wal"):  # the log goes along: the newest commits are in it
        with contextlib.suppress(FileNotFoundError):
            file.with_name(file.name + suffix).rename(aside.with_name(aside.name + suffix))
    file.with_name(file.name + "-shm").unlink(missing_ok=True)
    return aside


def _bring_back(path: Path, file: Path, key: bytes | None) -> Path | None:
    for copy in backup.backups(path):
        try:
            with contextlib.closing(engine.connect(copy.path, key, read_only=True)) as db:
                if health.faults(db):
                    continue
            backup.copy_to(copy.path, file, key)
        except (StoreError, sqlite.Error, OSError):
            continue
        return copy.path
    return None


def _salvage(db: Connection, aside: Path, key: bytes | None) -> tuple[dict[str, int], int]:
    saved: dict[str, int] = {}
    lost = 0
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("BEGIN IMMEDIATE")
    for table, (order, where, conflict) in SAVED.items():
        columns = _columns(db, aside, key, table)
        select = f"SELECT {order}, {', '.join(columns)} FROM {table} WHERE {where}"
        rows, faults = (_named if table in _NAMED else _numbered)(aside, key, select, order)
        lost += faults
        kept, refused = _put_in(db, table, conflict, columns, [row[1:] for row in rows])
        saved[table], lost = len(kept), lost + refused
        if table == "outbox":
            _ask_before_sending(db, [row[columns.index("command_id")] for row in kept])
    _stand_ins(db)
    db.execute("COMMIT")
    db.execute("PRAGMA foreign_keys = ON")
    return saved, lost


def _columns(db: Connection, aside: Path, key: bytes | None, table: str) -> list[str]:
    """What the table has here and had there: the damaged file may be of an older version."""
    asked = f"PRAGMA table_info({table})"
    here = [str(row[1]) for row in db.execute(asked)]
    try:
        with contextlib.closing(engine.connect(aside, key, read_only=True)) as old:
            there = {row[1] for row in old.execute(asked)}
    except (StoreError, sqlite.Error, OSError):
        return here
    return [name for name in here if name in there] or here


def _put_in(
    db: Connection, table: str, conflict: str, columns: list[str], rows: list[tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], int]:
    """The rows that are in now, and how many the table cannot have: of a broken page anything may be read."""
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    kept, refused = [], 0
    for row in rows:
        try:
            done = db.execute(f"INSERT OR {conflict} INTO {table} ({names}) VALUES ({places})", row)
        except sqlite.IntegrityError:
            refused += 1
            continue
        if done.rowcount:
            kept.append(row)
    return kept, refused


def _ask_before_sending(db: Connection, saved: list[str]) -> None:
    """What only the older copy says is unsent may have been sent since: the backend is asked first."""
    db.execute(
        "UPDATE outbox SET may_have_arrived = 1 WHERE state IN ('held','queued','sent')"
        " AND command_id NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(saved),),
    )


def _stand_ins(db: Connection) -> None:
    """What saved rows refer to and nobody has any more gets an empty row, so that their text can still be read."""
    for source in ("event", "promise", "outbox", "draft"):
        db.execute(
            "INSERT INTO ticket (id, subject, customer_id, channel, status, priority, opened, updated)"
            f" SELECT DISTINCT ticket_id, '', 0, 'portal', 'closed', 'normal', 0, 0 FROM {source}"
            " WHERE ticket_id IS NOT NULL AND ticket_id NOT IN (SELECT id FROM ticket)"
        )
    for source in ("event", "ticket"):
        db.execute(
            "INSERT INTO customer (id, name, updated)"
            f" SELECT DISTINCT customer_id, '', 0 FROM {source} WHERE customer_id NOT IN (SELECT id FROM customer)"
        )


def _numbered(aside: Path, key: bytes | None, select: str, order: str) -> tuple[list[tuple[Any, ...]], int]:
    """The rows that can be read, in order; over what cannot it goes in growing steps. And how often it had to."""
    rows: list[tuple[Any, ...]] = []
    at, step, faults = -_END, 1, 0
    while at < _END:
        try:
            # A new connection each time: SQLCipher refuses everything once a page was bad.
            with contextlib.closing(engine.connect(aside, key, read_only=True)) as db:
                for row in db.execute(f"{select} AND {order} > ? ORDER BY {order}", (at,)):
                    rows.append(row)
                    at, step = row[0], 1
                return rows, faults
        except (sqlite.Error, StoreError):
            faults += 1
            at, step = at + step, step * 2
    return rows, faults


def _named(aside: Path, key: bytes | None, select: str, order: str) -> tuple[list[tuple[Any, ...]], int]:
    """The rows that can be read from the front up to a fault, and from the back."""
    rows: dict[Any, tuple[Any, ...]] = {}
    faults = 0
    for way in ("ASC", "DESC"):
        try:
            with contextlib.closing(engine.connect(aside, key, read_only=True)) as db:
                for row in db.execute(f"{select} ORDER BY {order} {way}"):
                    rows[row[0]] = row
                return list(rows.values()), faults
        except (sqlite.Error, StoreError):
            faults += 1
    return list(rows.values()), faults
