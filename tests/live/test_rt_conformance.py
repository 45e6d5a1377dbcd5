"""The suite every adapter runs, on a real RT."""

from __future__ import annotations

import pytest

from atendente_tui.backends.conformance import CHECKS, STATES, Trial, run
from atendente_tui.clock import SystemClock
from tests.live.conftest import MakeAdapter

pytestmark = pytest.mark.live


@pytest.mark.timeout(900)
async def test_rt_keeps_the_promises_of_the_port(adapters: MakeAdapter) -> None:
    # Nobody writes in parallel here, so what becomes visible late need not be looked for as long.
    one, other, twin = (adapters(login, overlap=10) for login in ("agent1", "agent2", "agent1"))
    found: dict[str, set[str]] = {state: set() for state in STATES}
    wrong = []
    async for outcome in run(Trial(one, SystemClock(), other, twin), writes=True):
        found[outcome.state].add(outcome.check)
        if outcome.state == "fails":
            wrong.append((outcome.check, outcome.detail))
    assert wrong == []
    assert found["absent"] == {
        "brings_settings",
        "flag_article",
        *("hints_stand", "hints_tell", "presence_survives", "presence_tells"),
        *("never_reuses", "once_at_once", "once_in_turn"),  # a marker is asked for, it does not prevent
        *("stale_reply", "stale_over_colleague", "survives_evil_names", "uploads"),
    }
    # RT answers by mail only; how many tickets and files there are depends on who was here before.
    assert {"reply_elsewhere", "status_undeclared"} <= found["untried"]
    assert found["untried"] <= {"reply_elsewhere", "status_undeclared", "newest_first", "fetches"}
    assert sum(map(len, found.values())) == len(CHECKS)
