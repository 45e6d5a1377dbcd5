from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import BACKEND, NOW, customer_change, event_change, sample_page, ticket_change

from atendente_tui.domain.change import (
    ArticleGone,
    ArticleUpsert,
    Attachment,
    Change,
    ChangePage,
    CustomerUpsert,
    Identity,
    TicketGone,
)
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import (
    AuthorKind,
    Direction,
    EventKind,
    IdentityKind,
    Priority,
    Segment,
    Status,
    Tier,
)
from atendente_tui.store import reading
from atendente_tui.store.drafts import save_draft
from atendente_tui.store.ingest import Applied, Pace, apply_changes, apply_in_slices, apply_page
from atendente_tui.store.rows import DraftRow, TicketRow
from atendente_tui.store.store import Lane, Store
from atendente_tui.store.tallies import recount, verify_tallies


def take(store: Store, *changes: Change) -> Applied:
    return store.write(lambda tx: apply_changes(tx, changes, BACKEND), Lane.SYNC)


def ticket(store: Store, n: int) -> TicketRow:
    db = store.reader()
    found = db.execute("SELECT id FROM ticket WHERE remote_id = ?", (f"t{n}",)).fetchone()
    row = reading.ticket(db, found[0])
    db.close()
    assert row is not None
    return row


def rows(store: Store, *, volatile: bool = True) -> dict[str, list[Any]]:
    """Everything that ingest writes, in an order that does not depend on arrival."""
    db = store.reader()
    names = (
        "customer",
        "identity",
        "fact",
        "ticket",
        "ticket_tag",
        "tally",
        "event",
        "attachment",
        "directory",
    )
    found = {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    if volatile:
        found["index_queue"] = db.execute("SELECT max(n) FROM index_queue").fetchall()
    db.close()
    return found


def poison(store: Store) -> list[Any]:
    db = store.reader()
    found = db.execute("SELECT change, error FROM poison ORDER BY n").fetchall()
    db.close()
    return found


def test_a_page_and_its_cursor(store: Store) -> None:
    heard: list[frozenset[str]] = []
    store.subscribe(heard.append)
    applied = store.write(lambda tx: apply_page(tx, sample_page(10, cursor="abc"), BACKEND), Lane.SYNC)
    store.write(lambda _: None)
    assert applied == Applied(customers=5, tickets=10, events=20)
    db = store.reader()
    state = reading.sync_state(db, BACKEND)
    assert (state["cursor"], state["caught_up"]) == ("abc", "1")
    assert {"queue", "sync", "directory", "ticket:1", "customer:1"} <= heard[0]
    assert verify_tallies(db) == []
    assert poison(store) == []


@pytest.mark.parametrize("whole", [True, False])
def test_the_same_again_writes_nothing(store: Store, whole: bool) -> None:
    page = sample_page(60, events=3)
    apply_in_slices(store, page, BACKEND)
    assert store.wait_indexed()
    store.write(lambda _tx: None, Lane.IDLE)  # what the full text has read leaves its queue on this lane
    before = rows(store)
    heard: list[frozenset[str]] = []
    store.subscribe(heard.append)
    if whole:
        applied = store.write(lambda tx: apply_page(tx, page, BACKEND), Lane.SYNC)
    else:
        applied = apply_in_slices(store, page, BACKEND)
    assert applied == Applied(unchanged=len(page.changes))
    assert rows(store) == before
    assert frozenset().union(*heard) <= {"sync"}


def test_an_interrupted_page_is_taken_up_again(store: Store) -> None:
    page = sample_page(40, cursor="end")
    take(store, *page.changes[:37])
    assert "cursor" not in reading.sync_state(store.reader(), BACKEND)
    apply_in_slices(store, page, BACKEND, pace=Pace(100, 0.0001))
    assert reading.sync_state(store.reader(), BACKEND)["cursor"] == "end"
    assert store.reader().execute("SELECT count(*) FROM event").fetchone() == (80,)


def test_none_says_nothing_and_addresses_are_added(store: Store) -> None:
    take(store, customer_change(1))
    take(
        store,
        CustomerUpsert(
            remote_id="c1",
            name="Ana Maria",
            segment=Segment.VIP,
            social_name="Ana",
            identities=(Identity(kind=IdentityKind.CPF, value="123.456.789-00"),),
            facts={"cpf_confirmed": "yes"},
        ),
    )
    take(store, CustomerUpsert(remote_id="c1", name="Ana Maria"))
    db = store.reader()
    person = reading.customer(db, 1)
    assert person is not None
    assert (person.name, person.social_name, person.segment) == ("Ana Maria", "Ana", "vip")
    assert {one.kind for one in reading.identities(db, 1)} == {"email", "phone", "cpf"}
    assert [(fact.name, fact.value) for fact in reading.facts(db, 1)] == [("cpf_confirmed", "yes")]
    assert reading.customer_by_identity(db, "cpf", "12345678900") == 1
    assert reading.customer_by_identity(db, "email", "CLIENTE1@exemplo.com.br") == 1


def test_what_comes_before_its_ticket_waits_outside_the_queue(store: Store) -> None:
    take(store, event_change(8))
    blank = ticket(store, 8)
    assert (blank.status, blank.subject) == ("closed", "")
    take(store, ticket_change(8))
    known = ticket(store, 8)
    assert known.id == blank.id
    assert known.status == "pending"
    assert known.last_inbound == to_ms(event_change(8).at)
    db = store.reader()
    assert [event.customer_id for event in reading.timeline(db, known.id)] == [known.customer_id]
    take(store, customer_change(4))
    person = reading.customer(db, known.customer_id)
    assert person is not None
    assert person.name == customer_change(4).name
    assert verify_tallies(db) == []


def test_a_ticket_of_nobody(store: Store) -> None:
    take(store, ticket_change(1, customer=None), ticket_change(2, customer=None))
    one, two = ticket(store, 1), ticket(store, 2)
    assert one.customer_id != two.customer_id


def test_who_waits_since_when(store: Store) -> None:
    take(store, customer_change(0), ticket_change(1))
    first, answer, again, late = (event_change(1, n) for n in (0, 1, 2, 4))
    take(store, first)
    assert ticket(store, 1).waiting_since == to_ms(first.at)
    take(store, again, late)
    assert ticket(store, 1).waiting_since == to_ms(first.at)
    take(store, answer)  # an answer from between, which came in late
    row = ticket(store, 1)
    assert (row.waiting_since, row.first_reply) == (to_ms(again.at), to_ms(answer.at))
    assert (row.last_inbound, row.last_outbound) == (to_ms(late.at), to_ms(answer.at))
    take(store, event_change(1, 5))
    assert ticket(store, 1).waiting_since is None
    bot = event_change(1, 7, author_kind=AuthorKind.BOT)
    note = event_change(1, 9, kind=EventKind.NOTE, public=False)
    take(store, event_change(1, 6), bot, note)
    assert ticket(store, 1).waiting_since == to_ms(event_change(1, 6).at)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_arrival_does_not_matter(store: Store, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from("caonb"), min_size=1, max_size=8))
    places = list(enumerate(kinds))
    shuffled = data.draw(st.permutations(places))
    cut = data.draw(st.integers(0, len(kinds)))
    answers = []
    for order in (places, shuffled):
        known: int = store.reader().execute("SELECT count(*) FROM ticket").fetchone()[0]
        n = (known + 1) * 5 + 1  # every fifth is open
        every = [_event_of(n, place, kind) for place, kind in order]
        take(
            store,
            customer_change(0),
            ticket_change(n, customer="c0", priority="normal", channel="email"),
            *every[:cut],
        )
        take(store, *every[cut:])
        row = ticket(store, n)
        answers.append((row.waiting_since, row.first_reply, row.last_inbound, row.last_outbound, row.score))
    assert answers[0] == answers[1]


def _event_of(number: int, n: int, kind: str) -> Change:
    """c: the customer writes · a: an answer · o: an order · n: a note · b: the bot."""
    at = NOW - timedelta(minutes=30 - n)
    changed: dict[str, object] = {
        "c": {"direction": Direction.INBOUND, "author_kind": AuthorKind.CUSTOMER},
        "a": {"direction": Direction.OUTBOUND, "author_kind": AuthorKind.AGENT},
        "o": {"kind": EventKind.ORDER, "author_kind": AuthorKind.SYSTEM},
        "n": {"kind": EventKind.NOTE, "author_kind": AuthorKind.AGENT, "public": False},
        "b": {"direction": Direction.OUTBOUND, "author_kind": AuthorKind.BOT},
    }[kind]  # type: ignore[assignment]
    return event_change(number, n, at=at, **changed)


def test_events_of_one_moment_keep_their_order(store: Store) -> None:
    at = NOW - timedelta(days=1)
    take(store, customer_change(0), ticket_change(1))
    take(store, *(event_change(1, n, at=at, text=f"first {n}") for n in range(150)))
    take(store, *(event_change(1, n, at=at, text=f"then {n}") for n in range(150, 300)))
    found = reading.timeline(store.reader(), ticket(store, 1).id, limit=400)
    assert [event.text for event in found] == [f"first {n}" for n in range(150)] + [
        f"then {n}" for n in range(150, 300)
    ]


def test_the_echo_of_our_own_gets_its_remote_id(store: Store) -> None:
    take(store, customer_change(0), ticket_change(1))
    own = UUID(int=7)
    row = ticket(store, 1)
    store.write(
        lambda tx: (
            tx.db.execute(
                "INSERT INTO event (key, ticket_id, customer_id, at, kind, direction, author_kind, author, public, text,"
                " command_id) VALUES (1, ?, ?, 0, 'message', 'outbound', 'agent', 'ana', 1, 'nossa', ?)",
                (row.id, row.customer_id, str(own)),
            )
            and None
        )
    )
    echo = event_change(1, 1, command_id=own, text="a mesma")
    status = event_change(1, 3, command_id=own, kind=EventKind.FIELD_CHANGE, data={"field": "status"})
    for _ in range(2):
        take(store, echo, status)
    found = reading.timeline(store.reader(), row.id)
    assert [(event.remote_id, event.text, event.command_id) for event in found] == [
        ("e1-1", "nossa", str(own)),
        ("e1-3", status.text, None),
    ]


def test_one_bad_change_stops_nothing(store: Store) -> None:
    nobody = event_change(1, 0, ticket=None, customer=None)
    applied = take(store, customer_change(0), ticket_change(1), nobody, event_change(1, 1))
    assert applied == Applied(customers=1, tickets=2, events=1, skipped=1)
    [(change, error)] = poison(store)
    assert json.loads(change)["remote_id"] == "e1-0"
    assert "belongs to no ticket" in error
    assert verify_tallies(store.reader()) == []


def test_a_protocol_that_two_claim_stays_with_the_first(store: Store) -> None:
    take(store, ticket_change(1, protocol="7"), ticket_change(2, protocol="7"))
    take(store, ticket_change(3, protocol="7"))
    assert [ticket(store, n).protocol for n in (1, 2, 3)] == ["7", "#2", "#3"]
    assert poison(store) == []


def test_a_status_the_backend_does_not_know_survives(store: Store) -> None:
    take(store, ticket_change(1))
    row = ticket(store, 1)

    def snooze(tx: Any) -> None:
        tx.db.execute(
            "UPDATE ticket SET status = 'snoozed', snoozed_until = ? WHERE id = ?", (tx.now + 9e6, row.id)
        )
        tx.tally((row.status, row.assignee, row.team), ("snoozed", row.assignee, row.team))

    store.write(snooze)
    take(store, ticket_change(1, subject="Outro assunto"))  # still "open" there, as before
    assert ticket(store, 1).status == "snoozed"
    take(store, ticket_change(1, subject="Outro assunto"), event_change(1, 0))  # the customer wrote
    assert ticket(store, 1).status == "open"
    assert ticket(store, 1).snoozed_until is None
    take(store, ticket_change(1, status=Status.SOLVED))
    assert ticket(store, 1).status == "solved"
    assert verify_tallies(store.reader()) == []


@pytest.mark.parametrize("keep", [True, False])
def test_a_colleagues_snooze_is_kept_as_they_asked(store: Store, keep: bool) -> None:
    asleep = {"status": Status.SNOOZED, "snoozed_until": NOW + timedelta(days=2)}
    take(store, ticket_change(1, **asleep, fields={"keep_snoozed": "yes"} if keep else {}))
    take(store, event_change(1, 0))  # the customer wrote
    row = ticket(store, 1)
    assert (row.status, bool(row.keep_snoozed)) == (("snoozed", True) if keep else ("open", False))
    assert row.fields == "{}"


def test_what_was_changed_here_is_compared_again(store: Store) -> None:
    take(store, ticket_change(1))
    row = ticket(store, 1)
    store.write(
        lambda tx: tx.db.execute("UPDATE ticket SET priority = 'low' WHERE id = ?", (row.id,)) and None
    )
    take(store, ticket_change(1))
    assert ticket(store, 1).priority == "normal"


def test_fields_that_the_backend_lacks_are_kept(store: Store) -> None:
    take(store, ticket_change(1, tier=Tier.N2, reason="troca", tags=("a", "b")))
    take(store, ticket_change(1, tags=None, priority=Priority.URGENT))
    row = ticket(store, 1)
    assert (row.tier, row.reason, json.loads(row.tags), row.priority) == ("N2", "troca", ["a", "b"], "urgent")
    take(store, ticket_change(1, tags=()))
    assert store.reader().execute("SELECT count(*) FROM ticket_tag").fetchone() == (0,)


def test_waiting_on_the_customer_is_a_pause(store: Store) -> None:
    opened = NOW - timedelta(minutes=6)
    change = {"kind": EventKind.FIELD_CHANGE, "author_kind": AuthorKind.AGENT, "public": False}
    take(
        store,
        ticket_change(1, status=Status.OPEN),
        event_change(1, 1, at=opened, data={"field": "status", "old": "open", "new": "pending"}, **change),
        event_change(
            1,
            3,
            at=opened + timedelta(minutes=2),
            data={"field": "status", "old": "pending", "new": "open"},
            **change,
        ),
    )
    db = store.reader()
    paused = "SELECT paused_since, pauses FROM ticket"
    assert db.execute(paused).fetchone() == (
        None,
        json.dumps([[to_ms(opened), to_ms(opened) + 120_000]], separators=(",", ":")),
    )
    take(store, ticket_change(1, status=Status.PENDING, updated_at=NOW))
    assert db.execute(paused).fetchone()[0] == to_ms(NOW)
    assert ticket(store, 1).sla_state == "paused"
    take(store, ticket_change(1, status=Status.OPEN, updated_at=NOW + timedelta(minutes=1)))
    assert db.execute(paused).fetchone()[0] is None
    assert len(json.loads(db.execute(paused).fetchone()[1])) == 2


def test_a_merged_ticket_names_the_one_that_swallowed_it(store: Store) -> None:
    take(store, ticket_change(1, merged_into="t2", status=Status.CLOSED))
    take(store, ticket_change(2))
    assert ticket(store, 1).merged_into == ticket(store, 2).id


def test_what_is_gone_goes_unless_somebody_wrote_for_it(store: Store) -> None:
    apply_in_slices(store, sample_page(6), BACKEND)
    kept = ticket(store, 1)
    store.write(
        lambda tx: save_draft(tx, DraftRow(f"{kept.id}:reply", kept.id, "reply", "Olá", 0, 0, "{}", 1))
    )
    take(store, TicketGone(remote_id="t0"), TicketGone(remote_id="t1"), TicketGone(remote_id="never"))
    db = store.reader()
    assert db.execute("SELECT count(*) FROM ticket").fetchone() == (5,)
    assert ticket(store, 1).status == "closed"
    assert db.execute("SELECT count(*) FROM event WHERE ticket_id = ?", (kept.id,)).fetchone() == (2,)
    assert verify_tallies(db) == []
    assert poison(store) == []
    take(store, ticket_change(1))
    assert ticket(store, 1).status == "open"


def test_articles_and_attachments(store: Store) -> None:
    article = ArticleUpsert(remote_id="7", title="Trocas", body="Em até 30 dias.")
    file = Attachment(remote_id="f1", name="nota fiscal.pdf", size=10)
    assert take(store, article, event_change(1, 0, attachments=(file,))).skipped == 0
    assert take(store, article) == Applied(unchanged=1)
    db = store.reader()
    known = reading.article(db, f"{BACKEND}:7")
    assert known is not None
    assert known.title == "Trocas"
    [event] = reading.timeline(db, ticket(store, 1).id)
    assert event.attachments == 1
    assert [one.name for one in reading.attachments(db, event.key)] == ["nota fiscal.pdf"]
    take(store, ArticleGone(remote_id="7"))
    assert reading.article(db, known.id) is None


def test_a_change_of_segment_reaches_the_score(store: Store) -> None:
    take(store, customer_change(0), ticket_change(1), event_change(1, 0))
    before = ticket(store, 1).score
    take(store, customer_change(0).model_copy(update={"segment": Segment.VIP}))
    row = ticket(store, 1)
    assert row.score > before
    assert sum(points for _, points in json.loads(row.why)) == row.score


def test_promises_of_colleagues(store: Store) -> None:
    due = NOW + timedelta(hours=3)
    made = {"kind": EventKind.PROMISE, "author_kind": AuthorKind.AGENT, "author": "bruno", "public": False}
    take(store, ticket_change(1), event_change(1, 1, data={"due": due.isoformat(), "what": "ligar"}, **made))
    take(store, event_change(1, 3, data={"due": "amanhã", "what": "?"}, **made))
    db = store.reader()
    [promise] = reading.promises(db)
    assert (promise.what, promise.due, promise.author) == ("ligar", to_ms(due), "bruno")
    assert reading.promises(db, "ana") == []
    take(store, event_change(1, 5, data={"promise": promise.id, "outcome": "kept"}, **made))
    assert reading.promises(db) == []
    assert [one.outcome for one in reading.promises_of(db, 1)] == ["kept"]
    assert poison(store) == []


def test_wrap_up_tier_and_facts_of_colleagues(store: Store) -> None:
    own = {"author_kind": AuthorKind.AGENT, "public": False}
    take(
        store,
        customer_change(0),
        ticket_change(1),
        event_change(1, 1, kind=EventKind.WRAP_UP, data={"code": "troca", "reason": "tamanho"}, **own),
        event_change(1, 3, kind=EventKind.ESCALATION, data={"from": "N1", "to": "N2"}, **own),
        event_change(1, 5, kind=EventKind.FACT, data={"name": "address_confirmed"}, **own),
    )
    row = ticket(store, 1)
    assert (row.wrap_up, row.reason, row.tier) == ("troca", "tamanho", "N2")
    assert [(fact.name, fact.value) for fact in reading.facts(store.reader(), row.customer_id)] == [
        ("address_confirmed", "yes")
    ]


def test_hostile_text_is_kept_and_breaks_nothing(store: Store, shared_data: Path) -> None:
    listed = json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8"))
    texts: Sequence[str] = [*listed, "nul\0inside", "\ud800 alone", "a" * 200_000]
    take(store, *(ticket_change(n, subject=text[:500]) for n, text in enumerate(texts)))
    take(store, *(event_change(n, 0, text=text, author=text[:100]) for n, text in enumerate(texts)))
    take(store, *(CustomerUpsert(remote_id=f"x{n}", name=text) for n, text in enumerate(texts)))
    assert poison(store) == []
    assert store.wait_indexed()
    assert store.reader().execute("SELECT count(*) FROM event").fetchone() == (len(texts),)


def test_tallies_are_found_wrong_and_counted_again(store: Store) -> None:
    apply_in_slices(store, sample_page(20), BACKEND)
    store.write(lambda tx: tx.db.execute("UPDATE tally SET n = n + 1 WHERE status = 'solved'") and None)
    wrong = verify_tallies(store.reader())
    assert {one.kept - one.counted for one in wrong} == {1}
    store.write(lambda tx: recount(tx.db))
    assert verify_tallies(store.reader()) == []


def test_a_cursor_alone(store: Store) -> None:
    apply_in_slices(store, ChangePage(changes=(), cursor="x", done=3, total=9), BACKEND)
    state = reading.sync_state(store.reader(), BACKEND)
    assert (state["cursor"], state["done"], state["total"], state["caught_up"]) == ("x", "3", "9", "0")
