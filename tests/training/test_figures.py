"""The figures that a play waits for, read from a store filled by the demo."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from atendente_tui.backends.demo import DemoBackend
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import VirtualClock
from atendente_tui.domain.command import SettlePromise, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.queue import best_next, builtin_views, count_view
from atendente_tui.store.reading import find_ticket, promises
from atendente_tui.store.store import Store
from atendente_tui.training.figures import NAMES, read_figures


async def test_figures_of_the_demo(tmp_path: Path):
    backend = DemoBackend(BackendSettings("demo", ""))
    assert backend.scenario.start is not None
    clock = VirtualClock(backend.scenario.start)
    backend = DemoBackend(BackendSettings("demo", ""), clock=clock)
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)
    try:
        async for page in backend.pull(None):
            applied = apply_in_slices(store, page, "demo")
            assert applied.skipped == 0
        db = store.reader()
        first = best_next(db, "ana", ("Varejo",))
        figures = read_figures(db, first)
        assert tuple(figures) == NAMES
        wanted = {
            "protocol": "2026-004821",
            "status": "open",
            "assignee": "",
            "inbound": "4",
            "replies": "0",
            "notes": "1",
            "draft": "no",
            "pending": "0",
        }
        assert {name: figures[name] for name in wanted} == wanted
        assert read_figures(db, None)["protocol"] == ""
        assert read_figures(db, find_ticket(db, "2026-004801"))["escalations"] == "1"
        views = builtin_views("ana", ("Varejo",))
        assert all(count_view(db, views[name]).count >= 4 for name in ("minha", "livres", "equipe", "sla"))
        assert db.execute("SELECT count(*) FROM poison").fetchone() == (0,)
        snoozed = read_figures(db, find_ticket(db, "2026-004812"))
        assert (snoozed["status"], snoozed["snoozed"]) == ("snoozed", "yes")
        joana = find_ticket(db, "2026-004814")
        assert read_figures(db, joana)["promises"] == "1"
        (promise,) = [one for one in promises(db, "ana") if one.ticket_id == joana]
        settle = SettlePromise(
            id=new_id(clock.now()),
            at=clock.now(),
            author="bruno",
            ticket=TicketRef(id=0, remote="4814"),
            promise=UUID(promise.id),
            outcome="kept",
        )
        await backend.push(settle)  # by a colleague, elsewhere
        async for news in backend.pull(page.cursor):
            apply_in_slices(store, news, "demo")
        assert read_figures(db, joana)["promises"] == "0"
        db.close()
    finally:
        store.close()
