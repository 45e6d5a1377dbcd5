"""The whole application over a real store: a fixed clock, size and theme, and what waits on conditions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import BACKEND, NOW, sample_page, ticket_change
from textual.pilot import Pilot

from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config, UiConfig
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.change import Change, ChangePage
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import Tier
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.screens.workstation import Workstation
from atendente_tui.tui.workplace import Workplace

ANA = Agent("ana", "Ana Souza", ("loja", "financeiro"), Tier.N1)
HOSTILE = "[/b][@click=app.quit]x[/] \x1b]52;c;UFdORUQ=\x07\x1b]0;PWNED\x07\u202e\x9b2J boa [URGENTE]"


@dataclass
class World:
    app: AtendenteApp
    pilot: Pilot[int]
    store: Store
    clock: VirtualClock

    @property
    def screen(self) -> Workstation:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, Workstation)
        return screen

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> None:
        end = monotonic() + seconds
        while not condition():
            assert self.app._exception is None, repr(self.app._exception)
            assert monotonic() < end, f"what was waited for did not come; on the screen:\n{self.frame()}"
            await asyncio.sleep(0.01)
        await self.pilot.pause()

    async def shows(self, text: str) -> str:
        """Wait until the screen in front has been painted with this text; returns all of it."""
        await self.until(lambda: text in self.frame())
        return self.frame()

    def frame(self) -> str:
        """The screen in front as text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def apply(self, *changes: Change, cursor: str = "2") -> None:
        """Let changes come in from the helpdesk."""
        apply_in_slices(self.store, ChangePage(changes=changes, cursor=cursor, caught_up=True), BACKEND)


def make_workplace(
    tmp_path: Path, *, tickets: int = 0, events: int = 2, config: Config | None = None
) -> Workplace:
    clock = VirtualClock(NOW)
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)
    if tickets:
        apply_in_slices(store, sample_page(tickets, events=events), BACKEND)
    config = config or Config()
    desk = Desk(store, ANA, DEFAULT_RULES, clock, {"default": 10.0}, Can.everything())
    return Workplace(store, desk, config, clock, ZoneInfo("America/Sao_Paulo"))


@asynccontextmanager
async def world(
    tmp_path: Path,
    *,
    tickets: int = 40,
    events: int = 2,
    size: tuple[int, int] = (80, 24),
    config: Config | None = None,
    furnished: bool = True,
) -> AsyncIterator[World]:
    workplace = make_workplace(tmp_path, tickets=tickets, events=events, config=config)
    app = AtendenteApp(workplace)
    assert isinstance(workplace.clock, VirtualClock)
    try:
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            one = World(app, pilot, workplace.store, workplace.clock)
            if furnished:
                await one.until(lambda: one.screen.furnished.is_set())
            yield one
    finally:
        workplace.store.close()


__all__ = ["ANA", "HOSTILE", "NOW", "UiConfig", "World", "make_workplace", "ticket_change", "world"]
