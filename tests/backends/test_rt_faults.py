"""The RT adapter against a server that misbehaves: closed errors, nothing sent twice, no secret astray."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from atendente_tui.backends.port import (
    BackendError,
    BackendSettings,
    Conflict,
    Forbidden,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.backends.rt import RequestTracker
from atendente_tui.backends.rt.cursor import Cursor, bits, decode, encode
from atendente_tui.domain.change import Attachment
from atendente_tui.domain.command import Claim, Command, FlagArticle, Note, Reply, SetStatus, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, Status
from atendente_tui.store.writing import Lane
from atendente_tui.sync.pulling import pull
from atendente_tui.sync.remembered import keep
from tests.backends.misbehaving import Asked, Says, Server, says
from tests.builders import make_store

TOKEN = "1-35-0123456789abcdef0123456789abcdef"
ME = {"Name": "agent1", "RealName": "Agent 1", "Privileged": 1, "id": 35}


def _common(remote: str | None = "7") -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"id": new_id(now), "at": now, "author": "agent1", "ticket": TicketRef(id=1, remote=remote)}


def _note(remote: str | None = "7") -> Note:
    return Note(**_common(remote), text="olá")


def _ticket(**fields: object) -> dict[str, object]:
    return {
        "id": 7,
        "Status": "open",
        "Owner": {"id": "Nobody", "type": "user"},
        "Queue": {"id": "3", "Name": "Support", "type": "queue"},
        "Created": "2026-11-22T00:00:00Z",
        "CustomFields": [{"name": "Tags", "values": []}],
        **fields,
    }


@pytest_asyncio.fixture
async def rt(server: Server) -> AsyncIterator[RequestTracker]:
    adapter = RequestTracker(BackendSettings("rt", server.url, "agent1", TOKEN))
    yield adapter
    await adapter.aclose()


def _writes(server: Server) -> list[Asked]:
    return [asked for asked in server.asked if asked.method in ("POST", "PUT")]


@pytest.mark.parametrize(
    ("said", "kind", "sent"),
    [
        (Says(302, b"Login required", {"Location": "/"}), Unauthorized, None),
        (says({"message": "Unauthorized"}, 401), Unauthorized, None),
        (says({"message": "Forbidden"}, 403), Forbidden, None),
        (Says(429, b"", {"Retry-After": "11"}), RateLimited, None),
        (Says(500, b""), ProtocolError, True),
        (Says(502, b"<html>bad gateway</html>"), Unreachable, True),
        (Says(reset=True), Unreachable, True),
        (Says(201, b'["Comments', length=300), Unreachable, True),
        (Says(200, b"<html>please log in</html>"), ProtocolError, True),
        (Says(201, b'["Comments added"]'), ProtocolError, True),
        (Says(201, b"[" * 5_000, {"Location": "/REST/2.0/transaction/9"}), ProtocolError, True),
    ],
)
async def test_a_note_is_sent_once_whatever_comes_back(
    rt: RequestTracker, server: Server, said: Says, kind: type[BackendError], sent: bool | None
) -> None:
    server.answer = lambda asked: said if asked.method == "POST" else says(_ticket())
    with pytest.raises(kind) as met:
        await rt.push(_note())
    assert getattr(met.value, "sent", None) is sent
    assert len(_writes(server)) == 1
    if isinstance(met.value, RateLimited):
        assert met.value.retry_after == 11.0


async def test_permission_denied_is_told_apart_from_no_such_ticket(
    rt: RequestTracker, server: Server
) -> None:
    missing = False

    def answer(asked: Asked) -> Says:
        if asked.method == "POST":
            return says({"message": "Permission Denied"}, 400)
        return says({"message": "Not Found"}, 404) if missing else says(_ticket())

    server.answer = answer
    with pytest.raises(Forbidden):
        await rt.push(_note())
    missing = True
    with pytest.raises(Rejected, match="Not Found"):
        await rt.push(_note())


async def test_a_written_note_is_confirmed_though_every_later_question_fails(
    rt: RequestTracker, server: Server
) -> None:
    def answer(asked: Asked) -> Says:
        if asked.method == "POST":
            return Says(201, b'["Comments added"]', {"Location": "/REST/2.0/transaction/130"})
        return Says(reset=True)

    server.answer = answer
    receipt = await rt.push(_note())
    assert (receipt.event, receipt.ticket) == ("130", "7")


async def test_an_etag_that_keeps_moving_ends_in_a_conflict(rt: RequestTracker, server: Server) -> None:
    etag = 100

    def answer(asked: Asked) -> Says:
        nonlocal etag
        if asked.path.endswith("/user/35"):
            return says(ME)
        if asked.method == "PUT":
            assert asked.headers["if-match"] == f'"{etag}"'
            return says({"message": "Precondition Failed"}, 412)
        etag += 1
        return says(_ticket(), ETag=f'"{etag}"')

    server.answer = answer
    with pytest.raises(Conflict) as moved:
        await rt.push(SetStatus(**_common(), status=Status.SOLVED))
    assert moved.value.current["status"] == "open"
    assert len(_writes(server)) == 5


async def test_412_then_somebody_elses_status_is_a_conflict(rt: RequestTracker, server: Server) -> None:
    status = "open"

    def answer(asked: Asked) -> Says:
        nonlocal status
        if asked.method == "PUT":
            status = "resolved"
            return says({"message": "Precondition Failed"}, 412)
        return says(ME) if "/user/" in asked.path else says(_ticket(Status=status), ETag='"5"')

    server.answer = answer
    with pytest.raises(Conflict) as moved:
        await rt.push(SetStatus(**_common(), status=Status.PENDING, expected=Status.OPEN))
    assert moved.value.current["status"] == "solved"
    assert len(_writes(server)) == 1


async def test_a_put_that_did_nothing_is_rejected_with_rts_words(rt: RequestTracker, server: Server) -> None:
    def answer(asked: Asked) -> Says:
        if asked.method == "PUT":
            return says(["Ticket 7: Permission Denied", "Ticket 7: Permission Denied"])
        return says(ME) if "/user/" in asked.path else says(_ticket(), ETag='"5"')

    server.answer = answer
    with pytest.raises(Rejected) as refused:
        await rt.push(SetStatus(**_common(), status=Status.SOLVED))
    assert refused.value.reason == "Permission Denied"


async def test_files_are_refused_and_not_dropped(rt: RequestTracker, server: Server) -> None:
    file = Attachment(remote_id="f", name="nota.pdf")
    for given in (
        _note().model_copy(update={"attachments": (file,)}),
        Reply(**_common(), text="segue", channel=Channel.EMAIL, attachments=(file,)),
    ):
        with pytest.raises(Rejected, match="anexos"):
            await rt.push(given)
    with pytest.raises(Rejected, match="anexos"):
        await rt.upload("nota.pdf", "application/pdf", b"%PDF")
    assert server.asked == []
    assert not rt.capabilities.uploads


async def test_a_claim_lost_between_two_looks_names_the_holder(rt: RequestTracker, server: Server) -> None:
    taken = False

    def answer(asked: Asked) -> Says:
        nonlocal taken
        if asked.method == "PUT":
            taken = True
            return says(["You can only take tickets that are unowned"])
        if "/user/" in asked.path:
            return says(ME)
        return says(_ticket(Owner={"id": "agent9"}) if taken else _ticket(), ETag='"5"')

    server.answer = answer
    with pytest.raises(Conflict) as lost:
        await rt.push(Claim(**_common()))
    assert lost.value.current["assignee"] == "agent9"


async def test_reading_is_tried_again_once_after_an_empty_500(rt: RequestTracker, server: Server) -> None:
    server.answer = lambda _asked: Says(500, b"")
    with pytest.raises(ProtocolError):
        await rt.find(new_id(datetime.now(UTC)))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"items": {}}', b'{"items": ["x"]}', b"null", b'"x"', b"[" * 100_000]
)
async def test_a_list_that_is_none_is_a_protocol_error(
    rt: RequestTracker, server: Server, body: bytes
) -> None:
    server.answer = lambda _asked: Says(body=body)
    with pytest.raises(ProtocolError):
        await rt.find(new_id(datetime.now(UTC)))
    with pytest.raises(BackendError):
        async for _page in rt.pull(None):
            pass


async def test_commands_that_make_no_sense_never_leave(rt: RequestTracker, server: Server) -> None:
    now = datetime.now(UTC)
    wrong: list[Command] = [
        Note(**_common(), text=" \n\t"),
        Reply(**_common(), text="", channel=Channel.EMAIL),
        _note(remote=None),
        _note(remote="7/../8"),
        Claim(**_common("abc")),
        FlagArticle(id=new_id(now), at=now, author="agent1", article="1", flag="wrong"),
    ]
    server.answer = lambda _asked: says(ME)
    for command in wrong:
        with pytest.raises(Rejected):
            await rt.push(command)
    assert _writes(server) == []


async def test_the_secret_goes_to_one_place_only(rt: RequestTracker, server: Server) -> None:
    server.answer = lambda asked: says(
        {
            "items": [{"id": "1", "_url": "http://evil.example/"}] if "page=1" in str(asked.query) else [],
            "next_page": "http://evil.example/",
        }
    )
    await rt.find(new_id(datetime.now(UTC)))
    assert {asked.headers["authorization"] for asked in server.asked} == {f"token {TOKEN}"}
    assert all(TOKEN not in str(asked.query) and TOKEN not in asked.path for asked in server.asked)
    assert TOKEN not in repr(BackendSettings("rt", server.url, "agent1", TOKEN))


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ("token", f"token {TOKEN}"),
        ("basic", "Basic " + base64.b64encode(f"agent1:{TOKEN}".encode()).decode()),
    ],
)
async def test_header_logins(server: Server, auth: str, header: str) -> None:
    adapter = RequestTracker(
        BackendSettings("rt", server.url + "/rt/", "agent1", TOKEN, options={"auth": auth})
    )
    server.answer = lambda _asked: Says(401, b"{}")
    with pytest.raises(Unauthorized):
        await adapter.identify()
    assert server.asked[0].headers["authorization"] == header
    assert server.asked[0].path.startswith("/rt/REST/2.0/user/")
    await adapter.aclose()


async def test_an_unknown_way_to_log_in_is_refused_at_once(server: Server) -> None:
    with pytest.raises(ProtocolError, match="auth"):
        RequestTracker(BackendSettings("rt", server.url, "a", "b", options={"auth": "magic"}))


async def test_many_requests_share_one_login(server: Server) -> None:
    sessions = 0

    def answer(asked: Asked) -> Says:
        nonlocal sessions
        if asked.path == "/NoAuth/Login.html":
            sessions += 1
            return Says(
                302, b"", {"Set-Cookie": f"RT_SID_x.1={sessions}abc; path=/; HttpOnly", "Location": "/"}
            )
        if asked.headers.get("cookie") != "RT_SID_x.1=1abc":
            return Says(302, b"", {"Location": "/"})
        return says({"items": []})

    server.answer = answer
    adapter = RequestTracker(BackendSettings("rt", server.url, "agent1", "pw ção"))
    await asyncio.gather(*(adapter.find(new_id(datetime.now(UTC))) for _ in range(8)))
    assert sessions == 1
    assert b"pass=pw+%C3%A7%C3%A3o" in server.asked[0].body
    await adapter.aclose()


@pytest.mark.parametrize("content", ["!!!!", "", None])
async def test_a_broken_attachment_is_no_crash(rt: RequestTracker, server: Server, content: object) -> None:
    server.answer = lambda asked: says(
        {"items": [{"id": "5", "ContentLength": "3"}]}
        if asked.method == "POST"
        else {"id": 5, "Content": content}
    )
    with contextlib.suppress(ProtocolError):
        assert await rt.fetch_attachment("5", 1_000) == b""


def _transaction(number: int, **fields: object) -> dict[str, object]:
    return {
        "id": number,
        "Type": "Set",
        "Field": "Priority",
        "OldValue": "10",
        "NewValue": "30",
        "ObjectId": 7,
        "Creator": {"id": "agent1", "type": "user"},
        "Created": "2026-11-22T00:00:00Z",
        **fields,
    }


async def test_a_transaction_that_cannot_be_read_is_set_aside_and_stops_nothing(
    rt: RequestTracker, server: Server, tmp_path: Path
) -> None:
    rows = [
        _transaction(1),
        _transaction(2, NewValue="²", Data="cartão 4111 1111 1111 1111"),
        _transaction(3),
    ]

    def answer(asked: Asked) -> Says:
        path = asked.path.removeprefix("/REST/2.0")
        if path == "/transactions":
            query = asked.query["query"][0]
            after = max(int(one) for one in re.findall(r"id > (\d+)", query))
            return says({"items": [row for row in rows if cast("int", row["id"]) > after]})
        if path == "/tickets":
            return says({"items": [_ticket()]})
        if path.startswith("/user/"):
            return says(ME)
        return says({"items": []})

    server.answer = answer
    now = int(datetime.now(UTC).timestamp())
    begun = encode(Cursor(phase="follow", seen=bits([7]), refreshed=now, sweep_since=now))
    with closing(make_store(tmp_path)) as store:
        store.write(lambda tx: keep(tx, "rt", "cursor", begun), Lane.SYNC)
        pulled = await pull(store, rt, "rt")
        assert (pulled.caught_up, pulled.applied.skipped) == (True, 1)
        db = store.reader()
        (kept,) = db.execute("SELECT change, error FROM poison").fetchall()
        assert json.loads(kept[0])["id"] == 2
        assert "4111 1111 1111 1111" not in kept[0]
        assert db.execute("SELECT remote_id FROM event ORDER BY remote_id").fetchall() == [("1",), ("3",)]
        assert decode(pulled.cursor or "").low == 3  # type: ignore[union-attr]
        db.close()
