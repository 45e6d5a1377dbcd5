"""What the reviewer says, rule by rule: what it must find, and what looks like it and is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.config import REVIEW_LEVELS, REVIEW_RULES
from atendente_tui.domain.words import Channel, IdentityKind
from atendente_tui.review.finding import Level, Passage, Settings, Situation
from atendente_tui.review.places import fold, sentences
from atendente_tui.review.rules import RULES, open_findings, review
from atendente_tui.review.spelling import places, words

MARIA = Situation(
    channel=Channel.EMAIL,
    names=("Maria Oliveira",),
    colleagues=("Ana Souza",),
    own=frozenset({(IdentityKind.EMAIL, "maria@exemplo.com.br"), (IdentityKind.PHONE, "+5511912345678")}),
    known=frozenset({"cpf_confirmed", "address_confirmed"}),
    due="03/12 18:00",
)
LONG = " Obrigada por esperar, o seu pedido chega na sexta-feira."


def found(text: str, where: Situation = MARIA, settings: Settings = Settings()) -> dict[str, list[str]]:  # noqa: B008
    """Excerpts by rule."""
    told: dict[str, list[str]] = {}
    for one in review(text, where, settings):
        told.setdefault(one.rule, []).append(one.excerpt)
        assert one.sentence
        assert "{" not in one.sentence.replace("{{", "")
        assert one.excerpt == text[one.start : one.end]
    return told


GOOD = "Oi, Maria! O pedido 88213 saiu hoje e chega na sexta. Qualquer dúvida, é só responder aqui."


def test_a_good_answer_has_nothing_to_be_said_about_it() -> None:
    assert found(GOOD) == {}


@pytest.mark.parametrize(
    ("rule", "text", "excerpts"),
    [
        ("variables", "Oi, {{cliente.nome}}!" + LONG, ["{{cliente.nome}}"]),
        ("document", "O CPF 529.982.247-25 confere." + LONG, ["529.982.247-25"]),
        ("document", "CNPJ 12.ABC.345/01DE-35 ativo." + LONG, ["12.ABC.345/01DE-35"]),
        ("card", "Cartão 4111 1111 1111 1111." + LONG, ["4111 1111 1111 1111"]),
        ("email", "Fale com jose@exemplo.com.br." + LONG, ["jose@exemplo.com.br"]),
        ("phone", "Ligue para (21) 98765-4321." + LONG, ["(21) 98765-4321"]),
        (
            "pix",
            "Chave 123e4567-e89b-42d3-a456-426614174000." + LONG,
            ["123e4567-e89b-42d3-a456-426614174000"],
        ),
        ("known_fact", "Oi, Maria! Qual é o seu CPF?" + LONG, ["Qual é o seu CPF?"]),
        ("promise", "Com certeza resolvemos." + LONG, ["Com certeza"]),
        ("shouting", "SEU PEDIDO FOI ENVIADO." + LONG, ["SEU PEDIDO FOI ENVIADO"]),
        ("shouting", "Já enviamos!!!!" + LONG, ["!!!!"]),
        ("jargon", "Abri um ticket." + LONG, ["ticket"]),
        ("jargon", "Vou escalonar o caso." + LONG, ["escalonar"]),
        ("curt", "Já foi.", [""]),
        ("wrong_name", "Oi, Mario!" + LONG, ["Mario"]),
        ("wrong_name", "Prezada Sra. Joana Lima," + LONG, ["Joana Lima"]),
        ("internal_link", "Veja http://intranet/base/12." + LONG, ["http://intranet/base/12"]),
        ("internal_link", "Veja https://10.0.0.7/x." + LONG, ["https://10.0.0.7/x"]),
        ("missing_file", "Segue anexo o comprovante." + LONG, ["Segue anexo"]),
    ],
)
def test_what_each_rule_finds(rule: str, text: str, excerpts: list[str]) -> None:
    assert found(text).get(rule) == excerpts


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("document", "Pedido 52998224726 e protocolo 20261129004821." + LONG),
        ("email", "Mandamos para maria@exemplo.com.br." + LONG),
        ("phone", "Ligamos para (11) 91234-5678." + LONG),
        ("promise", "Com certeza até amanhã resolvemos." + LONG),
        ("promise", "Garanto a entrega em 2 dias úteis." + LONG),
        ("shouting", "O CPF e o CEP estão no PDF da NF-e." + LONG),
        ("shouting", "Código BR123456789BR SEDEX." + LONG),
        ("jargon", "O ticketeiro e a slave não contam; www.ticket.com.br também não." + LONG),
        ("wrong_name", "Oi, Maria!" + LONG),
        ("wrong_name", "Bom dia! Tudo bem?" + LONG),
        ("wrong_name", "Oi! Atualização: já saiu." + LONG),
        ("wrong_name", "Olá, Sra. Oliveira!" + LONG),
        ("wrong_name", "Olá, cliente!" + LONG),
        ("known_fact", "O CPF já está confirmado." + LONG),
        ("internal_link", "Veja https://loja.com.br/ajuda e localizacao.com." + LONG),
        ("curt", "Oi, Maria! O pedido já saiu e chega amanhã."),
        ("missing_file", "O anexo da casa fica pronto." + LONG),
    ],
)
def test_what_looks_like_it_and_is_none(rule: str, text: str) -> None:
    assert rule not in found(text)


def test_the_customer_who_goes_by_another_name() -> None:
    where = MARIA._replace(names=("Ana Souza Lima", "Carlos Souza Lima"))
    (one,) = (one for one in review("Oi, Carlos!" + LONG, where, Settings()) if one.rule == "wrong_name")
    assert one.fixes == ("Ana",)
    assert "wrong_name" not in found("Oi, Ana!" + LONG, where)
    assert "wrong_name" not in found("Oi, Beto!" + LONG, where._replace(names=("+55 11 91234-5678",)))


def test_the_channel_decides_how_short_is_too_short_and_what_its_window_allows() -> None:
    chat = MARIA._replace(channel=Channel.CHAT)
    assert "curt" not in found("Já saiu!", chat)
    assert "curt" in found("Já.", chat)
    late = MARIA._replace(channel=Channel.WHATSAPP, last_inbound=0, now=25 * 3_600_000)
    assert "window" in found(GOOD, late)
    assert "window" not in found(GOOD, late._replace(template=True))
    assert "limit" in found("a " * 3_000, late)


def test_new_recipients_internal_passages_and_hosts_of_ones_own() -> None:
    where = MARIA._replace(
        copies=("chefe@x.com", "Maria@exemplo.com.br", "velho@x.com"), familiar=frozenset({"velho@x.com"})
    )
    told = [one for one in review(GOOD, where, Settings()) if one.rule == "new_address"]
    assert ["chefe@x.com" in one.sentence for one in told] == [True]
    passage = Passage("Alçadas", "O atendente pode conceder até cinquenta reais sem aprovação do supervisor.")
    text = "Oi! O atendente pode conceder até CINQUENTA reais sem aprovacao do supervisor." + LONG
    assert "internal_article" in found(text, MARIA._replace(internal=(passage,)))
    ours = Settings(internal_hosts=("empresa.com.br",), ours=("sac@loja.com.br",))
    assert "internal_link" in found("Veja https://wiki.empresa.com.br/x." + LONG, MARIA, ours)
    assert "email" not in found("Escreva para sac@loja.com.br." + LONG, MARIA, ours)


def test_levels_are_settings_but_what_the_channel_insists_on() -> None:
    text = "O CPF 529.982.247-25 e {{?o quê}}." + LONG
    off = Settings({"document": Level.OFF, "curt": Level.BLOCK})
    assert "document" not in found(text, MARIA, off)
    assert [one.blocks for one in review("Já.", MARIA, off) if one.rule == "curt"] == [True]
    assert "variables" in found(text, MARIA, Settings({"variables": Level.OFF}))
    assert set(REVIEW_RULES) == {name for name, kept in RULES.items() if not kept.bound}
    assert tuple(Level) == REVIEW_LEVELS


def test_a_finding_is_silenced_for_its_own_words_and_never_where_it_is_final() -> None:
    text = "CPF 529.982.247-25 e cartão 4111 1111 1111 1111." + LONG
    every = review(text, MARIA, Settings())
    quiet = [one.key for one in every]
    left = open_findings(every, quiet)
    assert {one.rule for one in left} == {"card"}
    other = review("CPF 111.444.777-35." + LONG, MARIA, Settings())
    assert any(one.rule == "document" for one in open_findings(other, quiet))


def test_a_note_is_read_for_cards_and_spelling_only() -> None:
    note = Situation(public=False)
    assert set(found("JÁ LIGUEI TRÊS VEZES!!! CPF 529.982.247-25, ticket", note)) == set()
    assert set(found("Cartão 4111 1111 1111 1111", note)) == {"card"}


def test_the_dictionary_is_asked_about_words_and_not_about_names_codes_or_addresses() -> None:
    text = (
        "Oi, Maria! O pedido BR12X atrazou: veja https://x.com/atrazo, jose@atrazo.com ou {{atrazo}}.\n"
        "Falei com o Gonçalo. Excessão nossa. Vc ok?\n> atrazo citado"
    )
    asked = [one.text for one in words(text, MARIA, frozenset({"vc"}))]
    assert {"atrazou", "pedido", "Excessão"} <= set(asked)
    assert not {"Maria", "Gonçalo", "atrazo", "BR12X", "Vc", "ok"} & set(asked)
    (one,) = places(text, MARIA, {"atrazou": ("atrasou",)})
    assert (text[one.start : one.end], one.fixes) == ("atrazou", ("atrasou",))


@given(st.text(max_size=200))
def test_any_text_is_reviewed_and_every_place_lies_in_it(text: str) -> None:
    for one in review(text, MARIA._replace(copies=(text[:20],)), Settings()):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.excerpt == text[one.start : one.end]
    there = fold(text)
    assert len(there.places) == len(there.text) + 1
    assert all(0 <= start < end <= len(text) for start, end in sentences(text))
