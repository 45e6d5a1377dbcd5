"""Tracks: scenarios, readings and quizzes in an order, each open when what it asks for is passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fault, Fields, parse

StepKind = Literal["scenario", "reading", "quiz"]


@dataclass(frozen=True, slots=True)
class Question:
    asks: str
    options: tuple[str, ...]
    right: int
    """Place of the right option, from 1."""
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    kind: StepKind
    title: str
    of: str
    """The scenario's name or the article's id; "" for a quiz."""
    after: tuple[str, ...]
    """Ids of steps to be passed before; none written means the one before."""
    questions: tuple[Question, ...] = ()
    least: int = 0
    """Right answers that pass a quiz."""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Track:
    name: str
    version: int
    title: str
    purpose: str
    valid_days: int
    """How long its certificate is good."""
    steps: tuple[Step, ...]
    file: str


def read_track(text: str, file: str) -> tuple[Track | None, list[Fault]]:
    """The track of a file; with any fault there is none."""
    tree, faults = parse(text, file)
    if tree is None:
        return None, faults or [Fault(file, 0, _("the file is empty"))]
    fields = Fields(tree, file, faults)
    steps: list[Step] = []
    for one in fields.each("steps"):
        step = _step(one, steps)
        if any(step.id == each.id for each in steps):
            one.wrong(_("named twice"), field="id")
        steps.append(step)
    if not steps:
        fields.wrong(_("is required"), field="steps")
    track = Track(
        fields.text("track"),
        fields.whole("version", 1, 10_000) or 1,
        fields.text("title"),
        fields.maybe("purpose") or "",
        fields.whole("valid_days", 1, 3_650) or 365,
        tuple(steps),
        file,
    )
    fields.close()
    return (None, faults) if faults else (track, [])


def _step(fields: Fields, before: list[Step]) -> Step:
    kinds: list[StepKind] = [kind for kind in ("scenario", "reading", "quiz") if kind in fields]
    if len(kinds) != 1:
        fields.wrong(
            _("must be exactly one kind of step"),
            found=", ".join(kinds) or ", ".join(fields),
            allowed=("scenario", "reading", "quiz"),
        )
        return Step(fields.text("id"), "reading", "", "", ())
    kind = kinds[0]
    after = fields.texts("after")
    for one in after:
        if one not in {each.id for each in before}:
            fields.wrong(_("is no earlier step of this track"), field="after", found=one)
    questions: tuple[Question, ...] = ()
    least = 0
    if kind == "quiz":
        questions = tuple(_question(one) for one in fields.each("quiz"))
        least = fields.whole("least", 1, 1_000) or len(questions)
        if not questions:
            fields.wrong(_("is required"), field="quiz")
        elif least > len(questions):
            fields.wrong(_("asks for more than there are questions"), field="least")
    of = "" if kind == "quiz" else fields.text(kind)
    step = Step(
        fields.maybe("id") or of,
        kind,
        fields.maybe("title") or of,
        of,
        after or ((before[-1].id,) if before else ()),
        questions,
        least,
        fields.line,
    )
    if not step.id:
        fields.wrong(_("is required"), field="id")
    fields.close()
    return step


def _question(fields: Fields) -> Question:
    options = fields.texts("options")
    if len(options) < 2:
        fields.wrong(_("a question needs two options at least"), field="options")
    right = fields.whole("right", 1, max(1, len(options)))
    if "right" not in fields:
        fields.wrong(_("is required"), field="right")
    question = Question(fields.text("asks"), options, right or 1, fields.maybe("why") or "")
    fields.close()
    return question


def passed_quiz(step: Step, chosen: Collection[int] | tuple[int, ...]) -> bool:
    """Whether these options, one a question in its order, are enough."""
    right = sum(answer == question.right for answer, question in zip(chosen, step.questions, strict=False))
    return right >= step.least


def standing(track: Track, passed: Collection[str]) -> Mapping[str, Literal["passed", "open", "closed"]]:
    """How each step stands for somebody who passed these, by its id."""
    return {
        one.id: "passed"
        if one.id in passed
        else "open"
        if all(each in passed for each in one.after)
        else "closed"
        for one in track.steps
    }
