"""A store that is alone has no thread: a job is done when it is given, time passes when it is told to, what is searched is there."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders import BACKEND, NOW, sample_page

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import outbox
from atendente_tui.store.errors import StoreClosed
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.search import search
from atendente_tui.store.store import Lane, Store
from atendente_tui.store.writing import Tx


def opened(tmp_path: Path, clock: VirtualClock) -> Store:
    return Store.open(
        tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock, throwaway=True, alone=True
    )


def test_a_job_is_done_when_it_is_given_and_what_it_gives_comes_after_it(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    store = opened(tmp_path, VirtualClock(NOW))
    order: list[str] = []

    def first(_tx: Tx) -> None:
        store.submit(lambda _: order.append("second"), Lane.IDLE)
        order.append("first")

    assert store.submit(first).done()
    assert order == ["first", "second"]

    def fails(tx: Tx) -> None:
        tx.db.execute("INSERT INTO meta VALUES ('half', '')")
        raise Refused("text_empty")

    with pytest.raises(Refused):
        store.write(fails)
    with store.reading() as db:
        assert not db.execute("SELECT 1 FROM meta WHERE key = 'half'").fetchone()
    assert set(threading.enumerate()) == threads
    store.close()
    with pytest.raises(StoreClosed):
        store.submit(first)
    store.close()


def test_what_was_written_a_moment_ago_is_found(tmp_path: Path) -> None:
    with closing(opened(tmp_path, VirtualClock(NOW))) as store:
        apply_in_slices(store, sample_page(), BACKEND)
        with store.reading() as db:
            text = str(db.execute("SELECT text FROM event WHERE text <> '' LIMIT 1").fetchone()[0])
        assert search(store, text.split()[0])
        with store.reading() as db:
            assert not db.execute("SELECT 1 FROM index_queue").fetchone()


def test_time_changes_nothing_until_it_is_told_to(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with closing(opened(tmp_path, clock)) as store:
        apply_in_slices(store, sample_page(), BACKEND)
        until = int((NOW + timedelta(hours=1)).timestamp() * 1000)
        store.write(
            lambda tx: tx.db.execute("UPDATE ticket SET status = 'snoozed', snoozed_until = ?", (until,))
        )
        clock.set(NOW + timedelta(hours=2))

        def asleep() -> int:
            with store.reading() as db:
                return int(db.execute("SELECT count(*) FROM ticket WHERE status = 'snoozed'").fetchone()[0])

        assert asleep()
        store.pass_time()
        assert not asleep()


def test_a_connection_is_lent_again_and_sees_what_was_written_since(tmp_path: Path) -> None:
    with closing(opened(tmp_path, VirtualClock(NOW))) as store:
        with store.reading() as first:
            assert not first.execute("SELECT 1 FROM ticket").fetchone()
        apply_in_slices(store, sample_page(), BACKEND)
        with store.reading() as again, store.reading() as beside:
            assert again is first
            assert beside is not first
            assert again.execute("SELECT 1 FROM ticket").fetchone()


def test_what_is_due_is_looked_for_among_what_waits_not_in_all_that_went_out(tmp_path: Path) -> None:
    """Settled rows stay for thirty days: each look would read all of them."""
    with closing(opened(tmp_path, VirtualClock(NOW))) as store, store.reading() as db:
        asked: list[str] = []
        db.set_trace_callback(asked.append)
        outbox.due(db, 0)
        outbox.pending(db)
        outbox.next_due(db, 0)
        db.set_trace_callback(None)
        for query in asked:
            plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
            assert not [one for one in plan if one.startswith("SCAN o") and "outbox_pending" not in one], plan
        assert len(asked) == 3
