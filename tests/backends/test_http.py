"""The shared manners against a server that misbehaves: every fault is one of the port's closed errors."""

from __future__ import annotations

import asyncio
import gzip
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import pytest_asyncio

from atendente_tui.backends import http
from atendente_tui.backends.http import Http, TooLarge, refusal, retry_after
from atendente_tui.backends.port import (
    BackendError,
    Conflict,
    Forbidden,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from tests.backends.misbehaving import Says, Server, says

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def client(server: Server) -> AsyncIterator[Http]:
    opened = Http(server.url)
    yield opened
    await opened.aclose()


async def _json(client: Http) -> object:
    return (await client.send("GET", "/x")).json()


async def test_an_ordinary_exchange(client: Http, server: Server) -> None:
    server.answer = lambda asked: says({"got": asked.json(), "q": asked.query["a"]})
    answer = await client.send("POST", "/x", params={"a": "ção & ="}, body={"text": "olá 😀"})
    assert answer.json() == {"got": {"text": "olá 😀"}, "q": ["ção & ="]}
    assert server.asked[0].headers["user-agent"].startswith("atendente/")
    assert "mozilla" not in server.asked[0].headers["user-agent"].lower()


async def test_nobody_there_means_not_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = Http(f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable) as lost:
        await client.send("POST", "/x", body={})
    assert not lost.value.sent
    await client.aclose()


@pytest.mark.parametrize(
    "said",
    [Says(reset=True), Says(body=b'{"a": 1', length=500), Says(body=b"", length=10)],
    ids=["reset", "truncated", "headers only"],
)
async def test_an_answer_cut_short_may_have_arrived(client: Http, server: Server, said: Says) -> None:
    server.answer = lambda _asked: said
    with pytest.raises(Unreachable) as lost:
        await client.send("POST", "/x", body={})
    assert lost.value.sent


async def test_silence_ends(client: Http, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ", 0.2)
    server.answer = lambda _asked: Says(silent=True)
    with pytest.raises(Unreachable) as lost:
        await client.send("POST", "/x", body={})
    assert lost.value.sent


async def test_a_huge_answer_is_not_read(client: Http, server: Server) -> None:
    server.answer = lambda _asked: Says(body=b"x", length=50_000_000)
    with pytest.raises(TooLarge):
        await client.send("GET", "/x")
    server.answer = lambda _asked: Says(
        body=gzip.compress(b" " * 30_000_000), headers={"Content-Encoding": "gzip"}
    )
    with pytest.raises(TooLarge):
        await client.send("GET", "/x")
    server.answer = lambda _asked: Says(body=b"x" * 2_000)
    with pytest.raises(TooLarge):
        await client.send("GET", "/x", limit=1_000)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{", b"[" * 100_000, b"[" * 40 + b"]" * 40, b'{"a": NaN}', b"1" * 5_000, b"\xff\xfe"],
    ids=["empty", "html", "half", "abyss", "deep", "nan", "long number", "not utf-8"],
)
async def test_what_is_not_sound_json_is_a_protocol_error(client: Http, server: Server, body: bytes) -> None:
    server.answer = lambda _asked: Says(body=body)
    with pytest.raises(ProtocolError):
        await _json(client)


@pytest.mark.parametrize("body", [b'["a\\ud800b"]', b'["a\xffb"]', b'["a\xed\xa0\x80b"]'])
async def test_text_that_is_no_unicode_is_mended(client: Http, server: Server, body: bytes) -> None:
    server.answer = lambda _asked: Says(body=body)
    found = await _json(client)
    assert isinstance(found, list)
    assert str(found[0]).replace("\ufffd", "") == "ab"


async def test_json_of_reasonable_depth_is_read(client: Http, server: Server) -> None:
    server.answer = lambda _asked: Says(body=b'{"a":' * 30 + b"1" + b"}" * 30)
    assert isinstance(await _json(client), dict)


async def test_redirects_are_never_followed_and_cookies_never_kept(client: Http, server: Server) -> None:
    server.answer = lambda _asked: Says(
        302, b"", {"Location": "http://evil.example/", "Set-Cookie": "a=b; path=/"}
    )
    answer = await client.send("GET", "/x", headers={"Authorization": "token s3cret"})
    assert isinstance(refusal(answer), Unauthorized)
    await client.send("GET", "/y")
    assert [asked.path for asked in server.asked] == ["/x", "/y"]
    assert "cookie" not in server.asked[1].headers


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [
        (302, b"Login required", {"Location": "/"}, Unauthorized),
        (401, b"{}", {}, Unauthorized),
        (403, b"{}", {}, Forbidden),
        (404, b"{}", {}, Rejected),
        (400, b"{}", {}, Rejected),
        (405, b"{}", {}, Rejected),
        (409, b"{}", {}, Conflict),
        (412, b"{}", {}, Conflict),
        (413, b"", {}, Rejected),
        (422, b"{}", {}, Rejected),
        (429, b"", {"Retry-After": "7"}, RateLimited),
        (429, b"", {}, RateLimited),
        (408, b"", {}, Unreachable),
        (500, b"", {}, ProtocolError),
        (500, b"oops", {}, Unreachable),
        (501, b"", {}, Rejected),
        (502, b"<html>", {}, Unreachable),
        (503, b"", {}, Unreachable),
        (503, b"", {"Retry-After": "3"}, RateLimited),
        (206, b"", {}, ProtocolError),
    ],
)
async def test_every_status_is_a_closed_error(
    client: Http, server: Server, status: int, body: bytes, headers: dict[str, str], kind: type[BackendError]
) -> None:
    server.answer = lambda _asked: Says(status, body, headers)
    found = refusal(await client.send("POST", "/x", body={}))
    assert type(found) is kind
    if isinstance(found, Unreachable | ProtocolError):
        assert found.sent


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("-5", 0.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("7200", 7200.0),
        ("99999999", 3600.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=2), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), 3600.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


async def test_the_servers_clock_counts_for_a_date(client: Http, server: Server) -> None:
    later = format_datetime(NOW + timedelta(seconds=30), usegmt=True)
    server.answer = lambda _asked: Says(
        429, b"", {"Retry-After": later, "Date": format_datetime(NOW, usegmt=True)}
    )
    found = refusal(await client.send("GET", "/x"))
    assert isinstance(found, RateLimited)
    assert found.retry_after == 30.0


async def test_no_more_at_once_than_the_server_likes(server: Server) -> None:
    client = Http(server.url, parallel=2)
    server.answer = lambda _asked: Says(silent=True)
    waiting = [asyncio.ensure_future(client.send("GET", "/x")) for _ in range(6)]
    async with asyncio.timeout(5):
        while len(server.asked) < 2:
            await asyncio.sleep(0.01)
    server.answer = lambda _asked: Says()
    assert len(server.asked) == 2
    for one in waiting[:2]:
        one.cancel()
    await asyncio.gather(*waiting[2:])
    assert len(server.asked) == 6
    await client.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rt.example",
        "ftp://rt.example",
        "http://",
        "https://user:pw@rt.example",
        "https://rt.example/?token=1",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ProtocolError) as wrong:
        Http(url)
    assert not wrong.value.sent


async def test_a_client_may_be_closed_twice_and_used_on_another_loop(server: Server) -> None:
    client = Http(server.url)
    await client.send("GET", "/x")
    await client.aclose()
    await client.aclose()
    await client.send("GET", "/x")
    await client.aclose()


def test_naming_the_port_does_not_import_httpx() -> None:
    code = "import sys, atendente_tui.backends.port, atendente_tui.backends.http; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
