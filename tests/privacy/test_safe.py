"""The one cleaning function: whatever a customer writes, a terminal gets nothing but text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atendente_tui.privacy import safe
from atendente_tui.privacy.safe import MAX_CHARACTERS, is_clean, safe_line, safe_text

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)
HOSTILE = st.text(
    st.sampled_from("\x1b\x07\x00\x7f\x9b\x9d\r\n\t\u202e\u2066\u200d\u0301\ud800\ue000aé[]<>m;1"),
    max_size=60,
)


@given(ANY_TEXT | HOSTILE)
def test_nothing_that_commands_a_terminal_is_left(text: str) -> None:
    assert is_clean(safe_text(text))
    line = safe_line(text)
    assert is_clean(line)
    assert "\n" not in line


@given(ANY_TEXT | HOSTILE)
@example("A\u200c\u0300")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = safe_text(text)
    assert safe_text(once) == once
    line = safe_line(text)
    assert safe_line(line) == line


@given(ANY_TEXT | HOSTILE)
def test_the_result_can_be_encoded(text: str) -> None:
    safe_text(text).encode("utf-8")


@given(st.text(st.sampled_from("abcçãéíõúÀÊÓ ,.!?123\n"), max_size=200))
def test_portuguese_comes_back_unchanged(text: str) -> None:
    assert safe_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]52;c;UFdORUQ=\x07", "␛]52;c;UFdORUQ=␇"),
        ("\x9b31m", "\ufffd31m"),
        ("a\r\nb\u2028c\x85d", "a\nb\nc\nd"),
        ("lucro\u202e00,1", "lucro⟦RLO⟧00,1"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("x\ty", "x    y"),
        ("fim\ud800", "fim\ufffd"),
        ("e\u0301", "é"),
    ],
)
def test_what_is_removed_stays_visible(hostile: str, shown: str) -> None:
    assert safe_text(hostile) == shown


def test_a_flood_of_marks_stays_in_its_cell() -> None:
    flooded = safe_text("a" + "\u0301\u0316" * 5000)
    assert sum(1 for one in unicodedata.normalize("NFD", flooded) if unicodedata.combining(one)) <= 5


def test_a_long_text_is_cut_and_says_so() -> None:
    assert len(safe_text("x" * (MAX_CHARACTERS + 10))) == MAX_CHARACTERS + 1
    assert safe_text("linha\n" * 5000).count("\n") <= 2000
    assert safe_text("linha\n" * 5000).endswith("…")


def test_markup_is_text_like_any_other() -> None:
    assert safe_text("[@click=app.quit]oi[/]") == "[@click=app.quit]oi[/]"


def test_a_corpus_of_naughty_strings_leaves_nothing(shared_data: Path) -> None:
    folder = shared_data / "naughty-strings"
    strings: list[str] = json.loads((folder / "blns.json").read_text())
    strings += [one["text"] for one in json.loads((folder / "terminal_escapes.json").read_text())]
    lines = json.loads((folder / "bidi_homoglyph_lines.json").read_text())
    strings += [one if isinstance(one, str) else one.get("text") or one["line"] for one in lines]
    assert len(strings) > 450
    for text in strings:
        assert is_clean(safe_text(text)), text.encode("unicode_escape")
        assert is_clean(safe_line(text)), text.encode("unicode_escape")


def test_what_is_taken_as_plain_has_nothing_that_cleaning_would_touch() -> None:
    plain = [one for one in map(chr, range(0x250)) if safe._plain(one)]
    assert "ã" in plain
    assert "\xad" not in plain
    assert [one for one in plain if safe._suspect().search(one) or safe._clean(one) != one] == []
    assert [one for one in plain if unicodedata.category(one) in ("Cc", "Cf", "Cn", "Cs", "Co")] == []
