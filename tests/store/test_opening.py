from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.builders import NOW, make_store, sample_page

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import backup, engine, migrate, reading
from atendente_tui.store.errors import StoreClosed, StoreLocked, StoreNewer, StoreReadOnly
from atendente_tui.store.store import Store

HOLDER = """
import sys, pathlib
from datetime import datetime, UTC
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store.store import Store
store = Store.open(pathlib.Path(sys.argv[1]), key=None, rules=DEFAULT_RULES, clock=VirtualClock(datetime.now(UTC)))
print("open", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreLocked) as told:
            make_store(tmp_path)
        assert (told.value.pid, told.value.host) == (other.pid, socket.gethostname())
        assert str(path) in str(told.value)
        assert str(other.pid) in str(told.value)
        watching = Store.open(path, key=None, rules=DEFAULT_RULES, clock=VirtualClock(NOW), read_only=True)
        assert reading.ticket(watching.reader(), 1) is None
        with pytest.raises(StoreReadOnly):
            watching.submit(lambda _: None)
        watching.close()
        other.send_signal(signal.SIGKILL)
        other.wait()
    after = make_store(tmp_path)  # the lock died with its process
    assert after.was_clean is False
    after.close()
    again = make_store(tmp_path)
    assert again.was_clean is True
    again.close()


def test_the_lock_says_who(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    assert json.loads((store.path / "store.lock").read_bytes())["pid"] == os.getpid()
    store.close()


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    make_store(tmp_path, tickets=3).close()
    path = tmp_path / "store" / "store.db"
    db = engine.connect(path, None)
    db.execute("PRAGMA user_version = 9999")
    db.close()
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreNewer) as told:
            Store.open(
                path.parent, key=None, rules=DEFAULT_RULES, clock=VirtualClock(NOW), read_only=read_only
            )
        assert (told.value.found, told.value.known) == (9999, migrate.latest())
        assert str(path) in str(told.value)
    assert path.read_bytes() == before


def test_files_are_private(tmp_path: Path) -> None:
    store = make_store(tmp_path, tickets=1)
    assert store.wait_indexed()
    assert oct(store.path.stat().st_mode & 0o777) == "0o700"
    for name in ("store.db", "search.db"):
        assert oct((store.path / name).stat().st_mode & 0o777) == "0o600"
    store.close()


def test_files_that_others_may_read_are_taken_from_them(tmp_path: Path) -> None:
    store = make_store(tmp_path, tickets=1)
    backup.back_up(store)
    assert store.loose == 0
    store.close()
    [copy] = backup.backups(store.path)
    for path in (store.path, store.file, copy.path):
        path.chmod(0o755 if path.is_dir() else 0o644)
    again = make_store(tmp_path)
    assert again.loose == 3
    for path in (store.path, *store.path.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    again.close()


def test_closing_does_what_is_in_line_and_refuses_more(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    done = [
        store.submit(lambda tx, n=n: tx.db.execute("INSERT INTO meta VALUES (?, '')", (f"x{n}",)) and None)
        for n in range(50)
    ]
    store.close()
    store.close()
    assert all(future.result() is None for future in done)
    with pytest.raises(StoreClosed):
        store.submit(lambda _: None)
    again = make_store(tmp_path)
    assert again.reader().execute("SELECT count(*) FROM meta WHERE key LIKE 'x%'").fetchone() == (50,)
    again.close()


def test_opened_again_with_its_key(tmp_path: Path) -> None:
    key = bytes(range(32))
    make_store(tmp_path, tickets=5, key=key).close()
    store = make_store(tmp_path, key=key)
    assert reading.find_ticket(store.reader(), "2026-000003") is not None
    assert sample_page(1).cursor == reading.sync_state(store.reader(), "example")["cursor"]
    store.close()


SCRIPT = """
CREATE TABLE a (x TEXT); -- one
INSERT INTO a VALUES ('semi;colon');
CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;
CREATE INDEX i ON a (x);
"""


def test_a_migration_happens_whole_or_not_at_all(tmp_path: Path) -> None:
    parts = list(migrate.statements(SCRIPT))
    assert len(parts) == 4
    for broken in range(len(parts) + 1):
        db = engine.connect(tmp_path / f"{broken}.db", None)
        script = "".join(
            [*parts[:broken], "CREATE NONSENSE;\n" if broken < len(parts) else "", *parts[broken:]]
        )
        if broken < len(parts):
            with pytest.raises(Exception, match="syntax"):
                migrate._apply(db, 1, script)
            assert migrate.version(db) == 0
            assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        else:
            migrate._apply(db, 1, script)
            assert migrate.version(db) == 1
        db.close()


def test_an_unfinished_statement_is_an_error() -> None:
    with pytest.raises(ValueError, match="unfinished"):
        list(migrate.statements("CREATE TABLE a (x)"))


def test_an_older_store_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path, tickets=4).close()
    known = migrate.migrations()
    monkeypatch.setattr(
        migrate, "migrations", lambda: [*known, (known[-1][0] + 1, "ALTER TABLE draft ADD COLUMN z TEXT;")]
    )
    monkeypatch.setattr(migrate, "latest", lambda: known[-1][0] + 1)
    store = make_store(tmp_path)
    assert migrate.version(store.reader()) == known[-1][0] + 1
    copy = engine.connect(store.path / f"before-migration-{known[-1][0]}.db", None, read_only=True)
    assert migrate.version(copy) == known[-1][0]
    assert copy.execute("SELECT count(*) FROM ticket").fetchone() == (4,)
    copy.close()
    store.close()
