"""Tokens: unguessable, kept as hashes, shown once, and ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import accounts, tables, tokens
from atendente_tui.hub.database import Database
from atendente_tui.hub.writer import Writer
from tests.hub.conftest import BEGAN
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.hub.world import do
from tests.sizes import sized

NOW = to_ms(BEGAN)


@pytest.fixture
def ana(writer: Writer) -> str:
    do(writer, lambda recording: accounts.put_team(recording, "Loja"))
    do(writer, lambda recording: accounts.add_agent(recording, "ana", "Ana", teams=["Loja"]))
    return "ana"


def test_no_two_are_alike() -> None:
    many = sized(50_000, 1_000_000)
    made = {tokens.PREFIX + tokens.secrets.token_urlsafe(32) for _n in range(many)}
    assert len(made) == many
    assert all(map(tokens.well_formed, list(made)[:1_000]))


def test_the_secret_is_nowhere_in_the_database(database: Database, ana: str) -> None:
    with database.write() as db:
        made = tokens.create(db, ana, "balcão", NOW)
        assert made.secret is not None
        row = db.execute(select(tables.token)).mappings().one()
    assert made.secret not in str(dict(row))
    assert row["hash"] == tokens.hash_of(made.secret)
    assert len(made.secret.removeprefix(tokens.PREFIX)) == 43
    with database.read() as db:
        assert [one.secret for one in tokens.listing(db)] == [None]


def test_it_proves_who_holds_it_as_they_are_now(database: Database, writer: Writer, ana: str) -> None:
    with database.write() as db:
        made = tokens.create(db, ana, "", NOW)
    do(writer, lambda recording: accounts.put_team(recording, "Troca"))
    do(writer, lambda recording: accounts.set_agent(recording, ana, teams=["Troca", "Loja"]))
    with database.read() as db:
        held = tokens.find(db, str(made.secret), NOW)
        assert isinstance(held, tokens.Holder)
        assert held.actor.teams == ("Loja", "Troca")
        assert held.actor.scope == 2
        assert tokens.find_hashed(db, [held.hash, "0" * 64], NOW) == {held.hash: held}


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "atd_",
        "atd_" + "a" * 42,
        "atd_" + "a" * 44,
        "atd_" + "é" * 43,
        "atd_" + "a" * 43,
        "x" * 100_000,
        "\ud800",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_none_is_unknown(shown: str, database: Database) -> None:
    with database.read() as db:
        assert tokens.find(db, shown, NOW) == "token_unknown"


def test_it_ends_by_its_day_by_hand_and_with_the_account(
    database: Database, writer: Writer, ana: str
) -> None:
    with database.write() as db:
        short, revoked, closed = (tokens.create(db, ana, "", NOW, days) for days in (1, 30, 30))
        tokens.revoke(db, revoked.id, NOW)
        assert tokens.revoke(db, revoked.id, NOW + 5).revoked == NOW
    with database.read() as db:
        assert isinstance(tokens.find(db, str(short.secret), NOW + tokens.DAY - 1), tokens.Holder)
        assert tokens.find(db, str(short.secret), NOW + tokens.DAY) == "token_expired"
        assert tokens.find(db, str(revoked.secret), NOW) == "token_revoked"
    do(writer, lambda recording: accounts.add_agent(recording, "chefe", "Chefe", "administrator"))
    do(writer, lambda recording: accounts.close_agent(recording, ana))
    do(writer, lambda recording: accounts.add_agent(recording, ana, "Ana"))
    with database.read() as db:
        assert tokens.find(db, str(closed.secret), NOW) == "token_revoked", (
            "an account opened again has new ones"
        )


def test_rotation_ends_the_old_one(database: Database, ana: str) -> None:
    with database.write() as db:
        old = tokens.create(db, ana, "balcão", NOW)
        new = tokens.rotate(db, old.id, NOW + 1)
        assert (new.label, new.login) == ("balcão", ana)
        assert tokens.find(db, str(old.secret), NOW + 1) == "token_revoked"
        assert isinstance(tokens.find(db, str(new.secret), NOW + 1), tokens.Holder)
        with pytest.raises(Refused, match="token_ended"):
            tokens.rotate(db, old.id, NOW + 2)


@pytest.mark.parametrize(
    ("login", "days", "code"),
    [("ninguem", 30, "agent_unknown"), ("ana", 0, "token_days"), ("ana", 367, "token_days")],
)
def test_none_is_made_for_nobody_or_for_ever(
    login: str, days: int, code: str, database: Database, ana: str
) -> None:
    with database.write() as db, pytest.raises(Refused, match=code):
        tokens.create(db, login, "", NOW, days)


def test_over_http_it_ends_with_the_next_request(served: Served, clock: VirtualClock) -> None:  # noqa: F811
    served.agent("ana")
    served.agent("chefe", role="administrator")
    asking = served.client("ana")
    assert asking.get("me").status_code == 200
    with served.parts.database.write() as db:
        tokens.revoke(db, served.token_id("ana"), served.parts.now())
    answer = asking.get("me")
    assert (answer.status_code, answer.json()["error"]) == (401, "token_revoked")
    assert answer.headers["www-authenticate"] == "Bearer"

    served.token("ana", days=1)
    asking = served.client("ana")
    assert asking.get("me").status_code == 200
    clock.advance(timedelta(days=1))
    assert asking.get("me").json()["error"] == "token_expired"

    served.token("ana")
    asking = served.client("ana")
    assert asking.get("me").status_code == 200
    served.do(lambda recording: accounts.close_agent(recording, "ana"))
    assert asking.get("me").status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Basic YTpi",
        "Token {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer  x{token}",
        "Bearer {token}, Bearer {token}",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_other_header_lets_in(header: str, served: Served) -> None:  # noqa: F811
    token = served.agent("ana")
    client = served.client(Authorization=header.format(token=token), **{"X-Remote-User": "ana"})
    assert client.get("me").status_code == 401
