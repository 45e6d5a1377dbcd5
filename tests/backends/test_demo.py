"""The demo backend keeps the port's promises: pages that resume, commands that count once, a world that goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from atendente_tui.backends.demo import DemoBackend, open_scenario, read_cursor
from atendente_tui.backends.demo_commands import COMMANDS
from atendente_tui.backends.port import (
    BackendSettings,
    Conflict,
    Hint,
    ProtocolError,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.clock import VirtualClock
from atendente_tui.domain import command as commands
from atendente_tui.domain.change import Attachment, Change, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Command,
    ConfirmFact,
    Create,
    Escalate,
    FlagArticle,
    Link,
    Merge,
    Note,
    Promise,
    Release,
    Reply,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    TicketRef,
    WrapUp,
)
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, EventKind, IdentityKind, Priority, Status, Tier

SETTINGS = BackendSettings("demo", "")
SCENARIO = open_scenario(SETTINGS)


class World:
    """A backend on the shipped scenario, with a clock in hand."""

    def __init__(self, **options: Any) -> None:
        assert SCENARIO.start is not None
        self.clock = VirtualClock(SCENARIO.start)
        self.settings = BackendSettings("demo", "", options=options)
        self.backend = DemoBackend(self.settings, clock=self.clock)

    async def pull(self, cursor: str | None = None, *, full: bool = False) -> tuple[list[Change], str]:
        changes: list[Change] = []
        caught_up = False
        async for page in self.backend.pull(cursor, full=full):
            changes += page.changes
            cursor, caught_up = page.cursor, page.caught_up
        assert caught_up
        assert cursor is not None
        return changes, cursor

    def give(self, kind: type[Any], on: str | None = "4821", **values: Any) -> Any:
        if on is not None:
            values["ticket"] = TicketRef(id=1, remote=on)
        return kind(id=new_id(self.clock.now()), at=self.clock.now(), author="ana", **values)

    async def do(self, kind: type[Any], on: str | None = "4821", **values: Any) -> Any:
        command = self.give(kind, on, **values)
        receipt = await self.backend.push(command)
        assert receipt.command_id == command.id
        return command


@pytest.fixture
def world() -> World:
    return World()


def tickets(changes: list[Change]) -> dict[str, TicketUpsert]:
    return {one.remote_id: one for one in changes if isinstance(one, TicketUpsert)}


def events(changes: list[Change], ticket: str) -> list[EventAppend]:
    return [one for one in changes if isinstance(one, EventAppend) and one.ticket == ticket]


async def test_it_says_who_works_here(world: World):
    identity = await world.backend.identify()
    assert (identity.login, identity.teams, identity.may_write) == ("ana", ("Varejo",), True)


async def test_the_first_walk_brings_everything_once_newest_first(world: World):
    changes, cursor = await world.pull()
    seen = [one.remote_id for one in changes if isinstance(one, TicketUpsert)]
    assert sorted(seen) == sorted(one.remote_id for one in SCENARIO.tickets)
    moments = [one.updated_at for one in changes if isinstance(one, TicketUpsert)]
    assert moments == sorted(moments, reverse=True)
    people = [one.remote_id for one in changes if one.type == "customer"]
    assert len(people) == len(set(people)) == len(SCENARIO.customers)
    ids = [one.remote_id for one in changes if isinstance(one, EventAppend)]
    assert len(ids) == len(set(ids)) > 220
    assert len([one for one in changes if one.type == "article"]) == len(SCENARIO.articles)
    assert {one.kind for one in changes if one.type == "directory"} == {
        "agent",
        "team",
        "wrap_up",
        "reason",
        "tag",
    }
    assert await world.pull(cursor) == ([], cursor)


async def test_a_person_is_told_before_their_ticket_and_a_ticket_before_its_events(world: World):
    known: set[str] = set()
    for change in (await world.pull())[0]:
        if isinstance(change, TicketUpsert):
            assert change.customer in known
        elif isinstance(change, EventAppend):
            assert (change.ticket or change.customer) in known
        known.add(getattr(change, "remote_id", ""))


async def test_every_page_can_be_resumed_from(world: World):
    whole, _ = await world.pull()
    async for page in world.backend.pull(None):
        rest, _ = await world.pull(page.cursor)
        assert rest == whole[len(whole) - len(rest) :]
        assert page.total in (None, len(SCENARIO.tickets))


async def test_the_timeline_comes_by_the_clock(world: World):
    _, cursor = await world.pull()
    world.clock.advance(timedelta(seconds=49))
    assert (await world.pull(cursor))[0] == []
    world.clock.advance(timedelta(seconds=1))
    changes, cursor = await world.pull(cursor)
    assert list(tickets(changes)) == ["4840"]
    assert len(events(changes, "4840")) == 3
    world.clock.advance(timedelta(minutes=1))
    changes, _ = await world.pull(cursor)
    assert tickets(changes)["4811"].status is Status.OPEN  # the customer it waited for has written


async def test_the_network_goes_and_comes_back(world: World):
    _, cursor = await world.pull()
    world.clock.advance(timedelta(minutes=12, seconds=10))
    with pytest.raises(Unreachable) as unreachable:
        await world.pull(cursor)
    assert unreachable.value.sent is False
    with pytest.raises(Unreachable):
        await world.do(Note, text="x")
    world.clock.advance(timedelta(seconds=20))
    changes, _ = await world.pull(cursor)
    assert {"4840", "4841", "4842", "4843"} <= set(tickets(changes))


async def test_the_customer_answers_back(world: World):
    _, cursor = await world.pull()
    reply = await world.do(
        Reply, text="Oi, Maria! Desculpe a demora, já estou vendo.", channel=Channel.WHATSAPP
    )
    changes, cursor = await world.pull(cursor)
    (echo,) = [one for one in events(changes, "4821") if one.command_id == reply.id]
    assert (echo.text, echo.public, echo.channel, echo.author) == (reply.text, True, Channel.WHATSAPP, "ana")
    world.clock.advance(timedelta(minutes=1))
    changes, cursor = await world.pull(cursor)
    said = [one.text for one in events(changes, "4821")]
    assert said == ["tá bom, obrigada por responder", "mas chega até sábado? é o presente do meu filho"]
    await world.do(Reply, text="Se não chegar, o reenvio sai hoje.", channel=Channel.WHATSAPP)
    world.clock.advance(timedelta(minutes=1))
    await world.do(SetStatus, status=Status.SOLVED)
    world.clock.advance(timedelta(minutes=2))
    changes, _ = await world.pull(cursor)
    kinds = [one.kind for one in events(changes, "4821") if one.author_kind == "customer"]
    assert kinds == [EventKind.MESSAGE, EventKind.MESSAGE, EventKind.SURVEY_ANSWER]
    # "resolvido sim" came after the solution, so the ticket is open again, as at a real shop
    assert tickets(changes)["4821"].status is Status.OPEN


async def test_the_same_command_counts_once(world: World):
    reply = world.give(Reply, text="Oi!", channel=Channel.WHATSAPP)
    assert await world.backend.find(reply.id) is None
    first = await world.backend.push(reply)
    again = await world.backend.push(reply)
    assert first == again == await world.backend.find(reply.id)
    changes, _ = await world.pull()
    assert [one.text for one in events(changes, "4821")].count("Oi!") == 1


def test_every_command_is_offered():
    kinds = {kind.model_fields["type"].default for kind in get_args(get_args(Command)[0])}
    assert kinds == COMMANDS == DemoBackend.capabilities.commands
    assert DemoBackend.capabilities.idempotency == "native"
    assert commands.Reply in get_args(get_args(Command)[0])


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (Claim, {}, {"assignee": "ana"}),
        (Assign, {"assignee": "bruno", "expected": None}, {"assignee": "bruno"}),
        (SetStatus, {"status": Status.PENDING}, {"status": Status.PENDING}),
        (SetPriority, {"priority": Priority.LOW}, {"priority": Priority.LOW}),
        (SetTeam, {"team": "Financeiro"}, {"team": "Financeiro"}),
        (Tag, {"add": ("vip",), "remove": ("festa",)}, {"tags": ("reincidente", "vip")}),
        (
            Escalate,
            {"tier": Tier.N2, "team": "Logística", "reason": "r", "tried": "t", "workaround": "w"},
            {"tier": Tier.N2, "team": "Logística", "assignee": None},
        ),
        (
            WrapUp,
            {"code": "engano", "reason": "nota-fiscal"},
            {"status": Status.SOLVED, "reason": "nota-fiscal"},
        ),
        (Note, {"text": "n"}, {}),
        (ConfirmFact, {"name": "phone_confirmed"}, {}),
        (Link, {"other": TicketRef(id=2, remote="4822")}, {}),
        (Merge, {"into": TicketRef(id=2, remote="4790")}, {"merged_into": "4790", "status": Status.CLOSED}),
    ],
)
async def test_what_a_command_does(
    world: World, kind: type[Any], values: dict[str, Any], expected: dict[str, Any]
):
    _, cursor = await world.pull()
    before = world.backend.world().tickets["4821"]
    command = await world.do(kind, **values)
    changes, _ = await world.pull(cursor)
    after = tickets(changes)["4821"]
    assert {name: getattr(after, name) for name in expected} == expected
    assert (after.subject, after.protocol, after.opened_at) == (
        before.subject,
        before.protocol,
        before.opened_at,
    )
    assert after.version != before.version
    echoes = [one for one in changes if isinstance(one, EventAppend) and one.command_id == command.id]
    assert len(echoes) == 1


async def test_release_snooze_and_waking(world: World):
    await world.do(Claim, "4815")
    await world.do(Release, "4815")
    assert world.backend.world().tickets["4815"].assignee is None
    for keep, expected in ((False, Status.OPEN), (True, Status.SNOOZED)):
        await world.do(Snooze, "4816", until=world.clock.now() + timedelta(days=2), keep_on_reply=keep)
        inside = world.backend.world()
        inside.customer_writes("4816", inside.from_customer("4816", "ok, obrigada", inside.now), inside.now)
        assert inside.tickets["4816"].status is expected


async def test_promises_are_kept(world: World):
    promise = await world.do(Promise, due=world.clock.now() + timedelta(hours=1), what="ligar")
    settled = await world.do(SettlePromise, promise=promise.id, outcome="kept", text="liguei")
    changes, _ = await world.pull()
    last = [one for one in events(changes, "4821") if one.kind is EventKind.PROMISE][-1]
    assert (last.command_id, last.data["outcome"], last.data["what"]) == (settled.id, "kept", "ligar")
    with pytest.raises(Rejected):
        await world.do(SettlePromise, promise=UUID(int=1), outcome="kept")


async def test_a_new_ticket_of_somebody_known_and_of_a_stranger(world: World):
    _, cursor = await world.pull()
    values: dict[str, Any] = {
        "channel": Channel.PHONE,
        "subject": "Fogão",
        "text": "oi",
        "opened_at": world.clock.now(),
    }
    phone = Identity(kind=IdentityKind.PHONE, value="(31) 90000-0377")
    known = world.give(
        Create, None, ticket=TicketRef(id=9), customer_name="Sônia", identities=(phone,), **values
    )
    receipt = await world.backend.push(known)
    assert (receipt.ticket, receipt.protocol) == ("4844", "2026-004844")
    await world.do(Create, None, ticket=TicketRef(id=10), customer_name="Zeca", inbound=False, **values)
    changes, _ = await world.pull(cursor)
    made = tickets(changes)
    assert (made["4844"].customer, made["4844"].status, made["4844"].assignee) == ("sonia", Status.NEW, None)
    assert (made["4845"].status, made["4845"].assignee) == (Status.OPEN, "ana")
    assert [one.name for one in changes if one.type == "customer"] == ["Zeca"]
    assert events(changes, "4844")[0].command_id == known.id


async def test_what_is_refused(world: World):
    with pytest.raises(Rejected):
        await world.do(Note, "99", text="x")
    with pytest.raises(Rejected):
        await world.do(Reply, "4790", text="x", channel=Channel.EMAIL)
    with pytest.raises(Conflict) as conflict:
        await world.do(Claim, "4834")
    assert conflict.value.current == {"assignee": "bruno"}
    with pytest.raises(Conflict):
        await world.do(Assign, "4834", assignee="ana", expected=None)
    with pytest.raises(Conflict):
        await world.do(SetStatus, "4834", status=Status.SOLVED, expected=Status.PENDING)
    with pytest.raises(Rejected):
        await world.do(SetTeam, team="Nenhuma")
    with pytest.raises(Rejected):
        await world.do(FlagArticle, None, article="nada", flag="wrong")
    await world.do(FlagArticle, None, article="cupons", flag="outdated", text="mudou")
    await world.do(Merge, "4822", into=TicketRef(id=2, remote="4821"))
    with pytest.raises(Conflict):
        await world.do(Note, "4822", text="x")
    assert world.backend.world().flags == [("cupons", "outdated", "mudou")]


async def test_attachments(world: World):
    changes, _ = await world.pull()
    attachments = [two for one in changes if isinstance(one, EventAppend) for two in one.attachments]
    assert {one.content_type for one in attachments} == {"text/plain", "text/csv"}
    for attachment in attachments:
        content = await world.backend.fetch_attachment(attachment.remote_id, 10_000)
        assert len(content) == attachment.size
    with pytest.raises(Rejected, match="too_large"):
        await world.backend.fetch_attachment(attachment.remote_id, 5)
    with pytest.raises(Rejected):
        await world.backend.fetch_attachment("nada", 5)


async def test_hints_follow_the_news(world: World):
    hints = world.backend.hints()
    assert await anext(hints) == Hint()  # the line stands
    waiting = asyncio.create_task(anext(hints))
    await asyncio.sleep(0)
    assert not waiting.done()
    world.clock.advance(timedelta(minutes=1))
    assert await asyncio.wait_for(waiting, 5) == Hint()


async def test_files_are_refused_and_not_dropped(world: World):
    file = Attachment(remote_id="f", name="nota.pdf")
    for kind in (Reply, Note):
        more = {"channel": Channel.WHATSAPP} if kind is Reply else {}
        with pytest.raises(Rejected, match="anexos"):
            await world.do(kind, text="segue a nota", attachments=(file,), **more)
    with pytest.raises(Rejected, match="anexos"):
        await world.backend.upload("nota.pdf", "application/pdf", b"%PDF")
    assert not world.backend.capabilities.uploads


async def test_the_same_scenario_plays_the_same():
    async def story() -> list[Change]:
        world = World()
        await world.pull()
        for n, text in enumerate(("Oi", "Desculpe!", "O reenvio sai hoje.")):
            world.clock.advance(timedelta(minutes=2))
            command = world.give(Reply, text=text, channel=Channel.WHATSAPP)
            await world.backend.push(command.model_copy(update={"id": UUID(int=n)}))
        world.clock.advance(timedelta(minutes=4))
        return (await world.pull())[0]

    assert await story() == await story()


async def test_another_process_finds_the_world_as_it_was_left(tmp_path: Path):
    world = World(journal=str(tmp_path / "demo.jsonl"))
    _, cursor = await world.pull()
    world.clock.advance(timedelta(minutes=2))
    claim = await world.do(Claim)
    await world.do(Reply, text="Desculpe!", channel=Channel.WHATSAPP)
    _, cursor = await world.pull(cursor)
    world.clock.advance(timedelta(minutes=1))
    other = DemoBackend(world.settings, clock=world.clock)
    receipt = await other.find(claim.id)
    assert receipt is not None
    assert other.world().tickets["4821"].assignee == "ana"
    assert other.world().start == world.backend.world().start
    assert other.world().log == world.backend.world().log
    world.backend = other
    more, _ = await world.pull(cursor)
    assert events(more, "4821")[0].text == "tá bom, obrigada por responder"


async def test_without_a_journal_a_later_process_goes_on_from_the_same_start(world: World):
    _, cursor = await world.pull()
    start = world.backend.world().start
    world.clock.advance(timedelta(minutes=1))
    _, cursor = await world.pull(cursor)
    world.clock.advance(timedelta(minutes=1))
    world.backend = DemoBackend(SETTINGS, clock=world.clock)
    changes, _ = await world.pull(cursor)
    assert world.backend.world().start == start
    assert list(tickets(changes)) == ["4811"]


async def test_two_connections_to_one_world(world: World):
    other = DemoBackend(SETTINGS, clock=world.clock, world=world.backend.world())
    note = await world.do(Note, text="n")
    assert await other.find(note.id) is not None


async def test_full_walks_again_and_tells_how_things_stand_now(world: World):
    _, cursor = await world.pull()
    await world.do(Claim)
    changes, _ = await world.pull(cursor, full=True)
    assert {one.assignee for one in changes if isinstance(one, TicketUpsert) and one.remote_id == "4821"} == {
        "ana"
    }
    assert len(tickets(changes)) == len(SCENARIO.tickets)


async def test_two_connections_on_one_journal_are_one_helpdesk(tmp_path: Path):
    world = World(journal=str(tmp_path / "demo.jsonl"))
    other = DemoBackend(world.settings, clock=world.clock)
    _, cursor = await world.pull()
    assert len(other.world().tickets) == len(SCENARIO.tickets)
    claim = await world.do(Claim)
    assert await other.find(claim.id) is not None
    note = world.give(Note, text="da outra")
    assert await other.push(note) == await world.backend.push(note)
    world.backend = other
    changes, _ = await world.pull(cursor)
    assert tickets(changes)["4821"].assignee == "ana"
    assert [one.text for one in events(changes, "4821")].count("da outra") == 1


async def test_a_colleague_may_log_in_and_a_stranger_may_not():
    bruno = await DemoBackend(BackendSettings("demo", "", user="bruno")).identify()
    assert (bruno.login, bruno.name) == ("bruno", "Bruno Tavares")
    with pytest.raises(Unauthorized):
        await DemoBackend(BackendSettings("demo", "", user="zeca")).identify()


@pytest.mark.parametrize("cursor", ["", "rt:1", "demo1:a:b:c:d:e", "demo1:a:1:2"])
def test_foreign_cursors_are_refused(cursor: str):
    with pytest.raises(ProtocolError):
        read_cursor(cursor)


def test_faults_of_a_scenario_are_all_named(tmp_path: Path):
    path = tmp_path / "mau.yaml"
    path.write_text("scenario: x\ntitle: y\nagent: {login: a, name: A}\ncustomers: {b: {nome: B}}\n", "utf-8")
    with pytest.raises(ProtocolError) as faulty:
        DemoBackend(BackendSettings("demo", str(path)))
    assert "mau.yaml:4" in str(faulty.value)
    with pytest.raises(ProtocolError):
        DemoBackend(BackendSettings("demo", str(tmp_path / "nada.yaml")))


def test_a_journal_of_another_scenario_is_refused(tmp_path: Path):
    journal = tmp_path / "j.jsonl"
    journal.write_text('{"run": "a", "start": 0, "scenario": "other"}\n', "utf-8")
    with pytest.raises(ProtocolError):
        World(journal=str(journal)).backend.world()
