"""The log says what was asked and by which token, and nothing that anybody wrote."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterator

import pytest

from atendente_tui.cli.hub_starting import _Plain
from atendente_tui.hub import access_log
from tests.hub.serving_fixture import PATIENCE, Served, note, served  # noqa: F401

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LINE = re.compile(r"(GET|PUT|POST|HEAD|DELETE|-) (/v1/[a-z{}/_.]+|-) \d{3} \d+\.\dms \d+B ([0-9a-f]{8}|-)")
PRIVATE = "João da Silva, CPF 529.982.247-25, joao@exemplo.com.br"


@pytest.fixture
def log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.LogCaptureFixture]:
    """What the hub logs; our client in the same process says nothing."""
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    with caplog.at_level(logging.INFO):
        yield caplog


def lines(log: pytest.LogCaptureFixture, count: int) -> list[str]:
    """So many lines, once they are there: one is written when its answer has gone."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        told = [one.getMessage() for one in log.records if one.name == access_log.__name__]
        if len(told) >= count:
            break
        time.sleep(0.01)
    assert len(told) == count, told
    return told


def test_a_request_is_one_line_by_its_route(served: Served, log: pytest.LogCaptureFixture) -> None:  # noqa: F811
    served.agent("ana", "Loja")
    ticket = served.ticket("Loja")
    client = served.client("ana")
    (result,) = client.post("commands", json={"commands": [note(ticket, PRIVATE)]}).json()["results"]
    client.get(f"commands/{result['command_id']}")
    client.get("changes", params={"limit": 5, "after": "529.982.247-25"})
    served.client().get("me")
    told = lines(log, 4)
    assert all(LINE.fullmatch(one) for one in told), told
    token = served.token_id("ana")
    assert [(*one.split()[:3], one.split()[-1]) for one in told] == [
        ("POST", "/v1/commands", "200", token),
        ("GET", "/v1/commands/{id}", "200", token),
        ("GET", "/v1/changes", "422", token),
        ("GET", "/v1/me", "401", "-"),
    ]


def test_nothing_that_was_sent_is_in_it(served: Served, log: pytest.LogCaptureFixture) -> None:  # noqa: F811
    served.agent("ana")
    client = served.client("ana")
    ticket = served.ticket()
    client.post("commands", json={"commands": [note(ticket, PRIVATE)]})
    client.post("commands", json={"commands": [{PRIVATE: PRIVATE}]})
    client.post("commands", content=PRIVATE.encode(), headers={"Content-Type": "application/json"})
    client.get("/changes", params={PRIVATE: PRIVATE, "after": PRIVATE})
    client.get(f"/commands/{PRIVATE}")
    client.get(f"/nada/{PRIVATE}")
    client.get("/me", headers={"User-Agent": "529.982.247-25", "Referer": "http://x/529.982.247-25"})
    client.get("/me", headers={"Authorization": "Bearer atd_529.982.247-25"})
    lines(log, 8)
    whole = log.text
    for secret in ("529", "João", "joao", served.tokens["ana"], "127.0.0.1"):
        assert secret not in whole, secret


@pytest.mark.parametrize(
    "asked",
    [
        b"GET /v1/me%0a2026-01-01%20POST%20/v1/commands%20200 HTTP/1.1",
        b"GET /v1/commands/%0d%0aX HTTP/1.1",
        b"INJECTED /v1/me HTTP/1.1",
        b"GET /v1/%1b[31m HTTP/1.1",
        b"GET /v1/{id} HTTP/1.1",
    ],
)
def test_nothing_that_is_sent_writes_into_it(
    asked: bytes,
    served: Served,  # noqa: F811
    log: pytest.LogCaptureFixture,
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(asked + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert line.makefile("rb").read().startswith(b"HTTP/1.1 4")
    (told,) = lines(log, 1)
    assert LINE.fullmatch(told), told
    assert "INJECTED" not in told


def test_what_nobody_foresaw_is_an_id_here_and_there(
    served: Served,  # noqa: F811
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_actor: object) -> object:
        raise ValueError(PRIVATE)

    served.agent("ana")
    monkeypatch.setattr(served.parts.presence, "seen_by", broken)
    answer = served.client("ana").get("presence")
    told = answer.json()
    assert (answer.status_code, told["error"]) == (500, "internal")
    assert f"fault {told['values']['id']}: builtins.ValueError at " in log.text
    assert "test_access_log.py" in log.text
    assert "529" not in answer.text + log.text
    assert " 500 " in lines(log, 1)[0]
    assert served.client("ana").get("me").status_code == 200


def test_an_answer_that_breaks_off_tells_nothing_either(
    served: Served,  # noqa: F811
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served.agent("ana")
    monkeypatch.setattr("atendente_tui.hub.listening.Listener.events", lambda _listener: Broken())
    client = served.client("ana")
    with client.stream("GET", "hints") as answer:
        assert answer.status_code == 200
        with pytest.raises(Exception, match=r"peer closed|incomplete"):
            list(answer.iter_lines())
    assert "fault " in log.text
    assert "529" not in log.text
    assert client.get("me").status_code == 200


class Broken:
    def __aiter__(self) -> Broken:
        return self

    async def __anext__(self) -> bytes:
        raise ValueError(PRIVATE)


@pytest.mark.parametrize("message", ["a\nb", "a\rb", "a\x1b[31mb", "a\u2028b", "a\u202eb", "a\x9bb"])
def test_a_record_is_a_line(message: str, database_url: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s", (message,), None)
    told = _Plain().format(record)
    assert told.endswith("b")
    assert told.isprintable()


def test_of_an_exception_its_kind_alone_is_kept(database_url: str) -> None:
    try:
        raise ValueError(PRIVATE)
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "failed\n", (), (type(error), error, error.__traceback__)
        )
    told = _Plain().format(record)
    assert told.endswith("failed (ValueError)")
    assert "529" not in told
