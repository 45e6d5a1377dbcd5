"""How a customer sounds: negation, emphasis, quotations; always with the words it rests on."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.review.sentiment import hint, sentiment


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Isso é um absurdo, estou revoltada! Vou processar vocês!!", "angry"),
        ("Não recebi o pedido e ninguém responde.", "angry"),
        ("O produto veio com defeito.", "displeased"),
        ("Não gostei do atendimento.", "displeased"),
        ("Recebi antes do prazo, adorei! Parabéns.", "pleased"),
        ("Não é ruim, recomendo.", "pleased"),
        ("Bom dia, qual o prazo de entrega?", "neutral"),
        ("Recebi no prazo, ótima qualidade.", "pleased"),
        ("Obrigada!\n\nEm 03/11/2026, Loja escreveu:\n> que absurdo, estou revoltada", "neutral"),
        ("", "neutral"),
    ],
)
def test_moods(text: str, mood: str) -> None:
    found = sentiment(text)
    assert found.mood == mood
    assert bool(hint(found)) == (mood != "neutral")
    assert all(word in text for word in found.why)
    assert mood == "neutral" or found.why


@given(st.text(max_size=300))
def test_any_text_has_one(text: str) -> None:
    found = sentiment(text)
    assert (found.mood == "neutral") or found.why


def test_nine_of_ten_that_sound_displeased_gave_few_stars(shared_data: Path) -> None:
    path = shared_data / "olist-orders-reviews" / "olist_order_reviews.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [(int(one["review_score"]), one["review_comment_message"]) for one in csv.DictReader(file)]
    judged = [(stars, sentiment(text).mood) for stars, text in rows if text.strip()]
    bad = [stars for stars, mood in judged if mood in ("angry", "displeased")]
    good = [stars for stars, mood in judged if mood == "pleased"]
    assert sum(stars <= 2 for stars in bad) > 0.88 * len(bad) > 200
    assert sum(stars >= 4 for stars in good) > 0.9 * len(good) > 500
