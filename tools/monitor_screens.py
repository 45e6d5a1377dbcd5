"""Draw the pictures of the monitor: the shipped scenario as it stands at its beginning, on the real screens.

python -m tools.monitor_screens
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from atendente_tui import i18n
from atendente_tui.backends.demo import DemoBackend
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.desk.scratch import start_of
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import AgentState
from atendente_tui.store import agent_states
from atendente_tui.store.counting import count_due
from atendente_tui.store.store import Store
from atendente_tui.sync.only_reading import ReadingOnly
from atendente_tui.sync.pulling import pull
from atendente_tui.tui.monitor_app import MonitorApp
from atendente_tui.tui.screens.monitor import Monitor
from atendente_tui.tui.workplace import Workplace

TARGET = Path(__file__).parent.parent / "docs" / "screens"
SIZES = ((160, 45), (80, 24))
MOMENT = 0.2
DOING = (
    ("ana", AgentState.CONTACT, None, 6),
    ("bruno", AgentState.PAUSED, "almoço", 34),
    ("celia", AgentState.AFTER_CONTACT, None, 1),
    ("davi", AgentState.AVAILABLE, None, 12),
    ("elisa", AgentState.TRAINING, None, 50),
)


def main() -> int:
    i18n.choose("pt-BR")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(drawn(Path(folder)))
    return 0


async def drawn(folder: Path) -> None:
    clock = VirtualClock(start_of(None))
    feed = Store.open(folder, key=None, rules=DEFAULT_RULES, clock=clock)
    backend = DemoBackend(BackendSettings("demo", ""), clock=clock)
    await pull(feed, ReadingOnly(backend), "demo")
    now = int(clock.now().timestamp() * 1000)
    for login, state, reason, minutes in DOING:
        since = now - int(timedelta(minutes=minutes).total_seconds() * 1000)
        feed.write(lambda tx, one=(login, since, str(state), reason): agent_states.lay(tx, *one))  # type: ignore[misc]
    while feed.write(lambda tx: count_due(tx)):
        pass
    store = Store.open(folder, key=None, rules=DEFAULT_RULES, clock=clock, read_only=True)
    config = Config()
    desk = Desk(store, Agent("chefe", "Chefe", ("Varejo",)), DEFAULT_RULES, clock, {}, Can(frozenset()))
    place = Workplace(store, desk, config, clock, ZoneInfo(config.ui.zone))
    try:
        for size in SIZES:
            for wall in (False, True):
                await _drawn(MonitorApp(place, wall=wall), size, wall=wall)
    finally:
        store.close()
        feed.close()


async def _drawn(app: MonitorApp, size: tuple[int, int], *, wall: bool) -> None:
    async with app.run_test(size=size) as pilot:
        while getattr(app.screen, "floor", None) is None:
            await pilot.pause(MOMENT)
        screen = app.screen
        if isinstance(screen, Monitor):
            with closing(app.workplace.store.reader()) as db:
                newest = db.execute(
                    "SELECT id FROM ticket WHERE waiting_since IS NOT NULL ORDER BY score DESC LIMIT 1"
                )
                screen.open(f"ticket:{newest.fetchone()[0]}")
            await pilot.pause(MOMENT)
            screen.go("risk")
        await pilot.pause(MOMENT * 3)
        name = f"{'parede' if wall else 'monitor'}-{size[0]}x{size[1]}.svg"
        (TARGET / name).write_text(app.export_screenshot(title="Atendente"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
