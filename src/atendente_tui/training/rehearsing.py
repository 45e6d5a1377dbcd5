"""A scenario played without a screen: a trainee's actions by the desk's own verbs, the world by its own clock, both on virtual time.

Whatever is random comes from the scenario's seed, so the same scenario and the same answers give the same record, byte for byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

from atendente_tui.clock import VirtualClock
from atendente_tui.desk.scratch import rehearsal
from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.training.course import (
    COMMAND,
    HAPPENS,
    OWN,
    START,
    Course,
    NoExercise,
    Performance,
    end_of,
)
from atendente_tui.training.deeds import Deeds

AT_THE_SCREENS = "(screens)"
"""Name of the answers that somebody gave at the screens: they say themselves what no helpdesk was told of."""


Between = Callable[[Course], Sequence[Action]]
"""Asked before each deed, and before the end: what else happens at that moment."""


def rehearse(scenario: Scenario, answers: Answers, between: Between = lambda _course: ()) -> Performance:
    """Play it to its end. Raises NoExercise."""
    training = scenario.training
    if training is None:
        raise NoExercise(scenario.name)
    clock = VirtualClock(scenario.start or START)
    with rehearsal(scenario, clock, alone=True) as place, closing(place.store.reader()) as db:
        course = Course(scenario, training, place, clock, clock.now())
        deeds = Deeds(place.desk, scenario, place.processes, db)
        return asyncio.run(_through(course, deeds, answers, between))


async def _through(course: Course, deeds: Deeds, answers: Answers, between: Between) -> Performance:
    done: list[Action] = []
    played = 0

    def bring() -> None:
        for one in between(course):
            course.again(one)
            done.append(one)

    ends = course.began + end_of(course.scenario, course.training, answers.actions)
    course.tells_network = answers.name != AT_THE_SCREENS
    await course.fetch()
    for action in answers.actions:
        at = course.began + action.at
        if at > ends:
            break
        await course.until(at)
        bring()
        await course.fetch()
        act(course, deeds, action)
        done.append(action)
        played += 1
        await course.send()
    bring()
    await course.until(ends)
    await course.fetch(all_of_it=True)
    if answers.name != AT_THE_SCREENS:
        course.tell_checklists(deeds.checklists())
    late = answers.actions[
        played:
    ]  # what lies beyond the limit was never done, and stays in what was written
    return course.performance(replace(answers, actions=(*done, *late)))


def act(course: Course, deeds: Deeds, action: Action) -> None:
    """One deed by the desk's verb; what it was refused is on the record."""
    if action.verb in (COMMAND, HAPPENS, OWN):
        course.again(action)
        return
    try:
        deeds.do(action)
    except Refused as refused:
        course.happened("refused", refused.code, action.ticket)
        return
    if action.verb == "check":
        for item in action.values:
            course.happened("check", item, action.ticket)
    elif action.verb == "undo":
        course.happened("undone", "", action.ticket)
