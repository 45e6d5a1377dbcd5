"""Whatever is sent as a body is carried out or refused with a reason; none of it is a fault of ours, none comes back."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.hub import strict_json
from atendente_tui.hub.problems import Problem
from tests.hub.every_command import KINDS, command, every_command, with_each
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.sizes import sized

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
JSON = {"Content-Type": "application/json"}
PLACES = (("POST", "commands"), ("PUT", "presence"), ("PUT", "content/tag/x"))
"""A route of each kind that takes JSON."""

NO_JSON = [
    b"{",
    b"NaN",
    b'{"commands": [NaN]}',
    b'{"commands": [Infinity]}',
    b'{"commands": [-Infinity]}',
    b'{"commands": [1e400]}',
    b'{"ticket": "\\ud800"}',
    b'{"ticket": "\\udc00\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"ticket": "\xed\xa0\x80"}',
    b'{"ticket": "\xff"}',
    b'{"ticket": "a\x00b"}',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    "{}".encode("utf-32"),
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"[" * 33 + b"]" * 33,
    b"9" * 5_000,
    b'{"commands": [' + b"9" * 5_000 + b"]}",
    b'{"commands": [9223372036854775808]}',
    b'{"commands": [-9223372036854775809]}',
    b"{} {}",
    b"01",
    b"'x'",
    b"{'a': 1}",
    b'{"a": 1,}',
    b"// x\n{}",
]
STRANGE_TEXTS = ["\0", "a\0b", "\ufffe\uffff", "\u202e\x1b[31m", "0" * 5_000, "é" * 20_000]
STRANGE_IDS = [
    *("-1", "0", "01", "1.0", "1e3", "+1", " 1", "9" * 19, "9" * 30, "9" * 5_000),
    *("１", "١", "0x1", "null", "1\0"),
]
MOMENTS = (
    *("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"),
    *("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999Z"),
)
OTHER_TYPES = [
    *("", "text/plain", "text/json", "json", "application/x-www-form-urlencoded", "multipart/form-data"),
    *("application/json5", "application/problem+json", "application/json/x", "a" * 2_000),
]
OTHER_JSON = [
    b"null",
    b"true",
    b"0",
    b"1.5",
    b'""',
    b"[]",
    b"{}",
    b'{"commands": null}',
    b'{"x": 1}',
    b"[" * 32 + b"]" * 32,
]


@pytest.fixture
def ana(served: Served) -> httpx.Client:  # noqa: F811
    served.agent("ana", "Loja", role="administrator")
    served.ticket("Loja")
    served.ticket("Loja")
    return served.client("ana")


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert set(told) == {"error", "detail", "values"}
    return dict(told)


@SQLITE
def test_what_is_no_json_is_400_everywhere(ana: httpx.Client) -> None:
    for method, path in PLACES:
        for body in NO_JSON:
            told = refused(ana.request(method, path, content=body, headers=JSON), 400)
            assert told["error"] == "body_unreadable", body[:40]


@SQLITE
def test_other_json_is_422_everywhere(ana: httpx.Client) -> None:
    for method, path in PLACES:
        for body in OTHER_JSON:
            told = refused(ana.request(method, path, content=body, headers=JSON), 422)
            assert told["error"] == "invalid", body[:40]
        refused(ana.request(method, path, headers=JSON), 422)


@SQLITE
def test_other_content_types_are_415(ana: httpx.Client) -> None:
    for kind in OTHER_TYPES:
        for method, path in PLACES:
            assert refused(ana.request(method, path, content=b"{}", headers={"Content-Type": kind}), 415)
    right = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert ana.put("presence", content=b'{"ticket": null}', headers=right).status_code == 204


@SQLITE
def test_a_lone_surrogate_in_any_text_of_any_command_is_400(ana: httpx.Client) -> None:
    for place, made in with_each(str, "\ud800"):
        body = json.dumps({"commands": [made]}).encode()
        assert b"\\ud800" in body
        assert refused(ana.post("commands", content=body, headers=JSON), 400), place


def test_strange_text_anywhere_is_taken_or_refused(ana: httpx.Client, database_url: str) -> None:
    # What a database makes of a text is seen with the first two; the others are refused or taken before it.
    texts = STRANGE_TEXTS[: sized(2, None) if database_url.startswith("postgresql") else None]
    for nth, strange in enumerate(texts):
        for n, (place, made) in enumerate(with_each(str, strange), nth):  # each text at a third of the places
            if n % sized(3, 1):
                continue
            answer = ana.post("commands", json={"commands": [made]})
            assert answer.status_code in (200, 422), (place, strange[:20], answer.text[:500])
            if answer.status_code == 422:
                told = refused(answer, 422)
                assert strange not in json.dumps(told, ensure_ascii=False)
    assert ana.get("changes").status_code == 200


def test_absurd_ids_are_not_there(ana: httpx.Client) -> None:
    for strange in STRANGE_IDS:
        for made in every_command(strange):
            if "ticket" in made and made["type"] != "create":
                (result,) = ana.post("commands", json={"commands": [made]}).json()["results"]
                told = (result["outcome"], result["error"])
                assert told == ("refused", "ticket_unknown"), (made["type"], strange[:20])
        assert refused(ana.put("presence", json={"ticket": strange}), 404, 422)
        assert refused(ana.get(f"commands/{quote(strange, safe='')}"), 404, 422)


@SQLITE
def test_whole_numbers_of_64_bits_are_numbers(ana: httpx.Client) -> None:
    for number in (0, -1, 2**63 - 1, -(2**63), 1.0):
        for place, made in with_each(int, number):
            answer = ana.post("commands", json={"commands": [made]})
            assert answer.status_code == 200, (place, answer.text)


@SQLITE
def test_what_is_no_number_is_none(ana: httpx.Client) -> None:
    for number in ("1", 1.5, True, [1], {"a": 1}, "x"):
        for place, made in with_each(int, number):
            answer = ana.post("commands", json={"commands": [made]})
            assert answer.status_code == 422, (place, number, answer.text)


def test_the_first_and_the_last_moments_break_nothing(ana: httpx.Client) -> None:
    for moment in MOMENTS:
        for kind in KINDS:
            for name in ("at", "until", "due", "opened_at"):
                made = command(kind)
                if name in made:
                    answer = ana.post("commands", json={"commands": [made | {name: moment}]})
                    assert answer.status_code in (200, 422), (kind, name, moment, answer.text)
    assert ana.get("changes").status_code == 200


@SQLITE
def test_a_field_that_is_not_described_is_refused_and_its_name_not_repeated(ana: httpx.Client) -> None:
    for made in every_command():
        answer = ana.post("commands", json={"commands": [made | {"cpf 529.982.247-25": "segredo"}]})
        refused(answer, 422)
        assert "529" not in answer.text
        assert "segredo" not in answer.text
    answer = ana.post("commands", json={"commands": [{"type": "529.982.247-25"}]})
    refused(answer, 422)
    assert "529" not in answer.text


@SQLITE
@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_has_1_to_100_commands(count: int, ana: httpx.Client) -> None:
    refused(ana.post("commands", json={"commands": [command("note")] * count}), 422)


# -- size ----------------------------------------------------------------------------------------------------------------


def pieces(size: int) -> Iterator[bytes]:
    """A body without Content-Length."""
    for _n in range(size >> 16):
        yield b" " * (1 << 16)


@SQLITE
@pytest.mark.parametrize("size", [strict_json.LIMIT + 65_536, 4 << 20, 12 << 20])
def test_a_huge_body_is_413_with_and_without_its_length(size: int, ana: httpx.Client) -> None:
    for method, path in PLACES:
        told = refused(ana.request(method, path, content=b" " * size, headers=JSON), 413)
        assert told["values"] == {"limit": strict_json.LIMIT}
        if size < 8 << 20:  # beyond that we hang up on who goes on writing
            assert refused(ana.request(method, path, content=pieces(size), headers=JSON), 413)


@SQLITE
def test_the_largest_body_is_taken(ana: httpx.Client) -> None:
    body = json.dumps({"ticket": None}).encode()
    filled = body + b" " * (strict_json.LIMIT - len(body))
    assert ana.put("presence", content=filled, headers=JSON).status_code == 204
    assert refused(ana.put("presence", content=filled + b" ", headers=JSON), 413)


@SQLITE
@pytest.mark.parametrize("length", ["9" * 30, "-1", "1e3", "0x10", "99999999999"])
def test_an_absurd_length_ends_with_a_refusal(length: str, served: Served) -> None:  # noqa: F811
    served.agent("ana")
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(
            f"PUT /v1/presence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.tokens['ana']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        answer = line.makefile("rb").read()
    assert answer.split()[1] in (b"400", b"413")


# -- the reading itself --------------------------------------------------------------------------------------------------

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(ANY_JSON)
def test_good_json_is_read_as_it_is_meant(value: Any) -> None:
    told = strict_json.loads(json.dumps(value).encode())
    assert json.dumps(told).replace("\\ufffd", "\\u0000") == json.dumps(value).replace("\\ufffd", "\\u0000")


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    try:
        told = strict_json.loads(raw)
    except Problem as problem:
        told = problem.status_code
    assert json.dumps(told, allow_nan=False).encode()
