"""Connections: sqlcipher3 always, encrypted or not, because of its SQLite's age and its page checksums.

The settings and the measurements behind them: docs/architecture.md, "The store's engine".
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.i18n import _
from atendente_tui.store.errors import StoreDamaged, StoreError, StoreFull, StoreUnwritable, WrongKey

PLAIN_HEADER = b"SQLite format 3\0"
WRITER_CACHE = 65_536  # KiB; taken only as pages are used
READER_CACHE = 8_192


def connect(
    path: Path, key: bytes | None, *, read_only: bool = False, cache: int | None = None, create: bool = True
) -> Connection:
    """A connection without implicit transactions; the caller says BEGIN.

    key: 32 raw bytes, or None for a plain file. It may be used from any thread, one at a time.
    Raises WrongKey, StoreDamaged; FileNotFoundError when it may not be created.
    """
    if (read_only or not create) and not path.exists():
        raise FileNotFoundError(path)
    if not read_only and create:
        # Made by us, for its owner alone: what SQLite puts beside it gets the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db: Connection = sqlite.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc' if create else 'rw'}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5.0,
        cached_statements=256,
    )
    try:
        _settings(db, key, read_only=read_only, cache=cache)
    except sqlite.DatabaseError as wrong:
        db.close()
        raise explained(wrong, path, key) from wrong
    return db


def _settings(db: Connection, key: bytes | None, *, read_only: bool, cache: int | None) -> None:
    db.execute("PRAGMA cipher_log_level = NONE")  # else SQLCipher writes to the terminal that is the screen
    if key is not None:
        if len(key) != 32:
            raise ValueError(f"a store key has 32 bytes, this one {len(key)}")
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    db.execute(f"PRAGMA cache_size = -{cache or (READER_CACHE if read_only else WRITER_CACHE)}")
    db.execute(
        "SELECT count(*) FROM sqlite_schema"
    ).fetchone()  # the first read tells whether the key is right
    if not read_only:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        if sys.platform == "darwin":  # an ordinary fsync leaves the drive's cache alone there
            db.execute("PRAGMA fullfsync = ON")
            db.execute("PRAGMA checkpoint_fullfsync = ON")
    else:
        db.execute("PRAGMA query_only = ON")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("PRAGMA mmap_size = 0")


def attach(db: Connection, path: Path, name: str, key: bytes | None) -> None:
    """Put another file beside this connection's own, to be read only. `name` is one of ours."""
    spec = "" if key is None else f"x'{key.hex()}'"
    db.execute(f"ATTACH DATABASE ? AS {name} KEY ?", (f"{path.absolute().as_uri()}?mode=ro", spec))


def attach_to_write(db: Connection, path: Path, name: str, key: bytes | None) -> None:
    """Put a file beside this connection's own that is to be filled under a key of its own."""
    spec = "" if key is None else f"x'{key.hex()}'"
    db.execute(f"ATTACH DATABASE ? AS {name} KEY ?", (f"{path.absolute().as_uri()}?mode=rw", spec))


def explained(wrong: Exception, path: Path, key: bytes | None) -> Exception:
    """SQLite's error as one of ours where it is one that a person can do something about."""
    if isinstance(wrong, StoreError):
        return wrong
    text = str(wrong)
    if "not a database" in text:
        plain = _header(path) == PLAIN_HEADER
        if plain:
            return WrongKey(path, "plain") if key is not None else StoreDamaged(text, path)
        return WrongKey(path, "wrong" if key is not None else "missing")
    if "malformed" in text or "corrupt" in text:
        return StoreDamaged(text, path)
    if "disk is full" in text or "disk I/O error" in text:  # the second is what a limit on file size gives
        return StoreFull(path)
    if "unable to open database file" in text or "readonly database" in text:
        return StoreUnwritable(path, _("the folder, the file or the disk can only be read"))
    return wrong


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN_HEADER))
    except OSError:
        return b""
