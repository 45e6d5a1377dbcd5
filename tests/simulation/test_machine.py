"""The same world as a Hypothesis state machine: it looks for the shortest way into trouble by itself, and shrinks it.

`SIM_EXAMPLES` says how many runs (4).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from atendente_tui.domain.refusal import Refused
from tests.simulation.far_side import FAULTS
from tests.simulation.life import History, Kind
from tests.simulation.mortal import Killed, memory
from tests.simulation.operator import VERBS
from tests.simulation.virtual import VirtualLoop, chance

NAMES = sorted({name for kinds, _weight in FAULTS.values() for name in kinds})


class Workstation(RuleBasedStateMachine):
    """Faults are chosen one by one: those of the next requests, in order."""

    @initialize(idempotency=st.sampled_from(["native", "marker", "none"]), newest_only=st.booleans())
    def begin(self, idempotency: Any, newest_only: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sim", dir=memory()))
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.chance = chance(Random(1), self.loop)
        self.chance.__enter__()
        self.one = History(1, Kind(idempotency, jumps=False), self.folder, self.loop)
        self.one.far_side.newest_only = newest_only
        self.fates: list[str | None] = []
        self.one.far_side.drawn = lambda _request: self.fates.pop(0) if self.fates else None  # type: ignore[method-assign]
        self.run(self.one.once())

    def run(self, what: Any) -> None:
        """Let it happen; a kill is followed by the next life."""

        async def whole() -> None:
            try:
                await what
            except Killed:
                await self.one.end()
                self.one.fate.kill_at = None

        self.loop.run_until_complete(whole())

    async def _act(self, what: Any) -> None:
        with suppress(Refused):
            what()

    @rule(verb=st.sampled_from(sorted(set(VERBS))))
    def gives(self, verb: str) -> None:
        self.run(self._act(lambda: self.one.operator.give(verb)))

    @rule()
    def undoes(self) -> None:
        self.run(self._act(self.one.operator.undo))

    @rule()
    def decides(self) -> None:
        self.run(self._act(self.one.operator.decide))

    @rule()
    def types(self) -> None:
        self.run(self._act(self.one.operator.draft))

    @rule(what=st.sampled_from(["customer", "colleague", "takes", "tags", "gone", "poison"]))
    def others(self, what: str) -> None:
        self.one.far_side.stir(what)

    @rule(fates=st.lists(st.one_of(st.none(), st.sampled_from(NAMES)), max_size=4))
    def line_fails(self, fates: list[str | None]) -> None:
        self.fates = list(fates)

    @rule(steps=st.integers(1, 120))
    def dies_soon(self, steps: int) -> None:
        self.one.fate.kill_at = self.one.fate.steps + steps

    @rule(full=st.booleans())
    def syncs(self, full: bool) -> None:
        self.run(self.one.once(full=full))

    @rule(seconds=st.sampled_from([1.0, 40.0, 4_000.0]))
    def serves(self, seconds: float) -> None:
        async def served() -> None:
            self.one.serve()
            await asyncio.sleep(seconds)
            if self.one.fate.dead:
                raise Killed
            await self.one.rest()

        self.run(served())

    @rule(step=st.sampled_from([timedelta(days=-1), timedelta(seconds=-10), timedelta(days=1)]))
    def clock_jumps(self, step: timedelta) -> None:
        self.one.jump(step)

    @invariant()
    def all_is_kept(self) -> None:
        if hasattr(self, "one") and not self.one.fate.dead:
            assert self.one.check() == []

    def teardown(self) -> None:
        if not hasattr(self, "one"):
            return
        try:
            self.fates = []
            self.one.fate.kill_at = None
            assert self.loop.run_until_complete(self.one.heal()) == []
        finally:
            self.loop.again()
            self.loop.run_until_complete(self.one.stop())
            self.one.store.close()
            self.chance.__exit__(None, None, None)
            asyncio.set_event_loop(None)
            self.loop.close()
            shutil.rmtree(self.folder, ignore_errors=True)


Workstation.TestCase.settings = settings(
    max_examples=int(os.environ.get("SIM_EXAMPLES", "4")),
    stateful_step_count=25,
    deadline=None,
    derandomize="SIM_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
TestWorkstation = Workstation.TestCase
