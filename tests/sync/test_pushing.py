"""Commands on their way out, one fault at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from atendente_tui.backends.port import (
    Conflict,
    Forbidden,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.desk import answering, creating, merging, moving, outgoing, owning, promising, undoing
from atendente_tui.domain.command import Command
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Status
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, one, outbox_rows, table, tallies_agree, ticket
from tests.sync.conftest import Bench
from tests.sync.helpdesk import LOST, REFUSED_CONNECTION, Killed, once


def texts(bench: Bench, remote: str) -> list[str]:
    return [
        command.text
        for command in bench.world.applied
        if command.type in ("reply", "note") and command.ticket.remote == remote
    ]


def reply(bench: Bench, number: int, text: str) -> UUID:
    return answering.reply(bench.desk, number, text, channel="email").result(10).command_id


async def test_a_reply_arrives_and_its_echo_is_not_doubled(bench: Bench) -> None:
    sent = reply(bench, 1, "Oi!")
    await bench.pusher().push()
    assert texts(bench, "t0") == ["Oi!"]
    row = outbox_rows(bench.store)[-1]
    assert (row.state, row.attempts, row.command_id) == ("confirmed", 1, str(sent))
    before = one(bench.store, "SELECT count(*) FROM event")
    await bench.once()
    assert one(bench.store, "SELECT count(*) FROM event") == before
    assert one(bench.store, "SELECT remote_id FROM event WHERE command_id = ?", str(sent)).startswith("x")


async def test_an_echo_faster_than_the_answer_is_not_doubled(bench: Bench) -> None:
    """The pull brings our message while its receipt is still on the way; with or without our mark on it."""
    for marked in (True, False):
        sent = reply(bench, 1, f"corrida {marked}")
        before = one(bench.store, "SELECT count(*) FROM event")
        pulled = asyncio.Event()

        async def after_pull(pulled: asyncio.Event = pulled, marked: bool = marked) -> None:
            if not marked:
                bench.world.log[-1] = bench.world.log[-1].model_copy(update={"command_id": None})
            await bench.once(fetch=True)
            pulled.set()

        held = bench.helpdesk.push

        async def slow(command: Command, held=held) -> object:  # type: ignore[no-untyped-def]
            receipt = await held(command)
            bench.helpdesk.push = held  # type: ignore[method-assign]
            await after_pull()
            return receipt

        bench.helpdesk.push = slow  # type: ignore[method-assign,assignment]
        pusher = bench.pusher()
        await pusher.push()
        assert pulled.is_set()
        assert one(bench.store, "SELECT count(*) FROM event") == before
        assert one(bench.store, "SELECT state FROM outbox WHERE command_id = ?", str(sent)) == "confirmed"
    assert tallies_agree(bench.store)


async def test_order_in_a_ticket_and_side_by_side_across(bench: Bench) -> None:
    for n in range(5):
        for number in (1, 2, 3, 4, 5):
            reply(bench, number, f"{number}-{n}")
    bench.helpdesk.latency = 0.03
    await bench.pusher().push()
    for number in (1, 2, 3, 4, 5):
        assert texts(bench, f"t{number - 1}") == [f"{number}-{n}" for n in range(5)]
    assert bench.helpdesk.most == 3


async def test_held_until_its_time(bench: Bench) -> None:
    answering.reply(bench.desk, 1, "espere", channel="email", hold=30).result(10)
    reply(bench, 1, "depois dela")
    pusher = bench.pusher()
    await pusher.push()
    assert bench.world.applied == []
    assert pusher.next_due() == 30.0
    bench.clock.advance(timedelta(seconds=30))
    await pusher.push()
    assert texts(bench, "t0") == ["espere", "depois dela"]


async def test_a_lost_answer_is_looked_up_and_not_sent_again(bench: Bench) -> None:
    bench.helpdesk.fault = once("after", LOST)
    reply(bench, 1, "uma vez só")
    report = await bench.once(fetch=False)
    assert (report.pushed, report.pending, report.error) == (1, 0, None)
    assert texts(bench, "t0") == ["uma vez só"]
    assert len(bench.helpdesk.pushed) == 1


async def test_before_sending_again_it_looks_twice_with_a_wait_between(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", LOST)
    sent = reply(bench, 1, "de novo")
    await bench.once(fetch=False)
    assert bench.helpdesk.found == [sent, sent]
    assert 2.0 in bench.slept
    assert [command for command, _ in bench.helpdesk.pushed] == [sent, sent]
    assert texts(bench, "t0") == ["de novo"]


async def test_a_request_that_arrives_late_is_seen_by_the_second_look(bench: Bench) -> None:
    """Given up on by us, still under way over there: between the two looks it lands."""
    late: list[Command] = []

    def fault(where: str, command: Command | None) -> BaseException | None:
        if where == "before" and command is not None and not late:
            late.append(command)
            return LOST
        return None

    bench.helpdesk.fault = fault
    reply(bench, 1, "atrasada")
    pusher = bench.pusher()
    await pusher.push()
    plain = bench.sleep

    async def landing(seconds: float) -> None:
        await plain(seconds)
        if seconds == 2.0:
            bench.world.apply(late[0])

    pusher._sleep = landing  # type: ignore[assignment]
    bench.clock.advance(timedelta(minutes=10))
    await pusher.push()
    assert texts(bench, "t0") == ["atrasada"]
    assert len(bench.helpdesk.pushed) == 1


async def test_what_never_left_needs_no_looking_up(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", REFUSED_CONNECTION, times=3)
    sent = reply(bench, 1, "sem rede")
    pusher = bench.pusher()
    told = await pusher.push()
    assert (told.waiting, told.error) == (1, "unreachable")
    assert bench.helpdesk.found == []
    row = outbox_rows(bench.store)[-1]
    assert (row.state, row.error_code) == ("queued", "unreachable")
    undoing.undo(bench.desk, sent).result(10)  # it certainly never left
    await bench.once(fetch=False)
    assert bench.world.applied == []


async def test_a_crash_in_flight_is_looked_up_first(bench: Bench) -> None:
    for where in ("before", "after"):
        bench.helpdesk.fault = once(where, Killed())
        sent = reply(bench, 1, f"crash {where}")
        with pytest.raises(Killed):
            await bench.pusher().push()
        assert outbox_rows(bench.store)[-1].state == "sent"
        with pytest.raises(Refused, match="already_sent"):
            undoing.undo(bench.desk, sent).result(10)
        pusher = bench.pusher()
        await pusher.recover()
        assert one(bench.store, "SELECT may_have_arrived FROM outbox WHERE command_id = ?", str(sent)) == 1
        await pusher.push()
        assert sent in bench.helpdesk.found
    assert texts(bench, "t0") == ["crash before", "crash after"]


async def test_where_nobody_can_tell_a_person_decides(bench: Bench) -> None:
    bench.helpdesk.can(idempotency="none")
    bench.helpdesk.fault = once("after", LOST)
    sent = reply(bench, 1, "chegou?")
    reply(bench, 1, "espera a anterior")
    other = reply(bench, 2, "segue")
    report = await bench.once(fetch=False)
    assert (report.unknown, report.pushed, report.pending) == (1, 1, 1)
    assert outbox_rows(bench.store)[-3].state == "unknown"
    assert texts(bench, "t0") == ["chegou?"]
    assert one(bench.store, "SELECT state FROM outbox WHERE command_id = ?", str(other)) == "confirmed"
    outgoing.mark_delivered(bench.desk, sent).result(10)
    await bench.once(fetch=False)
    assert texts(bench, "t0") == ["chegou?", "espera a anterior"]

    bench.helpdesk.fault = once("before", LOST)
    again = reply(bench, 3, "não chegou")
    await bench.once(fetch=False)
    assert one(bench.store, "SELECT state FROM outbox WHERE command_id = ?", str(again)) == "unknown"
    outgoing.retry(bench.desk, again).result(10)
    await bench.once(fetch=False)
    assert texts(bench, "t2") == ["não chegou"]


@pytest.mark.parametrize("code", ["rejected", "forbidden"])
async def test_a_refusal_keeps_text_and_reason_and_its_own_line_only(bench: Bench, code: str) -> None:
    wrong = Rejected("fila fechada") if code == "rejected" else Forbidden("not yours")
    bench.helpdesk.fault = once("before", wrong)
    sent = reply(bench, 1, "recusada")
    reply(bench, 1, "atrás dela")
    reply(bench, 2, "outra fila")
    report = await bench.once(fetch=False)
    assert (report.refused, report.pushed, report.pending) == (1, 1, 1)
    row = outbox_rows(bench.store)[-3]
    assert (row.state, row.error_code, row.command_id) == ("refused", code, str(sent))
    assert "recusada" in row.body
    assert row.error in ("fila fechada", "not yours")
    assert texts(bench, "t0") == []
    outgoing.discard(bench.desk, sent).result(10)
    assert one(bench.store, "SELECT text FROM draft WHERE slot = '1:reply'") == "recusada"
    await bench.once(fetch=False)
    assert texts(bench, "t0") == ["atrás dela"]


async def test_a_claim_that_somebody_else_got(bench: Bench) -> None:
    free = ids(bench.store, "assignee IS NULL AND status = 'open'")[0]
    remote = ticket(bench.store, free)["remote_id"]
    taken = bench.world.tickets[remote].model_copy(
        update={"assignee": "bruno", "updated_at": bench.clock.now()}
    )
    owning.claim(bench.desk, free).result(10)  # offline: here it looks free
    assert ticket(bench.store, free)["assignee"] == "ana"
    bench.world.tell(taken)
    answering.note(bench.desk, free, "depois dela").result(10)
    await bench.pusher().push()
    claim, note = outbox_rows(bench.store)[-2:]
    assert (claim.state, claim.error_code, claim.current) == (
        "discarded",
        "conflict",
        '{"assignee": "bruno"}',
    )
    assert note.state == "confirmed", "a lost claim holds no line"
    assert ticket(bench.store, free)["assignee"] == "bruno"
    assert one(bench.store, "SELECT count(*) FROM event WHERE command_id = ?", claim.command_id) == 0
    await bench.once()
    assert ticket(bench.store, free)["assignee"] == "bruno"
    assert tallies_agree(bench.store)


async def test_a_claim_that_is_ours_already_is_no_conflict(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", Conflict("taken", {"assignee": "ana"}))
    free = ids(bench.store, "assignee IS NULL AND status = 'open'")[0]
    owning.claim(bench.desk, free).result(10)
    await bench.pusher().push()
    assert outbox_rows(bench.store)[-1].state == "confirmed"
    assert ticket(bench.store, free)["assignee"] == "ana"


async def test_over_a_conflict_goes_a_command_of_its_own(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", Conflict("moved", {"status": "solved"}))
    number = ids(bench.store, "status = 'open'")[0]
    sent = moving.set_status(bench.desk, number, Status.PENDING).result(10)
    await bench.pusher().push()
    assert ticket(bench.store, number)["status"] == "solved"
    again = outgoing.retry(bench.desk, sent.command_id).result(10)
    assert again.command_id != sent.command_id
    assert ticket(bench.store, number)["status"] == "pending"
    await bench.pusher().push()
    assert [command.id for command in bench.world.applied] == [again.command_id]


async def test_retry_after_is_stored_and_honoured(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", RateLimited(90.0))
    reply(bench, 1, "calma")
    reply(bench, 2, "calma também")
    pusher = bench.pusher()
    told = await pusher.push()
    assert told.error == "rate_limited"
    tried = len(bench.helpdesk.pushed)
    until = int(one(bench.store, "SELECT value FROM sync_state WHERE key = 'pause_until'"))
    assert until == to_ms(bench.clock.now()) + 90_000
    bench.clock.advance(timedelta(seconds=89))
    bench.gate = type(bench.gate)(bench.clock)  # the program starts anew: the pause is still in force
    pusher = bench.pusher()
    await pusher.recover()
    await pusher.push()
    assert len(bench.helpdesk.pushed) == tried
    assert 0 < (pusher.next_due() or 0) <= 1
    bench.clock.advance(timedelta(seconds=2))
    await pusher.push()
    assert texts(bench, "t0") == ["calma"]
    assert texts(bench, "t1") == ["calma também"]


async def test_the_breaker_opens_and_tries_one_at_a_time(bench: Bench) -> None:
    bench.helpdesk.fault = lambda where, _command: REFUSED_CONNECTION if where == "before" else None
    for number in range(1, 11):
        reply(bench, number, "fora do ar")
    pusher = bench.pusher()
    for _second in range(3600):
        await pusher.push()
        bench.clock.advance(timedelta(seconds=1))
    assert len(bench.helpdesk.pushed) <= 40
    bench.helpdesk.fault = lambda _where, _command: None
    for _second in range(700):
        await pusher.push()
        bench.clock.advance(timedelta(seconds=1))
    assert len(bench.world.applied) == 10
    assert all(row.state == "confirmed" for row in outbox_rows(bench.store))


async def test_hopeless_after_twelve_times_and_a_day(bench: Bench) -> None:
    bench.helpdesk.fault = lambda where, _c: Unreachable("no", sent=False) if where == "before" else None
    reply(bench, 1, "nunca")
    pusher = bench.pusher()
    for _hour in range(30):
        bench.gate.open_now()
        await pusher.push()
        bench.clock.advance(timedelta(hours=1))
    row = outbox_rows(bench.store)[-1]
    assert (row.state, row.error_code) == ("refused", "gave_up")
    assert row.attempts >= 12


async def test_a_log_out_stops_without_losing(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", Unauthorized("expired"))
    reply(bench, 1, "um")
    reply(bench, 2, "dois")
    pusher = bench.pusher()
    told = await pusher.push()
    assert told.error == "unauthorized"
    assert bench.gate.logged_out
    before = len(bench.helpdesk.pushed)
    await pusher.push()
    assert len(bench.helpdesk.pushed) == before
    bench.gate.open_now()
    await pusher.push()
    assert (texts(bench, "t0"), texts(bench, "t1")) == (["um"], ["dois"])


async def test_an_adapters_own_fault_stops_nobody_else(bench: Bench) -> None:
    def fault(where: str, command: Command | None) -> BaseException | None:
        broken = where == "before" and command is not None and command.ticket.remote == "t0"  # type: ignore[union-attr]
        return KeyError("oops") if broken else None

    bench.helpdesk.fault = fault
    reply(bench, 1, "tropeça")
    reply(bench, 2, "passa")
    await bench.pusher().push()
    assert texts(bench, "t1") == ["passa"]
    assert outbox_rows(bench.store)[-2].state == "queued"


async def test_a_wrong_receipt_is_no_receipt(bench: Bench) -> None:
    bench.helpdesk.fault = once("after", ProtocolError("html instead of json"))
    reply(bench, 1, "oi")
    await bench.once(fetch=False)
    assert texts(bench, "t0") == ["oi"]
    assert outbox_rows(bench.store)[-1].state == "confirmed"


async def test_work_on_a_created_ticket_waits_for_its_remote_id(bench: Bench) -> None:
    bench.helpdesk.fault = once("before", REFUSED_CONNECTION, kind="create")
    made = creating.create(
        bench.desk,
        customer_name="Rui",
        identities=(("email", "rui@exemplo.com.br"),),
        channel=Channel.EMAIL,
        subject="Fogão",
        text="Não acende",
    ).result(10)
    answering.note(bench.desk, made.ticket_id, "liguei").result(10)
    merging.link(bench.desk, 1, made.ticket_id).result(10)
    told = ticket(bench.store, made.ticket_id)["protocol"]
    report = await bench.once(fetch=False)
    assert (report.pushed, report.pending) == (3, 0)
    order = [command.type for command in bench.world.applied]
    assert order.index("create") < order.index("note")
    assert order.index("create") < order.index("link")
    row = ticket(bench.store, made.ticket_id)
    assert row["remote_id"].startswith("n")
    assert row["protocol"].startswith("RT-")
    assert told in row["fields"]
    before = one(bench.store, "SELECT count(*) FROM ticket"), one(bench.store, "SELECT count(*) FROM event")
    await bench.once()
    assert (
        one(bench.store, "SELECT count(*) FROM ticket"),
        one(bench.store, "SELECT count(*) FROM event"),
    ) == before
    assert tallies_agree(bench.store)


@pytest.mark.parametrize("marked", [True, False])
async def test_a_created_ticket_whose_echo_is_faster_is_not_there_twice(bench: Bench, marked: bool) -> None:
    bench.helpdesk.fault = once("after", LOST)
    made = creating.create(
        bench.desk,
        customer_name="Rui",
        identities=(("email", "rui@exemplo.com.br"),),
        channel=Channel.EMAIL,
        subject="Fogão",
        text="Não acende",
        tags=("linha branca",),
    ).result(10)
    answering.note(bench.desk, made.ticket_id, "liguei").result(10)
    before = one(bench.store, "SELECT count(*) FROM ticket")
    await bench.pusher().push()
    if not marked:
        bench.world.log[-1] = bench.world.log[-1].model_copy(update={"command_id": None})
    await bench.once()
    assert one(bench.store, "SELECT count(*) FROM ticket") == before
    assert one(bench.store, "SELECT count(*) FROM event WHERE ticket_id = ?", made.ticket_id) == 2
    assert ticket(bench.store, made.ticket_id)["remote_id"].startswith("n")
    assert [command.type for command in bench.world.applied] == ["create", "note"]
    assert one(bench.store, "SELECT count(*) FROM customer WHERE name = 'Rui' AND remote_id IS NULL") == 0
    assert tallies_agree(bench.store)


async def test_what_the_backend_does_not_know_stays_here(bench: Bench) -> None:
    bench.helpdesk.can(commands=frozenset({"reply", "note"}), local_only=frozenset({"promise"}))
    bench.helpdesk.fault = lambda _where, _command: REFUSED_CONNECTION  # not even a connection is needed
    made = promising.promise(bench.desk, 1, bench.clock.now() + timedelta(hours=1), "ligar").result(10)
    report = await bench.once()
    assert report.error == "unreachable"
    assert outbox_rows(bench.store)[-1].state == "confirmed"
    assert one(bench.store, "SELECT what FROM promise WHERE id = ?", str(made.command_id)) == "ligar"
    assert bench.helpdesk.pushed == []


async def test_fields_give_way_to_the_backends_account_once_settled(bench: Bench) -> None:
    number = ids(bench.store, "status = 'open'")[0]
    moving.set_status(bench.desk, number, Status.PENDING).result(10)
    assert one(bench.store, "SELECT count(*) FROM event WHERE kind = 'field_change'") == 1
    await bench.once()
    assert one(bench.store, "SELECT count(*) FROM event WHERE kind = 'field_change'") == 0
    assert ticket(bench.store, number)["status"] == "pending"
    remote = ticket(bench.store, number)["remote_id"]
    bench.world.tell(bench.world.tickets[remote].model_copy(update={"status": Status.SOLVED}))
    await bench.once()
    assert ticket(bench.store, number)["status"] == "solved"


async def test_sync_without_an_outbox_writes_no_rows(bench: Bench) -> None:
    before = table(bench.store, "ticket"), table(bench.store, "event"), table(bench.store, "outbox")
    await bench.once()
    await bench.once(full=True)
    assert (table(bench.store, "ticket"), table(bench.store, "event"), table(bench.store, "outbox")) == before


async def test_a_hold_is_a_persons_and_is_not_waited_for(bench: Bench) -> None:
    desk = desk_at(bench.store, holds={"default": 5.0})
    answering.reply(desk, 1, "ainda não", channel="email").result(10)
    report = await bench.once(fetch=False)
    assert (report.pushed, report.pending) == (0, 1)
    assert bench.slept == []
