"""Two people change the same field of the same ticket, in every order: nobody's change is overwritten unseen.

Two workstations of their own on one helpdesk, which decides by the hub's rules. Who comes second is told, has both versions, and
decides.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from atendente_tui.desk import moving, outgoing, owning
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.change import DirectoryEntry
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState, Status, Tier
from atendente_tui.store import outbox
from tests.simulation import oracle
from tests.simulation.far_side import FarSide
from tests.simulation.life import History, Kind
from tests.simulation.virtual import VirtualLoop, chance, done
from tests.sizes import sized

INTERLEAVINGS = sized(30, 1_000)
STATUSES = (Status.OPEN, Status.PENDING, Status.ON_HOLD)


class Person:
    """Somebody at a workstation of their own."""

    def __init__(self, name: str, far_side: FarSide, folder: Path, loop: VirtualLoop) -> None:
        self.name = name
        self.at = History(5, Kind("native", jumps=False), folder, loop)
        self.at.far_side = self.at.operator.far_side = far_side

    @property
    def desk(self) -> Desk:
        agent = Agent(self.name, self.name.title(), ("loja",), Tier.N1)
        store = self.at.store
        return Desk(store, agent, store.rules, store.clock, {"default": 0.0}, Can.everything(), zone="UTC")

    def field(self, name: str) -> Any:
        return (
            self.at.store.reader().execute(f"SELECT {name} FROM ticket WHERE remote_id = '1'").fetchone()[0]
        )

    @property
    def ticket(self) -> int:
        return int(self.field("id"))

    def conflicts(self) -> list[Any]:
        return [row for row in outbox.conflicts(self.at.store.reader()) if row.state == OutboxState.CONFLICT]


def two(folder: Path, seed: int, play: Callable[[Person, Person, FarSide, Random], Any]) -> None:
    loop, rng = VirtualLoop(), Random(seed)
    asyncio.set_event_loop(loop)
    try:
        with chance(Random(seed), loop):
            far_side = FarSide(loop, rng)
            carla = DirectoryEntry(kind="agent", key="carla", label="Carla")
            written = far_side.world.scenario
            far_side.world.scenario = replace(written, directory=(*written.directory, carla))
            people = [Person(name, far_side, folder / name, loop) for name in ("ana", "bruno")]

            async def whole() -> None:
                for one in people:
                    await one.at.once()
                await play(people[0], people[1], far_side, rng)
                for one in people:
                    await one.at.stop()

            loop.run_until_complete(whole())
            for one in people:
                one.at.store.close()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def told_of(far_side: FarSide, field: str, overwritten: list[str]) -> None:
    """Watch what each command met: one that expected something else must not have had its effect."""
    meet = far_side.carry_out

    def watched(command: Any) -> dict[str, Any]:
        before = getattr(far_side.world.tickets["1"], field)
        told = meet(command)
        expected = getattr(command, "expected", None)
        there = getattr(command, field, None) == before  # both wanted the same
        if told["outcome"] == "applied" and expected is not None and expected != before and not there:
            overwritten.append(f"{command.author}: {before}, expected {expected}")
        return told

    far_side.carry_out = watched  # type: ignore[method-assign]


@pytest.mark.timeout(60 + INTERLEAVINGS)
@pytest.mark.parametrize("field", ["status", "assignee"])
def test_nobodys_change_is_overwritten_unseen(tmp_path: Path, field: str) -> None:
    met: list[int] = []

    async def play(ana: Person, bruno: Person, far_side: FarSide, rng: Random) -> None:
        overwritten: list[str] = []
        told_of(far_side, field, overwritten)

        def change(one: Person) -> Future[Any]:
            if field == "status":
                return moving.set_status(one.desk, one.ticket, rng.choice(STATUSES))
            return owning.assign(one.desk, one.ticket, rng.choice(("ana", "bruno", "carla")))

        for n in range(INTERLEAVINGS):
            turns = [(one, what) for one in (ana, bruno) for what in ("change", "sync")]
            rng.shuffle(turns)
            for one, what in [*turns, (ana, "sync"), (bruno, "sync")]:
                if what == "sync":
                    await one.at.once()
                    continue
                with suppress(Refused):  # what it is already
                    done(change(one))
            for one in (ana, bruno):
                for row in one.conflicts():
                    met.append(n)
                    current = json.loads(row.current or "{}")
                    assert field in current, "what it met is kept, too"
                    assert row.body, "and what was wanted"
                    assert one.field(field) == current[field], "the ticket shows how it stands"
                    decide = rng.choice((outgoing.retry, outgoing.discard))
                    done(decide(one.desk, row.command_id))
            for one in (ana, bruno, ana, bruno):
                await one.at.once()
            assert overwritten == []
            for one in (ana, bruno):
                for row in one.conflicts():  # again over something newer: let it go
                    done(outgoing.discard(one.desk, row.command_id))
        for one in (ana, bruno, ana, bruno):
            await one.at.once()
        for one in (ana, bruno):
            assert oracle.the_same(one.at.store.reader(), far_side) == []

    two(tmp_path, 3, play)
    assert len(met) > INTERLEAVINGS / 20, "they did get in each other's way"
