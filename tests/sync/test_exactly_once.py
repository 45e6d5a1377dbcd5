"""A seeded simulation: a person writes, requests fail in every way, the program is killed anywhere; then all heals.

The oracle: every reply is applied exactly once and in the order it was written, or it stands visibly with its
owner. The mutants prove that the oracle can fail.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from atendente_tui.backends.port import ProtocolError, RateLimited, Rejected, Unreachable
from atendente_tui.desk import answering, undoing
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.domain.refusal import Refused
from atendente_tui.store import outbox
from atendente_tui.sync.pulling import pull
from atendente_tui.sync.pushing import Pusher
from atendente_tui.sync.retrying import Gate
from tests.desk.seen import one, outbox_rows, tallies_agree
from tests.sync.conftest import Bench
from tests.sync.helpdesk import Killed

TICKETS = 3


class Life:
    """One run of the simulation on a bench of its own."""

    def __init__(self, path: Path, seed: int, **capabilities: Any) -> None:
        self.rng = Random(seed)
        self.bench = Bench(path, tickets=TICKETS)
        self.bench.helpdesk.can(**{"find_delay": 2.0, "parallel": 2} | capabilities)
        self.bench.world.dedupes = self.bench.helpdesk.capabilities.idempotency == "native"
        self.wrote: dict[int, list[str]] = {}
        self.undone: set[str] = set()
        self.kills = 0
        self.calm = False
        self.number = 0

    def fault(self, where: str, command: Command | None) -> BaseException | None:
        if self.calm or where == "pull":
            return None
        draw = self.rng.random()
        if draw < 0.06:
            return Killed()
        if where == "before":
            if command is not None and "veneno" in getattr(command, "text", ""):
                return Rejected("poison")
            return next(
                (
                    wrong
                    for limit, wrong in (
                        (0.12, Unreachable("refused", sent=False)),
                        (0.18, ProtocolError("500 before")),
                        (0.22, RateLimited(self.rng.choice([None, 0.0, 3.0, 40.0]))),
                    )
                    if draw < limit
                ),
                None,
            )
        if where == "after":
            return Unreachable("lost", sent=True) if draw < 0.2 else None
        return Unreachable("find failed", sent=False) if where == "find" and draw < 0.15 else None

    def write(self) -> None:
        number = self.rng.randint(1, TICKETS)
        self.number += 1
        text = f"{'veneno' if self.rng.random() < 0.03 else 'texto'} {self.number}"
        hold = self.rng.choice([0, 0, 4])
        sent = answering.reply(self.bench.desk, number, text, channel="email", hold=hold).result(10)
        self.wrote.setdefault(number, []).append(text)
        if self.rng.random() < 0.08:
            try:
                undoing.undo(self.bench.desk, sent.command_id).result(10)
                self.undone.add(text)
            except Refused:
                pass

    async def live(self, steps: int, pusher_class: type[Pusher] = Pusher) -> None:
        bench = self.bench
        await pull(bench.store, bench.helpdesk, "example")
        bench.helpdesk.fault = self.fault
        pusher = await self.born(pusher_class)
        for _step in range(steps):
            for _ in range(self.rng.randint(0, 2)):
                self.write()
            try:
                await pusher.push()
                if self.rng.random() < 0.2:
                    await pull(bench.store, bench.helpdesk, "example")
            except Killed:
                self.kills += 1
                bench.helpdesk.together.clear()
                pusher = await self.born(pusher_class)
            bench.clock.advance(timedelta(seconds=self.rng.choice([0, 1, 5, 30])))
        self.calm = True
        for _round in range(80):
            bench.clock.advance(timedelta(seconds=60))
            await pusher.push()
            stuck = [row for row in outbox_rows(bench.store) if row.state in ("refused", "unknown")]
            if not stuck and pusher.next_due() is None:
                break
            for row in stuck:
                bench.store.write(lambda tx, n=row.n: outbox.take_back(tx, n, "discarded"))  # type: ignore[misc,arg-type]
        await pull(bench.store, bench.helpdesk, "example")

    async def born(self, pusher_class: type[Pusher]) -> Pusher:
        bench = self.bench
        pusher = pusher_class(
            bench.store,
            bench.helpdesk,
            "example",
            clock=bench.clock,
            rng=self.rng,
            gate=Gate(bench.clock),
            sleep=bench.sleep,
        )
        await pusher.recover()
        return pusher

    def faults(self) -> list[str]:
        """What is wrong with the world; empty when every promise was kept."""
        store, found = self.bench.store, []
        dropped = {
            row.body.split('"text":"')[1].split('"')[0]
            for row in outbox_rows(store)
            if row.state in ("discarded", "undone")
        }
        for number, wrote in self.wrote.items():
            remote = one(store, "SELECT remote_id FROM ticket WHERE id = ?", number)
            arrived = [c.text for c in self.bench.world.applied if c.ticket.remote == remote]  # type: ignore[union-attr]
            if len(arrived) != len(set(arrived)):
                found.append(f"doubled on {number}: {arrived}")
            if [text for text in wrote if text in arrived] != list(dict.fromkeys(arrived)):
                found.append(f"order on {number}: {wrote} became {arrived}")
            missing = [text for text in wrote if text not in arrived and text not in dropped]
            found += [f"lost on {number}: {text}" for text in missing]
            found += [f"undone but sent: {text}" for text in arrived if text in self.undone]
        left = [row for row in outbox_rows(store) if row.state not in ("confirmed", "discarded", "undone")]
        found += [f"stuck: {row.state} {row.body}" for row in left]
        local = one(store, "SELECT count(*) FROM event WHERE command_id IS NOT NULL")
        if local != len({c.id for c in self.bench.world.applied}):
            found.append(f"{local} messages here, {len(self.bench.world.applied)} there")
        if not tallies_agree(store):
            found.append("tallies")
        return found


async def run(path: Path, seed: int, pusher_class: type[Pusher] = Pusher, **capabilities: Any) -> list[str]:
    life = Life(path / str(seed), seed, **capabilities)
    try:
        await life.live(14, pusher_class)
        return life.faults()
    finally:
        life.bench.store.close()


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("idempotency", ["marker", "native"])
async def test_each_reply_exactly_once(tmp_path: Path, seed: int, idempotency: str) -> None:
    assert await run(tmp_path, seed, idempotency=idempotency) == []


class NeverLooks(Pusher):
    """Sends again without asking whether it arrived."""

    async def _looked_up(self, command: Command) -> Receipt | None:
        return None


class ForgetsWhatWasInFlight(Pusher):
    """Starts anew without putting back in line what was under way."""

    async def recover(self) -> None:
        return None


class TakesNoAnswerForAnswer(Pusher):
    """Counts as delivered what nobody confirmed."""

    async def _no_answer(self, row: Any, wrong: Any, maybe: bool) -> Any:
        self._gate.failed()
        await self._write(lambda tx: outbox.settle_here(tx, row.n))
        return await super()._no_answer(row, wrong, maybe)


class NewIdEachTime(Pusher):
    """Gives the command a new id at every attempt."""

    def _addressed(self, row: Any) -> Command:
        from atendente_tui.domain.ids import new_id

        command = super()._addressed(row)
        if row.attempts == 1:
            return command
        fresh = command.model_copy(update={"id": new_id(self._clock.now())})
        self._store.write(
            lambda tx: tx.db.execute("UPDATE outbox SET command_id = ? WHERE n = ?", (str(fresh.id), row.n))
        )
        return fresh


@pytest.mark.parametrize(
    "mutant", [NeverLooks, ForgetsWhatWasInFlight, TakesNoAnswerForAnswer, NewIdEachTime]
)
async def test_the_oracle_catches(tmp_path: Path, mutant: type[Pusher]) -> None:
    for seed in range(50):
        if await run(tmp_path, seed, mutant):
            return
    pytest.fail(f"{mutant.__name__} went unnoticed in 50 lives")


async def test_where_nobody_can_tell_nothing_is_ever_doubled(tmp_path: Path) -> None:
    """Without marks: what is unknown waits for a person, who here discards it."""
    for seed in range(8):
        life = Life(tmp_path / str(seed), seed, idempotency="none")
        await life.live(14)
        sent = [command.id for command in life.bench.world.applied]
        assert len(sent) == len(set(sent))
        assert life.bench.helpdesk.found == []
        life.bench.store.close()
