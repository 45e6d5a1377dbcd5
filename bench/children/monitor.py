"""The monitor over a store of `floor_data`, on a clock of its own, moved by signals.

USR1: a minute passes, and the whole screen is read and painted again. USR2: a customer writes in the ticket on show.
Arguments: the store's folder, the ticket to show.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from atendente_tui import i18n
from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import engine
from atendente_tui.store.store import Store
from atendente_tui.tui import boot
from bench.dataset import NOW

NEVER = 1_000_000.0
SAID = "novidade"
READY = "devoluç"


def main() -> int:
    folder, ticket = Path(sys.argv[1]), int(sys.argv[2])
    i18n.choose("pt-BR")
    boot.calm()
    from atendente_tui.tui.monitor_app import MonitorApp
    from atendente_tui.tui.screens.monitor import Monitor
    from atendente_tui.tui.workplace import Workplace

    clock = VirtualClock(from_ms(NOW))
    store = Store.open(folder, key=None, rules=DEFAULT_RULES, clock=clock, read_only=True)
    plain = Config()
    config = plain._replace(monitor=plain.monitor._replace(refresh_seconds=NEVER))
    desk = Desk(store, Agent("chefe", "Chefe"), DEFAULT_RULES, clock, {}, Can(frozenset()))
    numbers = itertools.count(1)
    feed = engine.connect(folder / "store.db", None)
    feed.execute("PRAGMA synchronous = NORMAL")  # as the lane of the sync

    class Moved(MonitorApp):
        def on_mount(self) -> None:
            super().on_mount()
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGUSR1, self.minute)
            loop.add_signal_handler(signal.SIGUSR2, self.said)
            self.call_after_refresh(self.monitor.open_ticket, ticket)

        @property
        def monitor(self) -> Monitor:
            screen = self.screen_stack[0]
            assert isinstance(screen, Monitor)
            return screen

        def minute(self) -> None:
            clock.advance(timedelta(minutes=1))
            self.monitor.look_again()

        def said(self) -> None:
            self.run_worker(self.say, thread=True)

        def say(self) -> None:
            """As the session beside the screen would: written by a connection that stands, and told."""
            n = next(numbers)
            key = (NOW << 6) + (n << 12)
            feed.execute(
                "INSERT INTO event (key, ticket_id, customer_id, at, kind, channel, direction, author_kind, author, public, text)"
                " VALUES (?, ?, ?, ?, 'message', 'whatsapp', 'inbound', 'customer', '', 1, ?)",
                (key, ticket, ticket, key >> 6, f"{SAID}{n:04d}"),
            )
            store.announce("queue", f"ticket:{ticket}")

    app = Moved(Workplace(store, desk, config, clock, ZoneInfo("America/Sao_Paulo")))
    app.run()
    store.close()
    with closing(feed) as db:  # as it was
        db.execute("DELETE FROM event WHERE key > ? AND ticket_id = ?", (NOW << 6, ticket))
        db.execute("DELETE FROM count_due")
    return 0


if __name__ == "__main__":
    sys.exit(main())
