"""The work on a ticket, counted by keys at the real screen, goes with the answer and comes to the figure."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.tui.shell_world import NOW, World, world

from atendente_tui import metrics
from atendente_tui.config import Config
from atendente_tui.desk import undoing
from atendente_tui.domain.handling import Spent
from atendente_tui.domain.instants import to_ms
from atendente_tui.goals import MetricsConfig
from atendente_tui.metrics import Scope, Window
from atendente_tui.store import worked
from atendente_tui.store.counting import count_all


def told(one: World) -> list[dict[str, Any]]:
    with closing(one.store.reader()) as db:
        rows = db.execute("SELECT body FROM outbox WHERE type IN ('reply','note') ORDER BY n").fetchall()
    return [json.loads(row[0]).get("work") for row in rows]


def untold(one: World, ticket: int) -> Spent:
    with closing(one.store.reader()) as db:
        return worked.untold(db, ticket, "ana")


async def keys(one: World, *steps: tuple[float, str]) -> None:
    """Each key so many seconds after the one before."""
    for seconds, key in steps:
        one.clock.advance(timedelta(seconds=seconds))
        await one.press(key)


async def begin(one: World) -> int:
    await one.press("enter")
    await one.until(lambda: one.screen.ticket_pane is not None and one.screen.ticket_pane.ticket)
    assert one.screen.ticket_id is not None
    return one.screen.ticket_id


async def send_note(one: World) -> None:
    before = len(told(one))
    await one.press("o", "o", "i", "ctrl+s")
    await one.until(lambda: len(told(one)) > before)


async def test_a_day_at_the_screen_comes_to_a_figure(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        first = await begin(one)
        await keys(one, (30, "down"), (300, "up"), (10, "down"))  # of five minutes two count
        await send_note(one)
        assert told(one) == [{"active": 160, "hold": 0, "after": 0, "here": False}]
        # Undone: its work is told by the one that takes its place.
        with closing(one.store.reader()) as db:
            given = db.execute("SELECT command_id FROM outbox").fetchone()[0]
        await one.app.done(undoing.undo(one.app.workplace.desk, given))
        assert untold(one, first).active == 160_000
        await keys(one, (20, "escape"))
        one.screen.open_ticket(first)
        await send_note(one)
        assert told(one)[-1]["active"] == 180
        # The queue, and another ticket meanwhile, are none of it.
        await keys(one, (60, "1"), (60, "down"))
        other = one.screen.queue.cursor_id
        assert other not in (None, first)
        await keys(one, (60, "enter"), (40, "down"))
        await send_note(one)
        assert told(one)[-1]["active"] == 40
        count_all(one.store)
        scope = Scope(Window(to_ms(NOW - timedelta(days=9)), to_ms(NOW + timedelta(days=1))))
        with closing(one.store.reader()) as db:
            figure = metrics.measure(db, "aht", scope)
            rows = list(metrics.behind(db, "aht", scope))
        assert figure.value == pytest.approx((180 + 40) / 2)
        assert {row.ticket_id: row.amount for row in rows} == {first: 180, other: 40}
        assert sum(row.contribution for row in rows) == pytest.approx(figure.value)


async def test_it_is_written_down_between_answers_and_not_by_every_key(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        ticket = await begin(one)
        await keys(one, (5, "down"), (5, "up"))
        assert untold(one, ticket) == Spent()
        assert one.app.handling is not None
        one.app.handling.save()
        await one.until(lambda: untold(one, ticket) == Spent(active=10_000))
        one.app.save_drafts()  # nobody was at the keys: nothing is added
        await one.until(lambda: untold(one, ticket) == Spent(active=10_000))


async def test_who_wants_none_of_it_counts_none(tmp_path: Path) -> None:
    config = Config()._replace(metrics=MetricsConfig(idle_seconds=0))
    async with world(tmp_path, size=(160, 45), config=config) as one:
        await begin(one)
        await keys(one, (30, "down"))
        await send_note(one)
        assert told(one) == [None]


async def test_where_the_helpdesk_cannot_carry_it_that_is_said(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        place = one.app.workplace
        place.desk = place.desk._replace(can=place.desk.can._replace(handling=False))
        await begin(one)
        await keys(one, (30, "down"))
        await send_note(one)
        assert told(one) == [{"active": 30, "hold": 0, "after": 0, "here": True}]
        with closing(one.store.reader()) as db:
            data = db.execute(
                "SELECT data FROM event WHERE kind = 'note' AND command_id IS NOT NULL"
            ).fetchone()[0]
        assert json.loads(data) == {"active": 30, "here": True}
