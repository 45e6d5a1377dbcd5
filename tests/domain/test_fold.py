"""Folding: the same letters that SQLite's full text folds, and a few it need not."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.fold import folded


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Orçamento", "orcamento"),
        ("REUNIÃO", "reuniao"),
        ("ação", "acao"),
        ("pinguim", "pinguim"),
        ("Ｆｕｌｌ", "full"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_folds(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(st.sampled_from("aeioucnAEIOUCNáàâãäéêíóôõöúüçñÁÀÂÃÉÊÍÓÔÕÚÜÇ"), min_size=1, max_size=12))
def test_agrees_with_the_full_text(word: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
    db.execute("INSERT INTO t VALUES (?)", (word,))
    assert db.execute("SELECT count(*) FROM t WHERE t MATCH ?", (f'"{folded(word)}"',)).fetchone() == (1,)
    db.close()
