"""The whole way: a desk at a real store, the sync, a proxy that loses answers, and a real Request Tracker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest

from atendente_tui.clock import SystemClock
from atendente_tui.desk import answering, creating, moving, owning, promising, triaging, undoing
from atendente_tui.desk.desk import Agent, Desk, Submitted
from atendente_tui.domain.words import Channel, Status, Tier
from atendente_tui.store.store import Store
from atendente_tui.sync.once import SyncReport, sync_once
from tests.builders import make_store
from tests.desk.conftest import desk_at
from tests.desk.seen import one, outbox_rows, tallies_agree, ticket
from tests.live.conftest import MakeAdapter
from tests.live.proxy import Fate, Proxy

pytestmark = pytest.mark.live
DELAY = 3.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = make_store(tmp_path, clock=SystemClock())
    yield store
    store.close()


def at(store: Store, login: str) -> Desk:
    return desk_at(store, agent=Agent(login, login.title(), (), Tier.N1), holds={})


async def synced(
    store: Store, adapters: MakeAdapter, login: str = "agent1", **settings: str | float
) -> SyncReport:
    return await sync_once(
        store,
        adapters(login, find_delay=DELAY, **settings),
        backend_name="rt",
        clock=SystemClock(),
        rng=Random(5),
        patience=60.0,
    )


def opened(desk: Desk, subject: str) -> Submitted:
    return creating.create(
        desk,
        customer_name="Maria Invenção",
        identities=(("email", f"{subject.replace(' ', '-')}@cliente.example"),),
        channel=Channel.EMAIL,
        subject=subject,
        text="Cadê meu pedido? Ção, ã, 😀",
        team="Support",
    ).result(20)


async def test_a_days_work_while_every_third_answer_is_lost(
    store: Store, adapters: MakeAdapter, proxy: Proxy
) -> None:
    assert (await synced(store, adapters)).error is None
    desk = at(store, "agent1")
    number = opened(desk, "whole way").ticket_id
    owning.claim(desk, number).result(20)
    first = answering.reply(desk, number, "Oi, Maria! Primeira tentativa.", hold=60).result(20)
    undoing.undo(desk, first.command_id).result(20)
    answering.reply(desk, number, "Oi, Maria! Já vi seu pedido.").result(20)
    answering.note(desk, number, "falei com a transportadora").result(20)
    triaging.tag(desk, number, add=("entrega",)).result(20)
    promising.promise(desk, number, SystemClock().now() + timedelta(hours=3), "retorno sobre o prazo").result(
        20
    )
    triaging.escalate(
        desk, number, tier=Tier.N2, reason="estorno", tried="segunda via", workaround="nenhuma"
    ).result(20)
    moving.wrap_up(desk, number, "entrega/atraso", note="resolvido").result(20)
    asked = count(1)

    def fate(method: str, _path: str) -> Fate:
        return "swallow" if method in ("POST", "PUT") and next(asked) % 3 == 0 else "pass"

    proxy.fate = fate
    for _round in range(12):  # a busy server makes more of the answers late
        report = await synced(store, adapters, url=proxy.url)
        if report.pending == 0:
            break
    assert [(row.type, row.state) for row in outbox_rows(store) if row.state != "undone"] == [
        (kind, "confirmed")
        for kind in ("create", "claim", "reply", "note", "tag", "promise", "escalate", "wrapup")
    ]
    proxy.fate = lambda _method, _path: "pass"
    assert (await synced(store, adapters)).error is None
    here = ticket(store, number)
    assert (here["assignee"], here["status"], here["remote_id"] is not None) == ("agent1", "solved", True)

    def times(text: str, where: Store) -> int:
        of_ours = "ticket_id = (SELECT id FROM ticket WHERE remote_id = ?)"
        sql = f"SELECT count(*) FROM event WHERE text LIKE ? AND {of_ours}"
        return int(one(where, sql, f"%{text}%", here["remote_id"]))

    assert times("Primeira tentativa", store) == 0
    for text in ("Cadê meu pedido", "Já vi seu pedido", "falei com a transportadora"):
        assert times(text, store) == 1, text
    assert tallies_agree(store)
    # Somebody who was not there sees the same.
    elsewhere = make_store(store.path.parent / "elsewhere", clock=SystemClock())
    try:
        assert (await synced(elsewhere, adapters, "agent2")).error is None
        for text in ("Cadê meu pedido", "Já vi seu pedido", "falei com a transportadora"):
            assert times(text, elsewhere) == 1, text
        assert times("Primeira tentativa", elsewhere) == 0
        there = one(elsewhere, "SELECT id FROM ticket WHERE remote_id = ?", here["remote_id"])
        row = ticket(elsewhere, there)
        assert (row["status"], row["assignee"]) == ("solved", "agent1")
        said = "SELECT count(*) FROM event WHERE ticket_id = ? AND kind != 'field_change'"
        assert one(store, said, number) == one(elsewhere, said, there)
    finally:
        elsewhere.close()


async def test_of_two_who_claim_offline_one_is_told_who_has_it(
    store: Store, adapters: MakeAdapter, tmp_path: Path
) -> None:
    number = opened(at(store, "agent1"), "two claims").ticket_id
    assert (await synced(store, adapters)).error is None
    remote = ticket(store, number)["remote_id"]
    other = make_store(tmp_path / "other", clock=SystemClock())
    try:
        assert (await synced(other, adapters, "agent2")).error is None
        theirs = one(other, "SELECT id FROM ticket WHERE remote_id = ?", remote)
        owning.claim(at(other, "agent2"), theirs).result(20)
        owning.claim(at(store, "agent1"), number).result(20)
        assert (await synced(other, adapters, "agent2")).lost == 0
        report = await synced(store, adapters)
        assert (report.lost, report.conflicts, report.pending) == (1, 0, 0)
        row = outbox_rows(store)[-1]
        assert (row.state, row.error_code) == ("discarded", "conflict")
        assert '"agent2"' in (row.current or "")
        assert ticket(store, number)["assignee"] == "agent2"
    finally:
        other.close()


async def test_a_refusal_of_the_server_comes_back_with_the_words(store: Store, adapters: MakeAdapter) -> None:
    number = opened(at(store, "agent1"), "refused").ticket_id
    assert (await synced(store, adapters)).error is None
    assert (await synced(store, adapters, "agent1")).refused == 0
    desk = at(store, "readonly")
    # A note: other tests on this server let everybody reply, as mail from customers needs.
    answering.note(desk, number, "isto não pode sair").result(20)
    moving.set_status(at(store, "agent1"), number, Status.PENDING).result(20)
    report = await synced(store, adapters, "readonly")
    states = [(row.type, row.state, row.error_code, row.error) for row in outbox_rows(store)]
    assert (report.refused, report.pending) == (1, 1), (report, states)
    row = outbox_rows(store)[-2]
    assert row.state == "refused"
    assert "isto não pode sair" in row.body
    assert row.error
