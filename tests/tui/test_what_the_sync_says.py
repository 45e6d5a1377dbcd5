"""What the workstation says on its own account: the key it made, and tickets that vanished all at once."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from tests.builders import BACKEND
from tests.sync.helpdesk import Helpdesk
from tests.sync.helpdesk import World as Helpdesks
from tests.tui.shell_world import World, world

from atendente_tui.config import BackendConfig, Config
from atendente_tui.domain.change import TicketGone
from atendente_tui.sync.service import SyncService
from atendente_tui.tui import boot
from atendente_tui.tui.app import AtendenteApp
from atendente_tui.tui.screens.confirm import ConfirmScreen
from atendente_tui.tui.screens.outbox import OutboxScreen


async def test_a_key_that_was_made_is_the_first_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "keys" / "store.key"
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(key))
    for opening in range(2):
        workplace = boot.open_workplace(Config())
        try:
            app = AtendenteApp(workplace)
            async with app.run_test(size=(100, 30), notifications=True) as pilot:
                await app.warm.wait()
                await pilot.pause()
                told = [note.message for note in app._notifications]
                assert (len(told) == 1 and str(key) in told[0]) if opening == 0 else told == []
        finally:
            boot.close(workplace)


def connected(one: World, tickets: int) -> tuple[Helpdesks, SyncService]:
    """A helpdesk in memory with so many tickets, synchronized by the workstation on screen."""
    helpdesk = Helpdesks(one.clock)
    helpdesk.begin(tickets)
    sync = SyncService(
        one.store,
        lambda: Helpdesk(helpdesk, page=1_000),
        clock=one.clock,
        rng=Random(3),
        backend_name=BACKEND,
        poll_seconds=0.1,
    )
    one.app.workplace.sync = sync
    sync.start()
    return helpdesk, sync


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_tickets_that_vanish_at_once_are_told_and_a_person_decides(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    config = Config(backend=BackendConfig(BACKEND))
    async with world(tmp_path, tickets=0, size=size, config=config) as one:
        helpdesk, sync = connected(one, 50)
        try:
            await one.until(lambda: count(one) == 50)
            await one.press("f7")
            assert any("Não houve sumiço" in note.message for note in one.app._notifications)
            helpdesk.tell(*(TicketGone(remote_id=f"t{number}") for number in range(40)))
            await one.shows("40 de 50 sumiram")
            assert count(one) == 50
            await one.press("O")
            await one.until(lambda: isinstance(one.app.screen, OutboxScreen))
            told = "O sistema diz que 40 de 50 chamados sumiram. Nada foi removido aqui. F7 decide."
            await one.until(lambda: told in " ".join(one.frame().split()))
            await one.press("f7")
            await one.until(lambda: isinstance(one.app.screen, ConfirmScreen))
            await one.shows("atendente sync --once --full --accept-gone")
            await one.press("n")
            await one.until(lambda: isinstance(one.app.screen, OutboxScreen))
            assert count(one) == 50
            await one.press("f7")
            await one.until(lambda: isinstance(one.app.screen, ConfirmScreen))
            await one.press("s")
            await one.until(lambda: count(one) == 10)
            await one.until(lambda: "sumiram" not in one.frame())
            await one.press("escape")
            await one.until(lambda: one.app.screen is one.screen and "sumiram" not in one.frame())
        finally:
            assert sync.stop(10.0)


def count(one: World) -> int:
    return int(one.app.read.execute("SELECT count(*) FROM ticket").fetchone()[0])
