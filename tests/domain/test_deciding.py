"""What a command makes of a ticket: whatever the ticket and the command, the decision tells the whole truth of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from atendente_tui.domain.change import CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Claim,
    Command,
    ConfirmFact,
    Create,
    Escalate,
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
    TicketCommand,
    TicketRef,
    WrapUp,
)
from atendente_tui.domain.deciding import Clash, Decision, Facts, create, decide, heard
from atendente_tui.domain.lifecycle import ALLOWED, after_inbound, after_reply
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.traces import KEEP_SNOOZED, plain, status_at
from atendente_tui.domain.words import (
    LIVE,
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    Impact,
    Priority,
    Status,
    Tier,
)
from atendente_tui.labels import refusal
from atendente_tui.refusals import SENTENCES

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
PROMISE = UUID(int=7)

_moments = st.integers(-5_000, 5_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
_logins = st.sampled_from(["ana", "bruno"])
_teams = st.sampled_from(["Varejo", "Logística"])
_texts = st.sampled_from(["Oi!", "ção 😀", " \n", ""])
_labels = st.lists(st.sampled_from(["vip", "troca", "duas palavras", " "]), max_size=3).map(tuple)


def ticket(**values: Any) -> TicketUpsert:
    given_values = {
        "remote_id": "7",
        "subject": "Pedido não chegou",
        "customer": "u1",
        "channel": Channel.CHAT,
        "status": Status.OPEN,
        "opened_at": NOW - timedelta(days=1),
        "updated_at": NOW - timedelta(hours=1),
        "version": "3",
    }
    return TicketUpsert(**{**given_values, **values})


@st.composite
def tickets(draw: st.DrawFn, remote: str = "7") -> TicketUpsert:
    """A ticket as a far side may have it: what hangs on its status agrees with it."""
    status = draw(st.sampled_from(Status))
    asleep = status is Status.SNOOZED
    return ticket(
        remote_id=remote,
        protocol=draw(st.sampled_from([None, "2026-000007"])),
        customer=draw(st.sampled_from([None, "u1"])),
        status=status,
        priority=draw(st.sampled_from(Priority)),
        impact=draw(st.none() | st.sampled_from(Impact)),
        assignee=draw(st.none() | _logins),
        team=draw(st.none() | _teams),
        tier=draw(st.none() | st.sampled_from(Tier)),
        reason=draw(st.sampled_from([None, "atraso"])),
        tags=draw(st.none() | _labels),
        updated_at=draw(_moments),
        solved_at=None if status in LIVE else draw(_moments),
        snoozed_until=draw(_moments) if asleep else None,
        fields={"loja": "Centro", **({KEEP_SNOOZED: "yes"} if asleep and draw(st.booleans()) else {})},
        version=draw(st.sampled_from([None, "1", "41"])),
        merged_into="8" if draw(st.integers(0, 9)) == 0 else None,
    )


def _of(kind: type[Any], **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    common = {
        "id": st.uuids(),
        "at": _moments,
        "author": _logins,
        "ticket": st.just(TicketRef(id=1, remote="7")),
    }
    return st.builds(kind, **{**common, **values})


_refs = st.sampled_from(["7", "8"]).map(lambda remote: TicketRef(id=2, remote=remote))
_statuses = st.sampled_from(Status)
SETTING = st.one_of(
    _of(Claim),
    _of(Release, reason=_texts),
    _of(Assign, assignee=_logins | st.just("ninguém"), expected=st.none() | _logins),
    _of(SetStatus, status=_statuses, expected=st.none() | _statuses),
    _of(SetPriority, priority=st.sampled_from(Priority), impact=st.none() | st.sampled_from(Impact)),
    _of(SetTeam, team=_teams | st.just("Nenhuma")),
    _of(Snooze, until=_moments, keep_on_reply=st.booleans()),
    _of(Tag, add=_labels, remove=_labels),
    _of(ConfirmFact, name=st.sampled_from(["cpf_confirmed", " "]), value=st.sampled_from(["yes", "123"])),
    _of(Merge, into=_refs),
)
SAYING = st.one_of(
    _of(
        Reply,
        text=_texts,
        channel=st.sampled_from(Channel),
        seen=st.none() | st.just("0"),
        status=st.none() | _statuses,
    ),
    _of(Note, text=_texts),
    _of(
        Escalate,
        tier=st.sampled_from(Tier),
        team=st.none() | _teams | st.just("Nenhuma"),
        reason=_texts,
        tried=st.just("reinício"),
        workaround=st.just("nenhuma"),
    ),
    _of(
        WrapUp,
        code=st.sampled_from(["resolvido", ""]),
        reason=st.sampled_from([None, "atraso", "troca"]),
        note=_texts,
        status=st.none() | _statuses,
        survey=st.booleans(),
    ),
    _of(Promise, due=_moments, what=_texts),
    _of(SettlePromise, promise=st.just(PROMISE), outcome=st.sampled_from(["kept", "broken", "cancelled"])),
    _of(
        Link,
        other=_refs,
        relation=st.sampled_from(["refers_to", "article"]),
        article=st.sampled_from([None, "trocas"]),
    ),
)


def said(kind: EventKind = EventKind.MESSAGE, **values: Any) -> EventAppend:
    return EventAppend(
        **{"remote_id": "70", "ticket": "7", "at": NOW, "kind": kind, "text": "e aí?", **values}
    )


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    here = draw(tickets())
    known = draw(st.sampled_from([{}, {"cpf_confirmed": "yes"}]))
    promised = said(
        EventKind.PROMISE, ticket=draw(st.sampled_from(["7", "6"])), data={"due": "?", "what": "ligar"}
    )
    return Facts(
        here,
        other=draw(st.none() | tickets("8")),
        customer=CustomerUpsert(remote_id="u1", name="Maria", facts=known) if here.customer else None,
        agents=("ana", "bruno"),
        teams=("Varejo", "Logística"),
        article_known=draw(st.booleans()),
        promise=draw(st.none() | st.just(promised)),
        promise_settled=draw(st.booleans()),
        swallowed=draw(st.sampled_from([(), ("6",)])),
        news=draw(st.sampled_from([(), (said(),)])),
    )


def outcome(command: TicketCommand, known: Facts) -> Decision | Refused | Clash:
    try:
        return decide(command, known, NOW)
    except (Refused, Clash) as no:
        return no


def folded(before: TicketUpsert, events: tuple[EventAppend, ...]) -> dict[str, str | None]:
    """The columns as events alone tell them."""
    told = {name: plain(getattr(before, name)) for name in FOLDED}
    for event in events:
        if event.ticket != before.remote_id:
            continue
        data = event.data
        match event.kind:
            case EventKind.FIELD_CHANGE:
                assert told[str(data["field"])] == data["old"]
                told[str(data["field"])] = _text(data["new"])
            case EventKind.ESCALATION:
                assert told["tier"] == data["from"]
                told["tier"] = _text(data["to"])
            case EventKind.WRAP_UP if data["reason"] is not None:
                told["reason"] = _text(data["reason"])
            case EventKind.LINK if data["relation"] == "merged_into":
                told["merged_into"] = _text(data["other"])
    return told


FOLDED = ("status", "priority", "impact", "assignee", "team", "tier", "reason", "tags", "merged_into")
FIXED = {"type", "remote_id", "protocol", "subject", "customer", "channel", "opened_at"}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@given(SETTING | SAYING, facts())
def test_a_decision_tells_all_that_it_changes(command: TicketCommand, known: Facts) -> None:
    before = known.ticket
    assert before is not None
    whole = before.model_dump()
    decided = outcome(command, known)
    assert before.model_dump() == whole
    if not isinstance(decided, Decision):
        return
    after = decided.ticket
    if not decided.events:
        assert (after, decided.customer, decided.other) == (before, None, None)
        return
    assert int(after.version or 0) == int(before.version or 1) + 1
    assert after.updated_at == max(NOW, before.updated_at)
    assert {name: plain(getattr(after, name)) for name in FOLDED} == folded(before, decided.events)
    assert {name for name in FIXED if getattr(after, name) != getattr(before, name)} == set()


@given(SETTING | SAYING, facts())
def test_one_event_bears_the_commands_id_and_comes_first(command: TicketCommand, known: Facts) -> None:
    decided = outcome(command, known)
    if not isinstance(decided, Decision) or not decided.events:
        return
    assert [one.command_id for one in decided.events] == [command.id, *(None for _ in decided.events[1:])]
    people = {one.remote_id: one.customer for one in (known.ticket, known.other) if one is not None}
    for event in decided.events:
        assert (event.remote_id, event.at, event.author) == ("", NOW, command.author)
        assert (event.author_kind, event.customer) == (AuthorKind.AGENT, people[event.ticket or ""])
        assert event.public is (event.kind is EventKind.MESSAGE) is isinstance(command, Reply) or (
            not event.public and event is not decided.events[0]
        )
        assert (event.direction is Direction.OUTBOUND) is event.public
        assert EventAppend.model_validate_json(event.model_dump_json()) == event


@given(SETTING | SAYING, facts())
def test_a_decided_ticket_is_sound(command: TicketCommand, known: Facts) -> None:
    decided = outcome(command, known)
    if not isinstance(decided, Decision):
        return
    for after in (decided.ticket, decided.other):
        if after is None:
            continue
        assert TicketUpsert.model_validate_json(after.model_dump_json()) == after
        assert TicketUpsert.model_validate(after.model_dump()) == after
        assert (after.solved_at is not None) is (after.status not in LIVE)
        assert (after.snoozed_until is not None) is (after.status is Status.SNOOZED)
        assert KEEP_SNOOZED not in after.fields or after.status is Status.SNOOZED
        assert after.fields["loja"] == "Centro"


@given(SETTING | SAYING, facts())
def test_no_way_leads_round_the_status_machine(command: TicketCommand, known: Facts) -> None:
    before, decided = known.ticket, outcome(command, known)
    assert before is not None
    if isinstance(decided, Decision) and decided.ticket.status is not before.status:
        reached = decided.ticket.status
        ways = ALLOWED[before.status] | ALLOWED[status_at(before, NOW)] | {after_reply(before.status)}
        assert reached in ways or (isinstance(command, Merge) and reached is Status.CLOSED)


@given(SETTING, facts())
def test_setting_what_is_set_changes_nothing_and_is_no_error(command: TicketCommand, known: Facts) -> None:
    first = outcome(command, known)
    nobodys = isinstance(command, ConfirmFact) and known.customer is None  # said, but kept with no one
    if isinstance(first, Decision) and not nobodys:
        again = Facts(
            first.ticket,
            other=first.other or known.other,
            customer=first.customer or known.customer,
            agents=known.agents,
            teams=known.teams,
        )
        assert decide(command, again, NOW) == Decision(first.ticket)


@given(SETTING | SAYING, facts())
def test_a_no_has_a_sentence_and_a_clash_says_how_it_stands(command: TicketCommand, known: Facts) -> None:
    no = outcome(command, known)
    if isinstance(no, Refused):
        assert no.code in SENTENCES
        sentence = refusal(no)
        assert sentence
        assert "{" not in sentence
    elif isinstance(no, Clash):
        assert no.detail
        assert no.current.keys() <= {"assignee", "status", "merged_into"}
        assert bool(no.current)
        assert no.events == (known.news if "assignee" in no.current and "status" in no.current else ())


@given(SETTING | SAYING, facts())
def test_a_command_that_came_by_wire_is_decided_alike(command: TicketCommand, known: Facts) -> None:
    told = COMMAND.validate_json(COMMAND.dump_json(command))
    assert isinstance(told, get_args(TicketCommand))
    here, there = outcome(command, known), outcome(told, known)  # type: ignore[arg-type]
    if isinstance(here, Decision):
        assert here == there
    else:
        assert (type(here), str(here)) == (type(there), str(there))


@given(tickets(), st.sampled_from(EventKind), st.sampled_from([Direction.INBOUND, Direction.OUTBOUND]))
def test_only_a_message_from_outside_wakes_a_ticket(
    before: TicketUpsert, kind: EventKind, direction: Direction
) -> None:
    after = heard(before, said(kind, direction=direction), NOW)
    assert int(after.version or 0) == int(before.version or 1) + 1
    assert TicketUpsert.model_validate_json(after.model_dump_json()) == after
    if kind is EventKind.MESSAGE and direction is Direction.INBOUND:
        keep = before.fields.get(KEEP_SNOOZED) == "yes"
        assert after.status is after_inbound(status_at(before, NOW), keep_snoozed=keep)
        assert (after.solved_at is None) is (after.status in LIVE)
        assert (after.snoozed_until is None) is (after.status is not Status.SNOOZED)
    else:
        assert after.status is before.status
        assert (after.solved_at, after.snoozed_until) == (before.solved_at, before.snoozed_until)


@given(
    _of(
        Create,
        customer_name=st.just("Maria"),
        channel=st.sampled_from(Channel),
        subject=_texts,
        text=_texts,
        priority=st.sampled_from(Priority),
        team=st.none() | _teams,
        tags=_labels,
        opened_at=_moments,
        inbound=st.booleans(),
        status=st.none() | _statuses,
    )
)
def test_a_new_ticket_is_sound_and_has_its_first_message(command: Create) -> None:
    person = CustomerUpsert(remote_id="u1", name="Maria Lúcia")
    if not command.subject.strip() or command.status is Status.SNOOZED:
        with pytest.raises(
            Refused, match="snooze_needs_time" if command.subject.strip() else "subject_empty"
        ):
            create(command, person, "12", "2026-000012", NOW)
        return
    decided = create(command, person, "12", "2026-000012", NOW)
    made, (event,) = decided.ticket, decided.events
    assert TicketUpsert.model_validate_json(made.model_dump_json()) == made
    assert (made.remote_id, made.protocol, made.customer, made.version) == ("12", "2026-000012", "u1", "1")
    assert made.opened_at == min(command.opened_at, NOW)
    assert (made.solved_at is None) is (made.status in LIVE)
    assert made.status is (command.status or (Status.NEW if command.inbound else Status.OPEN))
    assert made.assignee == (None if command.inbound else command.author)
    assert set(made.tags or ()) == {one for one in command.tags if one.strip()}
    assert (event.ticket, event.customer, event.command_id, event.public) == ("12", "u1", command.id, True)
    assert event.channel is command.channel
    assert event.text == (command.text if command.text.strip() else command.subject)
    if command.inbound:
        assert (event.direction, event.author_kind) == (Direction.INBOUND, AuthorKind.CUSTOMER)
        assert (event.author, event.at) == ("Maria Lúcia", made.opened_at)
    else:
        assert (event.direction, event.author_kind) == (Direction.OUTBOUND, AuthorKind.AGENT)
        assert (event.author, event.at) == (command.author, NOW)


def test_what_goes_with_an_answer_is_told_by_its_event_and_left_out_where_nothing_does() -> None:
    bare = Reply.model_validate(
        {
            "id": UUID(int=7),
            "at": NOW,
            "author": "ana",
            "ticket": {"id": 1, "remote": "1"},
            "text": "Oi",
            "channel": "email",
        }
    )
    assert not {"cc", "bcc", "not_before", "template", "survey"} & set(bare.model_dump(mode="json"))
    more = bare.model_copy(update={"cc": ("a@x.com",), "bcc": ("b@x.com",), "template": "t", "survey": False})
    assert Reply.model_validate_json(more.model_dump_json()) == more
    ticket = TicketUpsert(
        remote_id="1", subject="s", channel=Channel.EMAIL, status=Status.OPEN, opened_at=NOW, updated_at=NOW
    )
    told = decide(more, Facts(ticket=ticket), NOW).events[0]
    assert told.data == {"cc": "a@x.com", "bcc": "b@x.com", "template": "t", "survey": False}
    assert decide(bare, Facts(ticket=ticket), NOW).events[0].data == {}
