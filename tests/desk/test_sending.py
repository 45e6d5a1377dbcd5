"""What goes with an answer: the review's word, copies, a later moment, the signature, the survey; at a real store."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import answering, knowing, moving, reviewing, together, undoing
from atendente_tui.desk.answering import Beside
from atendente_tui.desk.desk import Can, Desk
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import OutboxState, Status
from atendente_tui.review.finding import Level, Settings
from atendente_tui.store import outbox, reading
from atendente_tui.store.store import Store
from tests.builders import NOW
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, outbox_rows

CPF = "O CPF 529.982.247-25 está no cadastro, pode conferir com a gente por aqui."


def refused(desk: Desk, ticket_id: int, text: str, **beside: object) -> str:
    with pytest.raises(Refused) as caught:
        answering.reply(desk, ticket_id, text, beside=Beside(**beside)).result(10)  # type: ignore[arg-type]
    return caught.value.code


def bodies(store: Store) -> list[dict[str, object]]:
    return [json.loads(row.body) for row in outbox_rows(store)]


def audited(store: Store, action: str) -> list[dict[str, object]]:
    with closing(store.reader()) as db:
        return [
            json.loads(row[0]) for row in db.execute("SELECT detail FROM audit WHERE action = ?", (action,))
        ]


def test_the_desk_holds_a_document_back_until_somebody_says_why(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    assert refused(desk, mail, CPF) == "review_blocked"
    assert outbox_rows(store) == []
    with closing(store.reader()) as db:
        found = reviewing.findings(db, desk, mail, CPF)
    keys = {one.key: "a cliente pediu" for one in found if one.rule == "document"}
    assert refused(desk, mail, CPF, silenced=dict.fromkeys(keys, " ")) == "review_blocked"
    answering.reply(desk, mail, CPF, beside=Beside(silenced=keys)).result(10)
    (row,) = audited(store, "review_silenced")
    assert row == {"rule": "document", "blocked": True, "reason": "a cliente pediu"}


def test_a_card_goes_nowhere_not_even_into_a_note(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    card = "Cartão 4111 1111 1111 1111, conforme a compra de ontem à tarde."
    with closing(store.reader()) as db:
        keys = {one.key: "porque sim" for one in reviewing.findings(db, desk, mail, card)}
    assert refused(desk, mail, card, silenced=keys) == "review_blocked"
    with pytest.raises(Refused) as caught:
        answering.note(desk, mail, card).result(10)
    assert caught.value.code == "review_blocked"


def test_the_settings_say_how_strict_it_is(store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    answering.reply(desk_at(store, review=Settings({"document": Level.OFF})), mail, CPF).result(10)
    strict = desk_at(store, review=Settings({"curt": Level.BLOCK}))
    assert refused(strict, mail, "Ok.") == "review_blocked"


def test_copies_are_checked_and_go_along(desk: Desk, store: Store) -> None:
    mail, chat = ids(store, "channel = 'email'")[0], ids(store, "channel = 'chat'")[0]
    text = "Oi! O pedido saiu hoje e chega na sexta, com nota e garantia."
    assert refused(desk, mail, text, cc=("ana",)) == "address_unreadable"
    assert refused(desk, chat, text, cc=("ana@x.com",)) == "copies_channel"
    unable = desk_at(store, can=Can.everything()._replace(copies=False, uploads=False))
    assert refused(unable, mail, text, cc=("ana@x.com",)) == "copies_unable"
    answering.reply(desk, mail, text, beside=Beside(cc=("ana@x.com",), bcc=("chefe@x.com",))).result(10)
    (body,) = bodies(store)
    assert (body["cc"], body["bcc"]) == (["ana@x.com"], ["chefe@x.com"])
    with closing(store.reader()) as db:
        assert reviewing.familiar(db, mail) == {"ana@x.com", "chefe@x.com"}


def test_an_answer_for_later_waits_holds_nobody_up_and_counts_when_it_left(
    desk: Desk, store: Store, clock: VirtualClock
) -> None:
    mail = ids(store, "channel = 'email'")[0]
    with closing(store.reader()) as db:
        before = reading.ticket(db, mail)
    later = NOW + timedelta(hours=20)
    assert (
        refused(desk, mail, "Oi! Chega amanhã de manhã, sem custo nenhum.", at=NOW - timedelta(1))
        == "when_past"
    )
    given = answering.reply(
        desk, mail, "Oi! Chega amanhã de manhã, sem custo nenhum.", beside=Beside(at=later)
    ).result(10)
    assert (given.state, given.hold_until) == (OutboxState.HELD, to_ms(later))
    with closing(store.reader()) as db:
        row = reading.ticket(db, mail)
        assert row is not None
        assert before is not None
        assert (row.last_outbound, row.status) == (before.last_outbound, before.status)
    answering.note(desk, mail, "agora", hold=0).result(10)
    with closing(store.reader()) as db:
        assert [one.type for one in outbox.due(db, to_ms(NOW) + 1_000)] == ["note"]
        assert "reply" in {one.type for one in outbox.due(db, to_ms(later) + 1_000)}
    undoing.undo(desk, given.command_id).result(10)
    with closing(store.reader()) as db:
        draft = reading.draft(db, f"{mail}:reply")
        assert draft is not None
        assert json.loads(draft.extra)["not_before"].startswith("20")


def test_the_signature_of_the_channel_goes_below_once(store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    signed = desk_at(store, signatures={"email": "{{atendente.nome}}\nLoja"})
    text = "Oi! O pedido saiu hoje e chega na sexta, com nota."
    answering.reply(signed, mail, text).result(10)
    answering.reply(signed, mail, f"{text}\n\nAna Souza\nLoja").result(10)
    answering.reply(signed, mail, text, beside=Beside(signed=False)).result(10)
    assert [one["text"] for one in bodies(store)] == [f"{text}\n\nAna Souza\nLoja"] * 2 + [text]


def test_a_customer_is_asked_how_it_went_once_in_a_while(store: Store, clock: VirtualClock) -> None:
    mail = ids(store, "channel = 'email' AND status = 'open'")[0]
    asking = desk_at(store, survey_days=30.0)
    text = "Oi! Resolvido por aqui, o valor volta na próxima fatura."
    for wanted in (True, False):
        answering.reply(asking, mail, text, status=Status.SOLVED).result(10)
        assert bodies(store)[-1]["survey"] is wanted
        moving.set_status(asking, mail, Status.OPEN).result(10)
    clock.advance(timedelta(days=31))
    with pytest.raises(Refused) as caught:
        answering.reply(asking, mail, text, status=Status.SOLVED, beside=Beside(survey=False)).result(10)
    assert caught.value.code == "survey_reason"
    answering.reply(
        asking, mail, text, status=Status.SOLVED, beside=Beside(survey=False, survey_reason="só agradeceu")
    ).result(10)
    assert bodies(store)[-1]["survey"] is False
    assert audited(store, "survey_declined") == [{"reason": "só agradeceu"}]


def test_a_text_and_its_orders_are_one(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    deeds = [
        together.Deed("reply", {"text": "Oi! Verifico e volto na sexta, sem falta de notícia."}),
        together.Deed("promise", {"due": NOW + timedelta(days=3), "what": "ligar"}),
    ]
    outcomes = together.perform(desk, mail, deeds).result(10)
    assert [one["type"] for one in bodies(store)] == ["reply", "promise"]
    assert outcomes[0].submitted is not None
    together.undo(desk, outcomes[0].submitted.command_id).result(10)
    assert {row.state for row in outbox_rows(store)} == {"undone"}


def test_a_link_to_an_internal_article_is_held_back(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    store.write(
        lambda tx: tx.db.execute(
            "INSERT INTO article (ref, title, body, audience, tags, url, used) VALUES ('x', 'Alçadas', 'y', 'internal', '[]', ?, 0)",
            ("https://ajuda.loja.example/Base/12/",),
        )
    )
    text = "Oi! Veja em https://ajuda.loja.example/base/12 como o estorno é feito."
    where = reviewing.with_passages(desk, text, reviewing.situation(store.reader(), desk, mail))
    assert where.internal_links == {"https://ajuda.loja.example/base/12"}
    assert refused(desk, mail, text) == "review_blocked"
    assert reviewing.internal_links(desk.store.searcher(), "sem endereço") == frozenset()


def test_a_debt_is_not_told_before_one_knows_who_is_there(desk: Desk, store: Store) -> None:
    mail = ids(store, "channel = 'email'")[0]
    text = "Olá! Sua parcela em atraso é de R$ 120,00 e pode ser paga até sexta."
    moving.set_status(desk, mail, Status.OPEN).result(10)
    store.write(
        lambda tx: (
            tx.db.execute("UPDATE ticket SET reason = 'cobranca/parcela' WHERE id = ?", (mail,)) and None
        )
    )
    assert refused(desk, mail, text) == "review_blocked"
    with closing(store.reader()) as db:
        first = {one.rule for one in reviewing.findings(db, desk, mail, text)}
    assert {"debt", "disclosure"} <= first
    knowing.confirm_fact(desk, mail, "identity_confirmed", "data de nascimento").result(10)
    with closing(store.reader()) as db:
        then = {one.rule for one in reviewing.findings(db, desk, mail, text)}
    assert not {"debt", "disclosure"} & then
    answering.reply(desk, mail, text).result(10)
