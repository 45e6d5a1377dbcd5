"""Each verb on the far side, by example: what it makes of a ticket, what refuses it, what clashes with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from atendente_tui.domain.change import Attachment, CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import (
    Assign,
    Claim,
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
from atendente_tui.domain.deciding import Clash, Decision, Facts, decide, heard
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Direction, EventKind, Impact, Priority, Status, Tier

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROMISE = UUID(int=7)
PACKET = {"reason": "fora da alçada", "tried": "reinício", "workaround": "usar o app"}
FILE = Attachment(remote_id="f1", name="foto.png", content_type="image/png", size=3)


def ticket(remote: str = "7", **values: Any) -> TicketUpsert:
    usual: dict[str, Any] = {
        "subject": "Pedido não chegou",
        "customer": "u1",
        "channel": Channel.CHAT,
        "status": Status.OPEN,
        "team": "Varejo",
        "tier": Tier.N1,
        "tags": ("vip",),
        "opened_at": NOW - 24 * HOUR,
        "updated_at": NOW - HOUR,
        "version": "3",
    }
    return TicketUpsert(**{**usual, "remote_id": remote, **values})


def event(kind: EventKind = EventKind.MESSAGE, ticket: str = "7", **values: Any) -> EventAppend:
    return EventAppend(remote_id="70", ticket=ticket, at=NOW - HOUR, kind=kind, **values)


PROMISED = event(EventKind.PROMISE, data={"due": "2026-11-20T14:00:00+00:00", "what": "ligar"})


def do(
    kind: type[Any], here: TicketUpsert | None = None, known: dict[str, Any] | None = None, **values: Any
) -> Decision:
    """Ana's command on ticket 7, with what the far side knows."""
    command = kind(id=UUID(int=1), at=NOW, author="ana", ticket=TicketRef(id=1, remote="7"), **values)
    usual: dict[str, Any] = {
        "ticket": here or ticket(),
        "customer": CustomerUpsert(remote_id="u1", name="Maria", facts={"order_number": "88"}),
        "agents": ("ana", "bruno"),
        "teams": ("Varejo", "Logística"),
    }
    return decide(command, Facts(**{**usual, **(known or {})}), NOW)


def changes(decision: Decision) -> list[tuple[object, object, object]]:
    return [
        (one.data["field"], one.data["old"], one.data["new"])
        for one in decision.events
        if one.kind is EventKind.FIELD_CHANGE
    ]


def ref(remote: str) -> TicketRef:
    return TicketRef(id=2, remote=remote)


SOLVED = ticket(status=Status.SOLVED, solved_at=NOW - HOUR)
CLOSED = ticket(status=Status.CLOSED, solved_at=NOW - HOUR)
TOMORROW = NOW + 24 * HOUR
ASLEEP = ticket(status=Status.SNOOZED, snoozed_until=TOMORROW, fields={"keep_snoozed": "yes"})
OVERSLEPT = ASLEEP.model_copy(update={"snoozed_until": NOW - HOUR})


@pytest.mark.parametrize(
    ("kind", "here", "values", "expected"),
    [
        (Claim, None, {}, {"assignee": "ana"}),
        (Release, ticket(assignee="bruno"), {}, {"assignee": None}),
        (Assign, ticket(assignee="carla"), {"assignee": "bruno"}, {"assignee": "bruno"}),
        (Assign, ticket(assignee="ana"), {"assignee": "bruno", "expected": "ana"}, {"assignee": "bruno"}),
        (SetStatus, None, {"status": Status.PENDING}, {"status": Status.PENDING, "solved_at": None}),
        (SetStatus, None, {"status": Status.SOLVED}, {"status": Status.SOLVED, "solved_at": NOW}),
        (SetStatus, SOLVED, {"status": Status.CLOSED}, {"solved_at": NOW - HOUR}),
        (SetStatus, SOLVED, {"status": Status.OPEN}, {"status": Status.OPEN, "solved_at": None}),
        (SetStatus, ASLEEP, {"status": Status.OPEN}, {"snoozed_until": None, "fields": {}}),
        (
            SetStatus,
            OVERSLEPT,
            {"status": Status.PENDING, "expected": Status.OPEN},
            {"status": Status.PENDING},
        ),
        (SetPriority, None, {"priority": Priority.HIGH}, {"priority": Priority.HIGH, "impact": None}),
        (SetPriority, None, {"priority": Priority.NORMAL, "impact": Impact.MANY}, {"impact": Impact.MANY}),
        (SetTeam, None, {"team": "Logística"}, {"team": "Logística"}),
        (
            Snooze,
            None,
            {"until": TOMORROW},
            {"status": Status.SNOOZED, "snoozed_until": TOMORROW, "fields": {}},
        ),
        (Snooze, None, {"until": TOMORROW, "keep_on_reply": True}, {"fields": {"keep_snoozed": "yes"}}),
        (Snooze, ASLEEP, {"until": NOW + HOUR}, {"snoozed_until": NOW + HOUR, "fields": {}}),
        (Tag, None, {"add": ("troca", " troca ")}, {"tags": ("vip", "troca")}),
        (Tag, None, {"add": ("a",), "remove": ("vip",)}, {"tags": ("a",)}),
        (Tag, ticket(tags=None), {"add": ("a",)}, {"tags": ("a",)}),
        (Reply, ticket(status=Status.NEW), {"text": "Oi", "channel": Channel.CHAT}, {"status": Status.OPEN}),
        (Reply, SOLVED, {"text": "Oi", "channel": Channel.CHAT}, {"status": Status.SOLVED}),
        (
            Reply,
            None,
            {"text": "Oi", "channel": Channel.CHAT, "status": Status.SOLVED},
            {"status": Status.SOLVED, "solved_at": NOW},
        ),
        (Note, CLOSED, {"text": "ligou de novo"}, {"status": Status.CLOSED}),
        (
            Escalate,
            ticket(assignee="ana"),
            {"tier": Tier.N2, "team": "Logística", **PACKET},
            {"tier": Tier.N2, "team": "Logística", "assignee": None},
        ),
        (Escalate, ticket(tier=Tier.N3), {"tier": Tier.N1, **PACKET}, {"tier": Tier.N1, "team": "Varejo"}),
        (WrapUp, None, {"code": "resolvido"}, {"status": Status.SOLVED, "reason": None, "solved_at": NOW}),
        (
            WrapUp,
            None,
            {"code": "engano", "reason": "trote", "status": None},
            {"reason": "trote", "status": Status.OPEN},
        ),
    ],
)
def test_what_a_verb_makes_of_a_ticket(
    kind: type[Any], here: TicketUpsert | None, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    after = do(kind, here, **values).ticket
    assert {name: getattr(after, name) for name in expected} == expected
    assert (after.version, after.updated_at) == ("4", NOW)


@pytest.mark.parametrize(
    ("kind", "here", "values"),
    [
        (Claim, ticket(assignee="ana"), {}),
        (Release, None, {"reason": "almoço"}),
        (Assign, ticket(assignee="bruno"), {"assignee": "bruno", "expected": None}),
        (Assign, ticket(assignee="saiu"), {"assignee": "saiu"}),
        (SetStatus, None, {"status": Status.OPEN, "expected": Status.PENDING}),
        (SetStatus, CLOSED, {"status": Status.CLOSED}),
        (SetPriority, ticket(impact=Impact.ONE), {"priority": Priority.NORMAL, "impact": Impact.ONE}),
        (SetTeam, None, {"team": "Varejo"}),
        (SetTeam, ticket(team="Extinta"), {"team": "Extinta"}),
        (Snooze, ASLEEP, {"until": TOMORROW, "keep_on_reply": True}),
        (Tag, None, {"add": ("vip", ""), "remove": ("vip", "outra")}),
        (Tag, ticket(tags=None), {"remove": ("vip",)}),
        (ConfirmFact, None, {"name": "order_number", "value": "88"}),
        (Merge, ticket(merged_into="8"), {"into": ref("8")}),
    ],
)
def test_what_is_so_already_leaves_no_trace(
    kind: type[Any], here: TicketUpsert | None, values: dict[str, Any]
) -> None:
    assert do(kind, here, **values) == Decision(here or ticket())


@pytest.mark.parametrize(
    ("kind", "here", "known", "values", "code"),
    [
        (Reply, None, {}, {"text": " \n", "channel": Channel.CHAT, "attachments": (FILE,)}, "text_empty"),
        (
            Reply,
            CLOSED,
            {"news": (event(),)},
            {"text": "Oi", "channel": Channel.CHAT, "seen": "0"},
            "ticket_closed",
        ),
        (
            Reply,
            None,
            {},
            {"text": "Oi", "channel": Channel.CHAT, "status": Status.SNOOZED},
            "snooze_needs_time",
        ),
        (Reply, None, {}, {"text": "Oi", "channel": Channel.CHAT, "status": Status.NEW}, "status_move"),
        (Note, None, {}, {"text": ""}, "text_empty"),
        (Assign, None, {}, {"assignee": "ninguém"}, "assignee_unknown"),
        (SetStatus, None, {}, {"status": Status.NEW}, "status_move"),
        (SetStatus, CLOSED, {}, {"status": Status.OPEN}, "status_move"),
        (SetStatus, None, {}, {"status": Status.SNOOZED}, "snooze_needs_time"),
        (SetTeam, None, {}, {"team": "Nenhuma"}, "team_unknown"),
        (Snooze, None, {}, {"until": NOW}, "when_past"),
        (Snooze, SOLVED, {}, {"until": TOMORROW}, "status_move"),
        (Escalate, None, {}, {"tier": Tier.N2, **PACKET, "tried": " "}, "packet_incomplete"),
        (Escalate, None, {}, {"tier": Tier.N1, **PACKET}, "tier_same"),
        (Escalate, None, {}, {"tier": Tier.N2, "team": "Nenhuma", **PACKET}, "team_unknown"),
        (WrapUp, None, {}, {"code": " "}, "wrap_up_empty"),
        (WrapUp, None, {}, {"code": "engano", "survey": False}, "survey_reason"),
        (WrapUp, None, {}, {"code": "engano", "status": Status.SNOOZED}, "snooze_needs_time"),
        (WrapUp, CLOSED, {}, {"code": "engano"}, "status_move"),
        (Promise, None, {}, {"due": TOMORROW, "what": ""}, "text_empty"),
        (Promise, None, {}, {"due": NOW, "what": "ligar"}, "when_past"),
        (SettlePromise, None, {}, {"promise": PROMISE, "outcome": "kept"}, "promise_unknown"),
        (
            SettlePromise,
            None,
            {"promise": PROMISED, "promise_settled": True},
            {"promise": PROMISE, "outcome": "kept"},
            "promise_settled",
        ),
        (ConfirmFact, None, {}, {"name": " "}, "fact_empty"),
        (ConfirmFact, None, {}, {"name": "order_number", "value": ""}, "fact_empty"),
        (Merge, None, {}, {"into": ref("7")}, "merge_self"),
        (Merge, None, {}, {"into": ref("8")}, "ticket_unknown"),
        (Merge, None, {"other": ticket("8", merged_into="9")}, {"into": ref("8")}, "ticket_merged"),
        (Link, None, {}, {"other": ref("7")}, "merge_self"),
        (Link, None, {}, {"other": ref("8")}, "ticket_unknown"),
        (Link, None, {}, {"other": ref("7"), "relation": "article", "article": "trocas"}, "no_such_article"),
        (Link, None, {"article_known": True}, {"other": ref("7"), "relation": "article"}, "no_such_article"),
        (Note, None, {"ticket": None}, {"text": "a ninguém"}, "ticket_unknown"),
    ],
)
def test_what_is_refused(
    kind: type[Any], here: TicketUpsert | None, known: dict[str, Any], values: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        do(kind, here, known, **values)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "here", "values", "current"),
    [
        (Claim, ticket(assignee="bruno"), {}, {"assignee": "bruno"}),
        (Assign, ticket(assignee="carla"), {"assignee": "bruno", "expected": "ana"}, {"assignee": "carla"}),
        (Assign, ticket(assignee="carla"), {"assignee": "bruno", "expected": None}, {"assignee": "carla"}),
        (Assign, None, {"assignee": "bruno", "expected": "ana"}, {"assignee": None}),
        (SetStatus, None, {"status": Status.SOLVED, "expected": Status.PENDING}, {"status": "open"}),
        (SetStatus, CLOSED, {"status": Status.OPEN, "expected": Status.PENDING}, {"status": "closed"}),
        (SetStatus, OVERSLEPT, {"status": Status.SOLVED, "expected": Status.PENDING}, {"status": "open"}),
        (Note, ticket(merged_into="8"), {"text": "n"}, {"merged_into": "8"}),
        (Merge, ticket(merged_into="8"), {"into": ref("9")}, {"merged_into": "8"}),
    ],
)
def test_what_clashes(
    kind: type[Any], here: TicketUpsert | None, values: dict[str, Any], current: dict[str, Any]
) -> None:
    with pytest.raises(Clash) as clash:
        do(kind, here, **values)
    assert (clash.value.current, clash.value.events) == (current, ())


def test_an_answer_over_what_its_author_had_not_seen_brings_it_unless_they_insist() -> None:
    news = {"news": (event(text="já chegou!"), event(text="obrigada"))}
    values: dict[str, Any] = {"text": "Vai chegar.", "channel": Channel.CHAT}
    with pytest.raises(Clash) as clash:
        do(Reply, ticket(assignee="ana"), news, seen="69", **values)
    assert clash.value.current == {"status": "open", "assignee": "ana"}
    assert clash.value.events == news["news"]
    assert do(Reply, None, news, **values).events[0].text == "Vai chegar."
    assert do(Reply, seen="70", **values).events


def test_an_answer_goes_by_the_channel_asked_for_with_its_files_and_tells_the_status_beside_it() -> None:
    decided = do(
        Reply,
        ticket(status=Status.NEW),
        text="Segue a foto.",
        channel=Channel.EMAIL,
        attachments=(FILE,),
        status=Status.PENDING,
    )
    answer, moved = decided.events
    assert (answer.text, answer.channel, answer.attachments) == ("Segue a foto.", Channel.EMAIL, (FILE,))
    assert (moved.attachments, moved.channel, moved.public) == ((), None, False)
    assert changes(decided) == [("status", "new", "pending")]
    assert do(Note, text="veja", attachments=(FILE,)).events[0].attachments == (FILE,)


def test_each_column_is_told_by_its_own_event_and_only_when_it_moved() -> None:
    decided = do(SetPriority, priority=Priority.NORMAL, impact=Impact.MANY)
    assert changes(decided) == [("impact", None, "many")]
    decided = do(SetPriority, priority=Priority.HIGH, impact=Impact.MANY)
    assert changes(decided) == [("priority", "normal", "high"), ("impact", None, "many")]
    assert [one.command_id for one in decided.events] == [UUID(int=1), None]
    decided = do(Tag, add=("troca",))
    assert changes(decided) == [("tags", "vip", "vip troca")]
    decided = do(Release, ticket(assignee="ana"), reason="almoço")
    assert (changes(decided), decided.events[0].text) == ([("assignee", "ana", None)], "almoço")
    decided = do(Escalate, ticket(assignee="ana"), tier=Tier.N2, team="Logística", article="trocas", **PACKET)
    assert changes(decided) == [("team", "Varejo", "Logística"), ("assignee", "ana", None)]
    assert decided.events[0].data == {"from": "N1", "to": "N2", "article": "trocas", **PACKET}


def test_a_snooze_says_until_when() -> None:
    decided = do(Snooze, until=TOMORROW)
    (told,) = decided.events
    assert told.data == {"field": "status", "old": "open", "new": "snoozed", "until": TOMORROW.isoformat()}


def test_a_wrap_up_says_how_it_ended() -> None:
    decided = do(WrapUp, code="engano", reason="trote", note="não é cliente", survey=False)
    assert (decided.events[0].kind, decided.events[0].text) == (EventKind.WRAP_UP, "não é cliente")
    assert decided.events[0].data == {"code": "engano", "reason": "trote", "survey": False}
    assert changes(decided) == [("status", "open", "solved")]


def test_a_promise_that_came_due_on_its_way_was_made_all_the_same() -> None:
    command = Promise(
        id=UUID(int=1), at=NOW - 2 * HOUR, author="ana", ticket=ref("7"), due=NOW - HOUR, what="ligar"
    )
    (made,) = decide(command, Facts(ticket()), NOW).events
    assert made.data == {"due": (NOW - HOUR).isoformat(), "what": "ligar"}


def test_a_promise_is_settled_where_it_was_made_or_where_its_ticket_went() -> None:
    values: dict[str, Any] = {"promise": PROMISE, "outcome": "kept", "text": "liguei"}
    (settled,) = do(SettlePromise, None, {"promise": PROMISED}, **values).events
    assert settled.data == {**PROMISED.data, "promise": str(PROMISE), "outcome": "kept"}
    elsewhere = PROMISED.model_copy(update={"ticket": "6"})
    assert do(SettlePromise, None, {"promise": elsewhere, "swallowed": ("6",)}, **values).events
    for foreign in (elsewhere, settled, event(EventKind.NOTE, text="de outra equipe")):
        with pytest.raises(Refused, match="promise_unknown"):
            do(SettlePromise, None, {"promise": foreign}, **values)


def test_a_fact_is_the_customers_from_then_on() -> None:
    decided = do(ConfirmFact, name="cpf_confirmed")
    assert decided.customer is not None
    assert decided.customer.facts == {"order_number": "88", "cpf_confirmed": "yes"}
    assert decided.events[0].data == {"name": "cpf_confirmed", "value": "yes"}
    assert do(ConfirmFact, None, {"customer": None}, name="cpf_confirmed").customer is None


def test_a_merge_is_told_on_both_tickets() -> None:
    into = ticket("8", customer="u2", version="11")
    decided = do(Merge, None, {"other": into}, into=ref("8"))
    assert (decided.ticket.status, decided.ticket.merged_into, decided.ticket.solved_at) == (
        Status.CLOSED,
        "8",
        NOW,
    )
    assert decided.other == into.model_copy(update={"version": "12", "updated_at": NOW})
    there, here, closed = decided.events
    assert (there.ticket, there.customer, there.data) == ("8", "u2", {"relation": "merged", "other": "7"})
    assert (here.ticket, here.customer, here.data) == ("7", "u1", {"relation": "merged_into", "other": "8"})
    assert (closed.ticket, changes(decided)) == ("7", [("status", "open", "closed")])
    assert there.command_id == UUID(int=1)


def test_links_name_a_ticket_or_an_article() -> None:
    linked = do(Link, None, {"other": ticket("8")}, other=ref("8"), relation="parent")
    assert linked.events[0].data == {"relation": "parent", "other": "8"}
    used = do(Link, None, {"article_known": True}, other=ref("7"), relation="article", article="trocas")
    assert used.events[0].data == {"relation": "article", "other": "trocas"}
    assert used.other is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ticket(status=Status.NEW), Status.NEW),
        (ticket(status=Status.PENDING), Status.OPEN),
        (ticket(status=Status.ON_HOLD), Status.ON_HOLD),
        (ASLEEP, Status.SNOOZED),
        (ASLEEP.model_copy(update={"fields": {}}), Status.OPEN),
        (OVERSLEPT, Status.OPEN),
        (SOLVED, Status.OPEN),
        (CLOSED, Status.CLOSED),
    ],
)
def test_what_a_customers_message_makes_of_a_ticket(before: TicketUpsert, after: Status) -> None:
    now = heard(before, event(text="e aí?"), NOW)
    assert (now.status, now.version) == (after, "4")
    if after is Status.OPEN:
        assert (now.solved_at, now.snoozed_until, now.fields) == (None, None, {})


@pytest.mark.parametrize(
    "other",
    [
        event(EventKind.SURVEY_ANSWER, data={"survey": "csat", "score": 5, "of": 5}),
        event(text="Fechado!", direction=Direction.OUTBOUND),
    ],
)
def test_what_is_no_message_from_outside_wakes_nothing(other: EventAppend) -> None:
    assert heard(SOLVED, other, NOW).status is Status.SOLVED


def test_a_ticket_that_is_to_be_made_is_not_decided_on() -> None:
    values: dict[str, Any] = {"customer_name": "Maria", "channel": Channel.CHAT, "subject": "s", "text": "t"}
    with pytest.raises(TypeError):
        do(Create, opened_at=NOW, **values)


@pytest.mark.parametrize("kind", sorted(set(get_args(TicketCommand)) - {Create}, key=str))
def test_on_a_ticket_that_is_not_there_everything_is_refused(kind: type[Any]) -> None:
    with pytest.raises(Refused, match="ticket_unknown"):
        decide(kind.model_construct(ticket=ref("404")), Facts(None), NOW)
