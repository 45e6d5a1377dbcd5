"""Personal data is found in what people write, and what only looks like it is left alone: precision and recall of 0.98."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.privacy.labelled import card_number, corpus, grouped_card, sample
from validate_docbr import CNPJ, CPF

from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf
from atendente_tui.privacy.cards import card_numbers, without_card_data
from atendente_tui.privacy.personal import EVERY_KIND, Kind, find, mask

EACH = int(os.environ.get("ATENDENTE_PERSONAL", "200"))
"""Sentences of each of the corpus's 25 kinds."""
SEED = 20_261_129
LEAST = 0.98

WRITTEN = [
    "Oi, meu CPF é ((cpf|529.982.247-25)) e o telefone ((phone|(11) 98765-4321)).",
    "cpf ((cpf|52998224725)) tel ((phone|11987654321))",
    "CPF do titular: ((cpf|111.222.333-96))",  # called so, though its check digits are wrong
    "111.111.111-11 não é documento",
    "CNPJ ((cnpj|11.222.333/0001-81)) e a filial ((cnpj|12.ABC.345/01DE-35))",
    "((cnpj|12ABC34501DE35)) é o nosso cnpj novo",
    "12.ABC.345/01DE-36 tem dígito errado",
    "cartão ((card|4111 1111 1111 1111)) ((cvv|123)) e ((card|5500-0000-0000-0004))",
    "((card|4111111111111111)) val 12/29 cvv ((cvv|321)), cpf ((cpf|529.982.247-25))",
    "((card|4111 1111 1111 1111)) ((card|5500 0000 0000 0004)) são dois",
    "4111 1111 1111 1112 não fecha",
    "número do cartao((card|4111111111111111))ok",
    "4\u200b111 não é nada, mas ((card|4111\u200b1111\u200b1111\u200b1111)) é",
    "dígitos largos: ((card|４１１１ １１１１ １１１１ １１１１))",
    "mande para ((email|maria.souza@example.com)), não para maria@exemplo",
    "nosso site: https://loja.example/@maria e o insta @maria.souza",
    "pix: ((pix|123e4567-e89b-42d3-a456-426614174000)), ou o celular ((phone|+55 21 99876-5432))",
    "CEP ((cep|01310-100)), Avenida Paulista 1000",
    "ligue para o 0800 722 1234 ou 4004-1234",
    "me liga: ((phone|98765-4321))",
    "pedido 98765-4321 e protocolo 20261129123456",
    "Chave da nota 3526 1112 3456 7890 1234 5500 1000 0012 3410 0001 2345",
    "comprei 29/11/2026 14:30, R$ 1.234.567,89, versão 10.20.3000.12345, IP 192.168.100.25",
    "o código de segurança que chegou por SMS é 123456",
    "seu cvv não foi aceito no pedido 1234",
    "",
    "só texto",
]


@pytest.mark.parametrize("marked", WRITTEN)
def test_by_hand(marked: str) -> None:
    text, labels = sample(marked)
    assert {(one.kind, one.start, one.end) for one in find(text)} == labels
    assert all(text[one.start : one.end] == one.value for one in find(text))


def test_precision_and_recall_on_the_labelled_corpus() -> None:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    count = 0
    for one in corpus(SEED, EACH):
        count += 1
        found = {(hit.kind, hit.start, hit.end) for hit in find(one.text)}
        right.update(kind.value for kind, *_ in found & one.labels)
        wrong.update(kind.value for kind, *_ in found - one.labels)
        missed.update(kind.value for kind, *_ in one.labels - found)
    print(f"\n{count} sentences       n  precision  recall")
    for kind in (*(one.value for one in Kind), "all"):
        of = [each[kind] if kind != "all" else each.total() for each in (right, wrong, missed)]
        precision, recall = of[0] / max(1, of[0] + of[1]), of[0] / max(1, of[0] + of[2])
        print(f"  {kind:8} {of[0] + of[2]:11,}  {precision:9.4f}  {recall:6.4f}")
        assert of[0], f"nothing of {kind} in the corpus"
        assert min(precision, recall) >= LEAST, (kind, precision, recall)


def test_check_digits_are_those_of_an_implementation_that_is_not_ours() -> None:
    cpf, cnpj = CPF(), CNPJ()
    for _ in range(300):
        for value, ours in (
            (cpf.generate(), plausible_cpf),
            (cnpj.generate(digits_only=False), plausible_cnpj),
        ):
            assert ours(value)
            other = value[:-1] + str((int(value[-1]) + 1) % 10)
            assert not ours(other)
            assert not (cpf if len(value) == 11 else cnpj).validate(other)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CPF 529.982.247-25", "CPF ***.982.247-**"),
        ("CNPJ 12.ABC.345/01DE-35", "CNPJ **.ABC.345/****-**"),
        ("cartão 4111 1111 1111 1111 cvv 123", "cartão 4111 11** **** 1111 cvv ***"),
        ("liga (11) 98765-4321", "liga +55 11 9****-4321"),
        ("maria@example.com", "m***@example.com"),
        ("pix 123e4567-e89b-42d3-a456-426614174000", "pix 123e****-****-****-****-********4000"),
        ("CEP 01310-100", "CEP 01310-***"),
        ("pedido 88213 sem nada", "pedido 88213 sem nada"),
    ],
)
def test_masks(text: str, shown: str) -> None:
    assert mask(text) == shown
    assert not [one for one in find(shown) if one.kind is not Kind.EMAIL]


def test_only_what_was_asked_for_is_masked() -> None:
    text = "cpf 529.982.247-25, maria@example.com"
    assert mask(text, {Kind.CPF}) == "cpf ***.982.247-**, maria@example.com"
    assert mask(text, set()) == text


PIECES = st.sampled_from(
    [
        "4111 1111 1111 1111",
        "529.982.247-25",
        "11987654321",
        "a@b.example",
        "cvv",
        "cpf",
        " ",
        "\n",
        ".",
        "-",
        "123",
        "+55",
        "(11)",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_the_text_is(text: str) -> None:
    found = find(text, EVERY_KIND)
    ends = [0]
    for one in found:
        assert one.start >= ends[-1], "no overlap"
        assert text[one.start : one.end] == one.value
        assert one.value
        ends.append(one.end)


def test_long_texts_take_no_long_time() -> None:
    """Nothing in the patterns goes back and forth: much of what they begin with is read in moments."""
    for unit in ("1", "4111 ", "9 ", "1.2-", "a.", "a@", "+55", "(11) 9", "cvv ", "A1"):
        find(unit * (50_000 // len(unit)))


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_what_may_be_kept_holds_no_card(text: str) -> None:
    kept = without_card_data(text)
    assert not card_numbers(kept)
    assert without_card_data(kept) == kept
    if not card_numbers(text) and not find(text, {Kind.CVV}):
        assert kept == text


def test_all_of_a_card_but_what_may_be_shown_goes() -> None:
    said = "cartão 4111111111111111 val 12/29 cvv 987, obrigada"
    assert without_card_data(said) == "cartão 411111******1111 val 12/29 cvv ***, obrigada"
    assert (
        without_card_data("3782 822463 10005, cod. de segurança: 1234")
        == "3782 82**** *0005, cod. de segurança: ***"
    )
    assert (
        without_card_data("pedido 88213, protocolo 2026112912345") == "pedido 88213, protocolo 2026112912345"
    )


def test_every_card_of_every_brand_is_masked_and_look_alikes_are_seldom() -> None:
    chance = random.Random(SEED)
    random.seed(SEED)
    for _ in range(2_000):
        number = card_number()
        for written in (number, grouped_card(number)):
            assert number not in without_card_data(f"olha: {written} viu?").replace(" ", ""), written
    alike = ["".join(chance.choices("0123456789", k=16)) for _ in range(4_000)]
    alarms = sum(bool(card_numbers(f"pedido {one}")) for one in alike)
    print(f"\n{alarms} of 4,000 random numbers of 16 digits pass for cards")
    assert alarms <= 0.03 * 4_000
