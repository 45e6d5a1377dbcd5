"""The dictionary in its own process: asked, remembered, ended; and the person's own words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atendente_tui.desk.spelling import Speller, installed
from atendente_tui.review.finding import Situation

pytest.importorskip("hunspell", reason="the extra `spelling` is not installed")
needs_dictionary = pytest.mark.skipif(
    installed() is None and not os.environ.get("CI"),
    reason="no Brazilian dictionary here (Debian: hunspell-pt-br)",
)


@needs_dictionary
def test_it_knows_portuguese_and_offers_what_was_meant(tmp_path: Path) -> None:
    own = tmp_path / "palavras.txt"
    speller = Speller(None, own)
    try:
        unknown = speller.unknown(["pedido", "você", "Amanhã", "exceção", "atrazo", "excessão", "xyzzy"])
        assert set(unknown) == {"atrazo", "excessão", "xyzzy"}
        assert "atraso" in unknown["atrazo"]
        assert "exceção" in unknown["excessão"]
        text = "Oi! O atrazo foi nosso."
        (one,) = speller.places(text, Situation())
        assert text[one.start : one.end] == "atrazo"
        speller.learn("Atrazo")
        assert speller.places(text, Situation()) == ()
        assert own.read_text() == "Atrazo\n"
    finally:
        speller.close()


def test_where_there_is_no_dictionary_every_word_is_known(tmp_path: Path) -> None:
    speller = Speller(tmp_path / "none.dic")
    assert not speller.able
    assert speller.places("atrazo", Situation()) == ()
    speller.close()


@needs_dictionary
def test_a_process_that_breaks_breaks_nothing(tmp_path: Path) -> None:
    speller = Speller()
    try:
        assert speller.unknown(["atrazo"])
        assert speller._process is not None
        speller._process.kill()
        speller._process.wait()
        assert speller.unknown(["excessão"]) == {}
        assert not speller.able
    finally:
        speller.close()
