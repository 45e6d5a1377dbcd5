from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.builders import BACKEND, NOW, customer_change, event_change, make_store, sample_page, ticket_change

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import Channel, Status
from atendente_tui.store import reading
from atendente_tui.store.assessing import reassess, reassess_due
from atendente_tui.store.ingest import apply_changes, apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.store.tallies import verify_tallies

JUDGED = "SELECT id, score, why, sla_target, sla_due, sla_state, recheck FROM ticket ORDER BY id"


def test_time_moves_scores_as_a_fresh_judgement_would(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    store = make_store(tmp_path, clock=clock)
    apply_in_slices(store, sample_page(80, events=1), BACKEND)
    for hours in (1, 5, 30, 100):
        clock.advance(timedelta(hours=hours))
        while store.write(reassess_due):
            pass
        db = store.reader()
        kept = db.execute(JUDGED).fetchall()
        store.write(lambda tx, ids=[row[0] for row in kept]: reassess(tx, ids))
        assert db.execute(JUDGED).fetchall() == kept
        assert all(row[6] is None or row[6] > to_ms(clock.now()) for row in kept)
        db.close()
    assert "broken" in {row[5] for row in kept}
    store.close()


def test_a_snoozed_ticket_comes_back_at_its_moment(store: Store, clock: VirtualClock) -> None:
    until = NOW + timedelta(hours=2)
    changes = [customer_change(0), ticket_change(1, status=Status.SNOOZED, snoozed_until=until)]
    store.write(lambda tx: apply_changes(tx, changes, BACKEND))
    db = store.reader()

    def status() -> str:
        row = reading.ticket(db, 1)
        assert row is not None
        return row.status

    clock.advance(timedelta(hours=2) - timedelta(milliseconds=1))
    store.write(reassess_due)
    assert status() == "snoozed"
    clock.advance(timedelta(milliseconds=1))
    heard: list[frozenset[str]] = []
    store.subscribe(heard.append)
    store.write(reassess_due)
    store.write(lambda _: None)
    assert status() == "open"
    assert "queue" in heard[0]
    assert verify_tallies(db) == []


def test_what_is_done_has_no_score(store: Store) -> None:
    changes = [ticket_change(1, channel=Channel.CHAT), event_change(1, 0)]
    store.write(lambda tx: apply_changes(tx, changes, BACKEND))
    db = store.reader()
    row = reading.ticket(db, 1)
    assert row is not None
    assert row.score > 0
    store.write(lambda tx: apply_changes(tx, [ticket_change(1, status=Status.SOLVED)], BACKEND))
    row = reading.ticket(db, 1)
    assert row is not None
    assert (row.score, row.why, row.sla_due) == (0, "[]", None)
