"""Who may do what: every operation of the published description, asked by everybody, and teams kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from atendente_tui.hub.scope import Role
from tests.hub.every_command import KINDS, command
from tests.hub.serving_fixture import Served, note, served, walked  # noqa: F401

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OPEN = {("GET", "/v1/health")}
SIGNED = "/v1/inbound/"
ROLES: tuple[Role, ...] = ("agent", "supervisor", "trainer", "administrator")


def operations(client: httpx.Client) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path with its places filled, and what it takes."""
    for path, item in client.get("openapi.json").json()["paths"].items():
        for method, operation in item.items():
            if path.startswith(SIGNED):
                continue
            filled = path.replace("{id}", "0" * 8 + "-0000-7000-8000-" + "0" * 12)
            for place in ("{key}", "{message}", "{login}"):
                filled = filled.replace(place, "x")
            assert "{" not in filled, f"a place in {path} that this test does not know"
            yield method.upper(), filled.removeprefix("/v1/"), operation


def ask(client: httpx.Client, method: str, path: str, operation: dict[str, Any]) -> int:
    """The status, without waiting for a stream to end."""
    kinds = operation.get("requestBody", {}).get("content", {})
    headers = {"Content-Type": next(iter(kinds))} if kinds else {}
    asked = client.build_request(
        method, path, params={"name": "x.txt"}, content=b"{}" if kinds else b"", headers=headers
    )
    answer = client.send(asked, stream=True)
    answer.close()
    return answer.status_code


@SQLITE
def test_nobody_is_let_in_without_a_token(served: Served) -> None:  # noqa: F811
    stranger = served.client(
        **{"X-Forwarded-User": "admin", "X-Remote-User": "admin", "Cookie": "login=admin"}
    )
    asked = list(operations(stranger))
    assert len(asked) > 8
    for method, path, operation in asked:
        expected = 200 if (method, f"/v1/{path}") in OPEN else 401
        assert ask(stranger, method, path, operation) == expected, (method, path)
        assert ("security" in operation) == (expected == 401), f"{method} {path} is described otherwise"


@SQLITE
def test_a_supervisor_changes_nothing(served: Served) -> None:  # noqa: F811
    served.agent("sup", role="supervisor", all_teams=True)
    client = served.client("sup")
    for method, path, operation in operations(client):
        status = ask(client, method, path, operation)
        assert (status == 403) == (method != "GET"), (method, path, status)


@SQLITE
@pytest.mark.parametrize("role", ROLES)
def test_what_a_team_shares_is_not_everybodys_to_change(role: Role, served: Served) -> None:  # noqa: F811
    served.agent("ana", role=role)
    client = served.client("ana")
    for method, path, operation in operations(client):
        if method != "GET" and path.startswith("content/"):
            status = ask(client, method, path, operation)
            assert (status == 403) == (role in ("agent", "supervisor")), (method, path, status)


@SQLITE
@pytest.mark.parametrize("role", ["agent", "trainer", "administrator"])
def test_who_works_may_act(role: Role, served: Served) -> None:  # noqa: F811
    served.agent("ana", "Loja", role=role)
    ticket = served.ticket("Loja")
    client = served.client("ana")
    (result,) = client.post("commands", json={"commands": [note(ticket)]}).json()["results"]
    assert result["outcome"] == "applied"
    assert client.put("presence", json={"ticket": ticket.remote_id}).status_code == 204


@SQLITE
def test_a_refusal_for_a_supervisor_leaves_no_trace(served: Served) -> None:  # noqa: F811
    served.agent("sup", role="supervisor", all_teams=True)
    ticket = served.ticket()
    client = served.client("sup")
    before = walked(client)
    for kind in KINDS:
        answer = client.post("commands", json={"commands": [command(kind, ticket.remote_id)]})
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden"), kind
    assert client.put("presence", json={"ticket": ticket.remote_id}).status_code == 403
    assert client.get("presence").json() == {"tickets": []}
    assert walked(client) == before


@pytest.mark.parametrize("role", ["agent", "trainer", "supervisor"])
def test_tickets_of_other_teams_are_not_there(role: Role, served: Served) -> None:  # noqa: F811
    served.agent("rui", "Troca")
    theirs = served.ticket("Troca")
    served.agent("ana", "Loja", role=role)
    everybodys = served.ticket(None)
    rui, ana = served.client("rui"), served.client("ana")
    applied = rui.post("commands", json={"commands": [note(theirs, "Segredo da Troca.")]}).json()["results"][
        0
    ]
    assert rui.put("presence", json={"ticket": theirs.remote_id}).status_code == 204

    told = walked(ana)
    assert "Segredo da Troca" not in str(told)
    assert [one["remote_id"] for one in told if one["type"] == "ticket"] == [everybodys.remote_id]
    assert ana.get("presence").json() == {"tickets": []}
    assert ana.get(f"commands/{applied['command_id']}").status_code == 404
    if role == "supervisor":
        return
    unknown = ana.put("presence", json={"ticket": "999999"})
    hidden = ana.put("presence", json={"ticket": theirs.remote_id})
    assert (hidden.status_code, hidden.text) == (unknown.status_code, unknown.text) == (404, hidden.text)
    for kind in KINDS:
        if kind not in ("create", "flag_article", "agent_state"):
            (result,) = ana.post("commands", json={"commands": [command(kind, theirs.remote_id)]}).json()[
                "results"
            ]
            assert (result["outcome"], result["error"]) == ("refused", "ticket_unknown"), kind
            assert "Segredo" not in str(result)
    for kind, field in (("merge", "into"), ("link", "other")):
        named = command(kind, everybodys.remote_id) | {field: {"id": 1, "remote": theirs.remote_id}}
        (result,) = ana.post("commands", json={"commands": [named]}).json()["results"]
        assert (result["outcome"], result["error"]) == ("refused", "ticket_unknown"), kind


@SQLITE
def test_the_author_is_who_holds_the_token(served: Served) -> None:  # noqa: F811
    served.agent("ana")
    served.agent("rui")
    ticket = served.ticket()
    client = served.client("ana")
    client.post("commands", json={"commands": [note(ticket, "De quem?", author="rui")]})
    (said,) = [one for one in walked(client) if one.get("text") == "De quem?"]
    assert said["author"] == "ana"
