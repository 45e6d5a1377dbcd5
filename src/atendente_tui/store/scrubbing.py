"""After an erasure: no byte of what went stays in the store's files, its full text or its copies.

SQLite overwrites what is deleted (`secure_delete`), but not before the log of writes is cut, and the full text keeps its
words until it is rewritten. Copies are erased one by one; those of an older shape go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store import backup, engine, migrate
from atendente_tui.store.errors import StoreError
from atendente_tui.store.wal import truncate

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

PATIENCE = 120.0
"""Seconds for the full text to hear of everything that went."""


class Scrubbed(NamedTuple):
    rewritten: tuple[str, ...]
    """Copies that were erased in; by file name."""
    removed: tuple[str, ...]
    """Copies and files set aside that could not be, and were deleted."""
    left: tuple[str, ...]
    """What could not be cleaned and is still there: a person must."""


def scrub(store: Store, forget: Callable[[Connection], None]) -> Scrubbed:
    """Clean the files of a store that this process has open, once something was erased in it.

    forget   erases in a copy of the store what was erased in the store
    """
    left: list[str] = []
    key = store._key
    if not (store.wait_indexed(PATIENCE) and _rewritten(store.search_file, key)):
        left.append(store.search_file.name)
    with contextlib.closing(engine.connect(store.file, key)) as db:
        if not truncate(db):
            left.append(f"{store.file.name}-wal")
    rewritten, removed = [], []
    for copy in _copies(store.path):
        try:
            if _forgotten(copy, key, forget):
                rewritten.append(copy.name)
            else:
                _remove(copy)
                removed.append(copy.name)
        except OSError:
            left.append(copy.name)
    return Scrubbed(tuple(rewritten), tuple(removed), tuple(left))


def _rewritten(file: Path, key: bytes | None) -> bool:
    """Write the full text anew without the words of what is gone (deleting only marks it), and cut its log."""
    with contextlib.closing(engine.connect(file, key)) as db:
        tables = db.execute(
            "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5(%'"
        )
        for (table,) in tables.fetchall():
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        return truncate(db)


def _forgotten(copy: Path, key: bytes | None, forget: Callable[[Connection], None]) -> bool:
    """Erase in a copy; False when it is of another shape, or not to be read with this key."""
    try:
        with contextlib.closing(engine.connect(copy, key, create=False)) as db:
            if migrate.version(db) != migrate.latest():
                return False
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute("PRAGMA secure_delete = ON")
            db.execute("BEGIN IMMEDIATE")
            try:
                forget(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
    except (StoreError, sqlite.Error, FileNotFoundError):
        return False
    return True


def _copies(place: Path) -> Iterator[Path]:
    yield from (one.path for one in backup.backups(place))
    for pattern in ("before-*.db", "store.db.*", "search.db.*", "backup/*.part"):
        yield from (path for path in sorted(place.glob(pattern)) if not path.name.endswith(("-wal", "-shm")))


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
