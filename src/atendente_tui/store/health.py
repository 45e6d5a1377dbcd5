"""How the store is: what `doctor` shows and what a background check looks at."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store import migrate
from atendente_tui.store.tallies import Miscount, verify_tallies

__all__ = ["SOUND_SQLITE", "Figures", "Miscount", "cipher_faults", "faults", "figures", "verify_tallies"]

SOUND_SQLITE = (3, 51, 3)
"""Older ones can damage a file when two connections write and checkpoint at once (sqlite.org/wal.html#walresetbug)."""


class Figures(NamedTuple):
    sqlite: str
    cipher: str
    """SQLCipher's version."""
    encrypted: bool
    schema: int
    known_schema: int
    size: int
    """Bytes of store.db."""
    log_size: int
    """Bytes of its write-ahead log."""
    search_size: int
    customers: int
    tickets: int
    events: int
    pending: int
    """Commands that are not settled."""
    poison: int
    """Changes that could not be applied."""
    unindexed: int
    """Transactions whose words the full text has not read yet."""

    @property
    def sqlite_is_sound(self) -> bool:
        return tuple(int(part) for part in self.sqlite.split(".")) >= SOUND_SQLITE


def figures(db: Connection, path: Path, *, encrypted: bool) -> Figures:
    """Versions, sizes and counts of the store in directory `path`, read through one of its readers."""

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    def size(name: str) -> int:
        file = path / name
        return file.stat().st_size if file.exists() else 0

    return Figures(
        sqlite=sqlite.sqlite_version,
        cipher=str(db.execute("PRAGMA cipher_version").fetchone()[0]),
        encrypted=encrypted,
        schema=migrate.version(db),
        known_schema=migrate.latest(),
        size=size("store.db"),
        log_size=size("store.db-wal"),
        search_size=size("search.db"),
        customers=one("SELECT count(*) FROM customer"),
        tickets=one("SELECT coalesce(sum(n), 0) FROM tally"),
        events=one("SELECT count(*) FROM event"),
        pending=one(
            "SELECT count(*) FROM outbox WHERE state IN ('held','queued','sent','unknown','refused','conflict')"
        ),
        poison=one("SELECT count(*) FROM poison"),
        unindexed=one("SELECT count(*) FROM index_queue"),
    )


def faults(db: Connection, limit: int = 20) -> list[str]:
    """What SQLite's quick check finds wrong, in its own words; empty when sound. Reads the whole file."""
    try:
        told = [str(row[0]) for row in db.execute(f"PRAGMA quick_check({int(limit)})")]
    except sqlite.DatabaseError as wrong:
        return [str(wrong)]
    return [] if told == ["ok"] else told


def cipher_faults(db: Connection) -> list[str]:
    """Pages whose checksum does not fit, of an encrypted store; empty when sound. Reads the whole file."""
    try:
        return [str(row[0]) for row in db.execute("PRAGMA cipher_integrity_check")]
    except sqlite.DatabaseError as wrong:
        return [str(wrong)]
