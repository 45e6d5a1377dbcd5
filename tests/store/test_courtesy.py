"""Work in the background and a person at the keys: who waits for whom, and for how long at most."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest
from tests.builders import sample_page

from atendente_tui.clock import SystemClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import courtesy as courtesies
from atendente_tui.store.courtesy import Courtesy
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Lane, Store, Tx


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long enough that no machine is too busy to see the difference."""
    monkeypatch.setattr(courtesies, "PAINTED", 30.0)
    monkeypatch.setattr(courtesies, "AT_THE_KEYS", 60.0)
    monkeypatch.setattr(courtesies, "LONGEST", 30.0)


def test_nobody_waits_where_no_key_was_pressed(slow: None) -> None:
    courtesy = Courtesy()
    courtesy.take_turn()
    assert courtesy.give_way(30.0) < 1.0
    assert not courtesy.at_the_keys()


def test_who_gives_way_goes_on_once_the_frame_is_out(slow: None) -> None:
    courtesy = Courtesy()
    courtesy.pressed()
    assert courtesy.at_the_keys()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(courtesy.give_way, 30.0)
        with pytest.raises(TimeoutError):
            waiting.result(0.05)
        courtesy.painted()
        assert waiting.result(10.0) >= 0.05


def test_one_turn_a_key_while_somebody_is_at_them(slow: None) -> None:
    courtesy = Courtesy()
    courtesy.pressed()
    courtesy.painted()
    courtesy.take_turn()
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(courtesy.take_turn)
        with pytest.raises(TimeoutError):
            second.result(0.05)
        courtesy.pressed()
        courtesy.painted()
        second.result(10.0)


def test_keys_without_end_do_not_stop_a_sync(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=SystemClock())
    over = threading.Event()

    def press() -> None:
        while not over.wait(0.001):
            store.courtesy.pressed()

    presses = threading.Thread(target=press)
    presses.start()
    try:
        applied = apply_in_slices(store, sample_page(120), "pages")
    finally:
        over.set()
        presses.join()
        store.close()
    assert applied.events == 240


def test_what_a_person_does_never_waits_out_of_courtesy(tmp_path: Path, slow: None) -> None:
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=SystemClock())
    try:
        store.courtesy.pressed()

        def job(tx: Tx) -> float:
            begun = monotonic()
            tx.give_way()
            return monotonic() - begun

        assert store.write(job, Lane.PERSON) < 1.0
    finally:
        store.courtesy.painted()
        store.close()
