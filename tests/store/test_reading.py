from __future__ import annotations

import json

import pytest
from tests.builders import BACKEND, customer_change, event_change, ticket_change

from atendente_tui.store import reading
from atendente_tui.store.audit import record
from atendente_tui.store.drafts import drop_draft, save_draft
from atendente_tui.store.ingest import apply_changes
from atendente_tui.store.rows import DraftRow
from atendente_tui.store.store import Store


def test_a_ticket_by_what_a_person_says(shop: Store) -> None:
    db = shop.reader()
    row = reading.ticket(db, 12)
    assert row is not None
    for said in (row.protocol, f"#{row.protocol}", f" {row.protocol} ", "12", "#12"):
        assert reading.find_ticket(db, said) == 12
    for said in ("", "#", "999999999999999999999", "²", "x'; DROP TABLE ticket"):
        assert reading.find_ticket(db, said) is None
    assert reading.ticket(db, 10**9) is None
    assert reading.customer(db, 10**9) is None
    db.close()


def test_a_timeline_in_pages(store: Store) -> None:
    changes = [customer_change(0), ticket_change(1), *(event_change(1, n) for n in range(25))]
    store.write(lambda tx: apply_changes(tx, changes, BACKEND))
    db = store.reader()
    row = reading.ticket(db, 1)
    assert row is not None
    every = reading.timeline(db, 1, limit=100)
    assert [event.key for event in every] == sorted(event.key for event in every)
    assert reading.timeline(db, customer_id=row.customer_id, limit=100) == every
    assert reading.timeline(db, 1, limit=10) == every[-10:]
    assert reading.timeline(db, 1, before=every[10].key, limit=4) == every[6:10]
    assert reading.timeline(db, 1, after=every[10].key, limit=4) == every[11:15]
    assert reading.timeline(db, 1, channels=("sms",)) == []
    assert reading.timeline(db, 1, kinds=("message",), limit=100) == every
    assert (reading.event_count(db, 1), reading.event_count(db, 1, kinds=("call",))) == (25, 0)
    assert reading.event(db, every[3].key) == every[3]
    assert [one.id for one in reading.tickets_of(db, row.customer_id)] == [1]
    with pytest.raises(ValueError, match="one ticket or of one customer"):
        reading.timeline(db)
    db.close()


def test_drafts_are_found_again(store: Store) -> None:
    one = DraftRow("1:reply", 1, "reply", "Olá, Ana!\nçã 👋", 1, 2, "{}", 5)
    store.write(lambda tx: save_draft(tx, one))
    store.write(lambda tx: save_draft(tx, one._replace(text="Olá!", updated=9)))
    store.write(lambda tx: save_draft(tx, DraftRow("new:x", None, "new", "", 0, 0, '{"subject":"a"}', 7)))
    db = store.reader()
    assert reading.draft(db, "1:reply") == one._replace(text="Olá!", updated=9)
    assert [draft.slot for draft in reading.drafts(db)] == ["1:reply", "new:x"]
    store.write(lambda tx: drop_draft(tx, "1:reply"))
    assert reading.draft(db, "1:reply") is None
    db.close()


def test_the_audit_only_grows(store: Store) -> None:
    store.write(lambda tx: record(tx, "ana", "reply", 3, "id", length=12))
    db = store.reader()
    assert json.loads(db.execute("SELECT detail FROM audit").fetchone()[0]) == {"length": 12}
    for sql in ("DELETE FROM audit", "UPDATE audit SET actor = 'x'"):
        with pytest.raises(Exception, match="append-only"):
            store.write(lambda tx, sql=sql: tx.db.execute(sql) and None)
    db.close()


def test_pick_lists(shop: Store) -> None:
    db = shop.reader()
    assert reading.directory(db, "team") == [("financeiro", "Financeiro"), ("loja", "Loja")]
    assert reading.promises(db) == []
    assert reading.articles(db) == []
    assert reading.orders(db, 1) == []
    db.close()
