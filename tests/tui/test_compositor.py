"""What stands on the terminal is what the program believes to stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyte
import pytest
from tests.tui.shell_world import World, world
from textual._compositor import CompositorUpdate
from textual.widgets import Static
from textual.widgets._toast import Toast

from atendente_tui.tui.app import AtendenteApp


class Drawn:
    """A terminal that is drawn on by what the program would have written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, columns: int = 80, rows: int = 24) -> None:
        self._screen = pyte.Screen(columns, rows)
        stream = pyte.Stream(self._screen)
        display = AtendenteApp._display

        def draw(app: AtendenteApp, screen: Any, renderable: Any) -> None:
            if isinstance(renderable, CompositorUpdate):
                stream.feed(renderable.render_segments(app.console))
            display(app, screen, renderable)

        monkeypatch.setattr(AtendenteApp, "_display", draw)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)


async def _told(one: World, *texts: str) -> None:
    for text in texts:
        one.app.say(text, seconds=600)
    await one.until(lambda: all(text in one.frame() for text in texts))


def _notices(one: World) -> dict[str, Toast]:
    return {notice._notification.message: notice for notice in one.app.screen.query(Toast)}


async def _end(one: World, text: str) -> None:
    """As its time being over ends it."""
    _notices(one)[text]._expire()
    await one.until(lambda: text not in _notices(one))


@pytest.mark.parametrize(
    "keys", [(), ("enter",), ("enter", "f1")], ids=["queue", "ticket", "a screen over it"]
)
async def test_a_notice_that_ended_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    """Though somebody asks, between its removal and the next layout, for a widget that is in no layout."""
    drawn = Drawn(monkeypatch)
    async with world(tmp_path) as one:
        await one.press(*keys)
        await _told(one, "Primeiro aviso.", "Segundo aviso.")
        await one.until(lambda: drawn.text() == one.frame())
        map_ = one.app.screen._compositor
        nowhere = Static()
        with one.app.batch_update():
            await _end(one, "Primeiro aviso.")
            map_.update_widgets({nowhere})  # as when a pane is written on that is not shown
            assert nowhere not in map_
        one.app.screen.check_idle()  # time for the layout that waits
        await one.until(lambda: "Primeiro aviso." not in one.frame() and drawn.text() == one.frame())
        assert "Segundo aviso." in drawn.text()
