"""The real screens without a terminal: a play is performed on them, and pictures are taken of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.pilot import Pilot

from atendente_tui.clock import VirtualClock
from atendente_tui.training.figures import read_figures
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.asking import LineScreen
from atendente_tui.tui.widgets.form_rows import FormRow

if TYPE_CHECKING:
    from atendente_tui.sync.service import SyncService

MOMENT = 0.05


class ScreenStage:
    """`training.playing.Stage` on a running app. Captions go to `told`, pictures into `folder` as SVG."""

    def __init__(
        self, app: AtendenteApp, pilot: Pilot[int], sync: SyncService, clock: VirtualClock, folder: Path,
        told: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._app, self._pilot, self._sync, self._clock = app, pilot, sync, clock
        self._folder, self._told = folder, told
        self.pictures: dict[str, Path] = {}

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        focused = self._app.focused
        if focused is not None:
            focused.post_message(events.Paste(text))
        await self._pilot.pause()

    async def fill(self, values: Mapping[str, str]) -> None:
        await self._until(
            lambda: isinstance(self._app.screen, LineScreen) or bool(self._app.screen.query(FormRow))
        )
        if isinstance(self._app.screen, LineScreen):
            for (
                answer
            ) in values.values():  # a script's questions come one by one, in the order they are written
                await self._until(lambda: isinstance(self._app.screen, LineScreen))
                await self.type(answer)
                await self._pilot.press("enter")
            return
        for row in self._app.screen.query(FormRow):
            if row.field.name in values:
                row.put(values[row.field.name])
        await self._pilot.pause()
        await self._pilot.press("ctrl+s")

    async def advance(self, step: timedelta) -> None:
        """In small steps, as time goes by: what is due on the way happens on the way."""
        left = step
        while left > timedelta():
            hop = min(left, timedelta(seconds=10))
            self._clock.advance(hop)
            left -= hop
            self._sync.nudge()
            await self._pilot.pause(MOMENT)

    async def settle(self) -> None:
        self._sync.nudge()
        await self._pilot.pause(MOMENT)

    async def caught_up(self) -> None:
        """Wait until everything the helpdesk has is here: a play begins on a whole queue."""
        await self._until(
            lambda: self._sync.status().last_ok is not None and self._sync.status().state == "idle"
        )
        await self._pilot.pause(MOMENT * 4)

    def screen(self) -> str:
        return screen_text(self._app)

    def figures(self) -> Mapping[str, str]:
        return read_figures(self._app.read, getattr(self._app.screen_stack[0], "ticket_id", None))

    def caption(self, text: str) -> None:
        self._told(text)

    def picture(self, name: str) -> str:
        file = self._folder / f"{name}.svg"
        file.write_text(self._app.export_screenshot(title="Atendente"), encoding="utf-8")
        self.pictures[name] = file
        return str(file)

    async def _until(self, holds: Callable[[], bool], tries: int = 100) -> None:
        for _ in range(tries):
            if holds():
                return
            await self._pilot.pause(MOMENT)


def screen_text(app: AtendenteApp) -> str:
    """The screen as lines of text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)
