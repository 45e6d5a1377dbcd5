from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite
from tests.builders import NOW, make_store

from atendente_tui.clock import VirtualClock
from atendente_tui.store import backup, keeping

KEY = b"k" * 32


def until(condition: object, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


def test_after_a_bad_end_the_file_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CHECK_AFTER", 0.0)
    store = make_store(tmp_path, tickets=60, key=KEY)
    store.close()
    data = bytearray(store.file.read_bytes())
    page = len(data) // 4096 // 2
    data[page * 4096 + 50] ^= 1
    store.file.write_bytes(data)
    (store.path / "store.lock").write_text('{"clean": false}')
    again = make_store(tmp_path, key=KEY)
    heard: list[frozenset[str]] = []
    again.subscribe(heard.append)
    assert again.keeper is not None
    keeper = again.keeper
    assert until(lambda: keeper.faults)
    keeper._copy()
    assert backup.backups(again.path) == []  # no copy of what is damaged
    again.close()


def test_every_page_is_looked_at_once_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CHECK_AFTER", 0.0)
    clock = VirtualClock(NOW)
    store = make_store(tmp_path, tickets=60, key=KEY, clock=clock)
    reader = store.reader()
    assert until(lambda: keeping.checked_at(reader) == NOW)
    assert store.keeper is not None
    assert not store.keeper._is_due()
    clock.advance(timedelta(days=6, hours=23))
    assert not store.keeper._is_due()
    clock.advance(timedelta(hours=1))
    assert store.keeper._is_due()
    reader.close()
    store.close()
    data = bytearray(store.file.read_bytes())
    data[len(data) // 4096 // 2 * 4096 + 50] ^= 1  # closed well, and rotten since
    store.file.write_bytes(data)
    again = make_store(tmp_path, key=KEY, clock=clock)
    assert again.was_clean
    keeper = again.keeper
    assert keeper is not None
    assert until(lambda: keeper.faults)
    again.close()


def test_a_copy_that_could_not_be_made_is_tried_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CHECK_AFTER", 0.0)
    monkeypatch.setattr(keeping, "COPY_AFTER", 0.05)
    right, tried = backup.back_up, []

    def locked_once(*args: object, **how: object) -> object:
        tried.append(1)
        if len(tried) == 1:
            raise sqlite.OperationalError("database is locked")
        return right(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "back_up", locked_once)
    store = make_store(tmp_path, tickets=3)
    assert until(lambda: backup.backups(store.path))
    assert store.keeper is not None
    assert until(lambda: store.keeper is not None and store.keeper.copy_failed is None)
    store.close()
    assert len(tried) == 2


def test_a_copy_is_made_when_there_is_something_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CHECK_AFTER", 0.0)
    monkeypatch.setattr(keeping, "COPY_AFTER", 0.0)
    store = make_store(tmp_path, tickets=3)
    assert until(lambda: backup.backups(store.path))
    [copy] = backup.backups(store.path)
    assert store.keeper is not None
    os.utime(copy.path, (store.changed_at() + 10, store.changed_at() + 10))
    monkeypatch.setattr(backup, "back_up", lambda *_, **__: pytest.fail("nothing is new"))
    store.keeper._copy()
    store.close()
