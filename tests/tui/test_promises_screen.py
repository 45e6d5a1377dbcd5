"""The promises board: what is owed, by when, and how it is settled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.builders import NOW
from tests.tui.verbs_host import HOSTILE, Host, host

from atendente_tui.desk import promising
from atendente_tui.desk.desk import Agent
from atendente_tui.store import reading
from atendente_tui.tui.forms import FormScreen
from atendente_tui.tui.screens.promises import PromisesScreen


async def opened(h: Host) -> PromisesScreen:
    await h.perform("promises")
    screen = h.app.screen
    assert isinstance(screen, PromisesScreen)
    await h.pilot.pause()
    return screen


async def test_what_is_owed_stands_by_urgency(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        promising.promise(h.desk, 3, NOW + timedelta(minutes=5), f"ligar de volta {HOSTILE}").result()
        promising.promise(h.desk, 3, NOW + timedelta(hours=3), "enviar o código").result()
        promising.promise(h.desk, 6, NOW + timedelta(days=4), "conferir o estorno").result()
        h.clock.advance(timedelta(minutes=10))
        await opened(h)
        shown = h.text()
        assert shown.index("Atrasadas (1)") < shown.index("ligar de volta") < shown.index("Hoje (1)")
        assert shown.index("enviar o código") < shown.index("Depois (1)") < shown.index("conferir o estorno")
        assert "1 atrasada" in shown
        assert "[@click=app.quit]" in shown
        await h.press("enter")
        await h.back()
        assert h.desktop.opened == [(3, None)]


async def test_a_promise_is_closed_only_with_an_outcome(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        promising.promise(h.desk, 3, NOW + timedelta(hours=3), "enviar o código").result()
        await opened(h)
        await h.press("s")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        await h.type("não cumprida")
        await h.press("tab")
        await h.type("a transportadora não respondeu")
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, PromisesScreen))
        await h.until(lambda: "Ninguém espera retorno" in h.text())
        (row,) = reading.promises_of(h.app.read, 3)
        assert row.outcome == "broken"


async def test_other_peoples_promises_are_one_key_away(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        other = h.desk._replace(agent=Agent("bruno", "Bruno"))
        promising.promise(other, 3, NOW + timedelta(hours=3), "retorno do Bruno").result()
        await opened(h)
        assert "Ninguém espera retorno" in h.text()
        await h.press("a")
        assert "retorno do Bruno" in h.text()
