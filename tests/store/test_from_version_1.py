"""A store that version 1 of the schema left behind (`version_1.sql`: made by the program of that time, with work still to be sent)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.builders import BACKEND, NOW

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import ChangePage, SettingUpsert
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import OutboxState
from atendente_tui.store import engine, migrate, outbox, reading
from atendente_tui.store.damage import repair
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.store.tallies import verify_tallies

DUMP = Path(__file__).with_name("version_1.sql")


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The folder of such a store."""
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    with closing(sqlite3.connect(folder / "store.db")) as db:
        db.executescript(DUMP.read_text(encoding="utf-8"))
        db.commit()
    return folder


def opened(folder: Path) -> Store:
    return Store.open(folder, key=None, rules=DEFAULT_RULES, clock=VirtualClock(NOW))


def everything(file: Path, like: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that `like` has, in its columns."""
    with closing(engine.connect(like, None, read_only=True)) as old:
        names = [row[0] for row in old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {name: [row[1] for row in old.execute(f"PRAGMA table_info({name})")] for name in names}
    with closing(engine.connect(file, None, read_only=True)) as db:
        return {
            name: sorted(db.execute(f"SELECT {', '.join(columns[name])} FROM {name}").fetchall(), key=repr)
            for name in names
            if name
            not in ("index_queue", "sqlite_sequence")  # what the full text still has to read, and its count
        }


def test_it_is_brought_up_with_every_row_as_it_was(left: Path) -> None:
    store = opened(left)
    copy = left / "before-migration-1.db"
    try:
        with closing(store.reader()) as db:
            assert migrate.version(db) == migrate.latest() >= 2
            assert db.execute("SELECT count(*) FROM setting").fetchone() == (0,)
            assert db.execute("SELECT count(*) FROM presence").fetchone() == (0,)
            assert verify_tallies(db) == []
            assert [(one.n, one.state, one.events) for one in outbox.pending(db)] == [
                (2, "unknown", None),
                (3, "conflict", None),
                (4, "refused", None),
                (5, "held", None),
            ]
            assert reading.draft(db, "3:reply").text == "rascunho guardado"  # type: ignore[union-attr]
    finally:
        store.close()
    before = everything(copy, copy)
    assert {name for name, rows in before.items() if rows} >= {
        "ticket",
        "event",
        "outbox",
        "draft",
        "audit",
        "meta",
    }
    assert everything(left / "store.db", copy) == before
    with closing(engine.connect(copy, None, read_only=True)) as db:
        assert migrate.version(db) == 1


def test_work_goes_on_in_it(left: Path) -> None:
    store = opened(left)
    try:
        stale = [SettingUpsert(kind="script", key="oi", body="id: oi\ntitle: Oi\ntext: Oi!")]
        apply_in_slices(store, ChangePage(changes=tuple(stale), cursor="42", caught_up=True), BACKEND)
        store.write(lambda tx: outbox.release(tx, 3, may_have_arrived=False))
        with closing(store.reader()) as db:
            assert [one.key for one in reading.settings(db, "script")] == ["oi"]
            assert [one.state for one in outbox.pending(db)] == ["unknown", "queued", "refused", "held"]
    finally:
        store.close()
    again = opened(left)
    with closing(again.reader()) as db:
        assert migrate.version(db) == migrate.latest()
        assert reading.sync_state(db, BACKEND)["cursor"] == "42"
    again.close()


def test_damaged_before_it_was_brought_up_it_gives_back_what_was_to_be_sent(left: Path) -> None:
    done = repair(
        left, None, NOW
    )  # sets the file aside, whatever is wrong with it, and reads what can be read
    assert done.aside is not None
    assert done.restored is None
    assert done.saved["outbox"] == 5
    assert done.faults == 0
    store = opened(left)
    with closing(store.reader()) as db:
        assert [one.state for one in outbox.pending(db)] == [
            OutboxState.UNKNOWN,
            OutboxState.CONFLICT,
            OutboxState.REFUSED,
            OutboxState.HELD,
        ]
        assert reading.draft(db, "3:reply") is not None
    store.close()
