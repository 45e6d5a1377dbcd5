"""An hour of monitoring at a real hub, on a virtual clock: every request that reaches it is counted, and none writes."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from atendente_tui.backends.hub import Hub
from atendente_tui.backends.port import BackendSettings, Forbidden
from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.command import Claim, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import Tier
from atendente_tui.hub import tables
from atendente_tui.store.store import Store
from atendente_tui.sync.listening import Listening
from atendente_tui.sync.only_reading import Follower, ReadingOnly, follow
from atendente_tui.tui.monitor_app import MonitorApp
from atendente_tui.tui.screens.monitor import Monitor
from atendente_tui.tui.workplace import Workplace
from tests.hub.serving_fixture import Served, note, served  # noqa: F401 - a fixture
from tests.sizes import sized

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVERY, PATIENCE = 120.0, 30.0


class Requests(logging.Handler):
    """What reached the hub by a token, or by none, by method and route."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._tokens = {token, "-"}
        self.seen: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        assert isinstance(record.args, tuple)
        method, route, *_rest, token = record.args
        if token in self._tokens:
            self.seen[f"{method} {route}"] += 1


def rows(hub: Served, *names: str) -> dict[str, list[object]]:
    with hub.parts.database.read() as db:
        return {name: sorted(map(repr, db.execute(getattr(tables, name).select()))) for name in names}


@pytest.mark.parametrize(("login", "role"), [("ana", "agent"), ("vera", "supervisor")][: sized(1, 2)])
@SQLITE
async def test_an_hour_of_monitoring_writes_nothing(
    served: Served,  # noqa: F811
    clock: VirtualClock,
    tmp_path: Path,
    login: str,
    role: str,
) -> None:
    """By a token that could write, too: it is the session that cannot."""
    served.agent("vera", role="supervisor", all_teams=True)
    served.agent("ana", "loja")
    first = [served.ticket("loja") for _n in range(3)]
    bruno = served.agent("bruno", "loja") and served.client("bruno")
    log = logging.getLogger("atendente_tui.hub.access_log")
    requests, level = Requests(served.token_id(login)), log.level
    feed = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock, read_only=True)
    desk = Desk(
        store, Agent(login, login.title(), ("loja",), Tier.N1), DEFAULT_RULES, clock, {}, Can(frozenset())
    )
    app = MonitorApp(Workplace(store, desk, Config(), clock, ZoneInfo("America/Sao_Paulo")))
    hub = Hub(BackendSettings("hub", served.url, secret=served.tokens[login]))
    end = clock.now() + timedelta(hours=1)
    pulls, hints = 0, list[int]()
    try:
        async with app.run_test(size=(160, 45)) as pilot:
            screen = app.screen
            assert isinstance(screen, Monitor)

            async def heard(count: int) -> None:
                """So many hints have come: the line stands, or told of what a colleague did."""
                async with asyncio.timeout(PATIENCE):
                    while len(hints) < count:
                        await asyncio.sleep(0.02)

            async def minute(seconds: float) -> None:
                """What one does meanwhile: look at the panes, at tickets and what is behind the figures."""
                nonlocal pulls
                pulls += 1
                clock.advance(timedelta(seconds=seconds))
                if pulls == 1:
                    await heard(1)
                if pulls in (2, 10):
                    before = len(hints)
                    bruno.post("commands", json={"commands": [note(first[pulls % 3])]})
                    await heard(before + 1)
                if pulls % 10 == 1:
                    screen.look_again()
                    with closing(store.reader()) as db:
                        ticket = db.execute("SELECT id FROM ticket ORDER BY id LIMIT 1").fetchone()
                    if ticket is not None:
                        screen.open(f"ticket:{ticket[0]}")
                        await pilot.press("[", "]", "r", "c", "escape", "3", "enter", "escape", "6", "1")
                await pilot.pause()

            log.setLevel(logging.INFO)
            log.addHandler(requests)
            session = ReadingOnly(hub)
            listening = Listening(feed, clock, Random(1), lambda: hints.append(pulls))
            hearing: list[asyncio.Task[None]] = []
            kept = rows(served, "presence", "ticket")
            await follow(
                feed,
                session,
                "hub",
                clock,
                every=EVERY,
                ended=lambda: clock.now() >= end,
                sleep=minute,
                known=lambda: hearing.append(asyncio.create_task(listening.hear(session))),
            )
            (line,) = hearing
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
            async with asyncio.timeout(PATIENCE):
                while not requests.seen["GET /v1/hints"]:  # a line is logged when it has ended
                    await asyncio.sleep(0.02)
            with closing(store.reader()) as db:
                assert db.execute("SELECT count(*) FROM ticket").fetchone() == (3,)
                assert db.execute("SELECT count(*) FROM event WHERE kind = 'note'").fetchone() == (2,)
                assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
                assert db.execute("SELECT count(*) FROM ticket WHERE seen_event IS NOT NULL").fetchone() == (
                    0,
                )
    finally:
        log.removeHandler(requests)
        log.setLevel(level)
        await hub.aclose()
        store.close()
        feed.close()
    assert pulls == 30
    # Thirty times what is new; the three that brought something have a second page, with nothing on it.
    assert requests.seen == {"GET /v1/me": 1, "GET /v1/hints": 1, "GET /v1/changes": 33}
    after = rows(served, "presence", "ticket")
    assert after["presence"] == kept["presence"] == []
    assert [one for one in rows(served, "command")["command"] if f"'{login}'" in str(one)] == []


@SQLITE
async def test_what_happens_is_there_at_once_and_the_line_is_all_that_is_asked_for(
    served: Served,  # noqa: F811
    clock: VirtualClock,
    tmp_path: Path,
) -> None:
    """Asked once a day only: what a colleague writes comes by the hint, without who looks on being seen by anybody."""
    served.agent("vera", role="supervisor", all_teams=True)
    served.agent("bruno", "loja")
    ticket, bruno = served.ticket("loja"), served.client("bruno")
    feed = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)

    def connect() -> Hub:
        return Hub(BackendSettings("hub", served.url, secret=served.tokens["vera"]))

    async def until(sql: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                with closing(feed.reader()) as db:
                    if db.execute(sql).fetchone()[0]:
                        return
                await asyncio.sleep(0.02)

    follower = Follower(feed, connect, "hub", clock, rng=Random(1), every=86_400.0)
    follower.start()
    try:
        await until("SELECT count(*) FROM ticket")
        async with asyncio.timeout(PATIENCE):
            while not served.parts.listeners.come.is_set():
                await asyncio.sleep(0.02)
        bruno.post("commands", json={"commands": [note(ticket)]})
        await until("SELECT count(*) FROM event WHERE kind = 'note'")
        with closing(feed.reader()) as db:
            assert db.execute("SELECT count(*) FROM presence").fetchone() == (0,)
    finally:
        follower.stop(PATIENCE)
        feed.close()
    assert rows(served, "presence")["presence"] == []


@SQLITE
async def test_the_session_has_no_way_to_write(served: Served, clock: VirtualClock) -> None:  # noqa: F811
    served.agent("ana", "loja")
    ticket = served.ticket("loja")
    hub = Hub(BackendSettings("hub", served.url, secret=served.tokens["ana"]))
    try:
        session = ReadingOnly(hub)
        assert (await session.identify()).may_write
        assert session.capabilities.commands == frozenset()
        now = clock.now()
        claim = Claim(id=new_id(now), at=now, author="ana", ticket=TicketRef(id=1, remote=ticket.remote_id))
        for attempt in (
            session.push(claim),
            session.find(claim.id),
            session.attend(ticket.remote_id),
            session.upload("a", "b", b""),
            session.fetch_attachment("a", 1),
        ):
            with pytest.raises(Forbidden):
                await attempt
    finally:
        await hub.aclose()
    assert rows(served, "command", "presence", "attachment") == {
        "command": [],
        "presence": [],
        "attachment": [],
    }
    await asyncio.sleep(0)
