"""The suite every adapter runs, on a real RT."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from atendente_tui.backends.conformance import CHECKS, STATES, Trial, run
from atendente_tui.backends.rt import RequestTracker
from atendente_tui.clock import SystemClock
from tests.live.working import own_rt

pytestmark = pytest.mark.live


@pytest_asyncio.fixture
async def trial(tmp_path: Path) -> AsyncIterator[Trial]:
    """Three connections of two people to an RT of their own: what others do in parallel is no broken promise."""
    with own_rt(tmp_path / "rt") as rt:
        async with AsyncExitStack() as open_ones:
            # Nobody writes in parallel here, so what becomes visible late need not be looked for as long.
            adapters = [
                RequestTracker(rt.settings(who, overlap=10)) for who in ("agent1", "agent2", "agent1")
            ]
            for adapter in adapters:
                open_ones.push_async_callback(adapter.aclose)
            one, other, twin = adapters
            yield Trial(one, SystemClock(), other, twin)


@pytest.mark.timeout(900)
async def test_rt_keeps_the_promises_of_the_port(trial: Trial) -> None:
    found: dict[str, set[str]] = {state: set() for state in STATES}
    wrong = []
    async for outcome in run(trial, writes=True):
        found[outcome.state].add(outcome.check)
        if outcome.state == "fails":
            wrong.append((outcome.check, outcome.detail))
    assert wrong == []
    assert found["absent"] == {
        "agent_state",
        "brings_settings",
        "flag_article",
        *("hints_stand", "hints_tell", "presence_survives", "presence_tells"),
        *("never_reuses", "once_at_once", "once_in_turn"),  # a marker is asked for, it does not prevent
        *("stale_reply", "stale_over_colleague", "survives_evil_names", "uploads"),
    }
    # RT answers by mail only, and a new one has few tickets and no files.
    assert {"reply_elsewhere", "status_undeclared"} <= found["untried"]
    assert found["untried"] <= {"reply_elsewhere", "status_undeclared", "newest_first", "fetches"}
    assert sum(map(len, found.values())) == len(CHECKS)
