"""Agents and teams: what is said of them reaches readers, and what they may see is remembered when it changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status
from atendente_tui.hub import accounts, tables
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.writer import Writer
from tests.hub.world import Reader, do, opened

Do = Callable[[Callable[[Recording], Any]], Any]


@pytest.fixture
def doing(writer: Writer) -> Do:
    do(writer, lambda recording: accounts.put_team(recording, "Loja", "Loja do centro", "N1"))
    do(writer, lambda recording: accounts.put_team(recording, "Troca"))
    return lambda job: do(writer, job)


def past(database: Database, login: str) -> list[tuple[int, list[str] | None]]:
    p = tables.past_scope
    with database.read() as db:
        rows = db.execute(select(p.c.scope, p.c.teams).where(p.c.login == login).order_by(p.c.scope)).all()
    return [(row.scope, None if row.teams is None else json.loads(row.teams)) for row in rows]


def actor(database: Database, login: str) -> Actor:
    with database.read() as db:
        found = accounts.account(db, login)
        scope = db.execute(select(tables.agent.c.scope).where(tables.agent.c.login == login)).scalar_one()
    assert found is not None
    return Actor(login, found.name, found.role, found.teams, found.all_teams, scope)


def test_every_change_of_sight_is_remembered_and_no_other(database: Database, doing: Do) -> None:
    doing(lambda recording: accounts.add_agent(recording, "ana", "Ana", teams=["Loja"]))
    doing(lambda recording: accounts.set_agent(recording, "ana", name="Ana Lima", role="trainer"))
    assert past(database, "ana") == []
    doing(lambda recording: accounts.set_agent(recording, "ana", teams=["Troca", "Loja"]))
    doing(lambda recording: accounts.set_agent(recording, "ana", teams=["Loja", "Troca"]))
    doing(lambda recording: accounts.set_agent(recording, "ana", all_teams=True))
    doing(lambda recording: accounts.set_agent(recording, "ana", teams=[]))
    doing(lambda recording: accounts.set_agent(recording, "ana", all_teams=False))
    assert past(database, "ana") == [(1, ["Loja"]), (2, ["Loja", "Troca"]), (3, None)]
    assert actor(database, "ana") == Actor("ana", "Ana Lima", "trainer", (), False, 4)


def test_an_administrator_sees_everything(database: Database, doing: Do) -> None:
    doing(lambda recording: accounts.add_agent(recording, "ana", "Ana", teams=["Loja"]))
    doing(lambda recording: accounts.set_agent(recording, "ana", role="administrator"))
    assert actor(database, "ana").all_teams
    assert past(database, "ana") == [(1, ["Loja"])]


def test_a_team_that_ends_is_out_of_its_members_sight(database: Database, doing: Do) -> None:
    doing(lambda recording: accounts.add_agent(recording, "ana", "Ana", teams=["Loja", "Troca"]))
    doing(lambda recording: accounts.add_agent(recording, "rui", "Rui", teams=["Loja"]))
    doing(lambda recording: opened(recording, team="Troca", status=Status.CLOSED))
    doing(lambda recording: accounts.remove_team(recording, "Troca"))
    assert past(database, "ana") == [(1, ["Loja", "Troca"])]
    assert past(database, "rui") == []
    assert actor(database, "ana").teams == ("Loja",)


def test_a_team_with_live_tickets_stays(database: Database, doing: Do) -> None:
    doing(lambda recording: opened(recording, team="Troca"))
    with pytest.raises(Refused, match="team_has_tickets") as refused:
        doing(lambda recording: accounts.remove_team(recording, "Troca"))
    assert refused.value.values == {"found": "Troca", "count": 1}
    with database.read() as db:
        assert [one.key for one in accounts.teams(db)] == ["Loja", "Troca"]


def test_readers_are_told_of_agents_and_teams(database: Database, doing: Do) -> None:
    reader = Reader(database, Actor("x", "X", "agent", (), True, 1))
    doing(lambda recording: accounts.add_agent(recording, "ana", "Ana"))
    doing(lambda recording: accounts.add_agent(recording, "chefe", "Chefe", "administrator"))
    reader.catch_up()
    assert reader.content["agent", "ana"].label == "Ana"
    assert (reader.content["team", "Loja"].label, reader.content["team", "Loja"].tier) == (
        "Loja do centro",
        "N1",
    )
    doing(lambda recording: accounts.set_agent(recording, "ana", name="Ana Lima", teams=["Troca", "Loja"]))
    reader.catch_up()
    assert reader.content["agent", "ana"].teams == ("Loja", "Troca")
    doing(lambda recording: accounts.put_team(recording, "Loja", tier="N2"))
    doing(lambda recording: accounts.remove_team(recording, "Troca"))
    reader.catch_up()
    assert reader.content["agent", "ana"].label == "Ana Lima"
    assert reader.content["agent", "ana"].teams == ("Loja",)
    assert (reader.content["team", "Loja"].label, reader.content["team", "Loja"].tier) == (
        "Loja do centro",
        "N2",
    )
    assert reader.content["team", "Troca"].type == "directory_gone"
    doing(lambda recording: accounts.close_agent(recording, "ana"))
    reader.catch_up()
    assert reader.content["agent", "ana"].type == "directory_gone"
    doing(lambda recording: accounts.add_agent(recording, "ana", "Ana de novo"))
    reader.catch_up()
    assert reader.content["agent", "ana"].label == "Ana de novo"


def test_the_last_administrator_stays(doing: Do) -> None:
    doing(lambda recording: accounts.add_agent(recording, "chefe", "Chefe", "administrator"))
    with pytest.raises(Refused, match="last_administrator"):
        doing(lambda recording: accounts.set_agent(recording, "chefe", role="agent"))
    with pytest.raises(Refused, match="last_administrator"):
        doing(lambda recording: accounts.close_agent(recording, "chefe"))
    doing(lambda recording: accounts.add_agent(recording, "outra", "Outra", "administrator"))
    assert not doing(lambda recording: accounts.close_agent(recording, "chefe")).active


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"login": ""}, "login_unfit"),
        ({"login": "Ana"}, "login_unfit"),
        ({"login": "ana lima"}, "login_unfit"),
        ({"login": "source:x"}, "login_unfit"),
        ({"login": "a" * 65}, "login_unfit"),
        ({"login": "ana\n"}, "login_unfit"),
        ({"login": "rui"}, "agent_exists"),
        ({"name": " "}, "name_unfit"),
        ({"name": "A\x1b[31m"}, "name_unfit"),
        ({"name": "A\u202e"}, "name_unfit"),
        ({"name": "A\ud800"}, "name_unfit"),
        ({"name": "A" * 65}, "name_unfit"),
        ({"role": "root"}, "role_unknown"),
        ({"teams": ["Nope"]}, "no_such_team"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_does_not_do_is_refused_and_changes_nothing(
    changed: dict[str, Any], code: str, database: Database, doing: Do
) -> None:
    doing(lambda recording: accounts.add_agent(recording, "rui", "Rui"))
    with pytest.raises(Refused, match=code):
        doing(lambda recording: accounts.add_agent(recording, **({"login": "ana", "name": "Ana"} | changed)))
    with database.read() as db:
        assert [one.login for one in accounts.accounts(db)] == ["rui"]
