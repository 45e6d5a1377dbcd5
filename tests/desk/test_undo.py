"""Undo before dispatch: as if it had never been given, whatever else was done to the ticket before or after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import (
    answering,
    creating,
    drafting,
    knowing,
    merging,
    moving,
    outgoing,
    owning,
    promising,
    triaging,
    undoing,
)
from atendente_tui.desk.desk import Desk, Submitted
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, Impact, OutboxState, Priority, Status, Tier
from atendente_tui.store import outbox
from atendente_tui.store.ingest import apply_page
from atendente_tui.store.store import Store
from tests.builders import NOW, event_change, make_store, sample_page, ticket_change
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, one, outbox_rows, table, tallies_agree, ticket, world
from tests.sizes import sized

WORDS = st.text(alphabet="abc ãé\n", min_size=1, max_size=20).filter(str.strip)
Do = Callable[[Desk, int], Future[Submitted]]


def verbs(tickets: int) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    later = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=9)).map(
        lambda step: NOW + step
    )
    settable = st.sampled_from([one for one in Status if one != Status.SNOOZED])
    return st.one_of(
        st.tuples(
            st.just("reply"),
            st.fixed_dictionaries(
                {"text": WORDS, "channel": st.just("email"), "status": st.one_of(st.none(), settable)}
            ),
        ),
        st.tuples(st.just("note"), st.fixed_dictionaries({"text": WORDS})),
        st.tuples(st.just("claim"), st.just({})),
        st.tuples(st.just("release"), st.just({})),
        st.tuples(
            st.just("assign"), st.fixed_dictionaries({"assignee": st.sampled_from(["ana", "bruno", "caio"])})
        ),
        st.tuples(st.just("status"), st.fixed_dictionaries({"status": settable})),
        st.tuples(st.just("snooze"), st.fixed_dictionaries({"until": later, "keep_on_reply": st.booleans()})),
        st.tuples(
            st.just("priority"),
            st.fixed_dictionaries(
                {
                    "priority": st.sampled_from(Priority),
                    "impact": st.one_of(st.none(), st.sampled_from(Impact)),
                }
            ),
        ),
        st.tuples(st.just("team"), st.fixed_dictionaries({"team": st.sampled_from(["loja", "fiscal"])})),
        st.tuples(
            st.just("tag"),
            st.fixed_dictionaries(
                {
                    "add": st.lists(st.sampled_from(["a", "b", "ç"]), max_size=2),
                    "remove": st.lists(st.sampled_from(["a", "b", "atraso"]), max_size=2),
                }
            ),
        ),
        st.tuples(
            st.just("escalate"),
            st.fixed_dictionaries(
                {
                    "tier": st.sampled_from(Tier),
                    "team": st.one_of(st.none(), st.just("fiscal")),
                    "reason": WORDS,
                    "tried": WORDS,
                    "workaround": WORDS,
                }
            ),
        ),
        st.tuples(
            st.just("wrapup"),
            st.fixed_dictionaries(
                {"code": st.sampled_from(["x", "y"]), "status": st.one_of(st.none(), settable)}
            ),
        ),
        st.tuples(st.just("promise"), st.fixed_dictionaries({"due": later, "what": WORDS})),
        st.tuples(
            st.just("fact"),
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(["cpf_confirmed", "order_number"]),
                    "value": st.sampled_from(["yes", "77"]),
                }
            ),
        ),
        st.tuples(st.just("merge"), st.fixed_dictionaries({"into": st.integers(1, tickets)})),
        st.tuples(st.just("link"), st.fixed_dictionaries({"other": st.integers(1, tickets)})),
    )


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One store for every example: the property itself brings it back to where it was."""
    clock = VirtualClock(NOW)
    store = make_store(tmp_path_factory.mktemp("lasting"), tickets=8, clock=clock)
    yield desk_at(store)
    store.close()


def done(desk: Desk, ticket_id: int, verb: str, arguments: dict[str, Any]) -> Submitted | None:
    from atendente_tui.desk.bulk import JOBS

    try:
        return desk.do(JOBS[verb](desk, ticket_id, **arguments)).result(10)
    except Refused:
        return None


@settings(
    max_examples=sized(30, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(
    given_now=[
        (2, ("priority", {"priority": Priority.HIGH, "impact": None})),
        (3, ("link", {"other": 1})),
        (3, ("merge", {"into": 2})),
        (2, ("team", {"team": "loja"})),
    ],
    order=Random(0),
)
@given(
    given_now=st.lists(st.tuples(st.integers(1, 3), verbs(8)), min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_do_then_undo_is_nothing_in_any_order(
    lasting: Desk, given_now: list[tuple[int, tuple[str, dict[str, Any]]]], order: Any
) -> None:
    store = lasting.store
    before = world(store, leave_out=("draft",))
    submitted = [
        one for number, (verb, told) in given_now if (one := done(lasting, number, verb, told)) is not None
    ]
    # A merge changes which ticket an event hangs on: those are taken back in the reverse order, the rest in any.
    if any(one.type in ("merge", "fact") for one in submitted):
        submitted.reverse()
    else:
        order.shuffle(submitted)
    for sent in submitted:
        answer = undoing.undo(lasting, sent.command_id).result(10)
        assert answer.state == OutboxState.UNDONE
    assert world(store, leave_out=("draft",)) == before
    assert tallies_agree(store)
    store.write(lambda tx: tx.db.execute("DELETE FROM draft"))


@settings(
    max_examples=sized(20, 100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=verbs(8), second=verbs(8))
def test_undoing_the_first_leaves_the_second_as_if_alone(
    lasting: Desk, first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]]
) -> None:
    store = lasting.store
    if "merge" in (first[0], second[0]) or first[0] == second[0] == "fact":
        return
    alone = done(lasting, 1, *second)
    if alone is None:
        return
    columns = {
        name: value for name, value in ticket(store, 1).items() if name not in ("newest_event", "seen_event")
    }
    undoing.undo(lasting, alone.command_id).result(10)
    one_, two = done(lasting, 1, *first), done(lasting, 1, *second)
    if one_ is not None and two is not None and _same_move(store, two, alone):
        undoing.undo(lasting, one_.command_id).result(10)
        left = ticket(store, 1)
        assert {name: left[name] for name in columns} == columns
    for sent in (two, one_):
        if (
            sent is not None
            and one(store, "SELECT state FROM outbox WHERE command_id = ?", str(sent.command_id)) != "undone"
        ):
            undoing.undo(lasting, sent.command_id).result(10)


def _same_move(store: Store, two: Submitted, alone: Submitted) -> bool:
    """Whether the second command asks for the same on its own as it did after the first (tags are what differs)."""

    def asked(sent: Submitted) -> str:
        return str(
            one(
                store,
                "SELECT json_remove(body, '$.id', '$.at', '$.expected') FROM outbox WHERE command_id = ?",
                str(sent.command_id),
            )
        )

    return asked(two) == asked(alone)


def test_words_come_back_as_a_draft(desk: Desk, store: Store) -> None:
    drafting.save_draft(desk, 1, "reply", "Oi, tudo bem?").result(10)
    sent = answering.reply(desk, 1, "Oi, tudo bem?\nAté já", channel="email").result(10)
    assert table(store, "draft") == []
    undoing.undo(desk, sent.command_id).result(10)
    row = table(store, "draft")[0]
    assert row[:6] == ("1:reply", 1, "reply", "Oi, tudo bem?\nAté já", 1, 6)
    again = answering.reply(desk, 1, "Oi", channel="email").result(10)
    drafting.save_draft(desk, 1, "reply", "já outra coisa").result(10)
    undoing.undo(desk, again.command_id).result(10)
    assert table(store, "draft")[0][3] == "Oi\n\njá outra coisa"


def test_not_once_it_left(desk: Desk, store: Store) -> None:
    sent = answering.reply(desk, 1, "oi", channel="email", hold=0).result(10)
    number = outbox_rows(store)[-1].n
    store.write(lambda tx: outbox.mark_sent(tx, number))
    with pytest.raises(Refused, match="already_sent"):
        undoing.undo(desk, sent.command_id).result(10)
    store.write(lambda tx: outbox.requeue(tx, number, 0, may_have_arrived=True, error_code="unreachable"))
    with pytest.raises(Refused, match="already_sent"):
        undoing.undo(desk, sent.command_id).result(10)
    store.write(lambda tx: outbox.mark_sent(tx, number))
    store.write(lambda tx: outbox.requeue(tx, number, 0, may_have_arrived=False, error_code="unreachable"))
    undoing.undo(desk, sent.command_id).result(10)  # it certainly never left
    with pytest.raises(Refused, match="already_undone"):
        undoing.undo(desk, sent.command_id).result(10)
    with pytest.raises(Refused, match="command_unknown"):
        undoing.undo(desk, UUID(int=5)).result(10)


def test_a_created_ticket_disappears_whole(desk: Desk, store: Store) -> None:
    before = world(store, leave_out=("draft",))
    sent = creating.create(
        desk,
        customer_name="Rui",
        identities=(("cpf", "111.222.333-44"),),
        channel=Channel.PHONE,
        subject="Fogão",
        text="Não acende",
        tags=("x",),
    ).result(10)
    noted = answering.note(desk, sent.ticket_id, "liguei de volta").result(10)
    with pytest.raises(Refused, match="later_commands"):
        undoing.undo(desk, sent.command_id).result(10)
    undoing.undo(desk, noted.command_id).result(10)
    undoing.undo(desk, sent.command_id).result(10)
    assert world(store, leave_out=("draft",)) == before
    draft = next(row for row in table(store, "draft") if row[2] == "new")
    assert draft[3] == "Não acende"


def test_news_slide_under_what_is_pending(desk: Desk, store: Store, clock: VirtualClock) -> None:
    number = ids(store, "status = 'open' AND assignee = 'bruno' AND team = 'loja'")
    ticket_id = number[0] if number else ids(store, "status = 'open'")[0]
    remote = int(ticket(store, ticket_id)["remote_id"][1:])
    solved = moving.set_status(desk, ticket_id, Status.SOLVED).result(10)
    triaging.tag(desk, ticket_id, add=("meu",)).result(10)
    clock.advance(timedelta(minutes=1))
    news = ticket_change(
        remote,
        NOW,
        status=Status.PENDING,
        team="fiscal",
        tags=("deles",),
        assignee="caio",
        updated_at=NOW + timedelta(seconds=30),
    )
    wrote = event_change(remote, 6, remote_id="escreveu", at=NOW + timedelta(seconds=20))
    page = sample_page(0).model_copy(update={"changes": (news, wrote)})
    store.write(lambda tx: apply_page(tx, page, "example"))
    now = ticket(store, ticket_id)
    assert now["status"] == "solved"  # ours is still on its way
    assert (now["team"], now["assignee"]) == ("fiscal", "caio")
    assert '"meu"' in now["tags"]
    assert '"deles"' in now["tags"]
    assert now["last_inbound"] is not None
    undoing.undo(desk, solved.command_id).result(10)
    now = ticket(store, ticket_id)
    assert now["status"] == "pending"  # what the backend said meanwhile, not what it was before
    assert now["paused_since"] is not None
    assert now["solved"] is None
    assert '"meu"' in now["tags"]
    assert tallies_agree(store)


def test_the_customer_wrote_again_while_the_answer_was_held(
    desk: Desk, store: Store, clock: VirtualClock
) -> None:
    number = next(one for one in ids(store, "status = 'open'"))
    remote = int(ticket(store, number)["remote_id"][1:])
    first = event_change(remote, 4, remote_id="um", at=NOW - timedelta(minutes=2))
    store.write(lambda tx: apply_page(tx, sample_page(0).model_copy(update={"changes": (first,)}), "example"))
    waiting = ticket(store, number)["waiting_since"]
    assert waiting is not None
    sent = answering.reply(desk, number, "já vejo", channel="email").result(10)
    assert ticket(store, number)["waiting_since"] is None
    second = event_change(remote, 6, remote_id="dois", at=NOW + timedelta(minutes=1))
    clock.advance(timedelta(minutes=2))
    store.write(
        lambda tx: apply_page(tx, sample_page(0).model_copy(update={"changes": (second,)}), "example")
    )
    undoing.undo(desk, sent.command_id).result(10)
    assert ticket(store, number)["waiting_since"] == waiting


def test_refused_keeps_the_words_and_gives_the_fields_back(desk: Desk, store: Store) -> None:
    number = ids(store, "status = 'open' AND assignee IS NULL")[0]
    sent = answering.reply(desk, number, "Resolvido!", channel="email", status=Status.SOLVED, hold=0).result(
        10
    )
    claimed = owning.claim(desk, number).result(10)
    row = outbox_rows(store)[-2]
    store.write(lambda tx: outbox.mark_sent(tx, row.n))
    store.write(lambda tx: outbox.refuse(tx, row.n, "rejected", "fila fechada"))
    now = ticket(store, number)
    assert (now["status"], now["assignee"]) == ("open", "ana")  # the later claim is still on its way
    kept = outbox_rows(store)[-2]
    assert (kept.state, kept.error_code, kept.error) == ("refused", "rejected", "fila fechada")
    assert one(store, "SELECT text FROM event WHERE command_id = ?", str(sent.command_id)) == "Resolvido!"
    outgoing.retry(desk, sent.command_id).result(10)
    assert ticket(store, number)["status"] == "solved"
    store.write(lambda tx: outbox.mark_sent(tx, row.n))
    store.write(lambda tx: outbox.refuse(tx, row.n, "rejected", "fila fechada"))
    changed = outgoing.edit(desk, sent.command_id, "Resolvido mesmo!").result(10)
    assert changed.command_id != sent.command_id
    kept = outbox_rows(store)[-2]
    assert (kept.n, kept.command_id, kept.state) == (row.n, str(changed.command_id), "held")
    assert (
        one(store, "SELECT text FROM event WHERE command_id = ?", str(changed.command_id))
        == "Resolvido mesmo!"
    )
    outgoing.discard(desk, changed.command_id).result(10)
    now = ticket(store, number)
    assert (now["status"], now["assignee"]) == ("open", "ana")
    undoing.undo(desk, claimed.command_id).result(10)
    assert ticket(store, number)["assignee"] is None
    assert tallies_agree(store)


def test_a_refused_merge_gives_everything_back(desk: Desk, store: Store) -> None:
    before = world(store)
    merging.merge(desk, 1, 2).result(10)
    row = outbox_rows(store)[-1]
    with_hold = store.write(lambda tx: tx.db.execute("UPDATE outbox SET hold_until = 0").rowcount)
    assert with_hold == 1
    store.write(lambda tx: outbox.mark_sent(tx, row.n))
    store.write(lambda tx: outbox.refuse(tx, row.n, "forbidden"))
    assert world(store) == before
    outgoing.retry(desk, row.command_id).result(10)
    assert ticket(store, 1)["merged_into"] == 2
    outgoing.discard(desk, row.command_id).result(10)
    assert world(store) == before


def test_a_conflict_shows_who_has_it(desk: Desk, store: Store) -> None:
    number = ids(store, "assignee IS NULL")[0]
    owning.claim(desk, number).result(10)
    row = outbox_rows(store)[-1]
    store.write(lambda tx: outbox.mark_sent(tx, row.n))
    lost = {"assignee": "bruno", "status": "nonsense"}
    assert not store.write(lambda tx: outbox.conflict(tx, row.n, "taken", lost))
    now = ticket(store, number)
    assert now["assignee"] == "bruno"
    kept = outbox_rows(store)[-1]
    assert (kept.state, kept.error_code) == ("discarded", "conflict")
    assert json.loads(kept.current or "{}") == lost
    assert ticket(store, number)["assignee"] == "bruno"
    assert tallies_agree(store)


def test_facts_undone_out_of_order_keep_the_later(desk: Desk, store: Store) -> None:
    first = knowing.confirm_fact(desk, 1, "order_number", "77").result(10)
    knowing.confirm_fact(desk, 1, "order_number", "78").result(10)
    undoing.undo(desk, first.command_id).result(10)
    assert one(store, "SELECT value FROM fact WHERE name = 'order_number'") == "78"


def test_a_settled_promise_opens_again(desk: Desk, store: Store) -> None:
    made = promising.promise(desk, 1, NOW + timedelta(hours=1), "ligar").result(10)
    kept = promising.settle_promise(desk, made.command_id, "kept").result(10)
    undoing.undo(desk, kept.command_id).result(10)
    assert one(store, "SELECT outcome FROM promise") is None
