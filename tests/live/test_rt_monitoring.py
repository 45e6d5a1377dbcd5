"""An hour of monitoring at a real Request Tracker, on a virtual clock: every request is seen, and none writes."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store.store import Store
from atendente_tui.sync.only_reading import ReadingOnly, follow
from tests.live.conftest import LiveRT, MakeAdapter
from tests.live.proxy import Proxy

LIST = re.compile(
    r"/REST/2\.0/(?:tickets|transactions|users|queues/all|queues|groups|articles|customfields|attachments)(?:\?|$)"
)
"""A search is put in the body of a POST to a list; what writes goes to a single thing or to the name of one."""
EVERY = 300.0


@pytest.mark.live
async def test_an_hour_of_monitoring_writes_nothing(
    live_rt: LiveRT, adapters: MakeAdapter, proxy: Proxy, tmp_path: Path
) -> None:
    clock = VirtualClock(datetime.now(UTC))
    feed = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)
    end, pulls = clock.now() + timedelta(hours=1), 0

    async def sleep(seconds: float) -> None:
        nonlocal pulls
        pulls += 1
        clock.advance(timedelta(seconds=seconds))

    try:
        session = ReadingOnly(adapters("agent1", url=proxy.url))
        await follow(feed, session, "rt", clock, every=EVERY, ended=lambda: clock.now() >= end, sleep=sleep)
        with closing(feed.reader()) as db:
            status = db.execute("SELECT value FROM sync_state WHERE key = 'status'").fetchone()[0]
            assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    finally:
        feed.close()
    assert '"error": null' in status
    assert pulls == 12
    assert live_rt.url
    asked = [(method, path) for method, path, _fate in proxy.log]
    assert len(asked) >= pulls
    writing = [
        (method, path)
        for method, path in asked
        if method != "GET" and not (method == "POST" and LIST.match(path))
    ]
    assert writing == []
