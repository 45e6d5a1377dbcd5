"""Promises that need a scene of their own: each on the simulated line and clock, with the real store and the real sync."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest

from atendente_tui.desk import answering, creating, drafting
from atendente_tui.domain.change import TicketGone
from atendente_tui.domain.words import Channel
from atendente_tui.store.tallies import verify_tallies
from atendente_tui.sync.retrying import CAP, delay
from tests.simulation import oracle
from tests.simulation.life import History, Kind, history
from tests.simulation.mortal import Killed
from tests.simulation.virtual import VirtualLoop, chance, done

MANY = int(os.environ.get("SIM_MANY", "1"))
"""Times the numbers of the default run; `make chaos` says ten."""
QUIET = Kind("native", jumps=False)


def scene(
    folder: Path, play: Callable[[History], Awaitable[None]], kind: Kind = QUIET, tickets: int = 3
) -> None:
    """Play on a history of its own; the far side is calm until told otherwise."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        with chance(Random(7), loop):
            one = History(7, kind, folder, loop, tickets)

            async def whole() -> None:
                await one.once()
                await play(one)
                await one.stop()

            loop.run_until_complete(whole())
            one.store.close()
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def failing(one: History, answer: Callable[[httpx.Request], Any]) -> None:
    async def meet(request: httpx.Request, _fault: str | None) -> httpx.Response:
        told = answer(request)
        return await told if asyncio.iscoroutine(told) else told  # type: ignore[no-any-return]

    one.far_side.meet = meet  # type: ignore[method-assign]


def reply(one: History, text: str, ticket: int = 1) -> UUID:
    sent = done(answering.reply(one.operator.desk, ticket, text, channel="email", insist=True, hold=0))
    return UUID(str(sent.command_id))


@pytest.mark.parametrize("wrong", ["refused", "500", "200 page", "timeout"])
def test_a_backend_that_always_fails_is_asked_forty_times_an_hour_at_most(tmp_path: Path, wrong: str) -> None:
    async def play(one: History) -> None:
        def answer(request: httpx.Request) -> Any:
            match wrong:
                case "refused":
                    raise httpx.ConnectError("refused", request=request)
                case "500":
                    return httpx.Response(500, json={"error": "down"})
                case "200 page":
                    return httpx.Response(200, text="<html>")
            raise httpx.ReadTimeout("timeout", request=request)

        for number in range(9):
            reply(one, f"texto {number}", 1 + number % 3)
        failing(one, answer)
        before = one.far_side.asked.total()
        one.serve()
        await asyncio.sleep(3600)
        await one.rest()
        assert 5 <= one.far_side.asked.total() - before <= 40

    scene(tmp_path, play)


def test_a_world_that_is_suddenly_empty_deletes_nothing_until_a_person_says_so(tmp_path: Path) -> None:
    async def play(one: History) -> None:
        def count() -> int:
            return int(one.store.reader().execute("SELECT count(*) FROM ticket").fetchone()[0])

        assert count() == 60
        for key in sorted(one.far_side.world.tickets)[:50]:
            del one.far_side.world.tickets[key]
            one.far_side.world.tell(one.far_side.now(), TicketGone(remote_id=key))
        assert (await one.once()).error == "mass_disappearance"
        left = count()
        assert left >= 30  # by pages of nine: half of them may go before it is clear what happens
        for _again in range(8):
            assert (await one.once(full=_again % 2 == 0)).error == "mass_disappearance"
        assert count() == left
        report = await one.once(accept_gone=True)
        assert report.error is None
        assert count() == 10

    scene(tmp_path, play, tickets=60)


def test_a_pull_killed_at_every_step_ends_with_everything_once(tmp_path: Path) -> None:
    """As isync's tests do it: killed at step 1, begun again, killed at step 2, ... through ten pages and more."""
    steps = 0

    async def play(one: History) -> None:
        nonlocal steps
        one.far_side.rng = Random(3)
        for n in range(40):
            one.far_side.stir(("customer", "tags", "colleague", "poison")[n % 4])
        while True:
            steps += 1
            one.fate.kill_at = one.fate.steps + steps
            try:
                report = await one.once()
            except Killed:
                await one.end()
                assert one.check() == []
                continue
            assert report.error is None
            break
        assert oracle.in_the_end(one.store.reader(), one.far_side, one.operator) == []

    scene(tmp_path, play)
    assert steps > 60


@pytest.mark.parametrize("idempotency", ["marker", "native"])
def test_answers_lost_one_in_five_double_nothing(tmp_path: Path, idempotency: Any) -> None:
    async def play(one: History) -> None:
        far_side, rng = one.far_side, Random(11)

        async def answer(request: httpx.Request) -> httpx.Response:
            told = far_side.do(request)
            if rng.random() < 0.2:
                raise httpx.ReadTimeout("lost", request=request)
            return told

        failing(one, answer)
        one.serve()
        for number in range(25 * MANY):
            reply(one, f"texto {number} fim", 1 + number % 3)
            await asyncio.sleep(20.0)
        await asyncio.sleep(3600)
        await one.rest()
        assert len(far_side.applied) == 25 * MANY
        assert one.check() == []

    scene(tmp_path, play, Kind(idempotency, jumps=False))


def test_an_id_that_was_forgotten_is_not_sent_again(tmp_path: Path) -> None:
    """A day and an hour off the net; the helpdesk knows ids for a day."""
    for seed in range(2 * MANY):
        told = history(seed, Kind("native", jumps=False, forgets=timedelta(hours=24)))
        assert told.faults == [], str(told)


def test_many_clients_do_not_come_back_together() -> None:
    """A thousand that failed alike: their next tries are spread evenly (Kolmogorov and Smirnov, p > 0.01)."""
    for attempts in (1, 4, 12):
        bound = min(CAP, 0.5 * 2.0**attempts)
        drawn = sorted(delay(attempts, Random(seed)) / bound for seed in range(1_000))
        apart = max(max((n + 1) / 1_000 - one, one - n / 1_000) for n, one in enumerate(drawn))
        assert apart < 1.63 / 1_000**0.5


def test_poison_holds_up_nothing_else(tmp_path: Path) -> None:
    """One ticket's command is always refused; the others' are delivered by the same push."""

    async def play(one: History) -> None:
        async def answer(request: httpx.Request) -> httpx.Response:
            if b"veneno" in request.content:
                return httpx.Response(422, json={"error": "no", "detail": "veneno"})
            return one.far_side.do(request)

        failing(one, answer)
        reply(one, "veneno", 1)
        sent = [reply(one, f"texto {number}", 2 + number % 2) for number in range(8)]
        waiting = reply(one, "depois do veneno", 1)
        await one.once()
        assert {command.id for _at, command in one.far_side.applied} == set(sent)
        (row,) = (
            one.store.reader().execute("SELECT body, error FROM outbox WHERE state = 'refused'").fetchall()
        )
        assert "veneno" in row[0]
        assert row[1]
        state = "SELECT state FROM outbox WHERE command_id = ?"
        assert one.store.reader().execute(state, (str(waiting),)).fetchone()[0] == "queued"

    scene(tmp_path, play)


def test_work_on_a_ticket_that_turns_out_to_be_ours_goes_with_it(tmp_path: Path) -> None:
    """The answer to `create` is lost, a pull brings the ticket as a new one, somebody works on that one."""

    async def play(one: History) -> None:
        lose, far_side = [True], one.far_side

        async def answer(request: httpx.Request) -> httpx.Response:
            told = far_side.do(request)
            if request.url.path == "/v1/commands" and lose[0]:
                raise httpx.ReadTimeout("lost", request=request)
            if request.url.path.startswith("/v1/commands/") and lose[0]:
                return httpx.Response(503, json={"error": "down"})
            if request.url.path == "/v1/changes":  # without the trace of whose command it was
                return httpx.Response(200, content=told.content.replace(b'"command_id"', b'"was"'))
            return told

        failing(one, answer)
        done(
            creating.create(
                one.operator.desk,
                customer_name="Zélia",
                channel=Channel.EMAIL,
                subject="Pedido",
                text="Cadê?",
                hold=0,
            )
        )
        await one.once()
        ours, theirs = [
            row[0]
            for row in one.store.reader().execute(
                "SELECT id FROM ticket WHERE subject = 'Pedido' ORDER BY id"
            )
        ]
        reply(one, "na que veio", theirs)
        done(drafting.save_draft(one.operator.desk, theirs, "note", "rascunho na que veio"))
        lose[0] = False
        await asyncio.sleep(4000)
        await one.once()
        await one.once()
        db = one.store.reader()
        assert [row[0] for row in db.execute("SELECT id FROM ticket WHERE subject = 'Pedido'")] == [ours]
        assert [command.type for _at, command in far_side.applied] == ["create", "reply"]
        with closing(db.execute("SELECT slot, ticket_id, text FROM draft")) as drafts:
            assert drafts.fetchall() == [(f"{ours}:note", ours, "rascunho na que veio")]

    scene(tmp_path, play)


@pytest.mark.parametrize("written", [False, True])
def test_a_ticket_that_vanished_before_its_number_was_known_leaves_no_ghost(
    tmp_path: Path, written: bool
) -> None:
    """The answer to `create` is lost; the ticket goes over there, and the pull that says so comes before the answer."""

    async def play(one: History) -> None:
        lose, far_side = [True], one.far_side
        known = set(far_side.world.tickets)

        async def answer(request: httpx.Request) -> httpx.Response:
            told = far_side.do(request)
            for made in far_side.world.tickets.keys() - known:
                del far_side.world.tickets[made]
                far_side.world.tell(far_side.now(), TicketGone(remote_id=made))
            if request.url.path.startswith("/v1/commands") and lose[0]:
                raise httpx.ReadTimeout("lost", request=request)
            return told

        failing(one, answer)
        done(
            creating.create(
                one.operator.desk,
                customer_name="Zélia",
                channel=Channel.EMAIL,
                subject="Pedido",
                text="Cadê?",
                hold=0,
            )
        )
        db = one.store.reader()
        ours = db.execute("SELECT id FROM ticket WHERE subject = 'Pedido'").fetchone()[0]
        if written:
            done(drafting.save_draft(one.operator.desk, ours, "note", "rascunho"))
        await one.once()
        lose[0] = False
        await asyncio.sleep(4000)
        await one.once()
        found = db.execute("SELECT status FROM ticket WHERE subject = 'Pedido'").fetchall()
        assert found == ([("closed",)] if written else [])
        assert db.execute("SELECT state FROM outbox").fetchall() == [("confirmed",)]
        assert db.execute("SELECT key FROM sync_state WHERE key LIKE 'gone%'").fetchall() == []
        assert verify_tallies(db) == []

    scene(tmp_path, play)
