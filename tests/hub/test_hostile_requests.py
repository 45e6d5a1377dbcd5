"""A hand-made corpus over every operation of the published description: no fault of ours, and nothing of it is taken.

What is no JSON at all, and other content types, `test_strict_json` has for the ways to read a body; here it is every
operation, signed ones too, and every place of every body.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from atendente_tui.hub import signing
from tests.hub.described import Operation
from tests.hub.every_command import every_command
from tests.hub.matrix import described
from tests.hub.serving_fixture import Served, served  # noqa: F401
from tests.hub.test_strict_json import NO_JSON, OTHER_JSON
from tests.hub.two_teams import OURS, TwoTeams, two_teams
from tests.sizes import sized

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

IN_A_VALUE = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "too large a fraction": b"1e400",
    "5,000 digits": b"9" * 5_000,
    "a lone surrogate": b'"\\ud83d"',
    "surrogates the wrong way round": b'"\\udc00\\ud800"',
    "bytes that are no UTF-8": b'"\xff\xfe"',
    "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "33 deep": b"[" * 33 + b"]" * 33,
    "a key twice": b'{"a": 1, "a": 2}',
}
"""In the place of any value it makes a body that is no JSON which everybody reads alike."""
IN_PATHS = (
    "%00",
    "%ED%A0%80",
    "%C0%AF",
    "%FF",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "9" * 5_000,
    "%F0%9F%92%A9" * 50,
    "'%3B%20DROP%20TABLE%20ticket%3B--",
    "%25s%25n",
    "-1",
    "1e3",
    "NaN",
    "%D9%A1",
    "a%0D%0ASet-Cookie:%20x=1",
)
HUGE = 2 << 20
HEADERS = ("x-atendente-source", "x-atendente-timestamp", "x-atendente-signature")


@pytest.fixture
def hub(served: Served) -> TwoTeams:  # noqa: F811
    return two_teams(served)


def bodies(operation: Operation) -> list[dict[str, Any]]:
    """Bodies of an operation with something in every place that it has."""
    if str(operation) == "POST /v1/commands":
        return [{"commands": [one]} for one in every_command()]
    made: dict[str, Any] = {
        "/v1/presence": {"ticket": "1", "writing": True},
        "/v1/inbound/{channel}": {
            "message_id": "m",
            "customer": {"name": "Zé", "identities": [{"kind": "email", "value": "ze@exemplo.com.br"}]},
            "kind": "order",
            "text": "Oi.",
            "subject": "Assunto",
            "at": "2026-11-23T12:00:00Z",
            "references": ["m0"],
            "team": OURS,
            "attachments": ["a" * 32],
            "data": {"number": "1"},
            "auto_submitted": False,
        },
        "/v1/content/article/{key}": {
            "title": "T",
            "body": "B",
            "audience": "internal",
            "tags": ["a"],
            "product": "p",
            "language": "pt",
            "review": "2027-01-01",
            "url": "https://exemplo.com.br",
        },
    }
    word = operation.path.startswith(("/v1/content/wrap_up/", "/v1/content/reason/", "/v1/content/tag/"))
    return [made.get(operation.path, {"label": "x"} if word else {"body": "x"})]


def values(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a body, and to its whole."""
    yield path
    for key, one in (
        tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    ):
        yield from values(one, (*path, key))


def with_value(tree: Any, path: tuple[Any, ...], raw: bytes) -> bytes:
    """The body's JSON with something else in one place, as it stands there: also what no JSON can say."""
    if not path:
        return raw
    copy = json.loads(json.dumps(tree))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = "MARK"
    return json.dumps(copy).encode().replace(b'"MARK"', raw)


class Asking:
    """Sends to any operation, signed where that is wanted."""

    def __init__(self, hub: TwoTeams) -> None:
        self.hub, self.client = hub, hub.client("alice")
        self._seconds = 0

    def send(
        self, operation: Operation, body: bytes = b"", *, segment: str = "", query: str = "", **headers: str
    ) -> httpx.Response:
        path = operation.path.removeprefix("/v1/").replace("{channel}", "chat")
        path = path.replace("{key}", segment or "x").replace("{id}", segment or "f" * 32)
        if "name" in {one.partition(":")[2] for one in operation.places} and not query:
            query = "name=a.txt"
        signed = self.signature(body) if not operation.guarded and operation.body else {}
        if operation.body and "content_type" not in headers:
            headers["content_type"] = operation.body
        told = {name.replace("_", "-"): one.encode("latin-1") for name, one in headers.items()}
        encoded = {name.lower(): one.encode() for name, one in signed.items()}
        return self.client.request(
            operation.method, f"{path}?{query}".rstrip("?"), content=body, headers=encoded | told
        )

    def signature(self, body: bytes) -> dict[str, str]:
        self._seconds += 1
        moment = self.hub.served.parts.now() // 1000 - 250 + self._seconds % 500
        source = self.hub.source
        told = {signing.SOURCE: source.name, signing.TIMESTAMP: str(moment)}
        return told | {signing.SIGNATURE: signing.sign(source.secret, moment, body)}


def refused(answer: httpx.Response, operation: Operation, what: str) -> None:
    assert 400 <= answer.status_code < 500, (str(operation), what, answer.status_code, answer.text[:300])
    told = answer.json()
    assert set(told) == {"error", "detail", "values"}, (str(operation), what, told)


def json_operations(hub: TwoTeams) -> list[Operation]:
    found = [one for one in described(hub) if one.body == "application/json"]
    assert len(found) > 9
    return found


def test_no_body_that_is_none_is_taken_by_any_operation(hub: TwoTeams) -> None:
    asking, before = Asking(hub), hub.everything()
    for operation in json_operations(hub):
        for raw in (*NO_JSON, *OTHER_JSON, b"", b"\0", b"\xef\xbb\xbf"):
            answer = asking.send(operation, raw)
            refused(answer, operation, raw[:40].decode("latin-1"))
            assert answer.status_code in (400, 422), (str(operation), raw[:40], answer.text)
    assert hub.everything() == before


@pytest.mark.parametrize("what", IN_A_VALUE)
def test_in_no_place_of_any_body_is_it_taken(what: str, hub: TwoTeams) -> None:
    asking, before = Asking(hub), hub.everything()
    asked = 0
    for operation in json_operations(hub):
        for body in bodies(operation):
            for n, path in enumerate(values(body), len(what)):  # another sample of the places for each
                if n % sized(6, 1):
                    continue
                answer = asking.send(operation, with_value(body, path, IN_A_VALUE[what]))
                refused(answer, operation, f"{what} at {path}")
                asked += 1
    assert asked > sized(30, 200)
    assert hub.everything() == before


def test_a_key_twice_is_no_json_that_everybody_reads_alike(hub: TwoTeams) -> None:
    """Of two values of one name one program takes the first and the next the last."""
    asking, before = Asking(hub), hub.everything()
    for operation in json_operations(hub):
        for body in bodies(operation):
            text = json.dumps(body)
            for name in body:
                twice = f'{{"{name}": {json.dumps(body[name])}, {text[1:]}'.encode()
                answer = asking.send(operation, twice)
                assert answer.status_code == 400, (str(operation), name, answer.text)
            if "commands" in body:
                inner = json.dumps(body["commands"][0])
                answer = asking.send(
                    operation, f'{{"commands": [{{"text": "x", "te\\u0078t": "y", {inner[1:]}]}}'.encode()
                )
                assert answer.status_code == 400, (inner, answer.text)
    assert hub.everything() == before


def test_nothing_huge_is_taken_with_or_without_its_length(hub: TwoTeams) -> None:
    def pieces() -> Iterator[bytes]:
        for _n in range(HUGE >> 16):
            yield b" " * (1 << 16)

    asking, before = Asking(hub), hub.everything()
    for operation in json_operations(hub):
        for body in bodies(operation)[:1]:
            padded = json.dumps(body).encode() + b" " * HUGE
            assert asking.send(operation, padded).status_code == 413, str(operation)
        path = operation.path.removeprefix("/v1/").replace("{key}", "x").replace("{channel}", "chat")
        answer = asking.client.request(
            operation.method,
            path,
            content=pieces(),
            headers={"Content-Type": "application/json", **asking.signature(b" " * HUGE)},
        )
        assert answer.status_code == 413, (str(operation), answer.text)
    assert hub.everything() == before


def test_no_other_content_type_is_read_as_json(hub: TwoTeams) -> None:
    asking, before = Asking(hub), hub.everything()
    for operation in json_operations(hub):
        for body in bodies(operation)[:1]:
            for kind in (
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/xml",
                "application/jsonx",
            ):
                answer = asking.send(operation, json.dumps(body).encode(), content_type=kind)
                assert answer.status_code == 415, (str(operation), kind, answer.text)
    assert hub.everything() == before


def test_nothing_in_a_path_or_a_query_is_a_fault_of_ours(hub: TwoTeams) -> None:
    asking, before = Asking(hub), hub.everything()
    for operation in described(hub):
        if operation.path == "/v1/hints":
            continue  # it takes nothing, and its answer has no end
        body = json.dumps({}).encode() if operation.body == "application/json" else b""
        if operation.body == "application/octet-stream":
            continue  # takes any name that is made fit: `test_attachments`
        names = [one.partition(":")[2] for one in operation.places if one.startswith("query:")]
        for odd in IN_PATHS:
            for query in (*(f"{name}={odd[:2_000]}" for name in names), f"{odd[:2_000]}={odd[:2_000]}"):
                answer = asking.send(operation, body, segment=odd, query=query)
                assert answer.status_code < 500, (str(operation), odd, query, answer.text)
                if operation.method != "GET":
                    refused(answer, operation, odd)
    assert hub.everything() == before


def test_nothing_in_a_header_is_a_fault_of_ours(hub: TwoTeams) -> None:
    odd = (
        "\xff\xfe",
        "a" * 5_000,
        "a\tb",
        "Bearer",
        "Bearer  x y",
        "bearer \xe9",
        "Basic eDp5",
        "=?utf-8?q?x?=",
    )
    asking, before = Asking(hub), hub.everything()
    for operation in described(hub):
        if operation.path == "/v1/hints":
            continue
        for value in odd:
            for name in ("authorization", "accept") if operation.guarded else ("cookie", *HEADERS):
                body = b"{}" if operation.body else b""
                answer = asking.send(operation, body, **{name.replace("-", "_"): value})
                assert answer.status_code < 500, (str(operation), name, value, answer.text)
                if name == "authorization" and operation.guarded:
                    assert answer.status_code == 401, (str(operation), value, answer.text)
                if name in HEADERS and not operation.guarded and operation.body:
                    assert answer.status_code == 401, (str(operation), name, value, answer.text)
    after = hub.everything()
    assert {name for name in after if after[name] != before[name]} <= {"signature", "attachment"}


def test_no_forged_replayed_or_truncated_signature_is_taken(hub: TwoTeams) -> None:
    asking = Asking(hub)
    signed = [one for one in described(hub) if not one.guarded and one.body]
    assert len(signed) == 2
    for operation in signed:
        body = json.dumps(
            bodies(operation)[0] | {"attachments": []} if "json" in operation.body else "x"
        ).encode()
        path = operation.path.removeprefix("/v1/").replace("{channel}", "chat")
        kind = {"Content-Type": operation.body}

        def post(headers: dict[str, str], raw: bytes = body, path: str = path, kind: Any = kind) -> int:
            return asking.client.post(
                path, params={"name": "a.txt"}, content=raw, headers=headers | kind
            ).status_code

        good = asking.signature(body)
        assert post(good) == 200
        assert post(good) == 409
        before = hub.everything()
        fresh = asking.signature(body)
        right = fresh[signing.SIGNATURE]
        forged = {
            *(right[:length] for length in range(0, len(right), sized(6, 1))),
            *(
                right[:n] + ("0" if right[n] != "0" else "1") + right[n + 1 :]
                for n in range(7, len(right), sized(5, 1))
            ),
            *(
                right.upper(),
                right.removeprefix("sha256="),
                f"{right}x",
                f"{right}0",
                right.replace("sha256", "md5"),
            ),
            signing.sign("another secret", int(fresh[signing.TIMESTAMP]), body),
            signing.sign(hub.source.secret, int(fresh[signing.TIMESTAMP]) + 1, body),
            signing.sign(hub.source.secret, int(fresh[signing.TIMESTAMP]), body + b" "),
        }
        for signature in forged:
            assert post(fresh | {signing.SIGNATURE: signature}) == 401, signature
        for moment in (
            "0",
            "-1",
            "",
            "NaN",
            "9" * 30,
            f"0{fresh[signing.TIMESTAMP]}",
            f"{fresh[signing.TIMESTAMP]}.0",
        ):
            assert post(fresh | {signing.TIMESTAMP: moment}) == 401, moment
        old = int(time.time()) - 10**6
        told = fresh | {
            signing.TIMESTAMP: str(old),
            signing.SIGNATURE: signing.sign(hub.source.secret, old, body),
        }
        assert post(told) == 401
        for raw in (body + b" ", body[:-1], b"", body.replace(b":", b": ")):
            if raw != body:
                assert post(fresh, raw) == 401, raw
        assert hub.everything() == before
        assert post(fresh) == 200, "what was forged above was right in all else"
