"""What stands between foreign text and the terminal, one fence at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from tests.tui.shell_world import HOSTILE, world
from textual.color import Color
from textual.content import Content

from atendente_tui.privacy.safe import is_clean, safe_line
from atendente_tui.tui import palette, show
from atendente_tui.tui.actions import ACTIONS
from atendente_tui.tui.line_filter import ControlFilter

BLACK = Color(0, 0, 0)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_the_filter_lets_no_control_or_bidi_character_through(texts: list[str]) -> None:
    segments = ControlFilter().apply([Segment(text) for text in texts], BLACK)
    assert len(segments) == len(texts)
    for segment, text in zip(segments, texts, strict=True):
        assert is_clean(segment.text)
        assert "\n" not in segment.text
        if is_clean(text) and text.isprintable():
            assert segment.text == text


def test_the_filter_drops_hyperlinks_and_keeps_the_rest_of_a_style() -> None:
    linked = Style(link="http://evil.example", bold=True)
    (segment,) = ControlFilter().apply([Segment("Banco do Brasil", linked)], BLACK)
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


def test_clean_lines_come_back_as_they_are() -> None:
    segments = [Segment("Olá, você"), Segment("ção", Style(bold=True))]
    assert ControlFilter().apply(segments, BLACK) is segments


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_cell_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(show.cell(safe_line(text), width)) == width


def test_content_is_never_markup() -> None:
    for made in (show.foreign(HOSTILE), show.foreign_line(HOSTILE), show.content(safe_line(HOSTILE))):
        assert isinstance(made, Content)
        assert "[@click=app.quit]" in made.plain
        assert made.spans == []
        assert is_clean(made.plain)


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("situacao", "status"),
        ("SITUAÇÃO", "status"),
        ("proxima visao", "view_next"),
        ("visao proxima", "view_next"),
        ("wrap", "wrap_up"),
        ("triagem", "team"),
    ],
)
def test_the_palette_folds_accents_on_both_sides(typed: str, action: str) -> None:
    from atendente_tui.domain.fold import folded

    score, places = palette.matched(
        folded(typed).split(), palette.label(ACTIONS[action]), (action, "Triagem")
    )
    assert score > 0
    assert all(end <= len(palette.label(ACTIONS[action])) for _start, end in places)


def test_the_palette_prefers_beginnings_and_wants_every_word() -> None:
    assert palette.matched(["pro"], "Próximo")[0] > palette.matched(["xi"], "Próximo")[0] > 0
    assert palette.matched(["pro", "nada"], "Próximo")[0] == 0
    assert palette.matched([], "Próximo")[0] == 0


async def test_notices_read_no_markup_whoever_asks(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        one.app.notify(HOSTILE, title=HOSTILE, markup=True)
        await one.pilot.pause()
        (note,) = one.app._notifications
        assert note.markup is False
        assert is_clean(note.message)
        assert is_clean(note.title)
        await one.shows("[URGENTE]")


async def test_textuals_own_commands_are_gone(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        assert list(one.app.get_system_commands(one.screen)) == []
        assert not one.app.ENABLE_COMMAND_PALETTE
        assert one.app.animation_level == "none"
