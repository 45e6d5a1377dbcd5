"""One history out of one seed: a person works, the line fails in every way, the process dies; then all heals.

`history(seed)` gives what went wrong, with the seed and the step, and what was met on the way.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from atendente_tui.store.assessing import reassess_due
from atendente_tui.store.writing import Lane
from atendente_tui.sync.once import sync_once
from atendente_tui.sync.remembered import recall
from atendente_tui.sync.service import SyncService
from tests.simulation import oracle
from tests.simulation.far_side import FarSide, Idempotency
from tests.simulation.mortal import Fate, Killed, MortalStore, memory, new_store
from tests.simulation.operator import Operator
from tests.simulation.virtual import START, Clock, Stuck, VirtualLoop, chance

NAME = "sim"
JUMPS = (timedelta(days=1), timedelta(days=-1), timedelta(seconds=-10), timedelta(seconds=7))
OTHERS = ("customer",) * 5 + ("colleague", "colleague", "takes", "tags", "tags", "gone", "poison")


@dataclass(frozen=True)
class Kind:
    """What sort of history: the helpdesk's gift, and what may go wrong besides the line."""

    idempotency: Idempotency = "native"
    jumps: bool = True
    kills: bool = True
    forgets: timedelta | None = None
    steps: int = 24
    gone: bool = True


@dataclass
class Told:
    """How a history went."""

    seed: int
    faults: list[str]
    step: str
    met: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.step}:\n  " + "\n  ".join(self.faults[:12])


class History:
    def __init__(self, seed: int, kind: Kind, folder: Path, loop: VirtualLoop, tickets: int = 3) -> None:
        self.seed, self.kind, self.folder, self.loop = seed, kind, folder, loop
        self.rng = Random(seed)
        self.clock = Clock(loop)
        self.far_side = FarSide(loop, self.rng, kind.idempotency, tickets, kind.forgets)
        self.far_side.newest_only = self.rng.random() < 0.5
        self.operator = Operator(self.rng, self.far_side)
        self.fate = Fate()
        self.lives = self.steps = 0
        self.met: Counter[str] = Counter()
        self.tasks: list[asyncio.Task[Any]] = []
        self.service: SyncService | None = None
        self.path = folder / "0"
        new_store(self.path)
        self.store = self.open()

    def open(self) -> MortalStore:
        self.fate = self.far_side.fate = Fate()
        self.operator.store = store = MortalStore.begin(self.path, self.clock, self.fate)
        return store

    def check(self) -> list[str]:
        return oracle.always(self.store.reader(), self.far_side, self.operator)

    # -- living --------------------------------------------------------------------------------------------------------

    async def live(self) -> list[str]:
        rng, far_side = self.rng, self.far_side
        await self.once()
        far_side.calm = False
        while self.steps < self.kind.steps:
            self.lives += 1
            if self.kind.kills and rng.random() < 0.8:
                self.fate.kill_at = self.fate.steps + int(rng.expovariate(1 / 150)) + 1
            try:
                await self.one_life(serving=rng.random() < 0.6 and self.kind.forgets is None)
            except Killed:
                pass
            except StoppedByFault as wrong:
                return wrong.args[0]  # type: ignore[no-any-return]
            if self.fate.dead or rng.random() < 0.3:
                await self.end()
                if found := self.check():
                    return found
        far_side.calm = True
        self.fate.kill_at = None
        return await self.heal()

    async def one_life(self, *, serving: bool) -> None:
        rng = self.rng
        if serving:
            self.serve()
        for _step in range(rng.randint(3, 12)):
            self.steps += 1
            for _ in range(rng.randint(0, 2)):
                self.operator.act()
            if rng.random() < 0.4:
                what = rng.choice(OTHERS)
                if what != "gone" or self.kind.gone:
                    self.far_side.stir(what)
            await self.weather()
            if serving:
                assert self.service is not None
                if self.service._gate.logged_out or rng.random() < 0.2:
                    self.service.nudge(full=rng.random() < 0.1)
                await asyncio.sleep(rng.choice((0.0, 0.3, 2.0, 9.0, 40.0)))
            else:
                await self.once(full=rng.random() < 0.1)
                await asyncio.sleep(rng.choice((0.0, 1.0, 30.0)))
            if self.fate.dead:
                raise Killed
            if rng.random() < 0.1:
                self.store.write(reassess_due, Lane.IDLE)
            if found := self.check():
                raise StoppedByFault(found)
        await self.rest()

    async def weather(self) -> None:
        rng, now = self.rng, self.loop.time()
        if self.kind.forgets is not None and rng.random() < 0.05:
            self.far_side.down = (now, now + 90_000.0)
            await asyncio.sleep(90_000.0)  # a day and an hour off the net
        if rng.random() < 0.04:
            self.far_side.down = (now, now + rng.choice((5.0, 60.0, 1_000.0)))
        if self.kind.jumps and rng.random() < 0.04:
            self.jump(rng.choice(JUMPS))

    def jump(self, step: timedelta) -> None:
        self.clock.wrong += step
        self.met["clock jump"] += 1
        if step > timedelta():
            self.far_side.not_before = 0.0  # by the client's clock that moment is past

    async def once(self, **options: Any) -> Any:
        backend = self.far_side.connect()
        try:
            return await sync_once(
                self.store,
                backend,
                backend_name=NAME,
                clock=self.clock,
                rng=self.rng,
                patience=5.0,
                **options,
            )
        finally:
            with suppress(BaseException):
                await backend.aclose()

    def serve(self) -> None:
        self.service = SyncService(
            self.store,
            self.far_side.connect,
            clock=self.clock,
            rng=self.rng,
            backend_name=NAME,
            poll_seconds=15.0,
        )
        self.tasks = [self.loop.create_task(self.service._main())]

    async def rest(self) -> None:
        """Stop the service as a person who leaves does."""
        if self.service is not None:
            self.service._leaving.set()  # it may not have begun
            self.service._stop.set()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            for task in self.tasks:
                if not task.cancelled() and (wrong := task.exception()) is not None:
                    raise wrong
            self.service, self.tasks = None, []

    async def stop(self) -> None:
        """The process ends, at once and without a word."""
        self.fate.dead = True
        for _round in range(50):
            left = [task for task in asyncio.all_tasks(self.loop) if task is not asyncio.current_task()]
            left.sort(key=lambda task: int(task.get_name().rpartition("-")[2]))
            if not left:
                break
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        self.service, self.tasks = None, []

    async def end(self) -> None:
        """It ends, and what it left is opened by the next."""
        await self.stop()
        self.met[f"killed at {self.fate.where.split(' ')[0].lower() or 'rest'}"] += 1
        self.path = self.folder / str(int(self.path.name) + 1)
        self.store.died(self.path)
        self.store = self.open()
        until = int(recall(self.store.reader(), NAME, "pause_until") or 0) / 1000
        if until < (START + timedelta(seconds=self.far_side.not_before) + self.clock.wrong).timestamp() - 1:
            self.far_side.not_before = 0.0  # it died before it could write that down

    # -- the end -------------------------------------------------------------------------------------------------------

    async def heal(self) -> list[str]:
        """The line works, nobody dies, the person decides: everything comes to rest."""
        quiet = 0
        for round_ in range(90):
            await asyncio.sleep(90.0)
            report = await self.once()
            if (
                self.operator.decide(last=True, give_up=round_ > 20) == 0
                and report.pending == 0
                and report.error is None
                and not oracle.unnamed(self.store.reader())
            ):
                quiet += 1
                if quiet == 2:
                    break
            else:
                quiet = 0
            if found := self.check():
                return found
        db = self.store.reader()
        return [
            *self.check(),
            *oracle.in_the_end(db, self.far_side, self.operator),
            *oracle.honoured(self.far_side),
        ]


class StoppedByFault(Exception):
    """An invariant was broken; `args[0]` says which."""


def history(seed: int, kind: Kind | None = None, prepare: Callable[[History], None] = lambda _: None) -> Told:
    """Live one history. The kind is drawn from the seed unless given."""
    kind = kind or kind_of(seed)
    logging.disable(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="sim", dir=memory()))
    loop = VirtualLoop()
    one = None
    try:
        asyncio.set_event_loop(loop)
        with chance(Random(seed + 1), loop):
            one = History(seed, kind, folder, loop)
            prepare(one)
            try:
                faults = loop.run_until_complete(one.live())
            except Stuck as wrong:
                faults = [f"stuck: {wrong}"]
            except Exception as wrong:
                faults = [
                    f"crashed: {type(wrong).__name__}: {wrong}",
                    *traceback.format_exc().splitlines()[-12:],
                ]
        met = one.met + one.far_side.met
        met["commands"] = len(one.operator.given)
        met["requests"] = one.far_side.asked.total()
        where = (
            f"life {one.lives}, step {one.steps}, statement {one.fate.steps}, at {loop.time():.3f} s, {kind}"
        )
        return Told(seed, faults, where, met)
    finally:
        if one is not None:
            loop.again()
            with suppress(Stuck):
                loop.run_until_complete(one.stop())
            one.store.close()
        asyncio.set_event_loop(None)
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)
        logging.disable(logging.NOTSET)


def kind_of(seed: int) -> Kind:
    idempotency: Idempotency = ("native", "native", "marker", "marker", "none")[seed % 5]  # type: ignore[assignment]
    return Kind(idempotency, jumps=seed % 3 == 0)
