"""Orders on the last lines of a text: read with their moments, never sent, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.endings import read_endings
from atendente_tui.domain.refusal import Refused

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # a Tuesday, ten in the morning there
ZONE = "America/Sao_Paulo"


def test_orders_below_a_text_are_taken_off_it_and_read() -> None:
    text = "Oi, Maria!\n\n/obrigado não é ordem\n\n/prometo sex 14h ligar para a Maria\n/lembrar amanhã 9h\n/enviar seg 8h\n/resolver\n"
    ended = read_endings(text, NOW, ZONE)
    assert ended.text == "Oi, Maria!\n\n/obrigado não é ordem"
    assert [one.kind for one in ended.endings] == ["promise", "remind", "send", "solve"]
    promise, remind, send, _solve = ended.endings
    assert (promise.at and promise.at.isoformat(), promise.what) == (
        "2026-11-27T14:00:00-03:00",
        "ligar para a Maria",
    )
    assert (remind.at and remind.at.isoformat(), remind.what) == ("2026-11-25T09:00:00-03:00", "")
    assert send.at
    assert send.at.isoformat() == "2026-11-30T08:00:00-03:00"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("oi\n/prometo qualquer hora ligar", "ending_when"),
        ("oi\n/prometo", "ending_when"),
        ("oi\n/prometo sex 14h", "ending_what"),
        ("oi\n/enviar ontem", "ending_when"),
    ],
)
def test_an_order_that_cannot_be_read_is_no_text(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_endings(text, NOW, ZONE)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text", ["", "oi", "veja /home/ana", "/ajuda", "/prometo sex 14h ligar\nmas isto é texto", "a\n\n"]
)
def test_what_is_no_order_is_left_as_it_is(text: str) -> None:
    assert read_endings(text, NOW, ZONE) == (text, ())


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        ended = read_endings(text, NOW, ZONE)
    except Refused:
        return
    assert text.startswith(ended.text)
