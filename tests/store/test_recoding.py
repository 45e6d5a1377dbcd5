"""The store under another key, under none, and back: all of it, and nothing in the clear that was not to be."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.builders import make_store
from tests.keys.marked import holds, in_the_clear, marked

from atendente_tui.keys import chain
from atendente_tui.store import backup, engine, health, recoding
from atendente_tui.store.errors import StoreLocked, StoreNewer, WrongKey
from atendente_tui.store.lock import InstanceLock

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (None, NEW), (OLD, None)])
def test_another_key(old: bytes | None, new: bytes | None, tmp_path: Path) -> None:
    path = marked(tmp_path, old)
    lock = InstanceLock(path / "store.lock")
    recoding.recode(path, old, new, lock)
    assert holds(path, new)
    assert holds_copy(path / recoding.BEFORE, old), "the copy from before, for as long as it takes"
    backup.copy_now(path, new, datetime.now(UTC))
    recoding.clear_old(path, new)
    lock.release()
    with pytest.raises(WrongKey):
        engine.connect(path / "store.db", old, read_only=True)
    assert [copy.path for copy in backup.backups(path) if not chain.opens(copy.path, new)] == []
    assert backup.backups(path)
    assert not (path / recoding.BEFORE).exists()
    assert bool(in_the_clear(path)) is (new is None)
    store = make_store(tmp_path, key=new)
    assert store.wait_indexed()
    store.close()
    assert bool(in_the_clear(path)) is (new is None)


def holds_copy(file: Path, key: bytes | None) -> bool:
    with contextlib.closing(engine.connect(file, key, read_only=True)) as db:
        return health.faults(db) == [] and db.execute("SELECT count(*) FROM ticket").fetchone() == (4,)


def test_a_wrong_key_changes_nothing(tmp_path: Path) -> None:
    path = marked(tmp_path, OLD)
    before = (path / "store.db").read_bytes()
    lock = InstanceLock(path / "store.lock")
    with pytest.raises(WrongKey):
        recoding.recode(path, NEW, OLD, lock)
    lock.release()
    assert (path / "store.db").read_bytes() == before
    assert not list(path.glob("*recod*"))


def test_a_newer_versions_store_keeps_its_key(tmp_path: Path) -> None:
    path = marked(tmp_path, OLD)
    with contextlib.closing(engine.connect(path / "store.db", OLD)) as db:
        db.execute("PRAGMA user_version = 999")
    lock = InstanceLock(path / "store.lock")
    with pytest.raises(StoreNewer, match="999"):
        recoding.recode(path, OLD, NEW, lock)
    lock.release()
    with contextlib.closing(engine.connect(path / "store.db", OLD, read_only=True)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (999,)
    assert not list(path.glob("*recod*"))


def test_nobody_may_be_reading_just_then(tmp_path: Path) -> None:
    path = marked(tmp_path, OLD)
    writer = make_store(tmp_path, key=OLD)
    with contextlib.closing(writer.reader()) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        writer.write(lambda tx: tx.db.execute("INSERT INTO meta VALUES ('x', 'y')") and None)
        with pytest.raises(StoreLocked):
            InstanceLock(path / "store.lock")
        writer.close()
        lock = InstanceLock(path / "store.lock")
        with pytest.raises(StoreLocked):
            recoding.recode(path, OLD, NEW, lock)
        lock.release()
    assert holds(path, OLD)


def test_what_another_says_of_rows_that_differ_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = marked(tmp_path, OLD)
    copied = recoding._copy

    def careless(source: Path, target: Path, old: bytes | None, new: bytes | None) -> None:
        copied(source, target, old, new)
        with contextlib.closing(engine.connect(target, new)) as db:
            db.execute("UPDATE meta SET value = 'x' WHERE key = 'mark'")

    monkeypatch.setattr(recoding, "_copy", careless)
    lock = InstanceLock(path / "store.lock")
    with pytest.raises(Exception, match="does not hold"):
        recoding.recode(path, OLD, NEW, lock)
    lock.release()
    assert holds(path, OLD)
