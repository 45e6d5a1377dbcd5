"""The real application over a real store, with a bare screen in the workstation's place: what verbs need of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import BACKEND, NOW, make_store
from textual.pilot import Pilot
from textual.screen import Screen

from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Desk
from atendente_tui.domain.change import Change, ChangePage, DirectoryEntry
from atendente_tui.store import reading
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.tui import app as app_module
from atendente_tui.tui import handlers
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.workplace import Workplace

ZONE = "America/Sao_Paulo"
HOSTILE = "[/b][@click=app.quit]x[/] \x1b]52;c;UFdORUQ=\x07\u202e boa"


class Desktop(Screen[None]):
    """Holds what is chosen and remembers what was opened."""

    contexts = ("queue", "workstation", "global")

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[int] = []
        self.opened: list[tuple[int, int | None]] = []

    def targets(self) -> list[int]:
        return self.ids

    def open_ticket(self, ticket_id: int, *, event_key: int | None = None) -> None:
        self.opened.append((ticket_id, event_key))


class VerbApp(AtendenteApp):
    CSS_PATH = Path(app_module.__file__).parent / "styles" / "app.tcss"

    def get_default_screen(self) -> Screen[Any]:
        return Desktop()


class Host:
    def __init__(self, app: AtendenteApp, pilot: Pilot[int], store: Store, clock: VirtualClock) -> None:
        self.app, self.pilot, self.store, self.clock = app, pilot, store, clock

    @property
    def desktop(self) -> Desktop:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, Desktop)
        return screen

    @property
    def desk(self) -> Desk:
        return self.app.workplace.desk

    def ticket(self, ticket_id: int) -> Any:
        return reading.ticket(self.app.read, ticket_id)

    async def perform(self, action: str, *ids: int) -> None:
        """Ask for an action with these tickets chosen, and wait for what it shows first."""
        self.desktop.ids = list(ids)
        before = self.app.screen
        self.app.perform(action)
        await self.until(lambda: self.app.screen is not before or not self.app.workers)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if one == " " else one for one in text))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], Any], seconds: float = 8.0) -> Any:
        """Wait until it holds; fails with what is on screen when it does not in time."""
        limit = monotonic() + seconds
        while not (found := holds()):
            if monotonic() > limit:
                raise AssertionError(f"did not come about in {seconds} s; on screen:\n{self.text()}")
            await asyncio.sleep(0.01)
            await self.pilot.pause()
        return found

    async def back(self) -> None:
        """Wait until no dialog is left and nothing runs."""
        await self.until(lambda: self.app.screen is self.desktop and not self.app.workers)

    def text(self) -> str:
        """What is on screen, as plain text."""
        size = self.app.size
        lines = self.app.screen._compositor.render_strips(size)
        return "\n".join(strip.text.rstrip() for strip in lines)

    def said(self) -> str:
        """Every notice shown so far."""
        return "\n".join(str(one.message) for one in self.app._notifications)


def directory() -> Sequence[Change]:
    """What pick-lists need beyond the sample page."""
    return (
        DirectoryEntry(kind="team", key="logistica", label="Logística"),
        DirectoryEntry(kind="wrap_up", key="entrega_atraso", label="Entrega · atraso"),
        DirectoryEntry(kind="wrap_up", key="troca", label="Troca combinada"),
        DirectoryEntry(kind="reason", key="entrega", label="Entrega"),
        DirectoryEntry(kind="tag", key="atraso", label="atraso"),
        DirectoryEntry(kind="tag", key="reclamacao", label="reclamação"),
    )


def add(store: Store, *changes: Change) -> None:
    apply_in_slices(store, ChangePage(changes=tuple(changes), cursor="2"), BACKEND)


@asynccontextmanager
async def host(
    tmp_path: Path,
    *,
    tickets: int = 12,
    size: tuple[int, int] = (80, 24),
    hold: float = 0.0,
    make: type[AtendenteApp] = VerbApp,
) -> AsyncIterator[Host]:
    """`make` AtendenteApp shows the real workstation instead of the bare screen."""
    clock = VirtualClock(NOW)
    store = make_store(tmp_path, tickets=tickets, clock=clock)
    add(store, *directory())
    desk = Desk(
        store, Agent("ana", "Ana Souza", ("loja",)), store.rules, clock, holds={"default": hold}, zone=ZONE
    )
    handlers.load()
    app = make(Workplace(store, desk, Config(), clock, ZoneInfo(ZONE)))
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield Host(app, pilot, store, clock)
    finally:
        store.close()
