"""Attachments on the real screen: one key, where to, and the file is there; the screen never waits for the network."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from atendente_tui.clock import RunningClock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.desk.scratch import Scratch, scratch, start_of
from atendente_tui.store import reading
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.asking import ChoiceScreen
from atendente_tui.tui.forms import FormScreen
from atendente_tui.tui.widgets.form_rows import FormRow
from atendente_tui.tui.workplace import Workplace

TWO, ONE, NONE = "2026-004822", "2026-004829", "2026-004823"
"""Tickets of the demo with two files, one, none."""


@dataclass
class Shop:
    app: AtendenteApp
    pilot: Pilot[int]
    place: Scratch
    downloads: Path

    async def until(self, holds: Callable[[], object], seconds: float = 20.0) -> None:
        limit = monotonic() + seconds
        while not holds():
            assert monotonic() < limit, f"still not so; on the screen:\n{self.frame()}"
            await asyncio.sleep(0.01)
            await self.pilot.pause()

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.frame())

    def frame(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def on(self, protocol: str) -> None:
        """Open a ticket, the cursor on its newest event, and press the key."""
        screen: Any = self.app.screen
        screen.open_ticket(reading.find_ticket(self.app.read, protocol))
        await self.pilot.pause()
        await self.pilot.press("A")

    async def dialog(self, kind: type[Any]) -> Any:
        await self.until(lambda: isinstance(self.app.screen, kind) and self.app.screen.is_mounted)
        await self.pilot.pause()
        return self.app.screen

    def told(self, path: object) -> None:
        (row,) = self.app.screen.query(FormRow)
        row.put(str(path))

    def said(self) -> str:
        return "\n".join(str(one.message) for one in self.app._notifications)

    def audited(self) -> int:
        return int(
            self.app.read.execute("SELECT count(*) FROM audit WHERE action = 'attachment'").fetchone()[0]
        )


@asynccontextmanager
async def shop(tmp_path: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Shop]:
    config = Config(backend=BackendConfig("demo"), downloads=tmp_path / "baixados")
    clock = RunningClock(start_of(None))
    with scratch(None, clock, config) as place:
        workplace = Workplace(place.store, place.desk, config, clock, ZoneInfo(config.ui.zone), place.sync)
        app = AtendenteApp(workplace, when_warm=place.sync.start)
        async with app.run_test(size=size, notifications=True) as pilot:
            one = Shop(app, pilot, place, tmp_path / "baixados")
            await one.until(lambda: place.sync.status().last_ok is not None)
            await one.until(lambda: getattr(app.screen, "furnished", asyncio.Event()).is_set())
            yield one


async def test_one_file_is_three_keys_away(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        await one.on(ONE)
        await one.dialog(FormScreen)
        assert "nota-000412118.txt (77 B)" in one.frame()
        await one.pilot.press("enter")
        saved = one.downloads / "nota-000412118.txt"
        await one.until(lambda: "Salvo" in one.said())
        assert "88571" in saved.read_text("utf-8")
        assert one.audited() == 1


async def test_of_several_one_is_picked_or_all(tmp_path: Path) -> None:
    async with shop(tmp_path, (160, 45)) as one:
        await one.on(TWO)
        await one.dialog(ChoiceScreen)
        await one.shows("todos os 2")
        await one.pilot.press("down", "enter")
        await one.dialog(FormScreen)
        one.told(tmp_path / "meu.csv")
        await one.pilot.press("enter")
        await one.until(lambda: "meu.csv" in one.said())
        assert (tmp_path / "meu.csv").read_text("utf-8").startswith("pedido;vencimento")

        await one.pilot.press("A")
        await one.dialog(ChoiceScreen)
        await one.pilot.press("end", "enter")
        await one.dialog(FormScreen)
        await one.pilot.press("enter")
        await one.until(lambda: "2 arquivos" in one.said())
        assert {file.name for file in one.downloads.iterdir()} == {"comprovante-88540.txt", "boletos.csv"}
        assert one.audited() == 3


async def test_going_back_and_having_none(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        await one.on(NONE)
        await one.until(lambda: "Não há anexos" in one.said())
        await one.on(TWO)
        await one.dialog(ChoiceScreen)
        await one.pilot.press("escape")
        await one.until(lambda: not one.app.workers)
        await one.on(ONE)
        await one.dialog(FormScreen)
        await one.pilot.press("escape")
        await one.until(lambda: not one.app.workers)
        assert not one.downloads.exists()
        assert one.audited() == 0


async def test_a_folder_that_is_not_there_is_told_on_the_form(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        await one.on(ONE)
        await one.dialog(FormScreen)
        one.told(tmp_path / "nada" / "x.txt")
        await one.pilot.press("enter")
        await one.shows("Não existe a pasta")
        assert isinstance(one.app.screen, FormScreen)
        one.told(tmp_path / "x.txt")
        await one.pilot.press("enter")
        await one.until(lambda: "Salvo" in one.said())
        assert (tmp_path / "x.txt").exists()


async def test_offline_is_said_and_the_screen_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with shop(tmp_path) as one:
        one.place.sync._make().world().online = False  # type: ignore[attr-defined]
        await one.on(ONE)
        await one.dialog(FormScreen)
        await one.pilot.press("enter")
        await one.until(lambda: "não responde" in one.said())
        await one.pilot.press("1")
        assert one.app.screen.place == "queue"  # type: ignore[attr-defined]
        assert not one.downloads.exists()
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_a_long_fetch_says_that_it_goes_on(tmp_path: Path, monkeypatch: Any) -> None:
    from atendente_tui.tui.verbs import attachments

    gate = asyncio.Event()
    async with shop(tmp_path) as one:
        monkeypatch.setattr(attachments, "SOON", 0.05)
        monkeypatch.setattr(attachments, "AGAIN", 0.05)
        make = one.place.sync._make

        def slow() -> Any:
            backend = make()
            fetch = backend.fetch_attachment

            async def fetched(remote_id: str, limit: int) -> bytes:
                while not gate.is_set():
                    await asyncio.sleep(0.01)
                return await fetch(remote_id, limit)

            backend.fetch_attachment = fetched  # type: ignore[method-assign]
            return backend

        monkeypatch.setattr(one.place.sync, "_make", slow)
        await one.on(ONE)
        await one.dialog(FormScreen)
        await one.pilot.press("enter")
        await one.until(lambda: "Buscando nota-000412118.txt (77 B)…" in one.said())
        await one.until(lambda: "Ainda buscando" in one.said())
        await one.pilot.press("1")
        assert one.app.screen.place == "queue", "keys go on meanwhile"  # type: ignore[attr-defined]
        gate.set()
        await one.until(lambda: "Salvo" in one.said())
