"""Team × operation × every id: what a team has is not there for another one, whoever asks, wherever the id stands.

The operations and the places of ids are those of the published description; one that this matrix does not know fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from uuid import uuid4

import httpx
import pytest

from atendente_tui.hub.cursor import Cursor, read_cursor
from tests.hub.matrix import (
    KNOWN,
    OPEN,
    PUBLIC,
    alike,
    ask,
    base,
    described,
    kind_of,
    nobodys,
    probes,
    put,
    theirs,
)
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.hub.two_teams import (
    INSIDERS,
    LATER,
    OUTSIDERS,
    PEOPLE,
    SECRET,
    SECRET_MAIL,
    Person,
    TwoTeams,
    command,
    everything_told,
    two_teams,
)


@pytest.fixture
def teams(served: Served) -> TwoTeams:  # noqa: F811
    return two_teams(served)


def test_every_operation_and_every_place_of_an_id_is_in_the_matrix(teams: TwoTeams) -> None:
    found = described(teams)
    assert {str(one) for one in found} == KNOWN
    assert {str(one) for one in found if not one.guarded} == OPEN
    unknown = [f"{one} {place}" for one in found for place in one.places if kind_of(one, place) is None]
    assert not unknown


# -- asking with their ids -----------------------------------------------------------------------------------------------


def test_what_is_not_yours_is_answered_as_what_is_not_there(teams: TwoTeams) -> None:
    before = teams.rows()
    for who in OUTSIDERS:
        asked = 0
        for operation, place, kind in probes(teams):
            hidden = kind not in (*PUBLIC, "address")
            if place.endswith("create.team"):
                hidden = True  # nobody opens tickets for a team whose tickets they do not see
            if kind == "command" and place.startswith("body:") and place.endswith(".id"):
                hidden = False  # see below
            if not hidden and who is not OUTSIDERS[0]:
                continue
            for value in theirs(teams, kind, place):
                answer = ask(teams, who.login, operation, place, value)
                asked += 1
                assert answer.status_code < 500, (str(operation), place, answer.text)
                assert not teams.leaks(answer, value), (str(operation), place, answer.text)
                if hidden:
                    other = nobodys(kind)
                    nothing = ask(teams, who.login, operation, place, other)
                    assert alike(answer, value) == alike(nothing, other), (str(who), str(operation), place)
        assert asked > 40
    assert teams.rows() == before


def test_an_id_that_another_has_used_says_nothing_of_what_it_was(teams: TwoTeams) -> None:
    """It cannot be used again; the same command from somebody else is no second look at its receipt."""
    before = teams.rows()
    for who in OUTSIDERS:
        for one in teams.commands if who.role != "supervisor" else ():
            answer = teams.client(who.login).post("commands", json={"commands": [one]})
            (result,) = answer.json()["results"]
            told = "this id was applied with other content"
            assert result == {"command_id": one["id"], "outcome": "reused", "detail": told}
    assert teams.rows() == before


def test_who_belongs_to_the_team_finds_all_of_it(teams: TwoTeams) -> None:
    """The same requests with the same ids: so it was not the requests that were refused."""
    for who in INSIDERS:
        if who.role == "supervisor":
            continue
        for operation, place, kind in probes(teams):
            if place.endswith("create.ticket.remote"):
                continue  # there is none yet: what stands there is not looked at
            if kind == "ticket" or (who.login == "bia" and operation.path.endswith("{id}")):
                value, other = theirs(teams, kind, place)[0], nobodys(kind)
                found = alike(ask(teams, who.login, operation, place, value), value)
                assert found != alike(ask(teams, who.login, operation, place, other), other), (who, place)


@pytest.mark.parametrize("who", ["ana", "tania"])
def test_the_requests_of_the_matrix_hold_with_ids_of_ours(who: str, teams: TwoTeams) -> None:
    """What was refused above was refused for the id in it, and for nothing else."""
    for operation in described(teams):
        if str(operation) != "POST /v1/commands":
            continue
        for verb in {
            place.split(".")[1] for place in operation.places if place.startswith("body:commands[].")
        }:
            made = base(teams, verb)
            if verb == "settle_promise":
                promise = command("promise", made["ticket"]["remote"], due=LATER, what="ligar")
                teams.client(who).post("commands", json={"commands": [promise]})
                made["promise"] = promise["id"]
            answer = teams.client(who).post("commands", json={"commands": [made]})
            (result,) = answer.json()["results"]
            assert result["outcome"] == "applied", (verb, result)
            assert teams.client(who).get(f"commands/{made['id']}").json() == result["receipt"]
    assert teams.client(who).put("presence", json={"ticket": teams.ours()}).status_code == 204


# -- reading -------------------------------------------------------------------------------------------------------------


def readings(teams: TwoTeams, who: Person) -> Iterator[tuple[str, httpx.Response]]:
    """Every operation that only looks, with nothing in it of another's."""
    for operation in described(teams):
        if operation.method == "GET" and operation.guarded and operation.path != "/v1/hints":
            path = operation.path.removeprefix("/v1/").replace("{key}", "prazo")
            path = path.replace("{id}", "f" * 32 if "attachments" in path else str(uuid4()))
            yield str(operation), teams.client(who.login).get(path)


def test_no_page_shows_what_another_team_has(teams: TwoTeams) -> None:
    for who in PEOPLE:
        client = teams.client(who.login)
        told = everything_told(client)
        found = teams.leaks(told)
        attended = [one["ticket"] for one in client.get("presence").json()["tickets"]]
        if who.inside:
            assert found >= {SECRET, *teams.tickets, *teams.events, *teams.customers, teams.files[0]}, who
            assert attended == [teams.tickets[0]]
        else:
            assert not found, who
            assert not teams.leaks(everything_told(client, 1)), who
            assert attended == []
            for name, answer in readings(teams, who):
                assert not teams.leaks(answer), (str(who), name)


def test_no_cursor_of_another_opens_what_they_see(teams: TwoTeams) -> None:
    """Cursors are no secret and not signed: neither another's nor a made-up one shows more than one's own."""
    cursors = set()
    for who in PEOPLE:
        after: dict[str, str] = {}
        for _n in range(3):
            page = teams.client(who.login).get("changes", params={"limit": 5, **after}).json()
            cursors.add(page["cursor"])
            after = {"after": page["cursor"]}
    own = read_cursor(next(iter(cursors)))
    first, beyond = int(teams.tickets[0]), int(teams.tickets[-1]) + 1
    for mode, scope, ticket, event, phase in product(
        ("log", "walk", "out"), (1, 2), (0, first, beyond), (0, 1, int(teams.events[0])), (0, 1)
    ):
        made = Cursor(own.epoch, scope, mode, own.seq * (event > 1), phase, ticket, event)  # type: ignore[arg-type]
        cursors.add(str(made))
    for who in OUTSIDERS[:2]:
        for cursor in cursors:
            answer = teams.client(who.login).get("changes", params={"after": cursor})
            assert answer.status_code in (200, 410), answer.text
            assert not teams.leaks(answer), (str(who), read_cursor(cursor))


def test_who_opens_a_ticket_for_a_person_meets_them_and_no_ticket_of_theirs(teams: TwoTeams) -> None:
    """A customer is the whole house's: an exact address finds them. What another team talked with them about it does not."""
    before = teams.rows()
    made = put(base(teams, "create"), "identities[].value", SECRET_MAIL)
    (result,) = teams.client("ana").post("commands", json={"commands": [made]}).json()["results"]
    assert result["outcome"] == "applied"
    changes = [
        one
        for page in everything_told(teams.client("ana")).splitlines()
        for one in json.loads(page)["changes"]
        if teams.leaks(json.dumps(one))
    ]
    assert {one["type"] for one in changes} <= {"customer", "ticket", "event"}
    assert not {one["remote_id"] for one in changes if one["type"] == "ticket"} & set(teams.tickets)
    assert {one["ticket"] for one in changes if one["type"] == "event"} <= {None, result["receipt"]["ticket"]}
    after = teams.rows()
    assert {name: rows for name, rows in after.items() if name != "customer"} == {
        name: rows for name, rows in before.items() if name != "customer"
    }
