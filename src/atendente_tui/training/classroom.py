"""Playing in a class: what a trainee's play tells its trainer on the way, and what it hears from there.

`Classroom` is all that a play knows of it, whoever carries it: `attend` plays written answers in one, and a play at the screens
calls the same two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from atendente_tui.flow.rubric import grade
from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.training.course import HAPPENS, Course, Performance
from atendente_tui.training.rehearsing import rehearse

LONGEST = 200
"""Characters of what happened last, as it is told."""


class Heard(NamedTuple):
    """A hint, or one line of a timeline that is to happen now."""

    kind: Literal["hint", "event"]
    text: str


class Progress(NamedTuple):
    """How far a play is."""

    state: Literal["playing", "finished"]
    seconds: int
    score: int
    """As it would be if it ended now."""
    passed: bool | None
    last: str
    expectations: tuple[tuple[str, bool | None], ...]
    """By id, whether it came true; None while nobody can say."""

    def as_json(self) -> dict[str, Any]:
        told = self._asdict()
        told["expectations"] = [{"id": one, "met": met} for one, met in self.expectations]
        return told


class Classroom(Protocol):
    def report(self, progress: Progress, result: dict[str, Any] | None = None) -> None: ...

    def heard(self) -> Sequence[Heard]:
        """What came since the last time."""
        ...


def attend(
    scenario: Scenario,
    answers: Answers,
    classroom: Classroom,
    hint: Callable[[str], None] = lambda _text: None,
) -> Performance:
    """Play written answers in a class; what the trainer has happen is part of what was done. Raises NoExercise."""

    def between(course: Course) -> list[Action]:
        classroom.report(progress_of(course))
        brought = []
        for one in classroom.heard():
            if one.kind == "hint":
                hint(one.text)
            else:
                brought.append(brought_in(course, one.text))
        return brought

    return rehearse(scenario, answers, between)


def brought_in(course: Course, text: str) -> Action:
    """What a trainer has happen, as a thing done at the moment at which the play is."""
    ms = round((course.clock.now() - course.began).total_seconds() * 1000)
    return Action(course.clock.now() - course.began, HAPPENS, "", (text,), {"ms": str(ms)})


def progress_of(course: Course) -> Progress:
    """How a play stands that goes on."""
    known = {
        one.id: mark.verdict.met if mark.verdict is not None else None
        for one, mark in zip(course.proof.expectations, course.proof.marks, strict=True)
        if "?" not in one.id
    }
    stands = grade(course.training.rubric, course.verdicts(), course.training.pass_mark)
    last = course.record[-1] if course.record else None
    return Progress(
        "playing",
        int((course.clock.now() - course.began).total_seconds()),
        stands.score,
        None,
        f"{last.kind} {last.value}".strip()[:LONGEST] if last is not None else "",
        tuple(known.items()),
    )


def end_of_it(done: Performance) -> Progress:
    """How a play came out."""
    last = done.record[-1] if done.record else None
    return Progress(
        "finished",
        int((done.ended - done.began).total_seconds()),
        done.grade.score,
        done.grade.passed,
        f"{last.kind} {last.value}".strip()[:LONGEST] if last is not None else "",
        tuple((one.id, one.met) for one in done.verdicts if "?" not in one.id),
    )
