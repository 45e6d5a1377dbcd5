"""Nothing that was confirmed is lost on a full disk, nothing unconfirmed is called saved, and with room it all goes on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.builders import make_store, sample_page
from tests.store.small_disk import fill, mounted, no_file_longer_than

from atendente_tui import labels
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import engine, health, room
from atendente_tui.store.errors import StoreError, StoreFull
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.store.writing import Tx

KEY = b"k" * 32
WRITES = int(os.environ.get("ATENDENTE_FULL_WRITES", "40"))
"""At so many different writes the disk is filled; 200 in `make chaos`."""


def say(n: int) -> object:
    def job(tx: Tx) -> None:
        tx.db.execute("INSERT INTO meta VALUES (?, ?)", (f"resposta-{n}", "texto de uma resposta " * 40))

    return job


def said(store: Store | Path, key: bytes | None) -> set[int]:
    file = store.file if isinstance(store, Store) else store
    db = engine.connect(file, key, read_only=True)
    try:
        assert health.faults(db) == []
        names = db.execute("SELECT key FROM meta WHERE key LIKE 'resposta-%'").fetchall()
        return {int(name[0].partition("-")[2]) for name in names}
    finally:
        db.close()


def write_until_full(store: Store, first: int, most: int = 3_000) -> set[int]:
    """Which writes were confirmed. The first refusal ends it, and says what a person can do."""
    done: set[int] = set()

    def on_and_on() -> None:
        for n in range(first, first + most):
            store.write(say(n))  # type: ignore[arg-type]
            done.add(n)

    with pytest.raises(StoreFull) as told:
        on_and_on()
    assert isinstance(told.value, Refused)
    assert "libere espaço" in str(told.value)
    assert labels.refusal(told.value) == str(told.value)
    return done


@pytest.mark.parametrize("key", [None, KEY])
def test_full_at_any_write(key: bytes | None, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=4m") as disk:
        confirmed: set[int] = set()
        first = 0
        for n in range(1, WRITES + 1):
            store = make_store(disk, key=key)
            for more in range(first, first + n):
                store.write(say(more))  # type: ignore[arg-type]
                confirmed.add(more)
            first += n
            full = fill(disk)
            confirmed |= write_until_full(store, first)
            first += 3_000
            assert store.full
            assert said(store, key) == confirmed, "what is there can be read"
            full.unlink()
            store.write(say(first))  # type: ignore[arg-type]  # the writer lives
            confirmed.add(first)
            first += 1
            assert not store.full
            store.close()
            assert said(disk / "store" / "store.db", key) == confirmed
            if n % 4 == 0:  # the next rounds begin on an empty disk
                shutil.rmtree(disk / "store")
                confirmed.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file size is POSIX")
def test_a_limit_on_files_is_a_full_disk_too(tmp_path: Path) -> None:
    store = make_store(tmp_path, key=KEY)
    with no_file_longer_than(600_000):
        confirmed = write_until_full(store, 0)
        assert confirmed
        with pytest.raises(StoreError):
            apply_in_slices(store, sample_page(400), "example")
    assert said(store, KEY) == confirmed
    store.write(say(99_999))  # type: ignore[arg-type]
    store.close()
    assert said(tmp_path / "store" / "store.db", KEY) == confirmed | {99_999}


def test_the_ballast_carries_what_a_person_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOW", 0)
    monkeypatch.setattr(room, "BALLAST", 1 << 20)
    with mounted(tmp_path / "disk", "size=6m") as disk:
        store = make_store(disk, key=KEY)
        assert room.lay(store.path)
        assert room.lay(store.path)
        ballast = store.path / "ballast"
        assert ballast.stat().st_blocks * 512 >= 1 << 20, "it really takes the room"
        assert ballast.stat().st_mode & 0o777 == 0o600
        fill(disk)
        heard: list[frozenset[str]] = []
        store.subscribe(heard.append)
        for n in range(40):  # with the ballast gone there is room for a shift's answers
            store.write(say(n))  # type: ignore[arg-type]
        assert not ballast.exists()
        assert not room.lay(store.path), "it is not laid again while the disk is short"
        assert not ballast.exists()
        confirmed = write_until_full(store, 40)
        assert any("health" in topics for topics in heard)
        (disk / "cheio").unlink()
        assert room.lay(store.path)
        store.close()
        assert said(disk / "store" / "store.db", KEY) == set(range(40)) | confirmed


def test_what_a_sync_brings_does_not_use_the_ballast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOW", 0)
    monkeypatch.setattr(room, "BALLAST", 1 << 20)
    with mounted(tmp_path / "disk", "size=6m") as disk:
        store = make_store(disk, key=KEY)
        assert room.lay(store.path)
        fill(disk)
        with pytest.raises(StoreFull):
            apply_in_slices(store, sample_page(3_000), "example")
        assert (store.path / "ballast").exists()
        store.write(say(1))  # type: ignore[arg-type]
        store.close()


def test_a_disk_that_is_full_at_the_start(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=4m") as disk:
        store = make_store(disk, key=KEY)
        store.write(say(1))  # type: ignore[arg-type]
        store.close()
        full = fill(disk)
        with pytest.raises(StoreError, match=str(disk)):
            make_store(disk, key=KEY)
        full.unlink()
        assert said(disk / "store" / "store.db", KEY) == {1}


def test_a_folder_on_a_disk_that_can_only_be_read(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=4m") as disk:
        store = make_store(disk, tickets=2, key=KEY)
        store.close()
        import subprocess

        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for read_only in (False, True):
            with pytest.raises(StoreError) as told:
                Store.open(
                    store.path,
                    key=KEY,
                    rules=DEFAULT_RULES,
                    clock=VirtualClock(store.clock.now()),
                    read_only=read_only,
                )
            assert "ATENDENTE_DATA" in str(told.value)
            assert str(store.path) in str(told.value)
