"""Variables of scripts, drafts, several tickets at once, and the outbox in a file."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import answering, bulk, drafting, library, outgoing
from atendente_tui.desk.desk import Desk
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.words import Direction, EventKind, Priority
from atendente_tui.store.ingest import apply_page
from atendente_tui.store.store import Store
from tests.builders import NOW, sample_page
from tests.desk.seen import ids, one, outbox_rows, table, ticket


def test_variables_of_a_ticket(desk: Desk, store: Store, clock: VirtualClock) -> None:
    order = EventAppend(
        remote_id="o1",
        ticket=None,
        customer="c0",
        at=NOW - timedelta(days=2),
        kind=EventKind.ORDER,
        direction=Direction.INTERNAL,
        data={"number": "88213", "expected": "2026-11-10"},
    )
    store.write(lambda tx: apply_page(tx, sample_page(0).model_copy(update={"changes": (order,)}), "example"))
    number = ids(store, "remote_id = 't0'")[0]
    values = library.variables(desk, number)
    assert values["chamado.protocolo"] == "2026-000000"
    assert values["pedido.numero"] == "88213"
    assert values["pedido.prazo"] == "10/11/2026"
    assert values["atendente.nome"] == "Ana Souza"
    assert values["hoje"] == "20/11/2026"
    assert values["saudacao"] == "Boa tarde"  # noon in São Paulo
    assert values["cliente.nome"].startswith(values["cliente.primeiro_nome"])
    assert "cliente.nome_social" not in values
    clock.advance(timedelta(hours=9))
    assert library.variables(desk, number)["saudacao"] == "Boa noite"
    assert library.variables(desk, 999) == {}


def test_a_draft_is_kept_and_dropped(desk: Desk, store: Store) -> None:
    drafting.save_draft(desk, 1, "reply", "Oi, Ma", (0, 6), extra={"channel": "email"}).result(10)
    assert table(store, "draft")[0][:7] == ("1:reply", 1, "reply", "Oi, Ma", 0, 6, '{"channel": "email"}')
    drafting.save_draft(desk, None, "new", "chamado novo", slot="new:1").result(10)
    drafting.save_draft(desk, 1, "reply", "  ").result(10)
    assert [row[0] for row in table(store, "draft")] == ["new:1"]
    drafting.drop_draft(desk, None, "new", slot="new:1").result(10)
    assert table(store, "draft") == []
    with pytest.raises(ValueError, match="slot"):
        drafting.save_draft(desk, None, "new", "x")


def test_several_at_once_are_shown_before_they_are_done(desk: Desk, store: Store) -> None:
    some = ids(store, "1")
    lines = bulk.preview(desk, some, "priority", priority=Priority.HIGH).result(20)
    assert [line.ticket_id for line in lines] == some
    no = [line for line in lines if not line.ok]
    assert {line.refused.code for line in no if line.refused} == {"nothing_to_change"}
    assert outbox_rows(store) == []
    done = bulk.perform(
        desk, [line.ticket_id for line in lines if line.ok], "priority", priority=Priority.HIGH
    )
    assert all(line.ok and line.submitted for line in done.result(20))
    assert len(outbox_rows(store)) == len(some) - len(no)
    assert one(store, "SELECT count(*) FROM ticket WHERE priority = 'high'") == len(some)
    assert len({row.command_id for row in outbox_rows(store)}) == len(outbox_rows(store))
    unknown = bulk.preview(desk, [1, 999], "note", text="oi").result(20)
    assert [line.ok for line in unknown] == [True, False]
    with pytest.raises(KeyError):
        bulk.preview(desk, [1], "explode")
    assert bulk.perform(desk, [], "note", text="oi").result(5) == []


def test_the_outbox_in_a_file(desk: Desk, store: Store, tmp_path: Path) -> None:
    answering.note(desk, 1, "guarde isto").result(10)
    path = tmp_path / "outbox.jsonl"
    assert outgoing.export(desk, path).result(10) == 1
    line = json.loads(path.read_text(encoding="utf-8"))
    assert (line["kind"], line["state"], line["command"]["text"]) == ("note", "held", "guarde isto")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        outgoing.export(desk, path).result(10)


def test_our_own_answer_leaves_nothing_unread(desk: Desk, store: Store) -> None:
    from atendente_tui.desk import looking

    mine = ids(store, "assignee = 'ana' AND status = 'open'")[0]
    looking.mark_seen(desk, mine).result(10)
    answering.reply(desk, mine, "pronto", channel="email").result(10)
    now = ticket(store, mine)
    assert now["seen_event"] == now["newest_event"]
