from __future__ import annotations

import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite
from tests.builders import BACKEND, NOW, event_change, make_store

from atendente_tui.clock import VirtualClock
from atendente_tui.store import backup, damage, engine, health, reading
from atendente_tui.store.drafts import save_draft
from atendente_tui.store.errors import StoreLocked
from atendente_tui.store.ingest import apply_changes
from atendente_tui.store.rows import DraftRow
from atendente_tui.store.search import search
from atendente_tui.store.store import Store
from atendente_tui.store.tallies import verify_tallies

KEY = b"k" * 32


def test_copies_under_load_are_whole(tmp_path: Path) -> None:
    store = make_store(tmp_path, tickets=50, key=KEY)
    stop = threading.Event()

    def load() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            store.write(lambda tx, n=n: apply_changes(tx, [event_change(n % 50, 1_000 + n)], BACKEND))

    thread = threading.Thread(target=load)
    thread.start()
    try:
        for n in range(10):
            copy = backup.copy_to(store.file, tmp_path / f"{n}.db", KEY)
            db = engine.connect(copy, KEY, read_only=True)
            assert health.faults(db) == []
            assert verify_tallies(db) == []
            db.close()
    finally:
        stop.set()
        thread.join()
        store.close()
    assert not list(tmp_path.glob("*.part*"))


def test_old_copies_go(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    store = make_store(tmp_path, tickets=2, clock=clock)
    made = 0
    for _ in range(12):
        made += backup.back_up(store) is not None
        clock.advance(timedelta(hours=20))
    assert made == 12
    kept = [copy.at for copy in backup.backups(store.path)]
    assert kept[0] == NOW + timedelta(hours=20 * 11)
    assert len({at.date() for at in kept}) == 7
    assert backup.back_up(store) is not None
    assert backup.back_up(store) is None
    store.close()


def test_three_hours_and_seven_days_are_kept() -> None:
    copies = [backup.Copy(Path(f"{n}"), NOW - timedelta(minutes=20 * n), 1) for n in range(1_000)]
    let_go = {copy.path for copy in backup.superfluous(copies)}
    kept = [copy.at for copy in copies if copy.path not in let_go]
    assert len(kept) == 3 + 7 - 1  # the newest of today counts for its hour and for its day
    assert [(NOW - at) // timedelta(hours=1) for at in kept[:3]] == [0, 0, 1]
    assert len({at.date() for at in kept}) == 7


def test_a_copy_where_a_person_wants_it(tmp_path: Path) -> None:
    store = make_store(tmp_path, tickets=5, key=KEY)
    target = backup.save_as(store, tmp_path / "meu.db")
    db = engine.connect(target, KEY, read_only=True)
    assert db.execute("SELECT count(*) FROM ticket").fetchone() == (5,)
    db.close()
    with pytest.raises(FileExistsError):
        backup.save_as(store, target)
    store.close()


def test_figures(tmp_path: Path) -> None:
    store = make_store(tmp_path, tickets=5, key=KEY)
    db = store.reader()
    told = health.figures(db, store.path, encrypted=True)
    assert told.sqlite_is_sound
    assert (told.tickets, told.events, told.poison) == (5, 10, 0)
    assert told.schema == told.known_schema
    assert health.faults(db) == []
    assert health.cipher_faults(db) == []
    db.close()
    store.close()


def outgoing(n: int) -> str:
    return (
        "INSERT INTO outbox (command_id, type, ticket_id, body, state, hold_until, created, changed)"
        f" VALUES ('c{n}', 'reply', {n % 40 + 1}, '{'texto ' * 60}', 'queued', 0, 0, 0)"
    )


def filled(tmp_path: Path, key: bytes | None) -> Store:
    """A store with a copy from before its newest 150 commands and its draft."""
    store = make_store(tmp_path, tickets=60, key=key)
    store.write(lambda tx: [tx.db.execute(outgoing(n)) for n in range(50)] and None)
    backup.back_up(store)
    store.write(lambda tx: [tx.db.execute(outgoing(n)) for n in range(50, 200)] and None)
    store.write(lambda tx: save_draft(tx, DraftRow("3:reply", 3, "reply", "quase pronto", 0, 0, "{}", 1)))
    return store


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("harm", ["pages", "header", "cut", "gone"])
def test_a_damaged_store_is_mended(
    tmp_path: Path, key: bytes | None, harm: str, capfd: pytest.CaptureFixture[str]
) -> None:
    store = filled(tmp_path, key)
    with pytest.raises(StoreLocked):
        damage.repair(store.path, key, NOW)
    store.close()
    data = bytearray(store.file.read_bytes())
    pages = len(data) // 4096
    if harm == "pages":
        chance = random.Random(3)
        for page in chance.sample(range(8, pages), max(1, pages // 100)):
            data[page * 4096 : page * 4096 + 4096] = chance.randbytes(4096)
    elif harm == "header":
        data[:4096] = bytes(4096)
    elif harm == "cut":
        del data[len(data) // 2 :]
    if harm == "gone":
        store.file.unlink()
    else:
        store.file.write_bytes(data)
    told = damage.repair(store.path, key, NOW)
    assert told.restored is not None
    assert (told.aside is None) is (harm == "gone")
    if told.aside is not None:
        assert ".corrompido-" in told.aside.name
        assert told.aside.read_bytes()[: len(data)] == bytes(data)
    again = make_store(tmp_path, key=key)
    db = again.reader()
    assert health.faults(db) == []
    assert verify_tallies(db) == []
    kept = db.execute("SELECT count(*) FROM outbox WHERE state = 'queued'").fetchone()[0]
    assert kept >= (190 if harm == "pages" else 50)
    if harm == "pages":
        draft = reading.draft(db, "3:reply")
        assert draft is not None
        assert draft.text == "quase pronto"
    assert "cursor" not in reading.sync_state(db, BACKEND)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert again.wait_indexed()
    assert search(again, "pedido")
    db.close()
    again.close()
    assert capfd.readouterr() == ("", "")


def test_without_a_copy_what_was_unsent_is_saved(tmp_path: Path) -> None:
    store = filled(tmp_path, KEY)
    store.close()
    for copy in backup.backups(store.path):
        copy.path.unlink()
    data = bytearray(store.file.read_bytes())
    data[9 * 4096 : 10 * 4096] = bytes(4096)
    store.file.write_bytes(data)
    told = damage.repair(store.path, KEY, NOW)
    assert told.restored is None
    assert told.saved["outbox"] >= 190
    again = make_store(tmp_path, key=KEY)
    assert again.reader().execute("PRAGMA foreign_key_check").fetchall() == []
    again.close()


def test_a_row_that_a_broken_page_made_up_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """A page of a plain store may be read as a row without its id: the rest is saved, and that one is asked for."""
    store = filled(tmp_path, None)
    store.close()
    with sqlite.connect(store.file) as db:
        db.execute("PRAGMA writable_schema = ON")
        strict, loose = "command_id TEXT NOT NULL", "command_id TEXT         "
        db.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'outbox'", (strict, loose))
        db.commit()
    db.close()
    with sqlite.connect(store.file) as db:
        db.execute("UPDATE outbox SET command_id = NULL WHERE command_id IN ('c7', 'c180')")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'outbox'", (loose, strict))
    db.close()
    assert damage.is_damaged(store.path, None)
    told = damage.repair(store.path, None, NOW)
    assert (told.saved["outbox"], told.faults) == (198, 2)
    again = make_store(tmp_path, key=None)
    found = dict(again.reader().execute("SELECT command_id, may_have_arrived FROM outbox").fetchall())
    assert len(found) == 199  # c7 is in the copy, c180 was newer than it
    assert [name for name, asked in found.items() if asked] == ["c7"]
    again.close()
