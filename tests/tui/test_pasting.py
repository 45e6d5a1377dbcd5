"""Pastes arrive as text and nothing else, however they are cut on their way."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

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


def test_a_mark_cut_in_two_is_whole_again_however_long_the_program_was_held_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The driver reads what there is, looks whether time has run out, and reads on."""
    now = 0.0
    monkeypatch.setattr("textual._parser.get_time", lambda: now)
    parser = PastingParser()
    seen: list[Message] = [*parser.feed("\x1b[20")]
    now += 5.0
    seen += parser.tick()
    seen += parser.feed("0~não é tecla\x1b[201~")
    seen += parser.tick()
    assert [one.text for one in seen if isinstance(one, events.Paste)] == ["não é tecla"]
    assert not [one for one in seen if isinstance(one, events.Key)]


def test_escape_alone_is_a_key_as_soon_as_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("textual._parser.get_time", lambda: now)
    parser = PastingParser()
    assert [*parser.feed("\x1b"), *parser.tick()] == []
    now += 0.11
    [key] = parser.tick()
    assert isinstance(key, events.Key)
    assert key.key == "escape"
