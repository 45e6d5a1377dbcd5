"""Phrases are heard in spite of accents, case and small slips, and not where they were not said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.fold import folded
from atendente_tui.flow.hearing import says


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Sinto MUITO pelo atraso", "sinto muito"),
        ("nao da mais", "não dá"),
        ("Desculpe-nos!", "desculp"),
        ("vou fazer o reembloso", "reembolso"),
        ("o reembolsso sai hoje", "reembolso"),
        ("mandamos outro produto", "reenvio|outro produto"),
        ("dou 10% de desconto", "10%"),
        ("em 2 vezes", "2 vezes"),
        ("a transportadra atrasou", "transportadora"),
    ],
)
def test_it_is_heard(text: str, phrase: str) -> None:
    assert says(text, phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("assim não dá", "sim"),
        ("o valor é 50", "5"),
        ("dou 30 reais", "30%"),
        ("pedido 88213", "88214"),
        ("o gasto foi alto", "pasto"),
        ("sinto", "sinto muito"),
        ("muito sinto", "sinto muito"),
        ("qualquer coisa", ""),
        ("qualquer coisa", "|"),
        ("", "prazo"),
    ],
)
def test_it_is_not(text: str, phrase: str) -> None:
    assert not says(text, phrase)


@given(st.text(max_size=40), st.text(max_size=40), st.text(alphabet="abcçãéíou ", min_size=1, max_size=12))
def test_what_stands_there_word_for_word_is_heard_whatever_stands_around_it(
    before: str, after: str, phrase: str
) -> None:
    if phrase.strip():
        text = f"{before} {phrase.upper()} {after}"
        assert says(text, phrase)
        assert says(folded(text), phrase)
