"""Articles found as a person asks for them, and the words they are found by kept up as articles change."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import BACKEND

from atendente_tui.desk.articles import store_articles
from atendente_tui.domain.change import ArticleGone, ArticleUpsert
from atendente_tui.domain.words import Audience
from atendente_tui.knowledge.articles import Article
from atendente_tui.store.article_search import Filters, question, search_articles
from atendente_tui.store.article_words import internal_in
from atendente_tui.store.indexing import prepare, store_id
from atendente_tui.store.ingest import apply_changes
from atendente_tui.store.store import Lane, Store

ARTICLES = (
    Article(
        "orcamento",
        "Orçamento de reparo",
        "O orçamento do conserto fica pronto em dois dias.\n",
        Audience.PUBLIC,
        ("técnico",),
    ),
    Article(
        "estorno",
        "Prazo de estorno",
        "O estorno no cartão leva até dez dias úteis.\n",
        Audience.PUBLIC,
        ("pagamento",),
        "Loja",
    ),
    Article(
        "multa",
        "Multa contratual",
        "Cancelamentos antes do prazo pagam multa de estorno.\n",
        Audience.INTERNAL,
        ("cobrança",),
    ),
    Article(
        "entrega",
        "Entregas atrasadas",
        "Quando o pedido atrasa, avisamos o cliente.\n",
        Audience.PUBLIC,
        ("entrega",),
    ),
    Article("parcels", "Late deliveries", "When parcels are delivered late we tell you.\n", language="en"),
)


@pytest.fixture
def kb(store: Store) -> Store:
    put(store, ARTICLES)
    return store


def put(store: Store, articles: tuple[Article, ...] | list[Article]) -> None:
    store.write(lambda tx: store_articles(tx, articles), Lane.SYNC)
    assert store.wait_indexed()


def found(store: Store, query: str, *, typing: bool = False, **filters: str) -> list[str]:
    asked = question(query, typing=typing, filters=Filters(**filters))
    with closing(store.search_reader()) as db:
        refs = dict(db.execute("SELECT id, ref FROM mirror.article").fetchall())
        return [refs[hit.id] for hit in search_articles(db, asked, deadline_ms=60_000)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("orcamento", "orcamento"),
        ("ORÇAMENTOS", "orcamento"),  # another form, other case
        ("orçamneto", "orcamento"),  # two letters swapped
        ("estrono cartao", "estorno"),
        ("mukta", "multa"),  # a slip that leaves little of the word
        ("quero saber em quanto tempo cai o estorno no meu cartão", "estorno"),
        ("reembolso no cartão", "estorno"),  # a synonym
        ("meu pedido está atrasado", "entrega"),
        ("cobrança", "multa"),  # a tag
        ("delivery", "parcels"),  # an English article by an English stem
    ],
)
def test_the_right_article_comes_first(kb: Store, query: str, first: str) -> None:
    assert found(kb, query)[:1] == [first]


@pytest.mark.parametrize("typed", ["or", "orç", "orcam", "orcamen", "reparo orc", "prazo de est"])
def test_the_word_being_typed_may_be_unfinished(kb: Store, typed: str) -> None:
    assert found(kb, typed, typing=True)[0] in ("orcamento", "estorno")
    assert found(kb, "orcam ", typing=True) == found(kb, "orcam"), "a space ends the word"


def test_what_no_article_has_finds_none(kb: Store) -> None:
    assert found(kb, "xyzzy") == []
    assert found(kb, "") == []
    assert found(kb, "de para com") == []
    assert found(kb, '"*(NEAR -x') == []


def test_filters_by_tag_product_and_audience(kb: Store) -> None:
    assert found(kb, "estorno") == ["estorno", "multa"]
    assert found(kb, "estorno", audience="public") == ["estorno"]
    assert found(kb, "estorno para:interno") == ["multa"]
    assert found(kb, "estorno #cobranca") == ["multa"]
    assert found(kb, "estorno produto:loja") == ["estorno"]
    assert found(kb, "tag:TECNICO") == ["orcamento"], "filters alone find too"
    assert found(kb, "estorno produto:outro") == []


def test_a_title_counts_more_than_a_text(store: Store) -> None:
    other = (
        "Texto sobre outra coisa, com muitas palavras que não dizem nada do assunto de que se trata aqui.\n"
    )
    put(store, [Article("a", "Outro assunto", other + "Garantia.\n"), Article("b", "Garantia", other)])
    assert found(store, "garantia") == ["b", "a"]


def test_changed_and_gone_articles_are_found_as_they_are_now(kb: Store) -> None:
    put(kb, [Article("estorno", "Trocas", "Como trocar um produto.\n", Audience.PUBLIC)])
    assert found(kb, "cartão") == []
    assert found(kb, "trocar produto")[:1] == ["estorno"]
    far = ArticleUpsert(
        remote_id="7", title="Frete grátis", body="Acima de cem reais o frete é grátis.", audience="public"
    )
    kb.write(lambda tx: apply_changes(tx, [far], BACKEND), Lane.SYNC)
    assert kb.wait_indexed()
    assert found(kb, "frete")[0] == f"{BACKEND}:7", "a backend's articles live beside one's own"
    kb.write(lambda tx: apply_changes(tx, [ArticleGone(remote_id="7")], BACKEND), Lane.SYNC)
    assert kb.wait_indexed()
    assert found(kb, "grátis reais") == []


WORDS = st.sampled_from(["pedido", "troca", "estorno", "cartão", "prazo", "de", "garantia", "nota"])
TEXT = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 3), TEXT, TEXT), min_size=1, max_size=8))
def test_what_is_kept_up_is_what_would_be_made_anew(
    store: Store, steps: list[tuple[int, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    for n, title, body in steps:
        put(store, [Article(f"a{n}", title, body)])
    with closing(store.search_reader()) as kept:
        anew = prepare(
            store.file, tmp_path_factory.mktemp("anew") / "search.db", None, store_id(store.reader())
        )
        with closing(anew):
            from atendente_tui.store.article_words import take_in

            ids = [row[0] for row in anew.execute("SELECT id FROM mirror.article")]
            take_in(anew, ids)
            for sql in (
                "SELECT id, length FROM kb_doc ORDER BY id",
                "SELECT stem, n FROM kb_stem WHERE n <> 0 ORDER BY stem",
                "SELECT articles, length FROM kb_size",
            ):
                assert kept.execute(sql).fetchall() == anew.execute(sql).fetchall()
            for query in ("pedido", "troca estorno", "cartao prazo"):
                assert [hit.id for hit in search_articles(kept, question(query))] == [
                    hit.id for hit in search_articles(anew, question(query))
                ]


def test_without_time_to_rank_all_what_is_at_hand_is_judged(store: Store) -> None:
    put(store, [Article(f"a{n}", f"Prazo {n}", "Prazo do estorno.\n") for n in range(1_200)])
    with closing(store.search_reader()) as db:
        for query in ("prazo do estorno", "prazo"):
            hits = search_articles(db, question(query), deadline_ms=0)
            assert len(hits) == 20
            assert all(hit.score > 0 for hit in hits)


def test_pasted_internal_words_are_known_again_until_the_article_is_no_longer_internal(kb: Store) -> None:
    secret = "Até trezentos reais o atendente aprova sozinho, acima disso só com a supervisão."
    put(kb, [Article("alcada", "Alçadas", secret + "\n", Audience.INTERNAL)])
    pasted = f"Olá! {secret.upper()} Abraço."
    with closing(kb.search_reader()) as db:
        (one,) = internal_in(db, pasted)
        assert (one.title, pasted[one.start : one.end]) == ("Alçadas", secret.upper().rstrip("."))
        assert internal_in(db, "Até trezentos reais eu aprovo.") == []
    put(kb, [Article("aviso", "Aviso", f"Todos sabem: {secret}\n", Audience.PUBLIC)])
    with closing(kb.search_reader()) as db:
        assert internal_in(db, pasted) == [], "customers can read it anyway"
    put(kb, [Article("aviso", "Aviso", "Nada.\n", Audience.PUBLIC)])
    put(kb, [Article("alcada", "Alçadas", secret + "\n", Audience.PUBLIC)])
    with closing(kb.search_reader()) as db:
        assert internal_in(db, pasted) == []
