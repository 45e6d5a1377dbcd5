from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk.desk import Desk
from atendente_tui.store.store import Store
from atendente_tui.sync.once import SyncReport, sync_once
from atendente_tui.sync.pushing import Pusher
from atendente_tui.sync.retrying import Gate
from tests.builders import NOW, make_store
from tests.desk.conftest import desk_at
from tests.sync.helpdesk import Helpdesk, World


class Bench:
    """A desk without holds, a helpdesk with twelve tickets pulled from it, and a clock that only `sleep` moves."""

    def __init__(self, path: Path, tickets: int = 12) -> None:
        self.clock = VirtualClock(NOW)
        self.store: Store = make_store(path, clock=self.clock)
        self.desk: Desk = desk_at(self.store, holds={})
        self.world = World(self.clock)
        self.world.begin(tickets)
        self.helpdesk = Helpdesk(self.world)
        self.gate = Gate(self.clock)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def pusher(self, seed: int = 1) -> Pusher:
        return Pusher(
            self.store,
            self.helpdesk,
            "example",
            clock=self.clock,
            rng=Random(seed),
            gate=self.gate,
            sleep=self.sleep,
        )

    async def once(self, **options: object) -> SyncReport:
        return await sync_once(
            self.store,
            self.helpdesk,
            backend_name="example",
            clock=self.clock,
            rng=Random(1),
            sleep=self.sleep,
            **options,  # type: ignore[arg-type]
        )


@pytest.fixture
async def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    report = await bench.once()
    assert report.error is None
    yield bench
    bench.store.close()
