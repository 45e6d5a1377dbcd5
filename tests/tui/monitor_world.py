"""The monitor over a real store that is only read, on a fixed clock; a second half of the store lets news in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import BACKEND, NOW, sample_page, ticket_change
from textual.pilot import Pilot

from atendente_tui.clock import VirtualClock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.domain.change import (
    AgentStates,
    AgentStateSince,
    Change,
    ChangePage,
    DirectoryEntry,
    EventAppend,
)
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import (
    AgentState,
    AuthorKind,
    Channel,
    Direction,
    EventKind,
    Status,
    Tier,
)
from atendente_tui.store.counting import count_due
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from atendente_tui.tui.monitor_app import MonitorApp
from atendente_tui.tui.workplace import Workplace

CHIEF = Agent("chefe", "Chefe", ("loja",), Tier.N1)


def floor_changes() -> list[Change]:
    """Three agents, a spike of one reason, an angry customer, a ticket sent to and fro, one forgotten, a survey."""

    def since(minutes: int, state: AgentState, reason: str | None = None) -> tuple[AgentStateSince, ...]:
        return (AgentStateSince(since=NOW - timedelta(minutes=minutes), state=state, reason=reason),)

    told: list[Change] = [
        DirectoryEntry(kind="agent", key="ana", label="Ana Souza"),
        DirectoryEntry(kind="agent", key="bruno", label="Bruno Dias"),
        AgentStates(agent="ana", states=since(6, AgentState.CONTACT)),
        AgentStates(agent="bruno", states=since(40, AgentState.PAUSED, "almoço")),
        AgentStates(agent="carla", states=since(300, AgentState.OFF)),
    ]
    for n in range(9_000, 9_007):
        at = NOW - timedelta(minutes=n - 8_990)
        told.append(
            ticket_change(n, NOW, opened_at=at, updated_at=at, reason="entrega/atraso", subject=f"Atraso {n}")
        )
    told.append(
        ticket_change(
            8_000,
            NOW,
            subject="Ninguém me ajuda",
            status=Status.OPEN,
            tier=Tier.N2,
            opened_at=NOW - timedelta(hours=3),
            updated_at=NOW - timedelta(hours=2),
        )
    )
    told.append(_event("a", "t8000", 120, EventKind.MESSAGE, text="Isso é um absurdo, péssimo atendimento!!"))
    for n, (old, new) in enumerate((("N1", "N2"), ("N2", "N1"), ("N1", "N2"))):
        told.append(
            _event(
                f"e{n}",
                "t8000",
                100 - n,
                EventKind.ESCALATION,
                author_kind=AuthorKind.AGENT,
                **{"from": old, "to": new},
            )
        )
    told.append(_event("s1", "t8000", 30, EventKind.SURVEY_ANSWER, survey="csat", score=5, of=5))
    told.append(
        ticket_change(
            8_001,
            NOW,
            subject="Esquecido",
            status=Status.OPEN,
            assignee=None,
            opened_at=NOW - timedelta(days=4),
            updated_at=NOW - timedelta(days=3),
        )
    )
    return told


def _event(
    name: str,
    ticket: str,
    minutes: int,
    kind: EventKind,
    *,
    text: str = "",
    author_kind: AuthorKind = AuthorKind.CUSTOMER,
    **data: Any,
) -> EventAppend:
    return EventAppend(
        remote_id=f"floor-{name}",
        ticket=ticket,
        customer=None,
        at=NOW - timedelta(minutes=minutes),
        kind=kind,
        channel=Channel.WHATSAPP,
        direction=Direction.INBOUND if author_kind is AuthorKind.CUSTOMER else Direction.INTERNAL,
        author_kind=author_kind,
        author="",
        text=text,
        data=data,
    )


@dataclass
class World:
    app: MonitorApp
    pilot: Pilot[int]
    feed: Store
    clock: VirtualClock

    async def until(self, holds: Callable[[], Any], seconds: float = 30.0) -> None:
        end = monotonic() + seconds
        while not holds():
            assert self.app._exception is None, repr(self.app._exception)
            assert monotonic() < end, f"what was waited for did not come; on the screen:\n{self.frame()}"
            await asyncio.sleep(0.02)
        await self.pilot.pause()

    async def shows(self, *texts: str) -> str:
        await self.until(lambda: all(text in self.frame() for text in texts))
        return self.frame()

    def frame(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def apply(self, *changes: Change) -> None:
        apply_in_slices(self.feed, ChangePage(changes=changes, cursor="9", caught_up=True), BACKEND)


@asynccontextmanager
async def monitor(
    tmp_path: Path,
    *,
    size: tuple[int, int] = (160, 45),
    wall: bool = False,
    config: Config | None = None,
    tickets: int = 40,
) -> AsyncIterator[World]:
    clock = VirtualClock(NOW)
    feed = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock)
    apply_in_slices(feed, sample_page(tickets, events=2), BACKEND)
    apply_in_slices(feed, ChangePage(changes=tuple(floor_changes()), cursor="2", caught_up=True), BACKEND)
    while feed.write(lambda tx: count_due(tx)):
        pass  # else the idle lane makes the numbers while one looks on
    store = Store.open(tmp_path / "store", key=None, rules=DEFAULT_RULES, clock=clock, read_only=True)
    desk = Desk(store, CHIEF, DEFAULT_RULES, clock, {}, Can(frozenset()))
    app = MonitorApp(
        Workplace(store, desk, config or Config(), clock, ZoneInfo("America/Sao_Paulo")), wall=wall
    )
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield World(app, pilot, feed, clock)
    finally:
        store.close()
        feed.close()


__all__ = ["CHIEF", "World", "floor_changes", "monitor", "to_ms"]
