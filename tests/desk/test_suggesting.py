"""Suggestions for a ticket: what has to do with it comes first and says why; what has not is not suggested."""

from __future__ import annotations

import pytest

from atendente_tui.desk import creating, moving
from atendente_tui.desk.articles import store_articles
from atendente_tui.desk.desk import Desk
from atendente_tui.desk.suggesting import Suggestions, shelved, suggest
from atendente_tui.domain.words import Audience, Channel, Status
from atendente_tui.knowledge.articles import Article
from atendente_tui.knowledge.scripts import Script
from atendente_tui.store.store import Lane, Store

SCRIPTS = shelved(
    [
        Script("atraso", "Atraso na entrega", "Sinto muito, o pedido atrasou.", tags=("entrega",)),
        Script("boleto", "Segunda via do boleto", "Segue a segunda via do boleto."),
        Script("boleto-sms", "Boleto por SMS", "Boleto.", channels=(Channel.SMS,)),
    ]
)
ARTICLES = [
    Article(
        "estorno",
        "Prazo de estorno",
        "O estorno no cartão leva dez dias úteis.\n",
        Audience.PUBLIC,
        ("pagamento",),
    ),
    Article("boleto", "Boleto vencido", "Como pagar um boleto vencido.\n", Audience.INTERNAL),
    Article("troca", "Troca de tamanho", "Guarde a etiqueta.\n", Audience.PUBLIC),
]


@pytest.fixture
def kb(store: Store) -> Store:
    store.write(lambda tx: store_articles(tx, ARTICLES), Lane.SYNC)
    store.write(lambda tx: tx.db.execute("UPDATE article SET used = 7 WHERE ref = 'boleto'"))
    return store


def opened(desk: Desk, subject: str, text: str, *, tags: tuple[str, ...] = ()) -> int:
    made = creating.create(
        desk, customer_name="Rui", channel=Channel.EMAIL, subject=subject, text=text, tags=tags
    ).result()
    return made.ticket_id


def suggested(desk: Desk, number: int) -> Suggestions:
    assert desk.store.wait_indexed()
    return suggest(desk.store.searcher(), number, SCRIPTS)


def test_what_suits_the_words_of_a_ticket_with_why(desk: Desk, kb: Store) -> None:
    found = suggested(desk, opened(desk, "Boletos", "Meu boleto venceu, preciso da segunda via"))
    assert [one.ref for one in found.scripts] == ["boleto"], "a text for SMS is not for an e-mail"
    assert [one.title for one in found.articles] == ["Boleto vencido"]
    assert [(one.part, one.text) for one in found.articles[0].why][1:] == [("used", "7")]
    assert "boleto" in found.articles[0].why[0].text
    assert found.articles[0].about == "internal"


def test_a_shared_tag_counts_and_is_told(desk: Desk, kb: Store) -> None:
    found = suggested(desk, opened(desk, "Cadê?", "Meu pedido está atrasado", tags=("entrega",)))
    assert [(one.part, one.text) for one in found.scripts[0].why] == [
        ("words", "atrasado, pedido"),
        ("tags", "entrega"),
    ]


def test_solved_tickets_like_it_and_none_that_is_open(desk: Desk, kb: Store) -> None:
    old = opened(desk, "Estornos que não caíram", "…", tags=("pagamento",))
    other = opened(desk, "Estorno pendente", "…")
    moving.set_status(desk, old, Status.SOLVED).result()
    number = opened(desk, "Meu estorno não caiu", "Quando cai?")
    found = suggested(desk, number)
    assert [int(one.ref) for one in found.tickets] == [old]
    assert found.tickets[0].why[0].part == "words"
    assert other not in [int(one.ref) for one in found.tickets]


def test_a_ticket_that_says_nothing_gets_no_suggestion(desk: Desk, kb: Store) -> None:
    assert suggested(desk, opened(desk, "Oi", "a de para")) == Suggestions()
    assert suggest(desk.store.searcher(), 99_999, SCRIPTS) == Suggestions()


def test_who_no_longer_wants_them_gets_what_there_is(desk: Desk, kb: Store) -> None:
    number = opened(desk, "Boletos", "Meu boleto venceu")
    assert desk.store.wait_indexed()
    assert suggest(desk.store.searcher(), number, SCRIPTS, stop=lambda: True) == Suggestions()
