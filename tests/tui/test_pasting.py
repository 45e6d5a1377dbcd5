"""Pastes arrive as text and nothing else, however they are cut on their way."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from textual import events

from atendente_tui.tui.pasting import END, START, PastingParser

HOSTILE = "um\x1b[31mdois\x07\r\ntrês\x1b]0;x\x1b\\ \x1b[20quatro\tã"
CLEAN = "um[31mdois\r\ntrês]0;x\\ [20quatro\tã"


def told(pieces: list[str]) -> list[events.Event]:
    parser = PastingParser()
    found = [one for piece in pieces for one in parser.feed(piece)]
    return [one for one in found if isinstance(one, events.Event)]


@given(st.lists(st.integers(0, len(f"a{START}{HOSTILE}{END}bc")), max_size=8))
def test_a_paste_is_one_text_wherever_it_is_cut(cuts: list[int]) -> None:
    whole = f"a{START}{HOSTILE}{END}bc"
    places = sorted({0, len(whole), *cuts})
    pieces = [whole[a:b] for a, b in itertools.pairwise(places)]
    seen = [(type(one).__name__, getattr(one, "text", getattr(one, "key", ""))) for one in told(pieces)]
    assert seen == [("Key", "a"), ("Paste", CLEAN), ("Key", "b"), ("Key", "c")]


def test_keys_are_what_they_were() -> None:
    keys = [one.key for one in told(["\x1b[A", "\x07", "\x1b", "[B", "é"]) if isinstance(one, events.Key)]
    assert keys == ["up", "ctrl+g", "down", "é"]
