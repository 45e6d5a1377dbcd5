"""A ticket as it was, stepped through event by event on its screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sizes import sized
from tests.tui.pane_world import world

from atendente_tui.store import past, reading


@pytest.mark.parametrize(("size", "steps"), [((80, 24), sized(4, 99)), ((160, 45), 1)])
async def test_stepping_back_and_on_shows_each_moment(
    tmp_path: Path, size: tuple[int, int], steps: int
) -> None:
    async with world(tmp_path, size=size) as one:
        await one.open()
        pane = one.screen.ticket_pane
        assert pane is not None
        assert pane.ticket is not None
        events = reading.timeline(one.app.read, ticket_id=pane.ticket.id, limit=500)
        await one.pilot.press("[")
        back = list(zip(reversed(events[:-1]), range(len(events) - 1, 0, -1), strict=True))[:steps]
        for event, number in back:
            await one.shows(f"evento {number} de {len(events)}")
            assert pane.then is not None
            assert pane.then.key == event.key
            assert pane.then.fields == past.at_key(one.app.read, pane.ticket, event.key)
            assert pane.timeline.model is not None
            assert max(row.key for row in pane.timeline.model.events) == event.key
            await one.pilot.press("[")
        while pane.then is not None:
            await one.pilot.press("]")
        await one.until(lambda: "como estava em" not in one.frame())
        assert max(row.key for row in pane.timeline.model.events) == events[-1].key
        await one.pilot.press("]")
        assert pane.then is None
