"""`kill -9` of a hub in the middle of load, and again: what was acknowledged is there, once, and who followed has all of it.

Senders send their commands one after another until each is answered, the same command again after a line that broke;
readers follow by their cursors all the while. Between two kills a number of answers drawn by lot comes back. `HUB_KILLS`
says how often the hub is killed (3; `make chaos-hub` makes 200), `HUB_SEED` the lot.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from tests.hub.hub_process import HubProcess, people, writing
from tests.hub.wire import Answer, HungUp, Line
from tests.hub.world import opened

KILLS = int(os.environ.get("HUB_KILLS", "3"))
SEED = int(os.environ.get("HUB_SEED", "1"))
SENDERS, READERS, TICKETS = 8, 2, 20
FEWEST, MOST = 5, 60
"""Answers between two kills."""
BATCH = 10

pytestmark = [
    pytest.mark.timeout(300 + 30 * KILLS),
    pytest.mark.flaky(reruns=0),  # a second try would hide the one time in a hundred
]


@dataclass
class Play:
    """What everybody at the hub knows while it lives and dies."""

    hub: HubProcess
    lot: random.Random
    tickets: list[str]
    over: bool = False
    """No new commands; what is under way is still brought to its end."""
    answers: int = 0
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    sent: dict[str, str] = field(default_factory=dict)
    """Texts by command; every one of them is acknowledged in the end."""
    receipts: dict[str, Any] = field(default_factory=dict)
    resent: int = 0
    repeated: int = 0
    """Commands that were answered twice, since somebody asked again."""
    unread: int = 0
    """Answers that a kill kept from their reader."""

    def answered(self) -> None:
        self.answers += 1
        self.stirred.set()


async def patiently(line: Line, play: Play, method: str, path: str, body: bytes = b"") -> Answer:
    """Ask until there is an answer, whoever dies meanwhile."""
    until = time.monotonic() + 120.0
    while True:
        try:
            return await line.ask(method, path, body)
        except (HungUp, OSError):
            assert time.monotonic() < until, f"no hub answers\n{play.hub.log[-3_000:]}"
            play.unread += 1
            line.close()
            await asyncio.sleep(0.05)


def written(play: Play, number: int) -> dict[str, Any]:
    text = f"comando {number} fim"
    made = {
        "id": str(UUID(int=play.lot.getrandbits(128), version=4)),
        "at": "2026-11-23T12:00:00Z",
        "author": "somebody",
        "text": text,
    }
    play.sent[made["id"]] = text
    kind = play.lot.choice(("note", "note", "reply", "create"))
    if kind == "create":
        fresh = {"channel": "chat", "subject": "Pedido", "customer_name": "Zé", "opened_at": made["at"]}
        return made | fresh | {"type": kind, "ticket": {"id": number}}
    more = {"channel": "email"} if kind == "reply" else {}
    return made | more | {"type": kind, "ticket": {"id": 1, "remote": play.lot.choice(play.tickets)}}


async def sender(play: Play, token: str, numbers: Any) -> None:
    line = Line(play.hub.port, token)
    while not play.over:
        commands = [written(play, next(numbers)) for _n in range(play.lot.randint(1, BATCH))]
        body = json.dumps({"commands": commands}).encode()
        before = play.unread
        answer = await patiently(line, play, "POST", "/v1/commands", body)
        told = keep(play, commands, answer)
        if play.unread > before:
            play.resent += 1
        if play.lot.random() < 0.1:  # asked again though it was answered
            again = await patiently(line, play, "POST", "/v1/commands", body)
            assert keep(play, commands, again) == told
            play.repeated += len(commands)
        play.answered()
    line.close()


def keep(play: Play, commands: list[dict[str, Any]], answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    results = answer.json()["results"]
    assert [one["outcome"] for one in results] == ["applied"] * len(commands), results
    for one in results:
        assert play.receipts.setdefault(one["command_id"], one["receipt"]) == one["receipt"]
    return results


class Follower:
    """Follows by its cursor alone, and keeps what it is told."""

    def __init__(self, play: Play, token: str) -> None:
        self._play, self.line = play, Line(play.hub.port, token)
        self.cursor = ""
        self.texts: dict[str, str] = {}
        """By event."""
        self.tickets: set[str] = set()
        self.pages = 0

    async def page(self) -> bool:
        after = f"&after={self.cursor}" if self.cursor else ""
        answer = await patiently(self.line, self._play, "GET", f"/v1/changes?limit=50{after}")
        assert answer.status == 200, answer.body
        told = answer.json()
        for one in told["changes"]:
            if one["type"] == "event":
                assert one["remote_id"] not in self.texts, "told twice by one cursor"
                assert one["ticket"] in self.tickets
                self.texts[one["remote_id"]] = one["text"]
            elif one["type"] == "ticket":
                self.tickets.add(one["remote_id"])
        self.cursor = told["cursor"]
        self.pages += 1
        return bool(told["caught_up"])

    async def follow(self) -> None:
        while not self._play.over:
            if await self.page():
                await asyncio.sleep(0.02)

    async def catch_up(self) -> None:
        while not await self.page():
            pass


async def killing(play: Play) -> None:
    for _kill in range(KILLS):
        wanted = play.answers + play.lot.randint(FEWEST, MOST)
        while play.answers < wanted:
            play.stirred.clear()
            await asyncio.wait_for(play.stirred.wait(), 120)
        await asyncio.sleep(play.lot.uniform(0, 0.02))  # somewhere between two answers
        play.hub.kill()
        await asyncio.to_thread(play.hub.start)


async def test_nothing_acknowledged_is_missing_and_nothing_is_there_twice(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    tokens = people(database, [f"agent{n}" for n in range(SENDERS)])
    with writing(database) as writer:
        made = [writer.submit(opened) for _n in range(TICKETS)]
        tickets = [one.result(60).remote_id for one in made]
    hub = HubProcess(database_url, tmp_path / "hub").start()
    try:
        play = Play(hub, random.Random(SEED), tickets)
        began = time.monotonic()
        numbers = iter(range(10**9))
        readers = [Follower(play, token) for token in list(tokens.values())[:READERS]]
        for reader in readers:
            await reader.catch_up()
        working = [asyncio.create_task(sender(play, token, numbers)) for token in tokens.values()]
        working += [asyncio.create_task(one.follow()) for one in readers]
        working.append(killer := asyncio.create_task(killing(play)))
        while not killer.done():
            done, _pending = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()  # what went wrong shows here, not after everybody gave up
        play.over = True
        await asyncio.gather(*working)
        for reader in readers:
            await reader.catch_up()
            reader.line.close()
        seconds = time.monotonic() - began
    finally:
        hub.kill()
    check(database, play, readers)
    print(
        f"\n{KILLS} kills in {seconds:.0f} s: {len(play.receipts)} commands acknowledged, all there once; {play.resent} "
        f"batches sent again after a kill; {READERS} readers of {sum(one.pages for one in readers)} pages have everything"
    )


def check(database: Database, play: Play, readers: list[Follower]) -> None:
    with database.read() as db:
        e, c = tables.event, tables.command
        bodies = [json.loads(body) for body in db.execute(select(e.c.body)).scalars()]
        receipts = {row.id: json.loads(row.receipt) for row in db.execute(select(c.c.id, c.c.receipt))}
        numbers = list(db.execute(select(tables.log.c.seq).order_by(tables.log.c.seq)).scalars())
        clock = db.execute(select(tables.clock)).one()
        tickets = set(map(str, db.execute(select(tables.ticket.c.id)).scalars()))
    assert set(play.receipts) == set(play.sent), "everything that was sent is acknowledged in the end"
    assert receipts == play.receipts
    texts = Counter(one["text"] for one in bodies if one.get("command_id"))
    assert texts == Counter(play.sent.values())
    assert {one["command_id"]: one["text"] for one in bodies if one.get("command_id")} == play.sent
    assert numbers == list(range(1, clock.seq + 1))
    assert tickets == {str(n) for n in range(1, clock.ticket + 1)}
    for reader in readers:
        assert reader.texts == {one["remote_id"]: one["text"] for one in bodies}
        assert reader.tickets == tickets
    assert play.unread >= KILLS
    assert play.resent
    assert play.repeated
