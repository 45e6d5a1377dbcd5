"""A rubric as data, and the grade it gives for verdicts: whole numbers only, so that every machine says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from atendente_tui.flow.expectation import Expectation, Pattern, Verdict

Outcome = Literal["met", "partly", "failed", "not_applicable", "pending"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Points for what of `uses` came true.

    critical   missed in any part, the work does not pass
    fatal      missed in any part, the score is 0 as well
    by_person  judged by a person afterwards: until then pending, and not part of the score
    """

    id: str
    title: str
    uses: tuple[str, ...]
    """Ids of expectations."""
    weight: int = 1
    skill: str = ""
    critical: bool = False
    fatal: bool = False
    by_person: bool = False
    only_if: Pattern | None = None
    """Where nothing of the kind happened, it does not apply."""
    not_if: Pattern | None = None
    """Where something of the kind happened, it does not apply."""
    feedback: str = ""
    """Told when it is missed."""
    hint: str = ""
    """Told in practice, when asked for."""


@dataclass(frozen=True, slots=True)
class Graded:
    """One criterion of a finished work. `share` is the part of it that came true, as numerator and denominator."""

    criterion: Criterion
    outcome: Outcome
    share: tuple[int, int]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    score: int
    """0 to 100."""
    passed: bool
    criteria: tuple[Graded, ...]
    skills: Mapping[str, int]
    """Score by skill, of those that were asked for."""


def asked_of(criteria: Iterable[Criterion]) -> tuple[Expectation, ...]:
    """Whether criteria apply is proved like everything else: one expectation for each condition."""
    return tuple(
        Expectation(f"{one.id}{mark}", "must", pattern)
        for one in criteria
        for mark, pattern in (("?if", one.only_if), ("?not", one.not_if))
        if pattern is not None
    )


def grade(criteria: Iterable[Criterion], verdicts: Iterable[Verdict], pass_mark: int) -> Grade:
    """The grade. Every id of `uses` has its verdict among them, and so has every expectation of `asked_of`."""
    by_id = {one.id: one for one in verdicts}
    return totalled([_graded(one, by_id) for one in criteria], pass_mark)


def graded_by_person(one: Criterion, share: Fraction) -> Graded:
    """A criterion as a person judged it: so much of it, 0 to 1, came true."""
    outcome: Outcome = "met" if share == 1 else "partly" if share else "failed"
    return Graded(one, outcome, (share.numerator, share.denominator), ())


def totalled(criteria: Iterable[Graded], pass_mark: int) -> Grade:
    """The grade of criteria that are judged, as far as they are."""
    graded = tuple(criteria)
    counted = [one for one in graded if one.outcome not in ("not_applicable", "pending")]
    missed = [one for one in counted if one.outcome != "met"]
    score = 0 if any(one.criterion.fatal for one in missed) else _score(counted)
    passed = score >= pass_mark and not any(one.criterion.critical or one.criterion.fatal for one in missed)
    skills = {
        skill: _score([one for one in counted if one.criterion.skill == skill])
        for skill in dict.fromkeys(one.criterion.skill for one in counted)
        if skill
    }
    return Grade(score, passed, graded, skills)


def _graded(one: Criterion, verdicts: Mapping[str, Verdict]) -> Graded:
    if one.by_person:
        return Graded(one, "pending", (0, 1), ())
    applies = one.only_if is None or verdicts[f"{one.id}?if"].met
    if not applies or (one.not_if is not None and verdicts[f"{one.id}?not"].met):
        return Graded(one, "not_applicable", (0, 1), ())
    found = [verdicts[name] for name in one.uses]
    met = sum(verdict.met for verdict in found)
    outcome: Outcome = "met" if met == len(found) else "partly" if met else "failed"
    # What was missed is what its reader wants to see; where all came true, all of it.
    told = [verdict for verdict in found if not verdict.met] or found
    evidence = dict.fromkeys(event for verdict in told for event in verdict.evidence)
    return Graded(one, outcome, (met, len(found)), tuple(evidence))


def _score(counted: Iterable[Graded]) -> int:
    counted = list(counted)
    weights = sum(one.criterion.weight for one in counted)
    if not weights:
        return 0
    points = sum((Fraction(one.criterion.weight * one.share[0], one.share[1]) for one in counted), Fraction())
    return int(points * 100 / weights + Fraction(1, 2))
