"""Hints: told as it happens to those who may know, once, and for no longer than their token holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import DirectoryEntry
from atendente_tui.hub import accounts, tokens
from atendente_tui.hub.database import Database
from atendente_tui.hub.listening import ANYTHING, HELLO, PENDING, Attended, Listener, Listeners, Person
from atendente_tui.hub.notices import PAYLOAD, Notice, Notices, _gaps, _read, _written
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.tokens import Holder
from atendente_tui.hub.writer import Writer
from tests.hub import world
from tests.hub.serving_fixture import Hints, Served, note, served, serving  # noqa: F401

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Told = list[tuple[str, Any]]


def change(ticket: str | None) -> tuple[str, Any]:
    return "change", {"ticket": ticket}


def has(*wanted: tuple[str, Any]) -> Any:
    return lambda told: all(one in told for one in wanted)


# -- over http -----------------------------------------------------------------------------------------------------------


def test_a_change_is_told_to_who_may_see_it(served: Served) -> None:  # noqa: F811
    for login, team in (("ana", "Loja"), ("rui", "Troca")):
        served.agent(login, team)
    served.agent("chefe", role="administrator")
    ours, theirs = served.ticket("Loja"), served.ticket("Troca")
    lines = {login: served.hints(login) for login in ("ana", "rui", "chefe")}
    ana, rui = served.client("ana"), served.client("rui")
    ana.post("commands", json={"commands": [note(ours)]})
    rui.post("commands", json={"commands": [note(theirs)]})
    told = {
        "ana": lines["ana"].until(has(change(ours.remote_id))),
        "rui": lines["rui"].until(has(change(theirs.remote_id))),
        "chefe": lines["chefe"].until(has(change(ours.remote_id), change(theirs.remote_id))),
    }
    assert change(theirs.remote_id) not in told["ana"]
    assert change(ours.remote_id) not in told["rui"]
    assert all(one[0] == ("hello", {}) for one in told.values())


def test_a_ticket_that_moves_is_told_on_both_sides(served: Served) -> None:  # noqa: F811
    served.agent("ana", "Loja")
    served.agent("rui", "Troca")
    ticket = served.ticket("Loja")
    lines = [served.hints("ana"), served.hints("rui")]
    served.do(lambda recording: recording.put_ticket(ticket.model_copy(update={"team": "Troca"})))
    for line in lines:
        line.until(has(change(ticket.remote_id)))


def test_what_belongs_to_no_ticket_is_told_to_everybody(served: Served) -> None:  # noqa: F811
    served.agent("ana", "Loja")
    line = served.hints("ana")
    served.do(
        lambda recording: recording.put_content(
            "tag", "vip", DirectoryEntry(kind="tag", key="vip", label="VIP")
        )
    )
    line.until(has(change(None)))


@contextmanager
def another_process(database: Database, clock: VirtualClock) -> Iterator[Writer]:
    """A writer with connections of its own, as `atendente hub ...` beside a running hub has it."""
    other = Database.open(
        database.engine.url.render_as_string(hide_password=False)
        if database.kind == "postgresql"
        else database.url,
        migrate=False,
    )
    writer = Writer(other, clock, Notices(other))
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()
        other.close()


def test_what_another_process_commits_is_told_too(served: Served, clock: VirtualClock) -> None:  # noqa: F811
    served.agent("ana", "Loja")
    served.agent("rui", "Troca")
    served.ticket("Loja")
    ana, rui = served.hints("ana"), served.hints("rui")
    with another_process(served.parts.database, clock) as writer:
        ticket = world.do(writer, lambda recording: world.opened(recording, team="Loja"))
        ana.until(has(change(ticket.remote_id)))
        served.client("ana").post("commands", json={"commands": [note(ticket)]})
        world.do(writer, lambda recording: recording.put_ticket(ticket.model_copy(update={"team": "Troca"})))
        rui.until(has(change(ticket.remote_id)))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_broken_line_to_the_database_is_made_again(served: Served, clock: VirtualClock) -> None:  # noqa: F811
    served.agent("ana", "Loja")
    line = served.hints("ana")
    with served.parts.database.write() as db:
        killed = db.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        ).scalar_one()
    assert killed == 1
    line.until(has(change(None)))
    line.forget()
    with another_process(served.parts.database, clock) as writer:
        ticket = world.do(writer, lambda recording: world.opened(recording, team="Loja"))
    line.until(has(change(ticket.remote_id)))


@pytest.mark.parametrize("how", ["revoked", "expired", "closed"])
def test_a_line_ends_with_its_token(how: str, served: Served, clock: VirtualClock) -> None:  # noqa: F811
    served.agent("chefe", role="administrator")
    served.agent("ana")
    served.token("ana", days=1)
    line, other = served.hints("ana"), served.hints("chefe")
    if how == "revoked":
        with served.parts.database.write() as db:
            tokens.revoke(db, served.token_id("ana"), served.parts.now())
    elif how == "expired":
        clock.advance(timedelta(days=1))
    else:
        served.do(lambda recording: accounts.close_agent(recording, "ana"))
    line.until_ended()
    served.do(
        lambda recording: recording.put_content(
            "tag", "vip", DirectoryEntry(kind="tag", key="vip", label="VIP")
        )
    )
    other.until(has(change(None)))


def test_who_may_see_more_is_told_at_once_and_hears_of_it_from_then_on(served: Served) -> None:  # noqa: F811
    served.agent("ana", "Loja")
    served.team("Troca")
    line = served.hints("ana")
    served.do(lambda recording: accounts.set_agent(recording, "ana", teams=["Troca"]))
    line.until(
        lambda told: told.count(change(None)) > 1
    )  # of the list of agents; and of what may be seen now
    line.forget()
    hidden, seen = served.ticket("Loja"), served.ticket("Troca")
    assert change(hidden.remote_id) not in line.until(has(change(seen.remote_id)))


@SQLITE
def test_of_too_many_lines_of_one_token_the_oldest_gives_way(
    database: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    running = serving(database, tmp_path / "files", clock, rate=0, streams=2)
    running.agent("ana")
    lines = [running.hints("ana") for _n in range(3)]
    lines[0].until_ended()
    ticket = running.ticket()
    for line in lines[1:]:
        line.until(has(change(ticket.remote_id)))
    running.stop()


@SQLITE
def test_comments_keep_the_line_open(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    running = serving(database, tmp_path / "files", clock, ping=0.05)
    running.agent("ana")
    with running.client("ana").stream("GET", "hints") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert (next(lines), next(lines)) == ("event: hello", "data: {}")
        assert next(one for one in lines if one) == ": ping"
    running.stop()


@SQLITE
def test_a_line_that_the_other_side_ends_is_forgotten(served: Served) -> None:  # noqa: F811
    served.agent("ana")
    with served.client("ana").stream("GET", "hints") as answer:
        lines = answer.iter_lines()  # kept: one that nobody holds hangs up
        next(lines)
        assert served.parts.listeners.come.is_set()
    ticket = served.ticket()
    line = served.hints("ana")
    served.client("ana").post("commands", json={"commands": [note(ticket)]})
    line.until(has(change(ticket.remote_id)))
    line.until(lambda _told: len(served.parts.listeners.tokens()) == 1)


@SQLITE
def test_lines_end_when_the_hub_does(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    running = serving(database, tmp_path / "files", clock)
    running.agent("ana")
    line = Hints(running, "ana")
    running.server.should_exit = True
    line.until_ended()
    running.stop()


# -- the parts -----------------------------------------------------------------------------------------------------------


def holder(login: str, *teams: str, everything: bool = False) -> Holder:
    return Holder(Actor(login, login, "agent", teams, everything, 1), f"id-{login}", f"hash-{login}", None)


async def sent(listener: Listener) -> bytes:
    """What it is sent until it is waited for."""
    told = b""
    listener.end()
    async for chunk in listener.events():
        told += chunk
    return told


async def test_what_many_may_see_is_rendered_once() -> None:
    listeners = Listeners()
    lines = [listeners.add(holder(f"a{n}", "Loja")) for n in range(500)]
    listeners.hear(Notice(9, ((1, "Loja", "Loja"), (2, "Troca", "Troca"))))
    rendered = [one._news for one in lines]
    assert len({id(one["change 1"]) for one in rendered}) == 1
    assert all(set(one) == {"change 1"} for one in rendered)


async def test_a_thing_waits_once_and_too_many_become_one() -> None:
    listeners = Listeners()
    line = listeners.add(holder("ana", everything=True))
    for _again in range(10):
        listeners.hear(Notice(1, ((1, None, None),)))
    assert len(line._news) == 1
    listeners.attended([Attended(7, None, (Person("rui", "Rui", True),))])
    listeners.hear(Notice(2, tuple((n, None, None) for n in range(PENDING + 1))))
    assert set(line._news) == {"change", "presence 7"}
    assert line._news["change"] == ANYTHING["change"]


async def test_who_reads_nothing_at_all_is_hung_up_on() -> None:
    listeners = Listeners()
    line = listeners.add(holder("ana", everything=True))
    listeners.attended([Attended(n, None, ()) for n in range(PENDING + 1)])
    assert await sent(line) == HELLO
    assert [one async for one in line.events()] == [HELLO]


async def test_nobody_listening_is_known() -> None:
    listeners = Listeners()
    assert not listeners.come.is_set()
    one, other = listeners.add(holder("ana", "Loja")), listeners.add(holder("rui"))
    listeners.remove(one)
    listeners.remove(one)
    assert listeners.tokens() == ["hash-rui"]
    listeners.called(["hash-rui"], {})
    assert not listeners.come.is_set()
    assert await sent(other) == HELLO
    assert listeners._by_sight == {}


@pytest.mark.parametrize("count", [0, 1, 100, 2_000])
def test_what_goes_by_postgresql_comes_as_it_was_or_as_a_change_of_everything(count: int) -> None:
    notice = Notice(5, tuple((n, "Loja “ü”", None) for n in range(count)), first=3)
    payload = _written("a", notice)
    assert len(payload.encode()) <= PAYLOAD
    told = _read("b", payload)
    assert told is not None
    assert told.seq == 5
    assert told.tickets == notice.tickets if count < 2_000 else told.everybody
    assert _read("a", payload) is None


@pytest.mark.parametrize(
    "payload", ["", "x", "{}", "[]", "null", '{"from":"b","seq":"x","tickets":[],"all":0}']
)
def test_what_no_hub_wrote_is_a_change_of_everything(payload: str) -> None:
    assert _read("a", payload) == Notice(0, everybody=True)


@pytest.mark.parametrize(
    ("own", "gaps"),
    [
        ([], [(11, 20)]),
        ([(11, 20)], []),
        ([(11, 12), (13, 20)], []),
        ([(13, 14)], [(11, 12), (15, 20)]),
        ([(15, 20), (11, 11)], [(12, 14)]),
        ([(1, 10), (18, 30)], [(11, 17)]),
        ([(25, 30)], [(11, 20)]),
    ],
)
def test_which_numbers_are_of_others(own: list[tuple[int, int]], gaps: list[tuple[int, int]]) -> None:
    assert _gaps(10, 20, own) == gaps
