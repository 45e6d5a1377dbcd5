"""Wrapping and cutting: nothing is wider than its place, and nothing but a space is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from atendente_tui.privacy.safe import is_clean, safe_text
from atendente_tui.tui.composing import typed
from atendente_tui.tui.lines import Line, Span, balanced, block, fitted, two_ends, wrap

TEXTS = st.text(st.sampled_from("ab çãé日本👩 \n-.") | st.characters(), max_size=200).map(safe_text)


@given(TEXTS, st.integers(8, 60))
def test_wrapped_pieces_fit_and_hold_the_text(text: str, width: int) -> None:
    pieces = wrap(text, width)
    assert all(cell_len(piece) <= width for piece, _continues in pieces)
    assert "".join(piece for piece, _continues in pieces).replace(" ", "") == text.replace(" ", "").replace(
        "\n", ""
    )
    assert sum(not continues for _piece, continues in pieces) == text.count("\n") + 1


@given(TEXTS, st.integers(10, 60))
def test_a_block_fits_below_its_prefix(text: str, width: int) -> None:
    lines = block(text, width, prefix="  # ")
    assert all(cell_len(line.text) <= width and line.indent == 4 for line in lines)


@given(st.lists(TEXTS.map(lambda one: one.replace("\n", "")), max_size=4), TEXTS, st.integers(10, 60))
def test_cut_lines_fit(parts: list[str], right: str, width: int) -> None:
    spans = tuple(Span(one) for one in parts)
    end = Span(right.replace("\n", "")[:5])
    assert cell_len(fitted(Line(spans), width).text) <= width
    assert cell_len(two_ends(spans, end, width).text) <= width
    assert cell_len(balanced(spans, Span(right.replace("\n", "")), width).text) <= width


@given(st.text())
def test_what_is_typed_or_pasted_is_clean_and_typed_again_the_same(text: str) -> None:
    once = typed(text)
    assert is_clean(once)
    assert typed(once) == once


def test_words_are_kept_whole_where_they_fit() -> None:
    assert wrap("um dois três", 8) == [("um dois", False), ("três", True)]
    assert wrap("日本語 テキスト", 8) == [("日本語", False), ("テキスト", True)]
    assert wrap("", 8) == [("", False)]
    assert wrap("a\n\nb", 8) == [("a", False), ("", False), ("b", False)]
