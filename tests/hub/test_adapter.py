"""The workstation's adapter at a real hub, on both databases: what one did, the other is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from atendente_tui import labels
from atendente_tui.backends.hub import Hub
from atendente_tui.backends.port import (
    BackendSettings,
    Conflict,
    Forbidden,
    Hint,
    Presence,
    Present,
    Rejected,
    Unauthorized,
)
from atendente_tui.domain import command as commands
from atendente_tui.domain.change import Attachment, Change, ChangePage
from atendente_tui.domain.command import TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, IdentityKind, Status
from atendente_tui.hub import content
from tests.hub import world
from tests.hub.conftest import BEGAN
from tests.hub.serving_fixture import Served, served  # noqa: F401 - a fixture


@pytest.fixture
def shop(served: Served) -> Served:  # noqa: F811
    served.agent("ana", "loja")
    served.agent("bruno", "loja")
    served.agent("carla", "financeiro")
    served.agent("vera", role="supervisor", all_teams=True)
    return served


class People:
    """Everybody's connection."""

    def __init__(self, hub: Served) -> None:
        self.served = hub
        self._open: list[Hub] = []

    def __call__(self, login: str) -> Hub:
        made = Hub(BackendSettings("hub", self.served.url, secret=self.served.tokens[login]))
        self._open.append(made)
        return made

    async def close(self) -> None:
        for one in self._open:
            await one.aclose()


@pytest_asyncio.fixture
async def at(shop: Served) -> AsyncIterator[People]:
    people = People(shop)
    yield people
    await people.close()


async def pages(hub: Hub, cursor: str | None = None, **how: bool) -> list[ChangePage]:
    async with aclosing(hub.pull(cursor, **how)) as told:  # type: ignore[type-var]
        return [one async for one in told]


async def changes(hub: Hub, cursor: str | None = None) -> list[Change]:
    return [one for page in await pages(hub, cursor) for one in page.changes]


def of(kind: str, told: list[Change]) -> dict[str, Any]:
    return {str(getattr(one, "remote_id", None) or one.key): one for one in told if one.type == kind}  # type: ignore[union-attr]


def given(kind: type[Any], remote: str | None = None, **values: Any) -> Any:
    if remote is not None:
        values["ticket"] = TicketRef(id=7, remote=remote)
    return kind(id=new_id(BEGAN), at=BEGAN, author="whoever", **values)


async def said(shop: Served, remote: str, text: str) -> str:
    def job(recording: Any) -> str:
        ticket = recording.ticket(int(remote))
        return str(world.said(recording, ticket, text).remote_id)

    return shop.do(job)


# -- who am I ----------------------------------------------------------------------------------------------------------


async def test_who_one_is_and_may_do(at: People, shop: Served) -> None:
    ana, vera = at("ana"), at("vera")
    identity = await ana.identify()
    assert (identity.login, identity.name, identity.teams, identity.may_write) == (
        "ana",
        "Ana",
        ("loja",),
        True,
    )
    assert not (await vera.identify()).may_write
    assert vera.capabilities.commands == frozenset()
    with pytest.raises(Forbidden):
        await vera.push(given(commands.Claim, shop.ticket("loja").remote_id))
    with pytest.raises(Forbidden):
        await vera.attend("1")
    with pytest.raises(Unauthorized):
        await Hub(BackendSettings("hub", shop.url, secret="atd_" + "x" * 43)).identify()


# -- pulling -----------------------------------------------------------------------------------------------------------


async def test_the_first_walk_and_what_comes_after(at: People, shop: Served) -> None:
    mine, other = shop.ticket("loja").remote_id, shop.ticket("financeiro").remote_id
    ana = at("ana")
    first = await pages(ana)
    told = [one for page in first for one in page.changes]
    assert mine in of("ticket", told)
    assert other not in of("ticket", told)
    assert {"ana", "bruno", "loja"} <= set(of("directory", told))
    assert first[-1].caught_up
    event = await said(shop, mine, "E agora?")
    later = await changes(ana, first[-1].cursor)
    assert of("event", later)[event].text == "E agora?"
    for n, page in enumerate(first[:-1]):  # every cursor can be resumed from
        again = await changes(ana, page.cursor)
        rest = [one for other_page in first[n + 1 :] for one in other_page.changes]
        assert {one.model_dump_json() for one in rest} <= {one.model_dump_json() for one in again}
    anew = [one for page in await pages(ana, first[-1].cursor, full=True) for one in page.changes]
    assert set(of("ticket", anew)) == {mine}
    assert event in of("event", anew)


async def test_a_cursor_of_another_hub_is_walked_anew(at: People, shop: Served) -> None:
    mine = shop.ticket("loja").remote_id
    ana = at("ana")
    real = (await pages(ana))[-1].cursor
    for foreign in ("rt:12:34", "", "x" * 500, real[:-2], "demo1:a:1:1:1:1"):
        assert mine in of("ticket", await changes(ana, foreign)), foreign
    assert mine not in of("ticket", await changes(ana, real))


async def test_settings_and_names_come_and_go(at: People, shop: Served) -> None:
    ana = at("ana")
    cursor = (await pages(ana))[-1].cursor
    entries = [
        content.setting("script", "oi", "id: oi\ntitle: Oi\ntext: Oi!\n"),
        content.setting("calendar", "loja", 'monday = ["09:00-17:00"]\n'),
        content.setting("sla_policy", "rapida", 'first = "1h"\ncalendar = "loja"\n'),
        content.word("wrap_up", "troca", "Troca combinada"),
    ]
    for one in entries:
        shop.do(lambda recording, one=one: recording.put_content(one.kind, one.key, one.change))  # type: ignore[misc]
    told = await changes(ana, cursor)
    assert {"oi", "loja", "rapida"} == set(of("setting", told))
    assert of("directory", told)["troca"].label == "Troca combinada"
    cursor = (await pages(ana, cursor))[-1].cursor
    shop.do(lambda recording: recording.drop_content("script", "oi"))
    shop.do(lambda recording: recording.drop_content("wrap_up", "troca"))
    gone = await changes(ana, cursor)
    assert set(of("setting_gone", gone)) == {"oi"}
    assert set(of("directory_gone", gone)) == {"troca"}


# -- pushing -----------------------------------------------------------------------------------------------------------


async def test_a_command_once_whatever_happens_to_its_answer(at: People, shop: Served) -> None:
    mine = shop.ticket("loja").remote_id
    ana = at("ana")
    note = given(commands.Note, mine, text="Conferi o estoque — “ok” 😀")
    assert await ana.find(note.id) is None
    receipt = await ana.push(note)
    assert await ana.push(note) == receipt
    assert await ana.find(note.id) == receipt
    told = of("event", await changes(ana))
    assert told[receipt.event].command_id == note.id
    assert (told[receipt.event].author, told[receipt.event].text) == ("ana", note.text)
    with pytest.raises(Rejected):
        await ana.push(note.model_copy(update={"text": "outra coisa"}))


async def test_the_work_behind_an_answer_reaches_the_colleagues(at: People, shop: Served) -> None:
    ticket = shop.ticket("loja")
    ana = at("ana")
    await ana.identify()
    assert ana.capabilities.handling
    work = commands.Work(active=90, hold=5)
    await ana.push(given(commands.Note, ticket.remote_id, text="Liguei.", work=work))
    ana.capabilities = replace(ana.capabilities, handling=False)  # as of a hub that says nothing of it
    await ana.push(given(commands.Note, ticket.remote_id, text="De novo.", work=work))
    seen = {one.text: one.data for one in await changes(at("vera")) if one.type == "event"}
    assert seen["Liguei."] == {"active": 90, "hold": 5}
    assert seen["De novo."] == {}


async def test_a_ticket_is_created_and_answered(at: People) -> None:
    ana = at("ana")
    made = given(
        commands.Create,
        ticket=TicketRef(id=3),
        customer_name="Maria Oliveira",
        identities=({"kind": IdentityKind.EMAIL, "value": "maria@exemplo.com.br"},),
        channel=Channel.EMAIL,
        subject="Oi",
        text="Cadê?",
        team="loja",
        opened_at=BEGAN,
    )
    receipt = await ana.push(made)
    assert receipt.ticket
    assert receipt.protocol
    answer = given(
        commands.Reply,
        receipt.ticket,
        text="Já vejo.",
        channel=Channel.EMAIL,
        seen=receipt.event,
        status=Status.PENDING,
    )
    assert (await ana.push(answer)).ticket == receipt.ticket
    ticket = of("ticket", await changes(at("bruno")))[receipt.ticket]
    assert (ticket.status, ticket.protocol) == (Status.PENDING, receipt.protocol)


async def test_of_two_who_claim_one_is_told_who_has_it(at: People, shop: Served) -> None:
    mine = shop.ticket("loja").remote_id
    await at("bruno").push(given(commands.Claim, mine))
    with pytest.raises(Conflict) as lost:
        await at("ana").push(given(commands.Claim, mine))
    assert lost.value.current["assignee"] == "bruno"
    assert lost.value.events == ()


async def test_a_stale_answer_brings_what_was_said(at: People, shop: Served) -> None:
    mine = shop.ticket("loja").remote_id
    ana, bruno = at("ana"), at("bruno")
    first = max(of("event", await changes(ana)), key=int)
    second = await said(shop, mine, "Achei!")
    await bruno.push(given(commands.Reply, mine, text="Que bom!", channel=Channel.EMAIL, seen=second))
    answer = given(commands.Reply, mine, text="Vou ver.", channel=Channel.EMAIL, seen=first)
    with pytest.raises(Conflict) as stale:
        await ana.push(answer)
    assert [(one.author, one.text) for one in stale.value.events][1:] == [("bruno", "Que bom!")]
    assert stale.value.events[0].text == "Achei!"
    assert await ana.find(answer.id) is None
    shown = stale.value.events[-1].remote_id
    third = await said(shop, mine, "Ainda aí?")
    with pytest.raises(Conflict) as again:
        await ana.push(given(commands.Reply, mine, text="Vou ver.", channel=Channel.EMAIL, seen=shown))
    assert [one.remote_id for one in again.value.events] == [third]
    await ana.push(given(commands.Reply, mine, text="Vou ver.", channel=Channel.EMAIL, seen=None))


async def test_what_a_rule_forbids_is_told_in_the_persons_language(at: People, shop: Served) -> None:
    ana = at("ana")
    with pytest.raises(Rejected) as unknown:
        await ana.push(given(commands.Claim, shop.ticket("financeiro").remote_id))
    assert unknown.value.reason.startswith("Não")
    closed = shop.do(lambda recording: world.opened(recording, team="loja", status=Status.CLOSED)).remote_id
    with pytest.raises(Rejected) as no:
        await ana.push(given(commands.Reply, closed, text="Oi", channel=Channel.EMAIL))
    assert no.value.reason == labels.refusal(Refused("ticket_closed"))


# -- hints and presence ------------------------------------------------------------------------------------------------


async def test_a_hint_for_what_one_may_see(at: People, shop: Served) -> None:
    mine, other = shop.ticket("loja").remote_id, shop.ticket("financeiro").remote_id
    async with aclosing(at("ana").hints()) as told:  # type: ignore[type-var]
        assert await anext(told) == Hint()
        await said(shop, other, "não é da loja")
        await said(shop, mine, "é da loja")
        assert await anext(told) == Hint(mine)


async def test_who_looks_at_what(at: People, shop: Served) -> None:
    mine = shop.ticket("loja").remote_id
    ana, bruno = at("ana"), at("bruno")
    await bruno.attend(mine, writing=True)
    async with aclosing(ana.hints()) as told:  # type: ignore[type-var]
        assert await anext(told) == Hint()
        assert await anext(told) == Presence(mine, (Present("bruno", "Bruno", True),))
        await ana.attend(mine)
        assert await anext(told) == Presence(mine, (Present("bruno", "Bruno", True),))  # ourselves left out
        await bruno.attend(None)
        assert await anext(told) == Presence(mine, ())


async def test_a_line_ends_with_its_token(at: People, shop: Served) -> None:
    from atendente_tui.hub import tokens

    ana = at("ana")
    line = ana.hints()
    assert await anext(line) == Hint()
    with shop.parts.database.write() as db:
        tokens.revoke(db, shop.token_id("ana"), shop.parts.now())
    assert [one async for one in line] == []
    with pytest.raises(Unauthorized):
        await ana.identify()


# -- files -------------------------------------------------------------------------------------------------------------


async def test_a_file_goes_with_an_answer(at: People, shop: Served, tmp_path: Path) -> None:
    mine = shop.ticket("loja").remote_id
    ana, bruno, carla = at("ana"), at("bruno"), at("carla")
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 3_000
    file = await ana.upload("foto do pedido.png", "image/png", picture)
    assert (file.name, file.size) == ("foto do pedido.png", len(picture))
    await ana.push(
        given(
            commands.Reply,
            mine,
            text="Segue.",
            channel=Channel.EMAIL,
            attachments=(Attachment(remote_id=file.remote_id, name=file.name),),
        )
    )
    told = [one for one in of("event", await changes(bruno)).values() if one.attachments]
    assert [one.attachments[0].name for one in told] == ["foto do pedido.png"]
    assert await bruno.fetch_attachment(file.remote_id, 10_000) == picture
    with pytest.raises(Rejected) as large:
        await bruno.fetch_attachment(file.remote_id, 100)
    assert large.value.reason == "too_large"
    for who, name in ((carla, file.remote_id), (bruno, "0" * 32)):
        with pytest.raises(Rejected):
            await who.fetch_attachment(name, 10_000)
