"""Role × operation: who may change what, who is told nothing at all, and what a line of hints tells of another team."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from atendente_tui.hub import accounts, tables, tokens
from tests.hub.described import Operation
from tests.hub.matrix import CONTENT, KEPT_AS_ACCOUNTS, base, described, theirs
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.hub.two_teams import OURS, PEOPLE, SECRET, SUPERVISORS, THEIRS, TwoTeams, command, make, two_teams


@pytest.fixture
def teams(served: Served) -> TwoTeams:  # noqa: F811
    return two_teams(served)


# -- writing -------------------------------------------------------------------------------------------------------------


def writings(teams: TwoTeams) -> Iterator[tuple[Operation, str, dict[str, Any]]]:
    """Every guarded operation that changes something, as a path and what goes with it."""
    for operation in described(teams):
        if operation.method == "GET" or not operation.guarded:
            continue
        path = operation.path.removeprefix("/v1/").replace("{key}", "prazo")
        if str(operation) == "POST /v1/commands":
            verbs = {place.split(".")[1] for place in operation.places}
            for verb in sorted(verbs):
                for ticket in (teams.ours(), teams.tickets[0], "777999999"):
                    one = base(teams, verb)
                    if "ticket" in one:
                        one["ticket"]["remote"] = ticket
                    yield operation, path, {"json": {"commands": [one]}}
        elif operation.body == "application/octet-stream":
            headers = {"Content-Type": "text/plain"}
            yield operation, path, {"params": {"name": "a.txt"}, "content": b"abc", "headers": headers}
        elif operation.path == "/v1/presence":
            for ticket in (teams.ours(), teams.tickets[0], "777999999", None):
                yield operation, path, {"json": {"ticket": ticket}}
        elif operation.method == "DELETE":
            yield operation, path, {}
        else:
            article = {"title": "Outro", "body": "Outro."}
            yield (
                operation,
                path,
                {"json": article if "article" in path else {"label": "Outro", "body": "Outro"}},
            )


def test_every_write_of_a_supervisor_is_403(teams: TwoTeams) -> None:
    asked = list(writings(teams))
    before = teams.everything()
    answers = set()
    for who in SUPERVISORS:
        for operation, path, request in asked:
            answer = teams.client(who.login).request(operation.method, path, **request)
            assert answer.status_code == 403, (str(who), str(operation), answer.text)
            assert answer.status_code in operation.statuses
            answers.add(answer.text)
    assert len(answers) == 1
    assert teams.everything() == before


def test_only_trainers_and_administrators_change_what_is_shared(teams: TwoTeams) -> None:
    asked = [one for one in writings(teams) if one[0].path.startswith("/v1/content/")]
    assert len(asked) == 2 * (len(CONTENT) - len(KEPT_AS_ACCOUNTS))
    before = teams.everything()
    for who in PEOPLE:
        if who.role == "agent":
            for operation, path, request in asked:
                answer = teams.client(who.login).request(operation.method, path, **request)
                assert answer.status_code == 403, (str(who), str(operation), answer.text)
    assert teams.everything() == before
    for who in PEOPLE:
        if who.role in ("trainer", "administrator"):
            for operation, path, request in asked:
                answer = teams.client(who.login).request(operation.method, path, **request)
                assert answer.status_code in (200, 204, 404, 422), (str(who), str(operation), answer.text)


# -- who has no token ----------------------------------------------------------------------------------------------------


def strangers(teams: TwoTeams) -> dict[str, httpx.Client]:
    """People whose tokens held a moment ago, and people without one."""
    hub = teams.served
    for login in ("rita", "elsa", "celia"):
        hub.agent(login, THEIRS)
    with hub.parts.database.write() as db:
        tokens.revoke(db, hub.token_id("rita"), hub.parts.now())
        db.execute(update(tables.token).where(tables.token.c.login == "elsa").values(expires=hub.parts.now()))
    hub.do(lambda recording: accounts.close_agent(recording, "celia"))
    hub.tokens |= {"made up": "atd_" + "x" * 43, "no form": "x", "another's": hub.tokens["bia"].swapcase()}
    known = ("rita", "elsa", "celia", "made up", "no form", "another's")
    return {login: hub.client(login) for login in known} | {"nobody": hub.client()}


def test_who_has_no_token_that_holds_is_told_nothing(teams: TwoTeams) -> None:
    people = strangers(teams)
    asked = [(str(one[0]), one[0].method, *one[1:]) for one in writings(teams)]
    for operation in described(teams):
        if operation.method == "GET" and operation.guarded:
            kind = "attachment" if "attachments" in operation.path else "command"
            path = operation.path.removeprefix("/v1/").replace("{key}", "prazo")
            asked.append((str(operation), "GET", path.replace("{id}", theirs(teams, kind, "")[0]), {}))
    before = teams.everything()
    for name, client in people.items():
        answers = set()
        for operation_, method, path, request in asked[:: 1 if name in ("rita", "nobody") else 7]:
            answer = client.request(method, path, **request)
            assert answer.status_code == 401, (name, operation_, answer.text)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert not teams.leaks(answer)
            answers.add(answer.text)
        assert len(answers) == 1, name
    assert teams.everything() == before


def test_a_token_signs_nothing(teams: TwoTeams) -> None:
    """The inbound calls ask for a signature, whoever asks."""
    before = teams.everything()
    for client in (teams.client("alice"), teams.client("bia"), teams.served.client()):
        for path in ("inbound/chat", "inbound/chat/attachments"):
            answer = client.post(path, params={"name": "a.txt"}, json={"message_id": "m"})
            assert answer.status_code == 401, answer.text
    assert teams.everything() == before


# -- hints ---------------------------------------------------------------------------------------------------------------


def test_no_hint_tells_of_what_another_team_does(teams: TwoTeams) -> None:
    """All that a team does, while somebody of another and somebody of theirs listen."""
    ours = teams.ours()
    lines = {who.login: teams.served.hints(who.login) for who in PEOPLE}
    first = teams.tickets[0]
    bia = teams.client("bia")
    make(
        teams,
        command("note", first, text=SECRET),
        command("tag", first, add=["mais"]),
        command("release", first),
        command("team", teams.tickets[-1], team=THEIRS),
    )
    assert bia.put("presence", json={"ticket": first, "writing": False}).status_code == 204
    assert bia.put("presence", json={"ticket": None}).status_code == 204
    assert bia.put("presence", json={"ticket": first, "writing": True}).status_code == 204
    assert teams.client("alice").put("presence", json={"ticket": ours}).status_code == 204
    teams.client("alice").post("commands", json={"commands": [command("note", ours, text="x")]})
    for who in PEOPLE:
        mine = ours if OURS in who.teams or who.all_teams or who.role == "administrator" else first
        if who.login == "nuno":
            mine = teams.served.ticket().remote_id  # of no team: everybody's
        told = lines[who.login].until(lambda told, mine=mine: ("change", {"ticket": mine}) in told)  # type: ignore[misc]
        if who.inside:
            wanted = (
                "presence",
                {"ticket": first, "people": [{"login": "bia", "name": "Bia", "writing": True}]},
            )
            told = lines[who.login].until(lambda told, wanted=wanted: wanted in told)  # type: ignore[misc]
            assert ("change", {"ticket": first}) in told
        else:
            assert not teams.leaks(json.dumps(told)), (str(who), told)
            assert "bia" not in json.dumps(told)
