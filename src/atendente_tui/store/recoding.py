"""The store under another key, or under none: copied, proven, and put in the old one's place in one step.

Whatever moment it is cut off at, `store.db` is the old file or the new one, each whole.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store import backup, engine, health, migrate
from atendente_tui.store.errors import StoreDamaged, StoreError, StoreLocked
from atendente_tui.store.lock import InstanceLock

BEFORE = "before-recoding.db"
"""A copy under the old key, for as long as it takes."""
_NEW = "store.db.recoded"


def recode(path: Path, old: bytes | None, new: bytes | None, lock: InstanceLock) -> None:
    """Give the store in directory `path` another key (None: none). `lock` is held by the caller, nobody has it open.

    Raises StoreLocked where somebody reads it, StoreNewer (what else that version keeps under the key is not known here),
    StoreDamaged, WrongKey, StoreFull; then nothing has changed.
    """
    if lock.released:
        raise ValueError("somebody might write meanwhile")
    file, made = path / "store.db", path / _NEW
    sweep(path)
    try:
        _fold_log(file, old)
        backup.copy_to(file, path / BEFORE, old)
        _copy(file, made, old, new)
        _compare(file, old, made, new)
        with made.open("rb+") as handle:
            os.fsync(handle.fileno())
        # What is beside the old file speaks of its pages: it must not be there when the new one is.
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        os.replace(made, file)
        backup.sync_folder(path)
    except sqlite.Error as wrong:
        raise engine.explained(wrong, file, old) from wrong
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            made.with_name(made.name + suffix).unlink(missing_ok=True)


def clear_old(path: Path, new: bytes | None) -> None:
    """After a recode: copies that the new key does not open go, and the full text, which is made again.

    What was encrypted must not lie about in the clear, and what another key opens is of no use.
    """
    for name in ("search.db", "search.db-wal", "search.db-shm"):
        (path / name).unlink(missing_ok=True)
    for copy in [*(one.path for one in backup.backups(path)), *path.glob("before-migration-*.db")]:
        try:
            engine.connect(copy, new, read_only=True).close()
        except (StoreError, sqlite.Error, OSError):
            copy.unlink(missing_ok=True)
    sweep(path)


def sweep(path: Path) -> None:
    """Remove what an earlier one that was cut off left."""
    for name in (BEFORE, _NEW):
        for suffix in ("", ".part", "-journal", "-wal", "-shm"):
            (path / (name + suffix)).unlink(missing_ok=True)


def _fold_log(file: Path, key: bytes | None) -> None:
    """Copy the log back into the file and cut it to nothing, so that the file alone is the store."""
    with contextlib.closing(engine.connect(file, key, create=False)) as db:
        migrate.refuse_newer(db, file)
        db.execute("PRAGMA busy_timeout = 200")
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StoreLocked(None, None, file)


def _copy(source: Path, target: Path, old: bytes | None, new: bytes | None) -> None:
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(engine.connect(source, old, create=False)) as db:
        if old is not None and new is not None:
            with contextlib.closing(engine.connect(target, new)) as copy:
                copy.execute("PRAGMA journal_mode = DELETE")
                db.backup(copy, pages=backup.PAGES)
            return
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA foreign_keys = OFF")
        engine.attach_to_write(db, target, "other", new)
        db.execute("SELECT sqlcipher_export('other')").fetchall()
        db.execute(f"PRAGMA other.user_version = {int(version)}")
        db.execute("DETACH DATABASE other")


def _compare(file: Path, old: bytes | None, made: Path, new: bytes | None) -> None:
    """Raises StoreDamaged unless the new file is sound and has all that the old one has."""
    with (
        contextlib.closing(engine.connect(file, old, read_only=True)) as before,
        contextlib.closing(engine.connect(made, new, read_only=True)) as after,
    ):
        wrong = health.faults(after) + (health.cipher_faults(after) if new is not None else [])
        if wrong:
            raise StoreDamaged(wrong[0], made)
        if _told(before) != _told(after):
            raise StoreDamaged("the copy does not hold what the store holds", file)


def _told(db: Connection) -> dict[str, object]:
    """Everything by which two stores are told apart: schema, version, and of each table how many rows and what sum."""
    schema = db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    told: dict[str, object] = {
        "schema": schema,
        "version": db.execute("PRAGMA user_version").fetchone()[0],
    }
    for kind, name, _sql in schema:
        if kind != "table" or name.startswith("sqlite_"):
            continue
        columns = [row[1] for row in db.execute(f'PRAGMA table_info("{name}")')]
        sizes = " + ".join(f'coalesce(length(CAST("{one}" AS BLOB)), 0)' for one in columns)
        told[name] = db.execute(f'SELECT count(*), coalesce(sum({sizes}), 0) FROM "{name}"').fetchone()
    return told
