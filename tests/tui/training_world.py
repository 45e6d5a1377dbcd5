"""Somebody who trains, without a terminal: the real screens on a small scenario, whose clock a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.training.broken import SOUND
from textual.pilot import Pilot

from atendente_tui.config import Config
from atendente_tui.knowledge.reading_scenarios import read_scenario
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.training.attempt import Attempt
from atendente_tui.training.classroom import Classroom
from atendente_tui.tui.screens.workstation import Workstation
from atendente_tui.tui.training_app import Keep, Point, TrainingApp
from atendente_tui.tui.training_boot import world

TAKEN = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOLD = {"default": 10.0}
PLAIN = Config()


def scenario(text: str = SOUND) -> Scenario:
    read, faults = read_scenario(text, Path("caso.yaml"))
    assert read is not None, faults
    return read


@asynccontextmanager
async def training(
    attempt: Attempt,
    *,
    played: Scenario | None = None,
    config: Config = PLAIN,
    keep: Keep = lambda _result: None,
    at: Point = ((), timedelta()),
    size: tuple[int, int] = (120, 40),
    classroom: Classroom | None = None,
) -> AsyncIterator[tuple[TrainingApp, Pilot[int]]]:
    """The clock stands until the test moves it (`app.pass_on`)."""
    with world(played or scenario(), config, HOLD) as (workplace, live):
        app = TrainingApp(workplace, live, attempt, keep=keep, at=at, classroom=classroom)
        app.paused = True
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app._begun.is_set() and here(app).furnished.is_set())
            yield app, pilot


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    for _n in range(600):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError(holds)


def here(app: TrainingApp) -> Workstation:
    found = app.screen_stack[0]
    assert isinstance(found, Workstation)
    return found


def kinds(app: TrainingApp) -> list[str]:
    return [one.kind for one in app.live.course.record]


async def answer(app: TrainingApp, pilot: Pilot[int], text: str) -> None:
    """Take the next ticket, answer it, and let the answer leave."""
    if here(app).ticket_id is None:
        await pilot.press("n")
        await until(pilot, lambda: "assignee" in kinds(app))
    await pilot.press("r")
    await pilot.press(*("space" if one == " " else one for one in text))
    replies = kinds(app).count("reply")
    await pilot.press("ctrl+s")
    await until(pilot, lambda: "held" in states(app) or "queued" in states(app))
    await app.pass_on(timedelta(seconds=12))
    await until(pilot, lambda: kinds(app).count("reply") == replies + 1)


def states(app: TrainingApp) -> list[str]:
    return [row[0] for row in app.read.execute("SELECT state FROM outbox")]
