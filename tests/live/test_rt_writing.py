"""Writing to a real RT: what it refuses with a 200 is a refusal here, and whoever was slower is told by whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from atendente_tui.backends.port import Conflict, Forbidden, Rejected
from atendente_tui.backends.rt.writing import look
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Link,
    Note,
    Promise,
    Receipt,
    Release,
    Reply,
    SetPriority,
    SetStatus,
    SetTeam,
    SettlePromise,
    Snooze,
    Tag,
    TicketRef,
)
from atendente_tui.domain.words import Channel, EventKind, Impact, Priority, Status
from tests.live.commands import a_ticket, events_of, here, make, newest_of, opened, pulled
from tests.live.conftest import LiveRT, MakeAdapter

pytestmark = pytest.mark.live


async def test_of_six_who_claim_one_wins(adapters: MakeAdapter) -> None:
    people = [adapters(f"agent{n}") for n in range(1, 7)]
    for _round in range(3):
        remote = await opened(people[0], "contended")
        told = await asyncio.gather(
            *(one.push(make(Claim, remote)) for one in people), return_exceptions=True
        )
        assert [type(one).__name__ for one in told].count("Receipt") == 1
        winner = f"agent{1 + next(n for n, one in enumerate(told) if isinstance(one, Receipt))}"
        lost = [one for one in told if isinstance(one, Conflict)]
        assert len(lost) == 5
        assert {one.current["assignee"] for one in lost} == {winner}


async def test_assigning_and_giving_back(adapters: MakeAdapter) -> None:
    one, two = adapters("agent1"), adapters("agent2")
    start = await here(one)
    remote = await opened(one, "handed on")
    await one.push(make(Assign, remote, assignee="agent2"))
    with pytest.raises(Conflict) as stale:
        await one.push(make(Assign, remote, assignee="agent3", expected="agent1"))
    assert stale.value.current["assignee"] == "agent2"
    with pytest.raises(Conflict):
        await one.push(make(Release, remote))
    with pytest.raises(Rejected, match="reassign"):
        await one.push(make(Assign, remote, assignee="agent3"))
    await one.push(make(Assign, remote, assignee="agent1"))
    given_back = await one.push(make(Release, remote, reason="fim do turno"))
    assert given_back.event
    with pytest.raises(Rejected, match="does not exist"):
        await two.push(make(Assign, remote, assignee="nosuch"))
    pages = await pulled(two, start)
    assert newest_of(pages, remote).assignee is None
    assert "fim do turno" in [event.text for event in events_of(pages, remote)]


async def test_a_change_that_rt_did_not_make_is_rejected_with_its_reason(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote, other = await opened(adapter, "depends"), await opened(adapter, "is needed first")
    link = make(Link, remote, other=TicketRef(id=2, remote=other), relation="depends_on")
    await adapter.push(link)
    with pytest.raises(Rejected, match="unresolved dependencies"):
        await adapter.push(make(SetStatus, remote, status=Status.SOLVED))
    replied = await adapter.push(
        make(Reply, remote, text="Pronto!", channel=Channel.EMAIL, status=Status.SOLVED)
    )
    assert "dependencies" in replied.note
    with pytest.raises(Rejected, match="Nowhere"):
        await adapter.push(make(SetTeam, remote, team="Nowhere"))
    with pytest.raises(Rejected):
        await adapter.push(make(Link, remote, other=TicketRef(id=3, remote="999999")))
    assert newest_of(await pulled(adapter, start), remote).status is Status.OPEN


async def test_a_status_set_on_an_outdated_view_is_a_conflict(adapters: MakeAdapter) -> None:
    one, two = adapters("agent1"), adapters("agent2")
    remote = await opened(one, "two minds")
    await two.push(make(SetStatus, remote, status=Status.SOLVED, expected=Status.NEW))
    with pytest.raises(Conflict) as stale:
        await one.push(make(SetStatus, remote, status=Status.PENDING, expected=Status.NEW))
    assert stale.value.current["status"] == "solved"
    again = await one.push(make(SetStatus, remote, status=Status.SOLVED, expected=Status.NEW))
    assert again.event is None


async def test_the_receipt_names_the_transaction(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "named")
    status = await adapter.push(make(SetStatus, remote, status=Status.PENDING))
    priority = await adapter.push(make(SetPriority, remote, priority=Priority.HIGH, impact=Impact.MANY))
    pages = await pulled(adapter, start)
    told = {event.remote_id: event.data for event in events_of(pages, remote)}
    assert told[status.event or ""] == {"field": "status", "old": "new", "new": "pending"}
    assert told[priority.event or ""] == {"field": "priority", "old": "normal", "new": "high"}
    assert newest_of(pages, remote).impact is Impact.MANY


async def test_tags_of_two_people_at_once_are_all_kept(adapters: MakeAdapter) -> None:
    people = [adapters(f"agent{n}") for n in (1, 2)]
    start = await here(people[0])
    remote = await opened(people[0], "tagged", channel=Channel.WHATSAPP)
    for turn in range(4):
        await people[turn % 2].push(make(Tag, remote, add=(f"t{turn}",)))
    await people[0].push(make(Tag, remote, remove=("t0", "not there")))
    ticket = newest_of(await pulled(people[1], start), remote)
    assert set(ticket.tags or ()) == {"t1", "t2", "t3"}
    assert ticket.channel is Channel.WHATSAPP


async def test_on_hold_and_snooze_are_carried_and_end(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "waits")
    await adapter.push(make(SetStatus, remote, status=Status.ON_HOLD))
    assert newest_of(await pulled(adapter, start), remote).status is Status.ON_HOLD
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    snooze = make(Snooze, remote, until=until)
    await adapter.push(snooze)
    await adapter.push(snooze)
    ticket = newest_of(await pulled(adapter, start), remote)
    assert (ticket.status, ticket.snoozed_until) == (Status.SNOOZED, until)
    await adapter.push(make(SetStatus, remote, status=Status.OPEN, expected=Status.SNOOZED))
    ticket = newest_of(await pulled(adapter, start), remote)
    assert (ticket.status, ticket.snoozed_until, ticket.tags) == (Status.OPEN, None, ())


@pytest.mark.parametrize("status", [Status.SOLVED, Status.ON_HOLD, Status.PENDING, Status.CLOSED])
async def test_a_ticket_is_opened_with_a_status(adapters: MakeAdapter, status: Status) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, f"opened {status}", status=status)
    assert newest_of(await pulled(adapter, start), remote).status is status


async def test_a_promise_and_its_end(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "promised")
    promise = make(Promise, remote, due=datetime.now(UTC) + timedelta(days=1), what="ligar de volta")
    await adapter.push(promise)
    await adapter.push(make(SettlePromise, remote, promise=promise.id, outcome="kept", text="ligado"))
    made, settled = [
        one for one in events_of(await pulled(adapter, start), remote) if one.kind is EventKind.PROMISE
    ]
    assert (made.command_id, made.data["what"]) == (promise.id, "ligar de volta")
    assert (settled.data["promise"], settled.data["outcome"]) == (str(promise.id), "kept")


async def test_reply_and_solve_in_one_go_stays_solved(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    remote = await opened(adapter, "solved by reply")
    for _again in range(2):  # the second finds it solved: RT reopens it for the reply, and closes it again
        done = await adapter.push(
            make(Reply, remote, text="Resolvido!", channel=Channel.EMAIL, status=Status.SOLVED)
        )
        assert done.note == ""
        assert newest_of(await pulled(adapter, start), remote).status is Status.SOLVED


async def test_rights_are_told_apart_from_absence(live_rt: LiveRT, adapters: MakeAdapter) -> None:
    agent, reader = adapters(queue="General"), adapters("readonly")
    remote = await opened(agent, "read only", team="General")
    with pytest.raises(Forbidden):
        await reader.push(make(Note, remote, text="may not"))
    with pytest.raises(Rejected, match="Permission"):
        await reader.push(make(SetStatus, remote, status=Status.OPEN))
    with pytest.raises(Rejected, match="Not Found"):
        await reader.push(make(Note, "999999", text="not there"))
    hidden = await opened(agent, "hidden from the reader", team="Support")
    with pytest.raises(Forbidden):
        await reader.push(make(Claim, hidden))


async def test_a_ticket_for_somebody_without_any_address(adapters: MakeAdapter) -> None:
    adapter = adapters()
    start = await here(adapter)
    receipt = await adapter.push(
        a_ticket("no address", identities=(), customer_name='Dona "Maria" <x@y>, a Vizinha')
    )
    assert receipt.note == ""
    pages = await pulled(adapter, start)
    ticket = newest_of(pages, receipt.ticket or "")
    (person,) = [
        one
        for page in pages
        for one in page.changes
        if one.type == "customer" and one.remote_id == ticket.customer
    ]
    assert person.type == "customer"
    assert person.identities == ()
    assert person.name.split() == ["Dona", "Maria", "x@y", ",", "a", "Vizinha"]


async def test_an_unknown_queue_is_refused_before_anything_is_written(adapters: MakeAdapter) -> None:
    adapter = adapters()
    with pytest.raises(Rejected, match="Nowhere"):
        await adapter.push(a_ticket("nowhere", team="Nowhere"))
    remote = await opened(adapter, "at least one")
    assert (await look(adapter._session, remote)).view.upsert.team == "Support"
