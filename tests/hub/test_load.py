"""Many at once over real HTTP: a ticket is claimed once, and a command has one effect however often and late it comes."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from tests.hub.hub_process import HubProcess, people, running, writing
from tests.hub.wire import HungUp, Line, request
from tests.hub.world import opened
from tests.sizes import sized

LINES = 32
TICKETS, CLAIMS = 100, 1_000
COMMANDS = sized(1_500, 10_000)
MOST = 100
"""Commands in one batch."""

pytestmark = pytest.mark.flaky(reruns=0)  # a second try would hide the one time in a hundred


@pytest.fixture
def hub(database: Database, database_url: str, tmp_path: Path) -> Iterator[HubProcess]:
    with running(database_url, tmp_path / "hub") as started:
        yield started


def tickets(database: Database, count: int) -> list[str]:
    with writing(database) as writer:
        made = [writer.submit(opened) for _n in range(count)]
        return [one.result(60).remote_id for one in made]


def command(kind: str, ticket: str, lot: random.Random, **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "id": str(UUID(int=lot.getrandbits(128), version=4)),
        "at": datetime.now(UTC).isoformat(),
        "author": "somebody",
        "ticket": {"id": 1, "remote": ticket},
    } | fields


# -- claiming ----------------------------------------------------------------------------------------------------------


async def test_of_many_who_claim_a_ticket_one_gets_it(hub: HubProcess, database: Database) -> None:
    """1,000 claims of 100 tickets over 32 connections, ten of them after each ticket at the same time."""
    lot = random.Random(1)
    logins = [f"agent{n:02}" for n in range(LINES)]
    tokens = people(database, logins)
    queue = tickets(database, TICKETS)
    claims: dict[str, list[str]] = defaultdict(list)
    for n in range(CLAIMS):
        claims[logins[n % LINES]].append(queue[n // (CLAIMS // TICKETS)])
    gate = asyncio.Event()

    async def claimer(login: str) -> list[tuple[str, str, int, dict[str, Any]]]:
        line = Line(hub.port, tokens[login])
        await line.ask("GET", "/v1/me")
        await gate.wait()
        told = []
        for ticket in claims[login]:
            answer = await line.post("/v1/commands", {"commands": [command("claim", ticket, lot)]})
            (result,) = answer.json()["results"]
            told.append((ticket, login, answer.status, result))
        line.close()
        return told

    working = [asyncio.create_task(claimer(login)) for login in logins]
    gate.set()
    told = [one for each in await asyncio.gather(*working) for one in each]
    assert len(told) == CLAIMS
    assert {status for _ticket, _login, status, _result in told} == {200}
    outcomes = Counter(result["outcome"] for *_rest, result in told)
    assert outcomes == {"applied": TICKETS, "conflict": CLAIMS - TICKETS}
    winners = {ticket: login for ticket, login, _status, result in told if result["outcome"] == "applied"}
    assert sorted(winners) == sorted(queue)
    assert all(
        result["current"] == {"assignee": winners[ticket]}
        for ticket, _login, _status, result in told
        if result["outcome"] == "conflict"
    )
    with database.read() as db:
        bodies = [row.body for row in db.execute(select(tables.ticket.c.body))]
        assert db.execute(select(func.count()).select_from(tables.command)).scalar_one() == TICKETS
    assert Counter(winners.values()) == Counter(
        login for body in bodies for login in logins if f'"assignee":"{login}"' in body
    )


# -- sending twice -----------------------------------------------------------------------------------------------------


def written(n: int, ticket: str, lot: random.Random) -> dict[str, Any]:
    text = f"comando {n} fim"
    kind = lot.choice(("note", "note", "reply", "create"))
    if kind == "reply":
        return command("reply", ticket, lot, text=text, channel="email")
    if kind == "note":
        return command("note", ticket, lot, text=text)
    made = command(
        "create", "", lot, text=text, channel="chat", subject="Pedido", customer_name=f"Cliente {n % 500}"
    )
    return made | {"ticket": {"id": n}, "opened_at": made["at"]}


def deliveries(commands: Sequence[dict[str, Any]], lot: random.Random) -> list[list[dict[str, Any]]]:
    """Each command twice, in any order, in batches of any size; some batches hold the same command twice."""
    twice = [*commands, *commands]
    lot.shuffle(twice)
    batches = []
    while twice:
        size = lot.randint(1, MOST)
        batches.append(twice[:size])
        del twice[:size]
    return batches


class Sender:
    """Sends until it is answered; now and then it hangs up before it reads the answer, or in the middle of its question."""

    def __init__(self, port: int, token: str, lot: random.Random) -> None:
        self._line, self._lot = Line(port, token), lot
        self.dropped = self.broken = 0
        self.receipts: dict[str, set[str]] = defaultdict(set)

    async def work(self, batches: list[list[dict[str, Any]]]) -> None:
        while batches:
            batch = batches.pop()
            answer = await self._answered(batch)
            results = answer["results"]
            assert [one["command_id"] for one in results] == [one["id"] for one in batch]
            for one in results:
                assert one["outcome"] == "applied", one
                self.receipts[one["command_id"]].add(str(sorted(one["receipt"].items())))
        self._line.close()

    async def _answered(self, batch: list[dict[str, Any]]) -> Any:
        body = json.dumps({"commands": batch}).encode()
        while True:
            fate = self._lot.random()
            raw = request("POST", "/v1/commands", body, self._line.token)
            if fate < 0.03:
                self.broken += 1
                await self._line.send(raw[: -len(body) // 2])
                self._line.close()
            elif fate < 0.2:
                self.dropped += 1
                await self._line.send(raw)
                if fate < 0.1:  # some of the answer's time goes by
                    await asyncio.sleep(self._lot.uniform(0, 0.02))
                self._line.close()
            else:
                try:
                    await self._line.send(raw)
                    answer = await self._line.answer()
                except HungUp:
                    continue
                assert answer.status == 200, answer.body
                return answer.json()


async def everything(port: int, token: str) -> dict[str, dict[str, Any]]:
    """All events that a reader from nothing is told of, by the command each came of."""
    line, after, found = Line(port, token), "", {}
    while True:
        answer = await line.ask("GET", f"/v1/changes?limit=1000{after}")
        page = answer.json()
        found |= {one["command_id"]: one for one in page["changes"] if one.get("command_id")}
        if page["caught_up"]:
            line.close()
            return found
        after = f"&after={page['cursor']}"


async def test_a_command_that_is_sent_again_has_one_effect(hub: HubProcess, database: Database) -> None:
    """10,000 commands, each sent twice, out of order, a fifth of the answers dropped."""
    lot = random.Random(2)
    tokens = people(database, ["ana", "bruno"])
    queue = tickets(database, TICKETS)
    sent: dict[str, str] = {}
    work: list[tuple[Sender, list[list[dict[str, Any]]]]] = []
    for n, token in enumerate(tokens.values()):
        commands = [written(m, lot.choice(queue), lot) for m in range(n, COMMANDS, len(tokens))]
        sent |= {one["id"]: one["text"] for one in commands}
        batches = deliveries(commands, lot)
        work += [(Sender(hub.port, token, random.Random(lot.random())), batches) for _n in range(8)]
    await asyncio.gather(*(sender.work(batches) for sender, batches in work))
    receipts: dict[str, set[str]] = defaultdict(set)
    for sender, _batches in work:
        for key, told in sender.receipts.items():
            receipts[key] |= told
    assert sum(one.dropped for one, _batches in work) > sized(3, 50)
    assert sum(one.broken for one, _batches in work) > sized(1, 5)
    assert len(sent) == COMMANDS
    assert {key: len(told) for key, told in receipts.items()} == dict.fromkeys(sent, 1)
    told = await everything(hub.port, tokens["ana"])
    assert {key: one["text"] for key, one in told.items()} == sent
    with database.read() as db:
        e = tables.event
        texts = Counter(
            json.loads(body)["text"]
            for body in db.execute(select(e.c.body).where(e.c.command.is_not(None))).scalars()
        )
        numbers = db.execute(select(tables.log.c.seq).order_by(tables.log.c.seq)).scalars().all()
        kept = db.execute(select(func.count()).select_from(tables.command)).scalar_one()
        made = db.execute(select(func.count()).select_from(tables.ticket)).scalar_one()
    assert texts == Counter(sent.values())
    assert texts.total() == kept == COMMANDS
    assert made == TICKETS + sum(
        1 for one in told.values() if one["kind"] == "message" and one["direction"] == "inbound"
    )
    assert list(numbers) == list(range(1, len(numbers) + 1))
