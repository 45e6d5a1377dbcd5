"""Numbered SQL files, each applied once, in one transaction together with the number it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui.store.errors import StoreNewer

_FOLDER = Path(__file__).with_name("migrations")  # importlib.resources costs a start several milliseconds


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of every migration known, in order."""
    return [(int(file.name[:4]), file.read_text("utf-8")) for file in sorted(_FOLDER.glob("*.sql"))]


def latest() -> int:
    return max(int(file.name[:4]) for file in _FOLDER.glob("*.sql"))


def version(db: Connection) -> int:
    """The schema's number; 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(db: Connection, path: Path) -> tuple[int, int]:
    """(found, newest known) number of the schema. Raises StoreNewer where it is not known here."""
    found, known = version(db), latest()
    if found > known:
        raise StoreNewer(found, known, path)
    return found, known


def migrate(db: Connection, path: Path, before: Callable[[int], None] | None = None) -> int:
    """Bring the schema up to the newest known. Returns the number found. Raises StoreNewer, and changes nothing then.

    before: called with the old number ahead of the first change to a store that holds something already.
    """
    found, known = refuse_newer(db, path)
    if found == known:
        return found
    if found and before is not None:
        before(found)
    for number, script in migrations():
        if number > found:
            _apply(db, number, script)
    return found


def _apply(db: Connection, number: int, script: str) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")  # transactional: rolled back with the rest
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one (`executescript` would commit first)."""
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite.complete_statement(held):
            yield held
            held = ""
    if any(line.strip() and not line.strip().startswith("--") for line in held.splitlines()):
        raise ValueError(f"an unfinished statement: {held!r}")
