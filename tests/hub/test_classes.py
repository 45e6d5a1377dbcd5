"""Classes: kept once whatever is sent twice, seen by those they are of, and never a ticket."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.hub.serving_fixture import Served, served, walked  # noqa: F401 - a fixture

GIVEN: dict[str, Any] = {
    "name": "caso",
    "version": 2,
    "title": "Um caso",
    "digest": "ab" * 32,
    "scenario": "scenario: caso\n",
    "mode": "exam",
    "trainees": ["ana", "bia"],
}


@pytest.fixture
def school(served: Served) -> Served:  # noqa: F811
    served.agent("ana", "Loja")
    served.agent("bia", "Loja")
    served.agent("caio", "Loja")
    served.agent("tina", "Loja", role="trainer")
    served.agent("tais", "Troca", role="trainer")
    served.agent("sueli", "Loja", role="supervisor")
    return served


def told(seq: int, score: int, **more: Any) -> dict[str, Any]:
    met = {"expectations": [{"id": "rapida", "met": True}, {"id": "fecho", "met": None}]}
    return {
        "seq": seq,
        "state": "playing",
        "seconds": seq * 10,
        "score": score,
        "last": "reply",
        **met,
        **more,
    }


def test_what_is_sent_twice_is_kept_once(school: Served) -> None:
    tina, ana = school.client("tina"), school.client("ana")
    path = f"classes/{uuid4()}"
    first = tina.put(path, json=GIVEN)
    again = tina.put(path, json={**GIVEN, "trainees": ["bia", "ana", "ana"]})
    assert first.status_code == 200
    assert again.json() == first.json()
    assert [one["login"] for one in first.json()["trainees"]] == ["ana", "bia"]
    for other in ({"title": "Outro"}, {"trainees": ["ana"]}, {"scenario": "x"}, {"mode": "practice"}):
        assert tina.put(path, json={**GIVEN, **other}).status_code == 409, other
    unknown = tina.put(f"classes/{uuid4()}", json={**GIVEN, "trainees": ["ana", "ninguém"]})
    assert (unknown.status_code, unknown.json()["error"]) == (409, "trainee_unknown")

    message = f"{path}/messages/{uuid4()}"
    hint = {"kind": "hint", "text": "Acolha primeiro.", "to": "ana"}
    for _n in range(2):
        assert tina.put(message, json=hint).status_code == 204
    assert tina.put(message, json={**hint, "text": "Outra."}).status_code == 409
    assert tina.put(f"{path}/messages/{uuid4()}", json={**hint, "to": "caio"}).status_code == 409
    assert (
        tina.put(f"{path}/messages/{uuid4()}", json={"kind": "event", "text": "says: oi"}).status_code == 204
    )
    heard = ana.get(f"{path}/messages").json()
    assert [(one["n"], one["kind"], one["text"]) for one in heard["messages"]] == [
        (1, "hint", "Acolha primeiro."),
        (2, "event", "says: oi"),
    ]
    assert [one["n"] for one in school.client("bia").get(f"{path}/messages").json()["messages"]] == [2]
    assert ana.get(f"{path}/messages", params={"after": 2}).json() == {"ended": False, "messages": []}
    for _n in range(2):
        assert tina.put(f"{path}/end").status_code == 204
    assert ana.get(f"{path}/messages", params={"after": 2}).json() == {"ended": True, "messages": []}


def test_a_trainer_sees_how_far_each_is_and_what_is_late_says_nothing(school: Served) -> None:
    tina, ana = school.client("tina"), school.client("ana")
    path = f"classes/{uuid4()}"
    tina.put(path, json=GIVEN)
    for seq, score in ((1, 10), (3, 30), (2, 20), (3, 99)):
        assert ana.put(f"{path}/progress", json=told(seq, score)).status_code == 204
    mine, hers = tina.get(path).json()["trainees"]
    assert (mine["state"], mine["score"], mine["seconds"], mine["has_result"]) == ("playing", 30, 30, False)
    assert mine["expectations"] == told(1, 1)["expectations"]
    assert mine["seen"] is not None
    assert (hers["state"], hers["score"], hers["seen"]) == ("invited", None, None)
    assert tina.get(f"{path}/results/ana").status_code == 404
    over = told(4, 80, state="finished", passed=True, result={"score": 80})
    assert ana.put(f"{path}/progress", json=over).status_code == 204
    assert ana.put(f"{path}/progress", json=told(5, 1)).status_code == 204  # it is over for her
    assert tina.get(path).json()["trainees"][0]["score"] == 80
    for who in ("tina", "sueli", "ana"):
        assert school.client(who).get(f"{path}/results/ana").json() == {"score": 80}
    assert school.client("bia").get(f"{path}/results/ana").status_code == 404


def test_only_those_it_is_of_know_that_it_is_there(school: Served) -> None:
    path = f"classes/{uuid4()}"
    for who in ("ana", "sueli"):
        assert school.client(who).put(path, json=GIVEN).status_code == 403
    tickets = walked(school.client("sueli"))
    assert school.client("tina").put(path, json=GIVEN).status_code == 200
    seen = {who: school.client(who) for who in ("ana", "tina", "sueli")}
    unseen = {who: school.client(who) for who in ("caio", "tais")}
    for client in seen.values():
        assert client.get(path).json()["title"] == "Um caso"
        assert client.get(f"{path}/scenario").json()["text"] == GIVEN["scenario"]
        assert len(client.get("classes").json()["classes"]) == 1
    assert [one["login"] for one in seen["ana"].get(path).json()["trainees"]] == ["ana"]
    for client in unseen.values():
        assert client.get("classes").json() == {"classes": []}
        for what in (path, f"{path}/scenario", f"{path}/messages", f"{path}/results/ana"):
            answer, nothing = client.get(what), client.get(what.replace(path, f"classes/{uuid4()}"))
            assert (answer.status_code, answer.text) == (404, nothing.text)
        assert client.put(f"{path}/progress", json=told(1, 1)).status_code == 404
    assert unseen["tais"].put(f"{path}/end").status_code == 404
    assert seen["tina"].put(f"{path}/progress", json=told(1, 1)).json()["error"] == "not_a_trainee"
    assert walked(seen["sueli"]) == tickets
