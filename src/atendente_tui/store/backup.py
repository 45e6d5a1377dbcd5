"""Copies of the store: whole, encrypted as it is, proven readable before they count."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.store import engine
from atendente_tui.store.errors import StoreDamaged

if TYPE_CHECKING:
    from atendente_tui.store.store import Store

HOURLY, DAILY = 3, 7
"""How many copies are kept: the newest of each of so many hours, and of so many days."""
PAGES = 2_000  # copied at a time; between the steps others go on
_COUNTED = ("ticket", "event", "customer", "outbox", "draft")


class Copy(NamedTuple):
    path: Path
    at: datetime
    """When it was made, UTC."""
    size: int
    """Bytes."""


def copy_to(source: Path, target: Path, key: bytes | None) -> Path:
    """Copy the store file `source` to `target` while it may be in use; the copy has the same key.

    Written beside, checked, flushed and only then put in place. Raises StoreDamaged when the copy is not sound.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(engine.connect(source, key, read_only=True)) as db,
            contextlib.closing(engine.connect(part, key)) as copy,
        ):
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            db.backup(copy, pages=PAGES)
            counts = _counts(db)
        os.chmod(part, 0o600)
        _check(part, key, counts)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
        sync_folder(target.parent)
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    return target


def _counts(db: Connection) -> dict[str, int]:
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return {
        name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _COUNTED if name in tables
    }


def _check(path: Path, key: bytes | None, counts: dict[str, int]) -> None:
    with contextlib.closing(engine.connect(path, key, read_only=True)) as db:
        told = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if told != "ok":
            raise StoreDamaged(str(told), path)
        found = _counts(db)
    # The source may have grown between the copy and the count; it must not have less.
    if any(found.get(name, 0) > n or (n and not found.get(name)) for name, n in counts.items()):
        raise StoreDamaged("the copy does not hold what the store holds", path)


def sync_folder(folder: Path) -> None:
    """Have the system write down which files are in it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def backups(store_path: Path) -> list[Copy]:
    """The periodic copies of the store in directory `store_path`, newest first."""
    found = []
    for path in (store_path / "backup").glob("store-*.db"):
        with contextlib.suppress(ValueError, OSError):
            at = from_ms(int(path.stem.removeprefix("store-")))
            found.append(Copy(path, at, path.stat().st_size))
    return sorted(found, key=lambda copy: copy.at, reverse=True)


def back_up(store: Store, *, at_least_every: float = 3_600.0) -> Copy | None:
    """Make a periodic copy when the newest is older than so many seconds, and let the old ones go.

    For a thread of its own: it copies the whole file. None when there is nothing to do.
    """
    now = store.clock.now()
    known = backups(store.path)
    if known and (now - known[0].at).total_seconds() < at_least_every:
        return None
    copy = copy_now(store.path, store._key, now)
    for old in superfluous([copy, *known]):
        old.path.unlink(missing_ok=True)
    return copy


def copy_now(store_path: Path, key: bytes | None, now: datetime) -> Copy:
    """One more periodic copy of the store in directory `store_path`. Raises as `copy_to`."""
    folder = store_path / "backup"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = copy_to(store_path / "store.db", folder / f"store-{to_ms(now)}.db", key)
    return Copy(target, now, target.stat().st_size)


def superfluous(copies: list[Copy]) -> list[Copy]:
    """Those to let go: beyond the newest of each of the last `HOURLY` hours and `DAILY` days that have any."""
    kept: set[Path] = set()
    newest_first = sorted(copies, key=lambda copy: copy.at, reverse=True)
    for form, many in (("%Y-%m-%d %H", HOURLY), ("%Y-%m-%d", DAILY)):
        spans: dict[str, Path] = {}
        for copy in newest_first:
            spans.setdefault(copy.at.astimezone(UTC).strftime(form), copy.path)
        kept.update(list(spans.values())[:many])
    return [copy for copy in newest_first if copy.path not in kept]


def save_as(store: Store, target: Path) -> Path:
    """A compact copy where a person wants one, encrypted with the store's key. Raises FileExistsError."""
    if target.exists():
        raise FileExistsError(target)
    with contextlib.closing(store.reader()) as db:
        counts = _counts(db)
        db.execute("PRAGMA query_only = OFF")  # VACUUM INTO writes to its target only
        try:
            db.execute("VACUUM INTO ?", (str(target),))
        except sqlite.Error:
            target.unlink(missing_ok=True)
            raise
    os.chmod(target, 0o600)
    _check(target, store._key, counts)
    return target
