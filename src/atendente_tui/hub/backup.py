"""A hub in one file, and a hub made of one; the same file for both databases, so this is also how one outgrows SQLite.

    manifest.json           format, schema, hub, moment; of each table its rows and the SHA-256 of its member
    tables/NAME.jsonl       a row a line, as an object of its columns, in the order of its key
    files/SHA256            the bytes of an attachment

Everything is read in one transaction: what is in the file is the hub at one moment, whoever writes meanwhile. It is written
aside, flushed, read back and compared before it has its name; it holds secrets, so it is for its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import Connection, Table, Text, collate, delete, func, insert, select, text, update

from atendente_tui import __version__
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import tables
from atendente_tui.hub.blobs import PART, Blobs, TooLarge, sync_folder
from atendente_tui.hub.database import Database
from atendente_tui.hub.migrations.running import newest

FORMAT = 1
OF_THE_MOMENT = frozenset({"presence", "signature"})
"""Tables of what will be over soon: not kept."""
KEPT = tuple(one for one in tables.metadata.sorted_tables if one.name not in OF_THE_MOMENT)
"""In an order in which what a row points at comes before it."""
ROWS = 1_000
"""Rows put down at a time."""
MANIFEST, TABLES, FILES = "manifest.json", "tables/", "files/"
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Backup(NamedTuple):
    path: Path
    size: int
    """Bytes."""
    rows: dict[str, int]
    """By table."""
    files: int
    absent: tuple[str, ...]
    """Files by their hash that attachments name and that were not there, or not as they were."""


class Restored(NamedTuple):
    rows: dict[str, int]
    files: int
    absent: tuple[str, ...]
    """Files that were absent from the backup already."""


# -- making ----------------------------------------------------------------------------------------------------------


def back_up(database: Database, blobs: Blobs, target: Path, now: datetime) -> Backup:
    """Write the hub to `target` while it may be in use.

    Raises Refused("file_exists", path), OSError, and Refused("backup_unsound", path, why) where what was written does not
    read back the same; nothing is left then.
    """
    if target.exists():
        raise Refused("file_exists", path=str(target))
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, database.read() as db:
                manifest = _write(db, blobs, archive, now)
            file.flush()
            os.fsync(file.fileno())
        try:
            with Archive(part) as written:
                written.check()
        except Refused as wrong:
            raise Refused("backup_unsound", path=str(target), why=wrong.values.get("why", "")) from wrong
        _name(part, target)
        sync_folder(target.parent)
    except FileExistsError:
        raise Refused("file_exists", path=str(target)) from None
    finally:
        part.unlink(missing_ok=True)
    rows = {name: one["rows"] for name, one in manifest["tables"].items()}
    return Backup(target, target.stat().st_size, rows, manifest["files"], tuple(manifest["absent"]))


def _name(part: Path, target: Path) -> None:
    """Unlike a rename it never writes over what came to be there meanwhile, where the file system can do that."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        os.rename(part, target)


def _write(db: Connection, blobs: Blobs, archive: zipfile.ZipFile, now: datetime) -> dict[str, Any]:
    told = {name: _write_table(db, archive, table) for table in KEPT if (name := table.name)}
    wanted = db.execute(select(tables.attachment.c.sha256).distinct()).scalars().all()
    absent = [sha256 for sha256 in sorted(wanted) if not _write_file(blobs, archive, sha256)]
    state = tables.state
    manifest = {
        "format": FORMAT,
        "schema": newest(),
        "version": __version__,
        "hub": db.execute(select(state.c.value).where(state.c.key == "id")).scalar_one(),
        "made_at": now.isoformat(),
        "tables": told,
        "files": len(wanted) - len(absent),
        "absent": absent,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def _write_table(db: Connection, archive: zipfile.ZipFile, table: Table) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{TABLES}{table.name}.jsonl", "w", force_zip64=True) as member:
        for row in (
            db.execution_options(stream_results=True, yield_per=ROWS).execute(_in_order(db, table)).mappings()
        ):
            line = json.dumps(dict(row), separators=(",", ":")).encode() + b"\n"
            member.write(line)
            digest.update(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def _in_order(db: Connection, table: Table) -> Any:
    """By key, texts by their bytes on both databases: the same hub is the same file wherever it lives."""
    by_bytes = db.dialect.name == "postgresql"
    keys = [
        collate(key, "C") if by_bytes and isinstance(key.type, Text) else key for key in table.primary_key
    ]
    return select(table).order_by(*keys)


def _write_file(blobs: Blobs, archive: zipfile.ZipFile, sha256: str) -> bool:
    """Whether it was there and sound."""
    if not blobs.sound(sha256):
        return False
    kept = zipfile.ZipInfo(f"{FILES}{sha256}")  # most attachments are compressed already
    with archive.open(kept, "w", force_zip64=True) as member:
        for part in blobs.parts(sha256):
            member.write(part)
    return True


# -- reading ---------------------------------------------------------------------------------------------------------


class Archive:
    """A backup, opened. Raises Refused: no_such_file (found), backup_unreadable (path, why), backup_newer (found, known),
    backup_schema (found, known)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise Refused("no_such_file", found=str(path)) from None
        except zipfile.BadZipFile as wrong:
            raise self._unreadable(str(wrong)) from None
        try:
            self.manifest: dict[str, Any] = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_wrong: object) -> None:
        self._zip.close()

    def _unreadable(self, why: str) -> Refused:
        return Refused("backup_unreadable", path=str(self.path), why=why[:200])

    def _manifest(self) -> dict[str, Any]:
        try:
            manifest = json.loads(self._zip.read(MANIFEST))
            form, schema = int(manifest["format"]), str(manifest["schema"])
        except (KeyError, ValueError, TypeError, zipfile.BadZipFile, NotImplementedError) as wrong:
            raise self._unreadable(f"{MANIFEST}: {wrong}") from None
        if form > FORMAT:
            raise Refused("backup_newer", found=form, known=FORMAT)
        if schema != newest():
            raise Refused("backup_schema", found=schema, known=newest())
        named = manifest.get("tables")
        if not isinstance(named, dict) or set(named) != {one.name for one in KEPT}:
            raise self._unreadable(f"{MANIFEST}: tables")
        return dict(manifest)

    def check(self) -> None:
        """Read everything and compare it with the manifest: rows, and every hash."""
        for name, told in self.manifest["tables"].items():
            digest, count = hashlib.sha256(), 0
            for line in self._lines(name):
                digest.update(line)
                count += 1
            if (count, digest.hexdigest()) != (told.get("rows"), told.get("sha256")):
                raise self._unreadable(f"{TABLES}{name}.jsonl")
        found = 0
        for sha256 in self.files():
            digest = hashlib.sha256()
            with self.file(sha256) as member:
                while part := self._read(member):
                    digest.update(part)
            if digest.hexdigest() != sha256:
                raise self._unreadable(f"{FILES}{sha256}")
            found += 1
        if found != self.manifest.get("files"):
            raise self._unreadable(FILES)

    def rows(self, table: Table) -> Iterator[dict[str, Any]]:
        columns = {one.name for one in table.columns}
        for line in self._lines(table.name):
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict) or set(row) != columns:
                raise self._unreadable(f"{TABLES}{table.name}.jsonl")
            yield row

    def files(self) -> list[str]:
        """Hashes of the files in it. A member of any other name is not looked at."""
        names = (one.removeprefix(FILES) for one in self._zip.namelist() if one.startswith(FILES))
        return sorted(one for one in names if _SHA256.fullmatch(one))

    def file(self, sha256: str) -> IO[bytes]:
        return self._zip.open(f"{FILES}{sha256}")

    def size(self, sha256: str) -> int:
        return self._zip.getinfo(f"{FILES}{sha256}").file_size

    def _lines(self, table: str) -> Iterator[bytes]:
        name = f"{TABLES}{table}.jsonl"
        try:
            with self._zip.open(name) as member:
                yield from member
        except (KeyError, EOFError, OSError, ValueError, zipfile.BadZipFile) as wrong:
            raise self._unreadable(f"{name}: {wrong}") from None

    def _read(self, member: IO[bytes]) -> bytes:
        try:
            return member.read(PART)
        except (EOFError, OSError, ValueError, zipfile.BadZipFile) as wrong:
            raise self._unreadable(str(wrong)) from None


# -- restoring -------------------------------------------------------------------------------------------------------


def restore(database: Database, blobs: Blobs, source: Path, *, over: bool = False) -> Restored:
    """Make the hub of the backup out of this database: all of it in one transaction, or nothing.

    It has a new epoch: whoever followed the hub before begins anew, and sees no number twice.

    over    what is in the database gives way; else it must be empty

    Refused: hub_not_empty, and what `Archive` refuses. The backup is read whole before anything is written.
    """
    with Archive(source) as archive:
        archive.check()
        if not over:
            with database.read() as db:
                _must_be_empty(db)
        _put_files(archive, blobs)
        rows: dict[str, int] = {}
        with database.write() as db:
            _alone(db)
            if not over:
                _must_be_empty(db)
            _clear(db)
            for table in KEPT:
                rows[table.name] = _put_rows(db, table, archive.rows(table))
            state = tables.state
            db.execute(update(state).where(state.c.key == "epoch").values(value=secrets.token_hex(4)))
        return Restored(rows, len(archive.files()), tuple(archive.manifest.get("absent", ())))


def is_empty(db: Connection) -> bool:
    """Whether nobody and nothing was ever kept in it."""
    begun = (tables.clock.name, tables.state.name)
    return not any(
        db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in KEPT
        if table.name not in begun
    )


def _must_be_empty(db: Connection) -> None:
    if not is_empty(db):
        raise Refused("hub_not_empty")


def _alone(db: Connection) -> None:
    """No other writer until this is over (on SQLite there is none anyway)."""
    if db.dialect.name == "postgresql":
        db.execute(text("LOCK TABLE clock IN ACCESS EXCLUSIVE MODE"))


def _clear(db: Connection) -> None:
    for table in reversed(tables.metadata.sorted_tables):
        db.execute(delete(table))


def _put_rows(db: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    while some := list(islice(rows, ROWS)):
        db.execute(insert(table), some)
        count += len(some)
    return count


def _put_files(archive: Archive, blobs: Blobs) -> None:
    for sha256 in archive.files():
        size = archive.size(sha256)
        with archive.file(sha256) as member, blobs.receive(size) as coming:
            try:
                shutil.copyfileobj(member, coming, PART)
                kept = coming.keep()
            except TooLarge:
                kept = None
        if kept is None or kept.sha256 != sha256:  # changed since it was checked
            raise Refused("backup_unreadable", path=str(archive.path), why=f"{FILES}{sha256}")
