"""A helpdesk that comes back after an outage: its clients do not fall over it together, and what waited leaves soon."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from atendente_tui.desk import answering
from atendente_tui.sync.service import SyncService
from tests.simulation.life import NAME, History, Kind
from tests.simulation.test_promises import scene
from tests.simulation.virtual import VirtualLoop, chance, done
from tests.sizes import sized

CLIENTS = sized(12, 200)
REPLIES = sized(50, 500)
POLL = 15.0
HOUR = 3600.0
AFTER = 1200.0
"""Seconds for which the return is watched: longer than the longest rest of the breaker."""


@pytest.mark.timeout(60 + 3 * CLIENTS)
def test_clients_do_not_come_back_together(tmp_path: Path) -> None:
    """Ten minutes down, each with an answer to send: at no time more than three times what they ask for anyway."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    asked: Counter[int] = Counter()
    down = (300.0, 900.0)
    try:
        with chance(Random(8), loop):
            people = [
                History(n, Kind("native", jumps=False), tmp_path / str(n), loop, tickets=1)
                for n in range(CLIENTS)
            ]

            async def whole() -> None:
                tasks = []
                for n, one in enumerate(people):
                    far_side = one.far_side

                    async def answer(
                        request: httpx.Request, _fault: str | None, far_side: Any = far_side
                    ) -> httpx.Response:
                        asked[int(loop.time())] += 1
                        if down[0] <= loop.time() < down[1]:
                            raise httpx.ConnectError("refused", request=request)
                        return far_side.do(request)  # type: ignore[no-any-return]

                    far_side.meet = answer
                    await one.once()
                    service = SyncService(
                        one.store,
                        far_side.connect,
                        clock=one.clock,
                        rng=Random(n),
                        backend_name=NAME,
                        poll_seconds=POLL,
                    )
                    one.service = service
                    tasks.append(loop.create_task(service._main()))
                    await asyncio.sleep(POLL / CLIENTS)
                await asyncio.sleep(down[0] + 5 - loop.time())
                for one in people:
                    done(answering.reply(one.operator.desk, 1, "texto", channel="email", insist=True, hold=0))
                await asyncio.sleep(down[1] + AFTER - loop.time())
                for one in people:
                    assert len(one.far_side.applied) == 1, "what waited has left"
                for one in people:
                    one.service._leaving.set()  # type: ignore[union-attr]
                    one.service._stop.set()  # type: ignore[union-attr]
                await asyncio.gather(*tasks)
                await people[0].stop()

            loop.run_until_complete(whole())
            for one in people:
                one.store.close()
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    span = int(POLL)

    def rate(begin: int) -> float:
        return sum(asked[second] for second in range(begin, begin + span)) / span

    steady = max(rate(begin) for begin in range(60, 280))
    peak = max(rate(begin) for begin in range(int(down[1]), int(down[1] + AFTER) - span))
    assert 0 < peak <= 3 * steady, (peak, steady)


def test_what_waited_for_eight_hours_leaves_within_a_minute(tmp_path: Path) -> None:
    """At twenty requests a second, counted from the first that is answered."""

    async def play(one: History) -> None:
        up = [False]
        line = asyncio.Lock()
        first: list[float] = []

        async def answer(request: httpx.Request, _fault: str | None) -> httpx.Response:
            if not up[0]:
                raise httpx.ConnectError("refused", request=request)
            first.append(one.loop.time())
            async with line:
                await asyncio.sleep(0.05)
            return one.far_side.do(request)

        one.far_side.meet = answer  # type: ignore[method-assign]
        one.serve()
        for n in range(REPLIES):
            done(
                answering.reply(
                    one.operator.desk, 1 + n % 3, f"texto {n}", channel="email", insist=True, hold=0
                )
            )
            await asyncio.sleep(8 * HOUR / REPLIES)
        up[0] = True
        while len(one.far_side.applied) < REPLIES:
            await asyncio.sleep(0.5)
        spent = one.loop.time() - first[0]
        await asyncio.sleep(60)
        await one.rest()
        assert spent < 60
        for ticket in (1, 2, 3):
            sent = [c.text for _at, c in one.far_side.applied if c.ticket.id == ticket]  # type: ignore[union-attr]
            assert sent == [f"texto {n}" for n in range(REPLIES) if 1 + n % 3 == ticket]
        assert one.check() == []

    scene(tmp_path, play)
