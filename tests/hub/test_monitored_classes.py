"""The monitor's screen of classes, before a real hub: who looks on sees every trainee, and only asks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from atendente_tui.config import BackendConfig, Config
from atendente_tui.i18n import choose
from atendente_tui.tui.screens.classes import Classes
from atendente_tui.tui.stage import screen_text
from tests.hub.serving_fixture import Served, served  # noqa: F401 - a fixture
from tests.hub.test_classes import GIVEN, school, told  # noqa: F401 - a fixture
from tests.tui.monitor_world import World, monitor


async def shows(one: World, text: str) -> None:
    for _turn in range(300):
        await one.pilot.pause()
        if text in screen_text(one.app):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"no {text!r} in:\n{screen_text(one.app)}")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_who_looks_on_sees_every_trainee(
    school: Served,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    choose("pt-BR")
    monkeypatch.setattr("atendente_tui.tui.screens.classes.EVERY", 3_600.0)  # the test asks for each look
    monkeypatch.setenv("ATENDENTE_TOKEN", school.tokens["sueli"])
    tina, ana = school.client("tina"), school.client("ana")
    config = Config(backend=BackendConfig("hub", school.url, "sueli"))
    async with monitor(tmp_path, size=size, config=config) as one:
        await one.pilot.press("7")
        await shows(one, "Nenhuma turma em andamento.")
        screen = one.app.screen
        assert isinstance(screen, Classes)
        path = f"classes/{uuid4()}"
        await asyncio.to_thread(lambda: tina.put(path, json={**GIVEN, "title": "Um [b]caso"}))
        await asyncio.to_thread(lambda: ana.put(f"{path}/progress", json=told(1, 40)))
        await screen.look()
        await shows(one, "Um [b]caso · prova · tina")
        await shows(one, "resposta")
        await shows(one, "40 pontos")
        assert "rapida" in screen_text(one.app)
        await one.pilot.press("down")
        await shows(one, "Ainda não se ouviu nada.")
        await asyncio.to_thread(lambda: ana.put(f"{path}/progress", json=told(2, 60)))
        await screen.look()
        await shows(one, "60 pontos")
        school.stop()
        await screen.look()
        await shows(one, "O hub não responde")
        assert "60 pontos" in screen_text(one.app)
        school.start()
        await one.pilot.press("escape")
        await shows(one, "Fila agora")


async def test_without_a_hub_it_says_so(tmp_path: Path) -> None:
    choose("pt-BR")
    async with monitor(tmp_path, config=Config(backend=BackendConfig("demo", "", ""))) as one:
        await one.pilot.press("7")
        await shows(one, "hub")
        assert isinstance(one.app.screen, Classes)
