"""Opens the workstation on a scenario for somebody who trains, again for every step back, and takes its world down after it.

Of the person's own configuration come looks and keys, nothing else: no helpdesk of theirs, no store, no keyring, no texts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.clock import VirtualClock
from atendente_tui.config import BackendConfig, Config

if TYPE_CHECKING:
    from atendente_tui.knowledge.answers import Action
    from atendente_tui.knowledge.scenario import Scenario
    from atendente_tui.training.attempt import Attempt
    from atendente_tui.training.classroom import Classroom
    from atendente_tui.training.live import Live
    from atendente_tui.training.presenting import Step
    from atendente_tui.tui.asciicast import Recording
    from atendente_tui.tui.training_app import Keep, Point
    from atendente_tui.tui.workplace import Workplace


def apart(mine: Config) -> Config:
    """A configuration of the training's own, with the looks and the keys of the person's."""
    return Config(
        source=mine.source,
        backend=BackendConfig("demo"),
        ui=mine.ui,
        keys=mine.keys,
        key_lines=mine.key_lines,
        downloads=mine.downloads,
    )


@contextmanager
def world(
    scenario: Scenario, mine: Config, holds: Mapping[str, float] = MappingProxyType({})
) -> Iterator[tuple[Workplace, Live]]:
    """A workplace at the scenario's start, and the course it is on."""
    from zoneinfo import ZoneInfo

    from atendente_tui.desk.scratch import rehearsal
    from atendente_tui.training.course import START
    from atendente_tui.training.live import Live
    from atendente_tui.tui.workplace import Workplace

    config = apart(mine)
    clock = VirtualClock(scenario.start or START)
    with rehearsal(scenario, clock, holds) as place, closing(place.store.reader()) as db:
        live = Live(scenario, place, clock, db)
        yield Workplace(place.store, place.desk, config, clock, ZoneInfo(scenario.zone), live.sync), live


def train(
    scenario: Scenario,
    attempt: Attempt,
    mine: Config,
    keep: Keep,
    kept: Callable[[Action], None] = lambda _action: None,
    classroom: Classroom | None = None,
) -> dict[str, Any] | None:
    """Until the person leaves; the result, None where there is none. `kept` is called with each deed as it is done."""
    from atendente_tui.tui.training_app import TrainingApp

    at: Any = ((), timedelta())
    while True:
        with world(scenario, mine, Config().holds) as (workplace, live):
            live.kept = kept
            app = TrainingApp(workplace, live, attempt, keep=keep, at=at, classroom=classroom)
            app.run(mouse=mine.ui.mouse)
            if app.back is None:
                return app.result
            at = app.back


class Shown(NamedTuple):
    """What came of a presentation that nobody watched."""

    result: Mapping[str, Any] | None
    by_verb: tuple[str, ...]
    """Deeds that no keys did."""
    seconds: float


def present(scenario: Scenario, steps: tuple[Step, ...], attempt: Attempt, mine: Config) -> None:
    """In this terminal, until it is left."""
    from atendente_tui.tui.present_app import PresentApp

    points: list[Point] = []
    first, paused = 0, False
    while True:
        with world(scenario, mine) as (workplace, live):
            app = PresentApp(workplace, live, attempt, steps, points, first=first, paused=paused)
            app.run(mouse=mine.ui.mouse)
            if not app.went_back:
                return
            first, paused = app.step, app.paused


async def present_unseen(
    scenario: Scenario,
    steps: tuple[Step, ...],
    attempt: Attempt,
    mine: Config,
    size: tuple[int, int],
    recording: Recording | None = None,
    stops: Mapping[int, Any] | None = None,
) -> Shown:
    """Without a terminal and without waiting."""
    from atendente_tui.tui.present_app import PresentApp

    with world(scenario, mine) as (workplace, live):
        app = PresentApp(
            workplace, live, attempt, steps, [], unattended=True, recording=recording, stops=stops
        )
        async with app.run_test(size=size, notifications=True):
            ends = [asyncio.ensure_future(one.wait()) for one in (app.ended, app._exception_event)]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for one in ends:
                one.cancel()
        return Shown(app.result, tuple(app.performer.by_verb), app.shown)
