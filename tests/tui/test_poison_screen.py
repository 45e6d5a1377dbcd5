"""Changes that could not be applied: shown whole, tried again, forgotten."""

from __future__ import annotations

from pathlib import Path

from tests.builders import BACKEND, customer_change
from tests.tui.verbs_host import HOSTILE, Host, host

from atendente_tui.store import poisoned
from atendente_tui.store.writing import Tx
from atendente_tui.tui.screens.confirm import ConfirmScreen
from atendente_tui.tui.screens.full_text import FullText
from atendente_tui.tui.screens.poison import PoisonScreen


def set_aside(h: Host, change: str, error: str = "IntegrityError: x") -> None:
    def job(tx: Tx) -> None:
        tx.db.execute(
            "INSERT INTO poison (at, backend, change, error) VALUES (?, ?, ?, ?)",
            (tx.now, BACKEND, change, error),
        )
        tx.touch("sync")

    h.store.write(job)


async def opened(h: Host) -> None:
    await h.perform("outbox")
    await h.press("p")
    await h.until(lambda: isinstance(h.app.screen, PoisonScreen))
    await h.pilot.pause()


async def test_what_could_not_be_applied_is_shown_and_read_whole(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        set_aside(
            h,
            '{"type": "ticket", "remote_id": "t9", "subject": "[b]x"}',
            error=f"ValueError: {HOSTILE}",
        )
        await opened(h)
        assert "ticket t9" in h.text()
        assert "1 mudança posta de lado" in h.text()
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, FullText))
        await h.pilot.pause()
        assert '"subject": "[b]x"' in h.text()


async def test_a_change_that_works_now_is_applied(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        set_aside(h, customer_change(77).model_dump_json())
        await opened(h)
        await h.press("r")
        await h.until(lambda: "deu certo" in h.said())
        assert poisoned.listing(h.app.read) == []
        assert h.app.read.execute("SELECT name FROM customer WHERE remote_id = 'c77'").fetchone()


async def test_forgetting_asks_first(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        set_aside(h, "not json at all")
        await opened(h)
        await h.press("r")
        await h.until(h.said)
        assert len(poisoned.listing(h.app.read)) == 1
        await h.press("d")
        await h.until(lambda: isinstance(h.app.screen, ConfirmScreen))
        await h.press("s")
        await h.until(lambda: not poisoned.listing(h.app.read))
        await h.until(lambda: "Tudo o que chegou foi entendido" in h.text())
