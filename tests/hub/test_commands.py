"""Commands at the hub: one effect each, the right author, the right conflicts, nothing of other teams."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import TypeAdapter

from atendente_tui.clock import VirtualClock
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.command import Command, TicketRef
from atendente_tui.hub import commands
from atendente_tui.hub.commands import Result, carry_out, wanted
from atendente_tui.hub.database import Database
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.writer import Writer
from tests.hub.conftest import BEGAN
from tests.hub.world import Reader, agent, do, opened, said

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
Act = Callable[..., Result]


def command(kind: str, ticket: str | None = None, id: UUID | None = None, **fields: Any) -> Command:
    given = {"type": kind, "id": str(id or uuid4()), "at": BEGAN.isoformat(), "author": "ninguem", **fields}
    if ticket is not None:
        given["ticket"] = {"id": 7, "remote": ticket}
    return _COMMAND.validate_python(given)


@pytest.fixture
def people(database: Database) -> dict[str, Actor]:
    return {
        "ana": agent(database, "ana", "loja"),
        "bruno": agent(database, "bruno", "loja"),
        "caio": agent(database, "caio", "cobranca"),
    }


@pytest.fixture
def act(writer: Writer, people: dict[str, Actor]) -> Act:
    """`act("ana", command)`, as the route does it."""
    for login in people:
        do(
            writer,
            lambda recording, login=login: recording.put_content("agent", login, _entry("agent", login)),
        )
    for team in ("loja", "cobranca"):
        do(writer, lambda recording, team=team: recording.put_content("team", team, _entry("team", team)))

    def carried(login: str, what: Command, by: Writer = writer) -> Result:
        future = by.submit(
            lambda recording: carry_out(recording, people[login], what),
            tickets=wanted(what),
            commands=(str(what.id),),
        )
        return future.result(60)

    return carried


def _entry(kind: str, key: str) -> Any:
    from atendente_tui.domain.change import DirectoryEntry

    return DirectoryEntry.model_validate({"kind": kind, "key": key, "label": key.title()})


@pytest.fixture
def ticket(writer: Writer) -> str:
    return str(do(writer, lambda recording: opened(recording, team="loja")).remote_id)


def followed(database: Database, actor: Actor) -> Reader:
    reader = Reader(database, actor)
    reader.catch_up()
    return reader


def test_the_same_command_again_has_no_second_effect_and_the_same_receipt(
    database: Database, act: Act, ticket: str, people: dict[str, Actor]
) -> None:
    reply = command("reply", ticket, text="Oi, Maria!", channel="email")
    first, again = act("ana", reply), act("ana", reply)
    assert first.outcome == again.outcome == "applied"
    assert first.receipt == again.receipt is not None
    reader = followed(database, people["ana"])
    mine = [one for one in reader.events.values() if one.command_id == reply.id]
    assert [one.text for one in mine] == ["Oi, Maria!"]
    with database.read() as db:
        assert commands.receipt(db, people["ana"], reply.id) == first.receipt
        assert commands.receipt(db, people["bruno"], reply.id) is None, "a receipt is its author's"
        assert commands.receipt(db, people["ana"], uuid4()) is None


def test_who_is_logged_in_acts_whatever_the_command_says(
    database: Database, act: Act, ticket: str, people: dict[str, Actor]
) -> None:
    act("ana", command("note", ticket, text="por ana"))
    notes = [one for one in followed(database, people["ana"]).events.values() if one.kind == "note"]
    assert [one.author for one in notes] == ["ana"]


def test_an_id_is_used_for_one_content_only(act: Act, ticket: str) -> None:
    note = command("note", ticket, text="um")
    assert act("ana", note).outcome == "applied"
    assert act("ana", note.model_copy(update={"text": "outro"})).outcome == "reused"
    assert act("bruno", note).outcome == "reused"
    own_number = note.model_copy(update={"ticket": note.ticket.model_copy(update={"id": 99})})  # type: ignore[union-attr]
    assert act("ana", own_number).outcome == "applied", "the number in the sender's own store is no content"


def test_a_refused_command_may_be_sent_again_and_then_counts(act: Act, ticket: str, writer: Writer) -> None:
    reply = command("reply", ticket, text="Oi", channel="email", seen="0")
    assert act("ana", reply).outcome == "conflict"
    insisting = reply.model_copy(update={"seen": None})
    assert act("ana", insisting).outcome == "applied", "a conflict leaves no trace"


def test_one_of_two_gets_the_ticket_and_the_other_hears_who(act: Act, ticket: str) -> None:
    assert act("ana", command("claim", ticket)).outcome == "applied"
    lost = act("bruno", command("claim", ticket))
    assert lost.outcome == "conflict"
    assert lost.current == {"assignee": "ana"}
    assert act("ana", command("claim", ticket)).outcome == "applied"


def test_what_is_no_ticket_is_unknown(act: Act, ticket: str) -> None:
    for found in ("999", "0", "-1", "1e3", "", "٣", "9" * 400, "1; DROP", None, "01"):
        named = {"id": 1, "remote": found}
        for asked in (
            command("note", ticket, text="x").model_copy(update={"ticket": TicketRef(**named)}),
            command("claim", ticket).model_copy(update={"ticket": TicketRef(**named)}),
            command("reply", ticket, text="x", channel="email").model_copy(
                update={"ticket": TicketRef(**named)}
            ),
            command("merge", ticket, into=named),
            command("link", ticket, other=named),
        ):
            told = act("ana", asked)
            assert (told.outcome, told.error) == ("refused", "ticket_unknown"), (found, asked.type)


def test_tickets_of_other_teams_are_not_there(
    database: Database, act: Act, ticket: str, people: dict[str, Actor], writer: Writer
) -> None:
    theirs = do(writer, lambda recording: opened(recording, team="cobranca")).remote_id
    for kind, more in (
        ("note", {"text": "x"}),
        ("claim", {}),
        ("status", {"status": "open"}),
        ("tag", {"add": ["x"]}),
    ):
        told = act("ana", command(kind, theirs, **more))
        assert (told.outcome, told.error) == ("refused", "ticket_unknown")
    for kind, more in (
        ("merge", {"into": {"id": 1, "remote": theirs}}),
        ("link", {"other": {"id": 1, "remote": theirs}}),
    ):
        told = act("ana", command(kind, ticket, **more))
        assert (told.outcome, told.error) == ("refused", "ticket_unknown")
    created = command(
        "create",
        "",
        customer_name="X",
        channel="email",
        subject="x",
        text="x",
        opened_at=BEGAN,
        team="cobranca",
    )
    assert act("ana", created).error == "team_unknown"


def test_a_promise_of_another_teams_ticket_cannot_be_settled(act: Act, ticket: str, writer: Writer) -> None:
    theirs = do(writer, lambda recording: opened(recording, team="cobranca")).remote_id
    promise = command("promise", theirs, due="2026-11-24T12:00:00Z", what="ligar")
    assert act("caio", promise).outcome == "applied"
    told = act("ana", command("settle_promise", ticket, promise=str(promise.id), outcome="kept"))
    assert told.error == "promise_unknown"


def test_a_promise_is_settled_once_wherever_its_ticket_was_merged_into(
    act: Act, ticket: str, writer: Writer
) -> None:
    first, middle = (
        do(writer, lambda recording: opened(recording, team="loja")).remote_id for _n in range(2)
    )
    promises = [command("promise", first, due="2026-11-24T12:00:00Z", what="ligar") for _n in range(2)]
    settle = [{"promise": str(one.id), "outcome": "kept"} for one in promises]
    assert {act("ana", one).outcome for one in promises} == {"applied"}
    assert act("ana", command("merge", first, into={"id": 1, "remote": middle})).outcome == "applied"
    assert act("ana", command("settle_promise", middle, **settle[0])).outcome == "applied"
    assert act("ana", command("merge", middle, into={"id": 1, "remote": ticket})).outcome == "applied"
    assert act("bruno", command("settle_promise", ticket, **settle[0])).error == "promise_settled"
    assert act("bruno", command("settle_promise", ticket, **settle[1])).outcome == "applied"
    assert act("ana", command("settle_promise", ticket, **settle[1])).error == "promise_settled"


# -- stale replies -----------------------------------------------------------------------------------------------------


def seen_by(database: Database, actor: Actor) -> str:
    """The last thing that others said and this reader was told of."""
    reader = followed(database, actor)
    others = [one for one in reader.events.values() if one.author != actor.login and one.kind == "message"]
    return max((one.remote_id for one in others), key=int, default="0")


def test_a_reply_over_words_not_seen_is_a_conflict_that_brings_them(
    database: Database, act: Act, ticket: str, people: dict[str, Actor], writer: Writer
) -> None:
    seen = seen_by(database, people["ana"])
    do(writer, lambda recording: said(recording, recording.ticket(int(ticket)), "Já chegou, obrigada!"))  # type: ignore[arg-type]
    stale = act("ana", command("reply", ticket, text="Vai chegar", channel="email", seen=seen))
    assert stale.outcome == "conflict"
    assert [one.text for one in stale.events] == ["Já chegou, obrigada!"]
    assert stale.current["status"] == "new"
    now = seen_by(database, people["ana"])
    assert (
        act("ana", command("reply", ticket, text="Que bom!", channel="email", seen=now)).outcome == "applied"
    )


def test_a_colleagues_answer_makes_it_stale_and_ones_own_does_not(
    database: Database, act: Act, ticket: str, people: dict[str, Actor]
) -> None:
    seen = {login: seen_by(database, people[login]) for login in ("ana", "bruno")}
    assert (
        act("ana", command("reply", ticket, text="um", channel="email", seen=seen["ana"])).outcome
        == "applied"
    )
    assert (
        act("ana", command("reply", ticket, text="dois", channel="email", seen=seen["ana"])).outcome
        == "applied"
    )
    lost = act("bruno", command("reply", ticket, text="três", channel="email", seen=seen["bruno"]))
    assert lost.outcome == "conflict"
    assert [(one.author, one.text) for one in lost.events] == [("ana", "um"), ("ana", "dois")]
    insists = act("bruno", command("reply", ticket, text="três", channel="email"))
    assert insists.outcome == "applied"


def test_notes_and_moves_make_no_reply_stale(
    database: Database, act: Act, ticket: str, people: dict[str, Actor]
) -> None:
    seen = seen_by(database, people["ana"])
    act("bruno", command("note", ticket, text="interna"))
    act("bruno", command("priority", ticket, priority="high"))
    assert act("ana", command("reply", ticket, text="Oi", channel="email", seen=seen)).outcome == "applied"


@pytest.mark.parametrize("seen", ["", "x", "-5", "9" * 60, "1.5", "٣"])
def test_whatever_is_said_to_have_been_seen_is_answered(act: Act, ticket: str, seen: str) -> None:
    told = act("ana", command("reply", ticket, text="Oi", channel="email", seen=seen))
    assert told.outcome == ("applied" if seen == "9" * 60 else "conflict")


# -- at once -----------------------------------------------------------------------------------------------------------


def test_the_same_commands_at_once_over_many_connections(
    database: Database, act: Act, ticket: str, people: dict[str, Actor], writer: Writer
) -> None:
    """50 commands × 20 at once, through two processes' writers."""
    other_database = Database.open(database.url)
    other = Writer(other_database, VirtualClock(BEGAN))
    other.start()
    asked = [command("note", ticket, text=f"n{n}") for n in range(50)]
    gate = threading.Barrier(20)

    def send_all(n: int) -> list[str | None]:
        gate.wait(30)
        by = (writer, other)[n % 2]
        order = asked[n:] + asked[:n]
        told = {one.id: act("ana", one, by) for one in order}
        return [told[one.id].receipt for one in asked]

    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(send_all, range(20)))
    other.stop()
    other_database.close()
    assert None not in receipts[0]
    assert all(one == receipts[0] for one in receipts)
    notes = [one.text for one in followed(database, people["ana"]).events.values() if one.kind == "note"]
    assert sorted(notes) == sorted(f"n{n}" for n in range(50))


def test_100_tickets_1000_claims_32_connections(
    database: Database, act: Act, people: dict[str, Actor], writer: Writer
) -> None:
    tickets = [do(writer, lambda recording: opened(recording, team="loja")).remote_id for _n in range(100)]
    logins = [f"a{n}" for n in range(10)]
    for login in logins:
        people[login] = agent(database, login, "loja")

    def claim(n: int) -> Result:
        return act(logins[n // 100], command("claim", tickets[n % 100]))

    with ThreadPoolExecutor(32) as pool:
        told = list(pool.map(claim, range(1_000)))
    assert [one.outcome for one in told].count("applied") == 100
    assert [one.outcome for one in told].count("conflict") == 900
    holders = {key: one.assignee for key, one in followed(database, people["ana"]).tickets.items()}
    for n, one in enumerate(told):
        if one.outcome == "conflict":
            assert one.current == {"assignee": holders[tickets[n % 100]]}


def test_news_of_an_event_is_told_as_it_was_kept(database: Database, writer: Writer, ticket: str) -> None:
    """What `said_since` gives of this transaction equals what a later one reads."""

    def job(recording: Recording) -> tuple[EventAppend, ...]:
        said(recording, recording.ticket(int(ticket)), "agora")  # type: ignore[arg-type]
        return recording.said_since(int(ticket), 0, "ana")

    now = do(writer, job)
    later = do(writer, lambda recording: recording.said_since(int(ticket), 0, "ana"))
    assert now == later
    assert [one.text for one in now] == ["Cadê meu pedido?", "agora"]
