"""What is typed in the first moment, before all panes are there, means what it would mean a moment later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.tui.shell_world import World, world

from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.screens.workstation import Workstation


@asynccontextmanager
async def just_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> AsyncIterator[tuple[World, Callable[[], Awaitable[None]]]]:
    """The program with its first frame alone, and what lets it go on."""
    go_on = AtendenteApp._start_warming
    monkeypatch.setattr(AtendenteApp, "_start_warming", lambda _app: None)
    async with world(tmp_path, furnished=False, size=size) as one:

        async def furnish() -> None:
            go_on(one.app)
            await one.until(lambda: one.screen.furnished.is_set())

        yield one, furnish


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_an_answer_begun_at_once_is_no_row_of_verbs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with just_opened(tmp_path, monkeypatch, size) as (one, furnish):
        await one.press("enter", "r", "O", "i", "comma", "space", "n")
        assert isinstance(one.app.screen, Workstation)
        await furnish()
        await one.until(lambda: one.screen.composer is not None and one.screen.composer.text == "Oi, n")
        await one.press("u")
        await one.until(lambda: one.screen.composer is not None and one.screen.composer.text == "Oi, nu")
        assert one.app.screen_stack == [one.screen]


async def test_the_ticket_opened_at_once_has_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with just_opened(tmp_path, monkeypatch, (160, 45)) as (one, furnish):
        await one.press("enter")
        await furnish()
        await one.until(lambda: one.screen.contexts()[0] == "ticket")


async def test_the_queue_answers_before_the_rest_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with just_opened(tmp_path, monkeypatch, (80, 24)) as (one, furnish):
        first = one.screen.queue.cursor_id
        await one.press("x", "down")
        assert one.screen.queue.marks == {first}
        assert one.screen.queue.cursor_id != first
        await one.press("right_square_bracket")
        assert one.screen.view == "livres"
        await furnish()
        assert one.screen.view == "livres"
