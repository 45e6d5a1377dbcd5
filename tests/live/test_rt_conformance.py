"""The suite every adapter runs, on a real RT."""

from __future__ import annotations

import pytest

from atendente_tui.backends.conformance import Trial, run
from atendente_tui.clock import SystemClock
from tests.live.conftest import MakeAdapter

pytestmark = pytest.mark.live


async def test_rt_keeps_the_promises_of_the_port(adapters: MakeAdapter) -> None:
    trial = Trial(adapters("agent1"), SystemClock(), adapters("agent2"))
    outcomes = [outcome async for outcome in run(trial, writes=True)]
    others = [(outcome.check, outcome.state) for outcome in outcomes if outcome.state != "ok"]
    assert others == [("replies_elsewhere", "skipped")]  # RT answers by mail only, and says so
    assert len(outcomes) == 23
