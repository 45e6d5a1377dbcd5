"""What an answer says that its author had seen, and what it says after somebody was faster."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from atendente_tui.desk import answering, creating, outgoing
from atendente_tui.desk.desk import Desk
from atendente_tui.domain.change import ChangePage, EventAppend
from atendente_tui.domain.command import Receipt
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import AuthorKind, Channel, EventKind, OutboxState
from atendente_tui.store import news, outbox
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from tests.builders import BACKEND, NOW, event_change, make_store, sample_page
from tests.desk.conftest import desk_at

TICKET = 2
"""Of the sample page: remote t1, Bruno's; its events are e1-0 (the customer's) and e1-1 (Ana's own)."""


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = make_store(tmp_path)
    page = sample_page(3, events=0)
    apply_in_slices(made, page, BACKEND)
    yield made
    made.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return desk_at(store, holds={})


def comes(store: Store, remote_id: str, **changed: Any) -> EventAppend:
    event = event_change(1, 0, remote_id=remote_id, **changed)
    apply_in_slices(store, ChangePage(changes=(event,), cursor=remote_id, caught_up=True), BACKEND)
    return event


def by(login: str) -> dict[str, Any]:
    return {"author_kind": AuthorKind.AGENT, "author": login, "direction": "outbound"}


def body(store: Store, command_id: UUID) -> dict[str, Any]:
    with closing(store.reader()) as db:
        row = outbox.row(db, str(command_id))
    assert row is not None
    return dict(json.loads(row.body))


def replied(desk: Desk, text: str = "Oi!", **how: Any) -> UUID:
    return answering.reply(desk, TICKET, text, channel=Channel.EMAIL, **how).result().command_id


def seen(store: Store) -> str:
    with closing(store.reader()) as db:
        return news.seen_there(db, TICKET, "ana")


# -- what was seen -------------------------------------------------------------------------------------------------


def test_nothing_was_said_yet(store: Store, desk: Desk) -> None:
    assert seen(store) == "0"
    assert body(store, replied(desk))["seen"] == "0"


def test_numbers_grow_whatever_time_they_bear(store: Store) -> None:
    comes(store, "99", at=NOW)
    assert seen(store) == "99"
    comes(store, "100", at=NOW.replace(hour=3))  # a mail that was long under way
    assert seen(store) == "100"
    comes(store, "101", **by("bruno"))
    assert seen(store) == "101"
    comes(store, "102", **by("bruno"), kind=EventKind.NOTE, public=False)
    assert seen(store) == "102"


def test_ones_own_words_and_changes_of_fields_are_not_what_others_said(store: Store) -> None:
    comes(store, "7")
    comes(store, "8", **by("ana"))
    comes(
        store,
        "9",
        **by("bruno"),
        kind=EventKind.FIELD_CHANGE,
        data={"field": "priority", "old": "low", "new": "high"},
    )
    comes(
        store, "import:zz-1", at=NOW.replace(hour=1)
    )  # brought in from a file: the backend does not know it
    assert seen(store) == "7"


def test_where_ids_are_no_numbers_the_newest_counts(store: Store) -> None:
    comes(store, "e-zzzz", at=NOW.replace(hour=1))
    comes(store, "e-a", at=NOW)
    assert seen(store) == "e-a"


def test_it_is_filled_in_with_the_sending_itself(store: Store, desk: Desk) -> None:
    comes(store, "40")
    first = replied(desk)
    comes(store, "41")
    assert body(store, first)["seen"] == "40"
    assert body(store, replied(desk))["seen"] == "41"
    assert body(store, replied(desk, insist=True))["seen"] is None


def test_who_insists_over_what_is_here_has_not_seen_what_is_still_under_way(store: Store, desk: Desk) -> None:
    comes(store, "40")
    with closing(store.reader()) as db:
        begun = news.seen(db, TICKET, "ana")
    comes(store, "41", **by("bruno"))
    with pytest.raises(Refused, match="stale"):
        replied(desk, seen=begun)
    assert body(store, replied(desk, seen=begun, insist=True))["seen"] == "41"


def test_a_ticket_that_is_only_here_was_seen_by_nobody_else(store: Store, desk: Desk) -> None:
    made = creating.create(
        desk, customer_name="Maria", channel=Channel.EMAIL, subject="Oi", text="Oi", identities=()
    ).result()
    early = answering.reply(desk, made.ticket_id, "Já vejo.", channel=Channel.EMAIL).result().command_id
    assert body(store, early)["seen"] is None
    receipt = Receipt(command_id=made.command_id, at=NOW, ticket="50", event="500", protocol="A-50")

    def settle(tx: Any) -> None:
        row = outbox.row(tx.db, str(made.command_id))
        assert row is not None
        assert outbox.mark_sent(tx, row.n) is not None
        outbox.settle(tx, receipt)

    store.write(settle)
    later = answering.reply(desk, made.ticket_id, "E agora?", channel=Channel.EMAIL).result().command_id
    assert body(store, later)["seen"] == "500"  # the customer's own words, which we wrote down


# -- after a conflict ----------------------------------------------------------------------------------------------


def stale(store: Store, command_id: UUID, *events: EventAppend) -> None:
    def job(tx: Any) -> None:
        row = outbox.row(tx.db, str(command_id))
        assert row is not None
        assert outbox.mark_sent(tx, row.n) is not None
        outbox.conflict(tx, row.n, "something was said since", {"status": "open"}, events)

    store.write(job)


def rows(store: Store) -> list[Any]:
    with closing(store.reader()) as db:
        return outbox.pending(db)


NEWS = (
    event_change(1, 0, remote_id="41", text="Mudei de ideia"),
    event_change(1, 2, remote_id="109", text="Bruno respondeu", **by("bruno")),
)


def test_the_conflict_keeps_what_was_said(store: Store, desk: Desk) -> None:
    comes(store, "40")
    stale(store, replied(desk, "Minha resposta"), *NEWS)
    (row,) = rows(store)
    assert [(one["remote_id"], one["text"]) for one in outgoing.events_of(row)] == [
        ("41", "Mudei de ideia"),
        ("109", "Bruno respondeu"),
    ]
    assert json.loads(row.body)["text"] == "Minha resposta"


def test_sent_again_it_has_seen_what_the_conflict_showed_and_nothing_else(store: Store, desk: Desk) -> None:
    comes(store, "40")
    first = replied(desk)
    stale(store, first, *NEWS)
    comes(store, "110")  # came in while the person looked at the conflict
    again = outgoing.retry(desk, first).result().command_id
    assert again != first
    assert (body(store, again)["seen"], body(store, again)["last_seen"]) == ("109", None)
    (row,) = rows(store)
    assert (row.state, row.events) == (OutboxState.QUEUED, None)
    stale(store, again, event_change(1, 4, remote_id="110"))
    third = outgoing.retry(desk, again).result().command_id
    assert body(store, third)["seen"] == "110"
    stale(store, third, event_change(1, 4, remote_id="111"))
    assert body(store, outgoing.retry(desk, third, insist=True).result().command_id)["seen"] is None


def test_edited_it_has_seen_the_same(store: Store, desk: Desk) -> None:
    comes(store, "40")
    first = replied(desk)
    stale(store, first, *NEWS)
    edited = outgoing.edit(desk, first, "Entendi, cancelado.").result().command_id
    assert (body(store, edited)["seen"], body(store, edited)["text"]) == ("109", "Entendi, cancelado.")
    other = outgoing.edit(desk, edited, "De novo.").result().command_id  # not in conflict any more
    assert body(store, other)["seen"] == "109"


def test_insisting_lasts(store: Store, desk: Desk) -> None:
    first = replied(desk, insist=True)
    stale(store, first)
    assert body(store, outgoing.retry(desk, first).result().command_id)["seen"] is None


def test_discarded_its_words_are_a_draft_and_the_news_are_not_kept(store: Store, desk: Desk) -> None:
    first = replied(desk, "Minha resposta")
    stale(store, first, *NEWS)
    outgoing.discard(desk, first).result()
    with closing(store.reader()) as db:
        assert db.execute("SELECT text FROM draft WHERE slot = ?", (f"{TICKET}:reply",)).fetchone() == (
            "Minha resposta",
        )
        assert db.execute("SELECT count(*) FROM outbox WHERE events IS NOT NULL").fetchone() == (0,)


def test_the_file_of_what_is_pending_has_them_too(store: Store, desk: Desk, tmp_path: Path) -> None:
    stale(store, replied(desk), *NEWS)
    assert outgoing.export(desk, tmp_path / "out.jsonl").result(10) == 1
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [one["remote_id"] for one in json.loads(line)["events"]] == ["41", "109"]


@pytest.mark.parametrize(
    ("was", "told", "now"),
    [
        ("9", [], "9"),
        ("9", ["10"], "10"),
        ("100", ["99"], "100"),
        ("0", ["12", "11"], "12"),
        ("e-1", ["e-9", "e-4"], "e-4"),
        ("e-1", [], "e-1"),
    ],
)
def test_the_last_of_what_was_seen(was: str, told: list[str], now: str) -> None:
    assert news.latest(was, told) == now
