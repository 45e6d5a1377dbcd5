"""An open workstation lets go by itself what has been kept long enough."""

from __future__ import annotations

import threading
from datetime import timedelta

from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config, PrivacyConfig
from atendente_tui.desk import drafting
from atendente_tui.desk.desk import Desk
from atendente_tui.desk.letting_go import LettingGo, let_go
from atendente_tui.store.store import Store

TEN_DAYS = Config(privacy=PrivacyConfig(retention={"drafts": 10.0}))


def test_old_drafts_go_and_young_ones_stay(desk: Desk, store: Store, clock: VirtualClock) -> None:
    drafting.save_draft(desk, 1, "reply", "velho").result()
    clock.advance(timedelta(days=11))
    drafting.save_draft(desk, 2, "reply", "novo").result()
    told = threading.Event()
    store.subscribe(lambda topics: told.set() if "drafts" in topics else None)
    thread = LettingGo(desk, TEN_DAYS, after=0.0, every=3_600.0)
    thread.start()
    try:
        assert told.wait(60.0)
    finally:
        thread.stop()
        thread.join(60.0)
    with store.reader() as db:
        assert [row[0] for row in db.execute("SELECT text FROM draft")] == ["novo"]


def test_nothing_runs_where_nothing_is_to_be_let_go(desk: Desk) -> None:
    assert let_go(desk, Config()) is None
