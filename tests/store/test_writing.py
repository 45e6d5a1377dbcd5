from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.builders import BACKEND, NOW, make_store, sample_page

from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.store import engine
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Lane, Store
from atendente_tui.store.writing import Tx, packed, unpacked


def nothing(tx: Tx) -> None:
    """A job that only takes its turn."""


def test_a_person_is_next_in_line(store: Store) -> None:
    order: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        begun.set()
        go.wait(5)

    store.submit(slow, Lane.SYNC)
    assert begun.wait(5)
    jobs = [
        store.submit(lambda _, name=name: order.append(name), lane)
        for name, lane in (
            ("idle", Lane.IDLE),
            ("sync", Lane.SYNC),
            ("person", Lane.PERSON),
            ("person 2", Lane.PERSON),
        )
    ]
    go.set()
    for job in jobs:
        job.result(5)
    assert order == ["person", "person 2", "sync", "idle"]


def test_what_fails_leaves_nothing(store: Store) -> None:
    heard: list[frozenset[str]] = []
    leave = store.subscribe(heard.append)

    def job(tx: Tx) -> None:
        tx.db.execute("INSERT INTO meta VALUES ('half', '')")
        tx.touch("queue")
        tx.tally(None, ("open", None, None))
        raise Refused("text_empty")

    with pytest.raises(Refused, match="text_empty"):
        store.write(job)
    store.write(lambda tx: tx.touch("drafts"))
    store.write(nothing)
    assert heard == [frozenset({"drafts"})]
    leave()
    store.write(lambda tx: tx.touch("drafts"))
    store.write(nothing)
    assert len(heard) == 1
    db = store.reader()
    assert db.execute("SELECT count(*) FROM meta WHERE key = 'half'").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM tally").fetchone() == (0,)


def test_a_part_may_fail_alone(store: Store) -> None:
    def fail(tx: Tx) -> None:
        with tx.savepoint():
            tx.db.execute("INSERT INTO meta VALUES ('part', '')")
            tx.touch("queue")
            tx.reindex("ticket", 2)
            raise ValueError("part")

    def job(tx: Tx) -> None:
        tx.reindex("ticket", 1)
        with pytest.raises(ValueError, match="part"):
            fail(tx)
        tx.db.execute("INSERT INTO meta VALUES ('rest', '')")
        assert (tx._topics, tx._reindex) == (set(), {"ticket": {1}})

    store.write(job)
    assert store.reader().execute("SELECT key FROM meta WHERE key IN ('part', 'rest')").fetchall() == [
        ("rest",)
    ]


def test_a_watcher_that_fails_does_not_stop_the_writer(store: Store) -> None:
    def broken(topics: frozenset[str]) -> None:
        raise RuntimeError

    store.subscribe(broken)
    store.write(lambda tx: tx.touch("queue"))
    assert store.write(lambda tx: tx.now) == to_ms(NOW)


def test_a_job_that_was_cancelled_does_not_run(store: Store) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        begun.set()
        go.wait(5)

    store.submit(slow)
    assert begun.wait(5)
    job = store.submit(lambda tx: tx.db.execute("INSERT INTO meta VALUES ('cancelled', '')") and None)
    assert job.cancel()
    go.set()
    store.write(nothing)
    assert store.reader().execute("SELECT count(*) FROM meta WHERE key = 'cancelled'").fetchone() == (0,)


def test_numbers_are_packed_and_unpacked() -> None:
    assert unpacked(packed([3, -(1 << 60), 1 << 62])) == [-(1 << 60), 3, 1 << 62]
    assert unpacked(b"") == []


def test_only_known_kinds_are_indexed(store: Store) -> None:
    with pytest.raises(ValueError, match="nothing to index"):
        store.write(lambda tx: tx.reindex("nonsense", 1))


def test_the_log_is_cut_after_a_sync(tmp_path: Path) -> None:
    from atendente_tui.store import store as room

    made = make_store(tmp_path)
    log = made.file.with_name("store.db-wal")
    try:
        room.LONG_LOG, held = 1 << 16, room.LONG_LOG
        apply_in_slices(made, sample_page(200), BACKEND)
        until = time.monotonic() + 20
        while log.stat().st_size > 0 and time.monotonic() < until:
            made.write(nothing)
            time.sleep(0.05)
        assert log.stat().st_size == 0
    finally:
        room.LONG_LOG = held
        made.close()


WRITER = """
import sys, pathlib
from datetime import datetime, UTC
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store.drafts import save_draft
from atendente_tui.store.rows import DraftRow
from atendente_tui.store.store import Lane, Store
store = Store.open(pathlib.Path(sys.argv[1]), key=None, rules=DEFAULT_RULES, clock=VirtualClock(datetime.now(UTC)))
n = int(sys.argv[2])
while True:
    for _ in range(3):
        store.submit(lambda tx: tx.db.execute("INSERT INTO meta SELECT 'x' || coalesce(max(rowid_), 0), '' FROM (SELECT count(*) rowid_ FROM meta)") and None, Lane.SYNC)
    store.write(lambda tx: (save_draft(tx, DraftRow(f"{n}:reply", n, "reply", "text " * 50, 0, 0, "{}", n)),
                            tx.db.execute("INSERT INTO audit (at, actor, action) VALUES (?, 'a', 'b')", (n,)))[0])
    print(n, flush=True)
    n += 1
"""


@pytest.mark.timeout(120)
def test_what_was_confirmed_survives_being_killed(tmp_path: Path) -> None:
    path, confirmed = tmp_path / "store", 0
    chance = random.Random(7)
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(confirmed + 1)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for _ in range(chance.randint(1, 60)):
                line = child.stdout.readline()
                confirmed = int(line)
            os.kill(child.pid, 9)
            rest = child.stdout.read().split()
            confirmed = int(rest[-1]) if rest else confirmed
        db = engine.connect(path / "store.db", None)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        drafts, audits = (
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("draft", "audit")
        )
        assert drafts == audits  # one transaction
        assert drafts >= confirmed
        confirmed = drafts
        db.close()


FULL = """
import resource, signal, sys, pathlib
from datetime import datetime, UTC
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import reading
from atendente_tui.store.drafts import save_draft
from atendente_tui.store.errors import StoreFull
from atendente_tui.store.rows import DraftRow
from atendente_tui.store.store import Store
store = Store.open(pathlib.Path(sys.argv[1]), key=None, rules=DEFAULT_RULES, clock=VirtualClock(datetime.now(UTC)))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))
n = 0
try:
    while True:
        store.write(lambda tx: save_draft(tx, DraftRow(f"{n}:note", n, "note", "a" * 5_000, 0, 0, "{}", n)))
        n += 1
except StoreFull as full:
    assert sys.argv[1] in str(full)
    print(n, len(reading.drafts(store.reader())), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file size are POSIX")
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store"
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stderr
    confirmed, read = map(int, told.stdout.split())
    assert confirmed == read > 20
    db = engine.connect(path / "store.db", None)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM draft").fetchone() == (confirmed,)
    db.close()


def test_opening_a_store_imports_nothing_heavy() -> None:
    code = (
        "import sys; import atendente_tui.store.store, atendente_tui.store.queue, atendente_tui.store.reading;"
        " print(*sorted({'pydantic', 'sqlalchemy', 'sqlmodel', 'httpx', 'holidays', 'yaml'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.strip() == ""
