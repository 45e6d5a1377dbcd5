"""Answers that never come: the two-look rule gives exactly one reply, one note, one ticket."""

from __future__ import annotations

import asyncio

import pytest

from atendente_tui.backends.port import Unreachable
from atendente_tui.backends.rt import RequestTracker
from atendente_tui.domain.command import Claim, Escalate, Note, Reply, SetStatus, WrapUp
from atendente_tui.domain.words import Channel, EventKind, Status, Tier
from tests.live.commands import (
    a_ticket,
    changes,
    events_of,
    here,
    make,
    newest_of,
    opened,
    pulled,
    send_surely,
)
from tests.live.conftest import LiveRT, MakeAdapter
from tests.live.proxy import Fate, Proxy
from tests.sizes import sized

pytestmark = pytest.mark.live
FATES: tuple[Fate, ...] = ("swallow", "cut", "late", "refuse")
DELAY = 3.0
"""Longer than the proxy's lateness and any request of this server; a site keeps the default."""


async def _texts(backend: RequestTracker, start: str, remote: str) -> list[str]:
    return [one.text for one in events_of(await pulled(backend, start), remote)]


@pytest.mark.parametrize("fate", FATES)
async def test_a_reply_arrives_once(live_rt: LiveRT, adapters: MakeAdapter, proxy: Proxy, fate: Fate) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url, find_delay=DELAY)
    start = await here(direct)
    address = f"once-{fate}@cliente.example"
    remote = await opened(direct, "lost reply", identities=({"kind": "email", "value": address},))
    command = make(Reply, remote, text=f"uma vez só ({fate})", channel=Channel.EMAIL)
    proxy.once(fate, path="/correspond")
    receipt = await send_surely(shaky, command)
    await proxy.settled()
    assert receipt.command_id == command.id
    assert (await _texts(direct, start, remote)).count(command.text) == 1
    assert [to for to, subject in live_rt.mails() if address in to and "AutoReply" not in subject] == [
        address
    ]
    posts = [path for method, path, _fate in proxy.log if method == "POST" and "/correspond" in path]
    assert len(posts) == (2 if fate == "refuse" else 1)


@pytest.mark.parametrize("fate", sized(FATES[2:3], FATES))
async def test_a_note_arrives_once(adapters: MakeAdapter, proxy: Proxy, fate: Fate) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url, find_delay=DELAY)
    start = await here(direct)
    remote = await opened(direct, "lost note")
    command = make(Note, remote, text=f"nota única ({fate})")
    proxy.once(fate, path="/comment")
    await send_surely(shaky, command)
    await proxy.settled()
    assert (await _texts(direct, start, remote)).count(command.text) == 1


@pytest.mark.parametrize("fate", sized(FATES[:2], FATES))
async def test_a_ticket_is_opened_once(adapters: MakeAdapter, proxy: Proxy, fate: Fate) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url, find_delay=DELAY)
    start = await here(direct)
    await shaky.identify()
    command = a_ticket(f"lost ticket {fate}")
    proxy.once(fate, path="/ticket")
    receipt = await send_surely(shaky, command)
    await proxy.settled()
    subjects = [
        one
        for one in changes(await pulled(direct, start))
        if one.type == "ticket" and one.subject == command.subject
    ]
    assert {one.remote_id for one in subjects if one.type == "ticket"} == {receipt.ticket}


async def test_asking_once_would_not_be_enough(adapters: MakeAdapter, proxy: Proxy) -> None:
    """Why the rule has two looks: a request given up on still runs, and the first look finds nothing."""
    direct, shaky = adapters(), adapters(url=proxy.url)
    remote = await opened(direct, "why two looks")
    command = make(Note, remote, text="ainda a caminho")
    proxy.once("late", path="/comment")
    with pytest.raises(Unreachable) as lost:
        await shaky.push(command)
    assert lost.value.sent
    assert await shaky.find(command.id) is None
    await proxy.settled()
    assert await shaky.find(command.id) is not None


@pytest.mark.parametrize("fate", ["swallow", "refuse"])
async def test_what_is_set_may_be_sent_again(adapters: MakeAdapter, proxy: Proxy, fate: Fate) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url, find_delay=0.2)
    start = await here(direct)
    remote = await opened(direct, "lost change")
    await shaky.identify()
    proxy.once(fate, method="PUT")
    await send_surely(shaky, make(Claim, remote))
    proxy.once(fate, method="PUT")
    await send_surely(shaky, make(SetStatus, remote, status=Status.PENDING, expected=Status.NEW))
    ticket = newest_of(await pulled(direct, start), remote)
    assert (ticket.assignee, ticket.status) == ("agent1", Status.PENDING)


async def test_a_half_done_escalation_is_completed_by_the_look(adapters: MakeAdapter, proxy: Proxy) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url, find_delay=DELAY)
    start = await here(direct)
    remote = await opened(direct, "half escalated")
    command = make(
        Escalate,
        remote,
        tier=Tier.N2,
        team="Escalations",
        reason="técnico",
        tried="reinício",
        workaround="app",
    )
    proxy.once("refuse", method="PUT")
    await send_surely(shaky, command)
    pages = await pulled(direct, start)
    ticket = newest_of(pages, remote)
    assert (ticket.team, ticket.tier) == ("Escalations", Tier.N2)
    packets = [one for one in events_of(pages, remote) if one.kind is EventKind.ESCALATION]
    assert [one.data["workaround"] for one in packets] == ["app"]


async def test_a_wrap_up_arrives_once(adapters: MakeAdapter, proxy: Proxy) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url, find_delay=DELAY)
    start = await here(direct)
    remote = await opened(direct, "wrapped up")
    proxy.once("swallow", path="/comment")
    await send_surely(shaky, make(WrapUp, remote, code="resolvido", reason="Shipping", note="ok"))
    pages = await pulled(direct, start)
    assert newest_of(pages, remote).status is Status.SOLVED
    assert newest_of(pages, remote).reason == "Shipping"
    assert len([one for one in events_of(pages, remote) if one.kind is EventKind.WRAP_UP]) == 1


async def test_a_walk_through_a_bad_line_loses_nothing(adapters: MakeAdapter, proxy: Proxy) -> None:
    direct, shaky = adapters(), adapters(url=proxy.url)
    start = await here(direct)
    remote = await opened(direct, "bad line")
    asked = 0

    def now_and_then(_method: str, _path: str) -> Fate:
        nonlocal asked
        asked += 1
        return "cut" if asked % 29 == 0 else "pass"

    proxy.fate = now_and_then
    cursor: str | None = None
    seen: set[str] = set()
    caught_up = False
    for _attempt in range(200):
        try:
            async for page in shaky.pull(cursor):
                seen |= {one.remote_id for one in page.changes if one.type == "event"}
                cursor, caught_up = page.cursor, page.caught_up
        except Unreachable:
            await asyncio.sleep(0)
            continue
        break
    assert caught_up
    wanted = events_of(await pulled(direct, start), remote)
    assert wanted
    assert {one.remote_id for one in wanted} <= seen
