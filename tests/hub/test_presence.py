"""Who has which ticket open: told to those who may see the ticket, and over when nobody says so any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.hub import accounts
from atendente_tui.hub.database import Database
from atendente_tui.hub.listening import Listeners
from atendente_tui.hub.presence import BEAT, TTL, Presence
from atendente_tui.hub.scope import Actor
from tests.hub.serving_fixture import Served, served  # noqa: F401

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def present(ticket: str, *people: tuple[str, bool]) -> tuple[str, Any]:
    told = [{"login": login, "name": login.title(), "writing": writing} for login, writing in people]
    return "presence", {"ticket": ticket, "people": told}


def has(wanted: Any) -> Any:
    return lambda told: wanted in told


@pytest.fixture
def shop(served: Served) -> Served:  # noqa: F811
    """Ana and Zé of Loja, Rui of Troca, and a supervisor of all."""
    served.agent("ana", "Loja")
    served.agent("ze", "Loja")
    served.agent("rui", "Troca")
    served.agent("sup", role="supervisor", all_teams=True)
    return served


def test_colleagues_are_told_who_is_there_and_who_writes(shop: Served) -> None:
    ticket = shop.ticket("Loja").remote_id
    lines = {login: shop.hints(login) for login in ("ze", "rui", "sup")}
    ana, ze = shop.client("ana"), shop.client("ze")
    assert ana.put("presence", json={"ticket": ticket}).status_code == 204
    for login in ("ze", "sup"):
        lines[login].until(has(present(ticket, ("ana", False))))
    ana.put("presence", json={"ticket": ticket, "writing": True})
    lines["ze"].until(has(present(ticket, ("ana", True))))
    ze.put("presence", json={"ticket": ticket})
    told = lines["sup"].until(has(present(ticket, ("ana", True), ("ze", False))))
    assert shop.client("sup").get("presence").json() == {"tickets": [told[-1][1]]}
    ana.put("presence", json={"ticket": None})
    lines["ze"].until(has(present(ticket, ("ze", False))))
    other = shop.ticket("Loja").remote_id
    ze.put("presence", json={"ticket": other})
    lines["sup"].until(has(present(ticket)))
    lines["sup"].until(has(present(other, ("ze", False))))
    assert [kind for kind, _data in lines["rui"].told if kind == "presence"] == []
    assert shop.client("rui").get("presence").json() == {"tickets": []}


def test_who_comes_later_is_told_how_it_stands(shop: Served) -> None:
    ticket = shop.ticket("Loja").remote_id
    shop.client("ana").put("presence", json={"ticket": ticket, "writing": True})
    told = shop.hints("ze").until(has(present(ticket, ("ana", True))))
    assert told[0] == ("hello", {})


def test_who_says_nothing_any_more_has_gone(shop: Served, clock: VirtualClock) -> None:
    ticket = shop.ticket("Loja").remote_id
    line, ana = shop.hints("ze"), shop.client("ana")
    ana.put("presence", json={"ticket": ticket})
    line.until(has(present(ticket, ("ana", False))))
    for _beat in range(5):
        clock.advance(timedelta(seconds=BEAT))
        ana.put("presence", json={"ticket": ticket})
    assert len(ana.get("presence").json()["tickets"]) == 1
    clock.advance(timedelta(seconds=TTL - 1))
    assert len(ana.get("presence").json()["tickets"]) == 1
    clock.advance(timedelta(seconds=1))
    told = line.until(has(present(ticket)))
    assert told.count(present(ticket, ("ana", False))) == 1, "to say it again is no news"
    assert ana.get("presence").json() == {"tickets": []}


def test_an_account_that_is_closed_is_nowhere(shop: Served) -> None:
    ticket = shop.ticket("Loja").remote_id
    line = shop.hints("ze")
    shop.client("ana").put("presence", json={"ticket": ticket})
    line.until(has(present(ticket, ("ana", False))))
    shop.do(lambda recording: accounts.close_agent(recording, "ana"))
    line.until(has(present(ticket)))


def test_a_ticket_that_moves_takes_its_people_along(shop: Served) -> None:
    ticket = shop.ticket("Loja")
    line = shop.hints("rui")
    shop.client("ana").put("presence", json={"ticket": ticket.remote_id})
    shop.do(lambda recording: recording.put_ticket(ticket.model_copy(update={"team": "Troca"})))
    line.until(has(present(ticket.remote_id, ("ana", False))))
    assert shop.client("ana").get("presence").json() == {"tickets": []}


def test_all_processes_agree(shop: Served, clock: VirtualClock) -> None:
    ticket = shop.ticket("Loja")
    line = shop.hints("ze")
    url = shop.parts.database.engine.url.render_as_string(hide_password=False)
    other = Database.open(
        shop.parts.database.url if shop.parts.database.kind == "sqlite" else url, migrate=False
    )
    elsewhere = Presence(other, clock, Listeners())
    assert elsewhere.put(
        Actor("ana", "Ana", "agent", ("Loja",), False, 1), int(ticket.remote_id), writing=True
    )
    line.until(has(present(ticket.remote_id, ("ana", True))))
    assert [one.ticket for one in elsewhere.seen_by(Actor("x", "X", "agent", (), True, 1))] == [
        int(ticket.remote_id)
    ]
    other.close()


@SQLITE
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"ticket": 1},
        {"ticket": ""},
        {"ticket": "0"},
        {"ticket": "x"},
        {"ticket": "1", "writing": "yes"},
        {"ticket": "1", "login": "ze"},
        {"ticket": "9" * 19},
        {"ticket": ["1"]},
    ],
)
def test_what_names_no_ticket_is_refused(said: dict[str, Any], shop: Served) -> None:
    shop.ticket("Loja")
    assert shop.client("ana").put("presence", json=said).status_code == 422
    assert shop.client("ana").get("presence").json() == {"tickets": []}
