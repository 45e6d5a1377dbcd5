"""A store with words in it that can be looked for byte by byte."""

from __future__ import annotations

import contextlib
from pathlib import Path

from atendente_tui.store import backup, engine, health
from tests.builders import make_store

MARK = "palavra-que-ninguem-mais-diz"


def marked(folder: Path, key: bytes | None, tickets: int = 4) -> Path:
    store = make_store(folder, tickets=tickets, key=key)
    store.write(lambda tx: tx.db.execute("INSERT INTO meta VALUES ('mark', ?)", (MARK,)) and None)
    store.write(
        lambda tx: tx.db.execute("INSERT INTO meta VALUES ('long', ?)", (f"{MARK} " * 2_000,)) and None
    )
    assert store.wait_indexed()
    backup.back_up(store)
    store.close()
    return store.path


def holds(path: Path, key: bytes | None, tickets: int = 4) -> bool:
    with contextlib.closing(engine.connect(path / "store.db", key, read_only=True)) as db:
        assert health.faults(db) == []
        assert db.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone() == (MARK,)
        return db.execute("SELECT count(*) FROM ticket").fetchone() == (tickets,)


def in_the_clear(folder: Path) -> set[str]:
    return {one.name for one in folder.rglob("*") if one.is_file() and MARK.encode() in one.read_bytes()}
