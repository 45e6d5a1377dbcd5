"""What somebody does at the screens is graded by the same record, comes out again from its result, and can be gone back in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk.scratch import rehearsal
from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.answers import Answers
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.shipped import TRAINING
from atendente_tui.training.course import START
from atendente_tui.training.deeds import Deeds
from atendente_tui.training.kept_results import acted
from atendente_tui.training.library import library
from atendente_tui.training.live import Live
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document, written

LIBRARY = {kept.scenario.name: kept for kept in library([TRAINING])}


@contextmanager
def live(scenario: Scenario, holds: Mapping[str, float]) -> Iterator[tuple[Live, Deeds]]:
    clock = VirtualClock(scenario.start or START)
    with rehearsal(scenario, clock, holds) as place, closing(place.store.reader()) as db:
        yield Live(scenario, place, clock, db), Deeds(place.desk, scenario, place.processes, db)


async def work(at: Live, deeds: Deeds, answers: Answers) -> None:
    """The answers, by somebody whose clock goes on second by second."""
    for action in answers.actions:
        while at.passed < action.at:
            await at.pass_to(at.began + min(action.at, at.passed + timedelta(seconds=7)))
        try:
            deeds.do(action)
        except Refused as refused:
            at.refused(refused.code, None)
        await at.done()


def chosen(name: str, answers: str = "excelente") -> tuple[Scenario, Answers]:
    kept = LIBRARY[name]
    return kept.scenario, next(one for _path, one in kept.answers if one.name == answers)


def same_again(scenario: Scenario, result: dict[str, Any]) -> bool:
    return written(document(rehearse(scenario, acted(result)))) == written(result)


@pytest.mark.parametrize("holds", [{}, {"default": 10.0}])
def test_the_same_deeds_get_the_same_grade_and_come_out_again(holds: dict[str, float]) -> None:
    scenario, answers = chosen("queda-no-meio")

    async def through() -> dict[str, Any]:
        await at.begin()
        await work(at, deeds, answers)
        return document(await at.finish())

    with live(scenario, holds) as (at, deeds):
        result = asyncio.run(through())
    headless = document(rehearse(scenario, answers))
    assert result["score"] == headless["score"] > 0
    assert [one["result"] for one in result["criteria"]] == [one["result"] for one in headless["criteria"]]
    assert same_again(scenario, result)


def test_one_goes_back_to_an_earlier_moment_and_does_it_otherwise() -> None:
    scenario, answers = chosen("pedido-atrasado")

    async def first() -> None:
        await at.begin()
        await work(at, deeds, answers)

    async def again() -> dict[str, Any]:
        await other.begin(done, moment)
        assert other.passed == moment
        assert [one.verb for one in other.actions] == [one.verb for one in done]
        return document(await other.finish())

    with live(scenario, {}) as (at, deeds):
        asyncio.run(first())
        commands = [n for n, one in enumerate(at.actions) if one.verb == "command"]
        done = at.actions[: commands[len(commands) // 2]]
        moment = done[-1].at + timedelta(seconds=3)
        whole = at.grade().score
    with live(scenario, {}) as (other, _deeds):
        result = asyncio.run(again())
    assert result["score"] < whole
    assert same_again(scenario, result)


def test_hints_name_the_first_criterion_that_can_still_be_met() -> None:
    scenario, answers = chosen("pedido-atrasado")

    async def through() -> list[str]:
        await at.begin()
        before = at.next_criterion()
        await work(at, deeds, answers)
        after = at.next_criterion()
        return [one.id if one is not None else "" for one in (before, after)]

    with live(scenario, {}) as (at, deeds):
        before, after = asyncio.run(through())
    assert before == next(one.id for one in at.training.rubric if not one.by_person)
    assert after != before
