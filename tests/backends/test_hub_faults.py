"""The hub's adapter against a server that misbehaves: every fault is one of the port's closed errors, the token stays put."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from atendente_tui.backends import http
from atendente_tui.backends.hub import Hub
from atendente_tui.backends.hub.adapter import CAPABILITIES, PAGE
from atendente_tui.backends.port import (
    BackendSettings,
    Conflict,
    Forbidden,
    Hint,
    Presence,
    Present,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.desk.desk import EVERY_COMMAND
from atendente_tui.domain.change import ChangePage
from atendente_tui.domain.command import Claim, Reply, TicketRef
from atendente_tui.domain.words import Channel
from atendente_tui.sync.pulling import pull
from tests.backends.misbehaving import Answer, Asked, Says, Server, says
from tests.builders import NOW, event_change, make_store, sample_page

TOKEN = "atk_" + "q" * 43
COMMAND = UUID("01936f4e-0000-7000-8000-000000000001")
CLAIM = Claim(id=COMMAND, at=NOW, author="ana", ticket=TicketRef(id=7, remote="12"))
REPLY = Reply(
    id=COMMAND,
    at=NOW,
    author="ana",
    ticket=TicketRef(id=7, remote="12"),
    text="Olá — “já” vai 😀",
    channel=Channel.EMAIL,
    seen="345",
)
ME = {
    "login": "ana",
    "takes_work": True,
    "name": "Ana Souza",
    "role": "agent",
    "teams": ["loja"],
    "all_teams": False,
    "may_write": True,
}


def hub_at(url: str, secret: str | None = TOKEN) -> Hub:
    return Hub(BackendSettings("hub", url, secret=secret))


@pytest_asyncio.fixture
async def hub(server: Server) -> AsyncIterator[Hub]:
    opened = hub_at(server.url)
    yield opened
    await opened.aclose()


def problem(code: str, status: int, detail: str = "", **values: object) -> Says:
    return says({"error": code, "detail": detail, "values": values}, status)


def by_path(answers: Mapping[str, Says | Answer]) -> Answer:
    """Each path its own answer; any other is asked in vain."""

    def answer(asked: Asked) -> Says:
        found = answers.get(asked.path, Says(404, b""))
        return found(asked) if callable(found) else found

    return answer


def page(cursor: str, *, caught_up: bool, tickets: int = 1, first: int = 0) -> Says:
    told = sample_page(tickets, first=first, cursor=cursor, caught_up=caught_up)
    return Says(body=told.model_dump_json().encode())


def result(outcome: str, **more: object) -> Says:
    return says({"results": [{"command_id": str(COMMAND), "outcome": outcome, **more}]})


async def everything(hub: Hub, cursor: str | None, **how: bool) -> list[ChangePage]:
    async with aclosing(hub.pull(cursor, **how)) as pages:  # type: ignore[type-var]
        return [one async for one in pages]


# -- addresses and tokens --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://hub.exemplo.com.br", "http://10.0.0.4:8484", "http://localhost.exemplo.com"]
)
def test_beyond_this_machine_only_https(url: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        hub_at(url)
    assert url in str(refused.value)
    assert "https://" in str(refused.value)
    assert not refused.value.sent


@pytest.mark.parametrize(
    "url",
    ["https://hub.exemplo.com.br/base", "http://127.0.0.1:8484", "http://localhost:1", "http://[::1]:2"],
)
async def test_addresses_that_will_do(url: str) -> None:
    made = hub_at(url)
    assert made.capabilities == CAPABILITIES
    await made.aclose()


def test_every_command_there_is_goes_to_a_hub() -> None:
    assert CAPABILITIES.commands == EVERY_COMMAND | {"agent_state"}
    assert CAPABILITIES.channels == frozenset(Channel)


@pytest.mark.parametrize("secret", [None, "", "two words", "quebra\nde linha", "não"])
async def test_without_a_token_nothing_is_asked(server: Server, secret: str | None) -> None:
    hub = hub_at(server.url, secret)
    with pytest.raises(Unauthorized):
        await hub.identify()
    with pytest.raises(Unauthorized):
        await anext(hub.hints())
    assert server.asked == []
    await hub.aclose()


async def test_a_redirect_is_never_followed(hub: Hub, server: Server) -> None:
    async with Server() as elsewhere:
        server.answer = lambda _asked: Says(302, b"", {"Location": elsewhere.url + "/v1/me"})
        with pytest.raises(Unauthorized):
            await hub.identify()
        with pytest.raises(Unauthorized):
            await hub.push(CLAIM)
        with pytest.raises(Unauthorized):
            await everything(hub, "c")
        with pytest.raises(Unauthorized):
            await hub.fetch_attachment("a1", 100)
        server.answer = by_path(
            {"/v1/me": says(ME), "/v1/hints": Says(307, b"", {"Location": elsewhere.url})}
        )
        with pytest.raises(Unauthorized):
            await anext(hub.hints())
        assert elsewhere.asked == []
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}


# -- who am I --------------------------------------------------------------------------------------------------


async def test_who_only_looks_on_can_do_nothing(hub: Hub, server: Server) -> None:
    server.answer = by_path({"/v1/me": says(ME | {"may_write": False, "role": "supervisor", "new_field": 1})})
    identity = await hub.identify()
    assert (identity.login, identity.teams, identity.may_write) == ("ana", ("loja",), False)
    assert hub.capabilities.commands == frozenset()
    assert not hub.capabilities.presence
    assert hub.capabilities.hints
    server.answer = by_path({"/v1/me": says(ME)})
    assert (await hub.identify()).may_write
    assert hub.capabilities == CAPABILITIES


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (problem("unauthorized", 401), Unauthorized),
        (Says(401, b""), Unauthorized),
        (problem("command_forbidden", 403, verb="reply"), Forbidden),
        (Says(403, b"<html>blocked</html>"), ProtocolError),
        (Says(404, b"not here"), ProtocolError),
        (problem("too_many", 429), RateLimited),
        (Says(503, b"", {"Retry-After": "7"}), RateLimited),
        (problem("broken", 500), Unreachable),
        (Says(500, b""), ProtocolError),
        (Says(502, b"bad gateway"), Unreachable),
        (Says(200, b"<html>"), ProtocolError),
        (says([1, 2]), ProtocolError),
        (says({"login": 5}), ProtocolError),
        (Says(reset=True), Unreachable),
        (Says(body=b'{"login": "ana"', length=500), Unreachable),
    ],
)
async def test_every_fault_has_its_error(hub: Hub, server: Server, said: Says, kind: type[Exception]) -> None:
    server.answer = lambda _asked: said
    with pytest.raises(kind):
        await hub.identify()
    with pytest.raises(kind):
        await hub.push(REPLY)
    with pytest.raises(kind):
        await everything(hub, None)


async def test_a_wrong_body_is_named_and_not_repeated(hub: Hub, server: Server) -> None:
    told = json.loads(sample_page(1).model_dump_json())
    told["cursor"] = {"CPF": "CPF 123.456.789-09"}
    server.answer = lambda _asked: says(told)
    with pytest.raises(ProtocolError) as wrong:
        await everything(hub, None)
    assert "changes" in str(wrong.value)
    assert "123.456" not in str(wrong.value)
    assert "123.456" not in repr(wrong.value.__cause__)


# -- pulling ---------------------------------------------------------------------------------------------------


async def test_pages_follow_each_other_to_the_end(hub: Hub, server: Server) -> None:
    def changes(asked: Asked) -> Says:
        after = asked.query.get("after", [""])[0]
        return page({"": "one", "one": "two", "two": "three"}[after], caught_up=after == "two")

    server.answer = by_path({"/v1/changes": changes})
    assert [one.cursor for one in await everything(hub, None)] == ["one", "two", "three"]
    assert [one.cursor for one in await everything(hub, "two")] == ["three"]
    assert [one.query.get("after") for one in server.asked] == [None, ["one"], ["two"], ["two"]]
    assert {one.query["limit"][0] for one in server.asked} == {str(PAGE)}


async def test_a_full_walk_says_where_it_stood_so_that_what_went_out_of_sight_is_told(
    hub: Hub, server: Server
) -> None:
    server.answer = by_path({"/v1/changes": lambda asked: page("x", caught_up="full" not in asked.query)})
    assert len(await everything(hub, "old", full=True)) == 2
    assert [(one.query.get("after"), one.query.get("full")) for one in server.asked] == [
        (["old"], ["true"]),
        (["x"], None),  # said again it would begin again
    ]


@pytest.mark.parametrize(("code", "status"), [("cursor_gone", 410), ("cursor_invalid", 422)])
async def test_a_cursor_of_another_time_or_hub_is_walked_anew(
    hub: Hub, server: Server, code: str, status: int
) -> None:
    server.answer = by_path(
        {
            "/v1/changes": lambda asked: (
                problem(code, status) if "after" in asked.query else page("new", caught_up=True)
            )
        }
    )
    assert [one.cursor for one in await everything(hub, "theirs")] == ["new"]
    server.answer = by_path({"/v1/changes": problem(code, status)})
    server.asked.clear()
    with pytest.raises(Rejected):  # once only: nobody is asked for ever
        await everything(hub, "theirs")
    assert len(server.asked) == 2


async def test_a_cursor_that_stands_still_is_not_walked_for_ever(hub: Hub, server: Server) -> None:
    server.answer = by_path({"/v1/changes": page("same", caught_up=False)})
    with pytest.raises(ProtocolError):
        await everything(hub, None)
    assert len(server.asked) == 2


async def test_a_page_too_large_is_asked_for_in_parts(
    hub: Hub, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changes(asked: Asked) -> Says:
        many = int(asked.query["limit"][0]) > 100
        return Says(body=b"x", length=http.ANSWER_LIMIT + 1) if many else page("p", caught_up=True)

    server.answer = by_path({"/v1/changes": changes})
    assert len(await everything(hub, None)) == 1
    assert [int(one.query["limit"][0]) for one in server.asked] == [500, 125, 31]


WRONG: tuple[Any, ...] = (
    {"type": "ticket", "remote_id": "t900", "status": "CPF 123.456.789-09"},
    {"type": "telepathy", "remote_id": "x1", "text": "cartão 4111 1111 1111 1111"},
    {"remote_id": "no type at all"},
    {"type": "event", "remote_id": "m900", "ticket": "t0", "at": "ontem", "kind": "message"},
    {"type": "gone"},
)


async def test_what_cannot_be_read_is_set_aside_and_stops_nothing(
    hub: Hub, server: Server, tmp_path: Path
) -> None:
    """Faults in the middle of two pages: all the rest is in, the cursor is at the end, each fault is kept whole and once."""

    def changes(asked: Asked) -> Says:
        first = "after" not in asked.query or "full" in asked.query
        told = json.loads(
            sample_page(
                2, first=0 if first else 2, cursor="one" if first else "two", caught_up=not first
            ).model_dump_json()
        )
        told["changes"][2:2] = WRONG[:3] if first else WRONG[3:]
        return says(told)

    server.answer = by_path({"/v1/changes": changes})
    with closing(make_store(tmp_path)) as store:
        for full in (False, True):
            pulled = await pull(store, hub, "hub", full=full)
            assert (pulled.cursor, pulled.caught_up, pulled.applied.skipped) == ("two", True, len(WRONG))
            db = store.reader()
            kept = [(json.loads(row[0]), row[1]) for row in db.execute("SELECT change, error FROM poison")]
            assert [one["remote_id"] for one, _error in kept if "remote_id" in one] == [
                "t900", "x1", "no type at all", "m900",
            ]  # fmt: skip
            assert len(kept) == len(WRONG)
            assert kept[0][0] == WRONG[0]
            assert "ticket.status" in kept[0][1]
            assert not any("123.456" in error for _one, error in kept)
            assert "4111 1111 1111 1111" not in str(kept)
            assert db.execute("SELECT count(*) FROM ticket").fetchone() == (4,)
            assert db.execute("SELECT count(*) FROM event").fetchone()[0] > 0
            db.close()


async def test_a_page_of_faults_is_another_language_and_not_taken(hub: Hub, server: Server) -> None:
    told = json.loads(sample_page(1).model_dump_json())
    told["changes"] += [WRONG[1]] * 30
    server.answer = lambda _asked: says(told)
    with pytest.raises(ProtocolError, match=r"30 of \d+"):
        await everything(hub, None)


async def test_fields_that_only_a_newer_hub_has_are_passed_over(hub: Hub, server: Server) -> None:
    told = json.loads(sample_page(1).model_dump_json())
    plain = ChangePage.model_validate(told)
    told["moon"] = "full"
    for one in told["changes"]:
        one["moon"] = {"phase": 3}
        for address in one.get("identities", ()):
            address["name"] = "only there"  # a name that the change itself has, too
    server.answer = lambda _asked: says(told)
    assert await everything(hub, None) == [plain]


async def test_a_pull_that_breaks_goes_on_from_its_last_page(hub: Hub, server: Server) -> None:
    cut = [Says(reset=True)]

    def changes(asked: Asked) -> Says:
        if "after" not in asked.query:
            return page("one", caught_up=False)
        return cut.pop() if cut else page("two", caught_up=True)

    server.answer = by_path({"/v1/changes": changes})
    pages = hub.pull(None)
    assert (await anext(pages)).cursor == "one"
    with pytest.raises(Unreachable):
        await anext(pages)
    assert [one.cursor for one in await everything(hub, "one")] == ["two"]


# -- pushing ---------------------------------------------------------------------------------------------------


async def test_a_command_goes_as_it_is_and_its_receipt_comes_back(hub: Hub, server: Server) -> None:
    receipt = {"command_id": str(COMMAND), "at": NOW.isoformat(), "ticket": "12", "event": "346"}
    server.answer = by_path({"/v1/commands": result("applied", receipt=receipt)})
    got = await hub.push(REPLY)
    assert (got.command_id, got.ticket, got.event) == (COMMAND, "12", "346")
    sent: Any = server.asked[0].json()
    assert sent == {"commands": [json.loads(REPLY.model_dump_json())]}
    assert sent["commands"][0]["seen"] == "345"


async def test_a_conflict_brings_how_it_stands_and_what_was_said(hub: Hub, server: Server) -> None:
    said = [json.loads(event_change(1, n).model_dump_json()) for n in (0, 1)]
    server.answer = by_path(
        {
            "/v1/commands": result(
                "conflict", detail="2 newer", current={"assignee": "bruno", "tier": None}, events=said
            )
        }
    )
    with pytest.raises(Conflict) as told:
        await hub.push(REPLY)
    assert told.value.current == {"assignee": "bruno", "tier": None}
    assert [one.remote_id for one in told.value.events] == ["e1-0", "e1-1"]
    assert str(told.value) == "2 newer"
    server.answer = by_path(
        {"/v1/commands": result("conflict", error="ticket_taken", values={"who": "bruno"})}
    )
    with pytest.raises(Conflict) as lost:
        await hub.push(CLAIM)
    assert str(lost.value) == "bruno está com este chamado."
    assert lost.value.events == ()


async def test_a_refusal_is_told_in_the_persons_language(hub: Hub, server: Server) -> None:
    server.answer = by_path(
        {
            "/v1/commands": result(
                "refused", error="status_move", values={"current": "closed", "wanted": "open", "code": 1}
            )
        }
    )
    with pytest.raises(Rejected) as told:
        await hub.push(CLAIM)
    assert "fechado" in told.value.reason
    server.answer = by_path(
        {"/v1/commands": result("refused", error="of_tomorrow", detail="\x1b[2Jnot " + "so" * 999)}
    )
    with pytest.raises(Rejected) as foreign:
        await hub.push(CLAIM)
    assert foreign.value.reason.startswith("\x1b[2Jnot so")  # cleaned on its way to the screen
    assert len(foreign.value.reason) <= 500
    server.answer = by_path({"/v1/commands": result("reused", detail="other content")})
    with pytest.raises(Rejected):
        await hub.push(CLAIM)


@pytest.mark.parametrize(
    "said",
    [
        says({"results": []}),
        says({"results": [{"outcome": "applied"}, {"outcome": "applied"}]}),
        result("applied"),
        result("perhaps"),
        says({"result": 1}),
    ],
)
async def test_an_answer_nobody_understands_may_have_had_its_effect(
    hub: Hub, server: Server, said: Says
) -> None:
    server.answer = lambda _asked: said
    with pytest.raises(ProtocolError) as wrong:
        await hub.push(REPLY)
    assert wrong.value.sent


async def test_what_is_asked_after_a_lost_answer(hub: Hub, server: Server) -> None:
    path = f"/v1/commands/{COMMAND}"
    receipt = {"command_id": str(COMMAND), "at": NOW.isoformat(), "ticket": "12"}
    server.answer = by_path({path: says(receipt)})
    found = await hub.find(COMMAND)
    assert found is not None
    assert found.ticket == "12"
    server.answer = by_path({path: problem("command_unknown", 404)})
    assert await hub.find(COMMAND) is None
    server.answer = by_path({path: Says(404, b"<html>no such page</html>")})
    with pytest.raises(ProtocolError):  # a proxy's word is no proof that nothing arrived
        await hub.find(COMMAND)


# -- the line of events ----------------------------------------------------------------------------------------


def line(*pieces: str, headers: Mapping[str, str] | None = None) -> Says:
    return Says(
        body="".join(pieces).encode(),
        headers={"Content-Type": "text/event-stream; charset=utf-8"} | dict(headers or {}),
        open=True,
    )


def event(name: str, data: object) -> str:
    return f"event: {name}\r\ndata: {json.dumps(data)}\r\n\r\n"


async def test_hints_and_who_looks_at_what(hub: Hub, server: Server) -> None:
    people = [
        {"login": "ana", "name": "Ana", "writing": True},
        {"login": "bruno", "name": "Bruno", "writing": True, "since": 5},
    ]
    said = line(
        event("hello", {}),
        ": ping\r\n\r\n",
        event("change", {"ticket": "12"}),
        event("of_tomorrow", {"x": 1}),
        event("change", {"ticket": None}),
        event("presence", {"ticket": "12", "people": people}),
        event("presence", {"ticket": "12", "people": []}),
    )
    server.answer = by_path({"/v1/me": says(ME), "/v1/hints": said})
    got = []
    async with aclosing(hub.hints()) as told:  # type: ignore[type-var]
        async for one in told:
            got.append(one)
            if len(got) == 5:
                break
    assert got == [
        Hint(),
        Hint("12"),
        Hint(),
        Presence("12", (Present("bruno", "Bruno", True),)),
        Presence("12", ()),
    ]


async def test_the_line_takes_no_turn_from_requests(server: Server) -> None:
    hub = hub_at(server.url)
    server.answer = by_path({"/v1/me": says(ME), "/v1/hints": line(event("hello", {}))})
    async with aclosing(hub.hints()) as told:  # type: ignore[type-var]
        await anext(told)
        for _time in range(20):
            await hub.identify()
    await hub.aclose()


async def test_a_silent_line_is_a_broken_one(
    hub: Hub, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SILENCE", 0.2)
    server.answer = by_path({"/v1/me": says(ME), "/v1/hints": line(event("hello", {}), "event: chan")})
    told = hub.hints()
    assert await anext(told) == Hint()
    with pytest.raises(Unreachable):
        await anext(told)


def test_a_line_may_be_silent_for_longer_than_the_hubs_comments_are_apart() -> None:
    assert http.SILENCE >= 45


async def test_an_event_without_end_is_not_kept(
    hub: Hub, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SILENCE", 5.0)
    server.answer = by_path(
        {"/v1/me": says(ME), "/v1/hints": line(event("hello", {}), "data: " + "x" * 3_000_000)}
    )
    told = hub.hints()
    assert await anext(told) == Hint()
    with pytest.raises(ProtocolError):
        await anext(told)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (says({"a": 1}), ProtocolError),
        (line(event("hello", {}), headers={"Content-Encoding": "gzip"}), ProtocolError),
        (line('event: change\ndata: {"ticket": \n\n'), ProtocolError),
        (line(event("presence", {"people": []})), ProtocolError),
        (line(event("presence", {"ticket": "1", "people": "all"})), ProtocolError),
        (problem("unauthorized", 401), Unauthorized),
        (problem("too_many", 429), RateLimited),
        (problem("broken", 500), Unreachable),
        (Says(reset=True), Unreachable),
    ],
)
async def test_a_line_that_is_none(hub: Hub, server: Server, said: Says, kind: type[Exception]) -> None:
    server.answer = by_path({"/v1/me": says(ME), "/v1/hints": said})
    with pytest.raises(kind):
        await anext(hub.hints())


async def test_a_line_that_ends_ends(hub: Hub, server: Server) -> None:
    whole = Says(body=event("hello", {}).encode(), headers={"Content-Type": "text/event-stream"})
    server.answer = by_path({"/v1/me": says(ME), "/v1/hints": whole})
    async with aclosing(hub.hints()) as told:  # type: ignore[type-var]
        assert [one async for one in told] == [Hint()]


# -- presence and files ----------------------------------------------------------------------------------------


async def test_attending(hub: Hub, server: Server) -> None:
    server.answer = by_path({"/v1/presence": Says(204, b"")})
    await hub.attend("12", writing=True)
    await hub.attend(None, writing=True)
    assert [one.json() for one in server.asked] == [
        {"ticket": "12", "writing": True},
        {"ticket": None, "writing": False},
    ]
    assert {one.method for one in server.asked} == {"PUT"}


async def test_a_file_goes_up_as_it_is(hub: Hub, server: Server) -> None:
    made = {"remote_id": "f1", "name": "nota fiscal.pdf", "content_type": "application/pdf", "size": 4}
    server.answer = by_path({"/v1/attachments": says(made, 201)})
    got = await hub.upload("nota fiscal.pdf", "application/pdf", b"%PDF")
    assert got.remote_id == "f1"
    asked = server.asked[0]
    assert (asked.body, asked.query["name"], asked.headers["content-type"]) == (
        b"%PDF",
        ["nota fiscal.pdf"],
        "application/pdf",
    )
    await hub.upload("x", "text/plain\r\nX-Evil: 1", b"a")
    assert server.asked[1].headers["content-type"] == "application/octet-stream"
    assert "x-evil" not in server.asked[1].headers
    server.answer = by_path({"/v1/attachments": problem("too_large", 413)})
    with pytest.raises(Rejected) as large:
        await hub.upload("x", "text/plain", b"a")
    assert large.value.reason == "too_large"


async def test_a_file_comes_down_within_its_limit(hub: Hub, server: Server) -> None:
    server.answer = by_path({"/v1/attachments/a-1_B": Says(body=b"\x00" * 100)})
    assert await hub.fetch_attachment("a-1_B", 100) == b"\x00" * 100
    with pytest.raises(Rejected) as large:
        await hub.fetch_attachment("a-1_B", 99)
    assert large.value.reason == "too_large"
    before = len(server.asked)
    for bad in ("", "../me", "a/b", "a?b", "x" * 201, "é"):
        with pytest.raises(Rejected):
            await hub.fetch_attachment(bad, 100)
    assert len(server.asked) == before
