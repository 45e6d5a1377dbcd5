"""What a person judges of a finished work, afterwards: the grade anew by the same rubric, and the result as it was kept within.

A judged result has `judged`: `before`, what the judgement changed, as it was, its signature included; and `given`, every
judgement in its order. `original` puts it back, so that the first signature can be looked at for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, cast

from atendente_tui.flow.rubric import Criterion, Graded, Outcome, graded_by_person, totalled

CHANGED = ("score", "passed", "skills", "criteria", "signature")
"""What of a result a judgement changes."""


class NotByPerson(ValueError):
    """The criterion is not one that a person judges; `those` are."""

    def __init__(self, those: tuple[str, ...]) -> None:
        super().__init__(", ".join(those))
        self.those = those


def judge(
    result: Mapping[str, Any],
    criterion: str,
    share: Fraction,
    *,
    by: str,
    at: datetime,
    comment: str,
    pass_mark: int,
) -> dict[str, Any]:
    """The result with this judgement, not signed yet. Judged again, the newest counts. Raises NotByPerson.

    share       0 to 1: how much of it came true
    pass_mark   of the scenario
    """
    known = [_graded(one) for one in result["criteria"]]
    by_person = tuple(str(one["id"]) for one in result["criteria"] if is_by_person(one))
    if criterion not in by_person:
        raise NotByPerson(by_person)
    given = {
        "criterion": criterion,
        "met": share.numerator,
        "of": share.denominator,
        "by": by,
        "at": at.isoformat(timespec="seconds"),
        "comment": comment,
    }
    graded = [
        graded_by_person(one.criterion, share) if one.criterion.id == criterion else one for one in known
    ]
    grade = totalled(graded, pass_mark)
    judged = result.get("judged") or {"before": {name: result[name] for name in CHANGED}, "given": []}
    return {
        **result,
        "score": grade.score,
        "passed": grade.passed,
        "skills": dict(grade.skills),
        "criteria": [
            _told(was, one, given if one.criterion.id == criterion else None)
            for was, one in zip(result["criteria"], graded, strict=True)
        ],
        "judged": {"before": judged["before"], "given": [*judged["given"], given]},
        "signature": None,
    }


def original(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as it was before anybody judged it; itself where nobody did."""
    judged = result.get("judged")
    if not isinstance(judged, Mapping):
        return dict(result)
    kept = {name: value for name, value in result.items() if name != "judged"}
    return {**kept, **cast("Mapping[str, Any]", judged["before"])}


def is_by_person(criterion: Mapping[str, Any]) -> bool:
    """Of a result's criterion: whether it waits for a person, or was judged by one."""
    return criterion["result"] == "pending" or "judged" in criterion


def waiting(result: Mapping[str, Any]) -> int:
    """How many criteria nobody has judged yet."""
    return sum(one["result"] == "pending" for one in result["criteria"])


def _graded(one: Mapping[str, Any]) -> Graded:
    criterion = Criterion(
        str(one["id"]),
        str(one["title"]),
        (),
        int(one["weight"]),
        str(one["skill"]),
        bool(one["critical"]),
        bool(one["fatal"]),
    )
    share = (int(one["met"]), int(one["of"]))
    return Graded(criterion, cast("Outcome", one["result"]), share, tuple(map(str, one["evidence"])))


def _told(was: Mapping[str, Any], one: Graded, given: Mapping[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return dict(was)
    judged = {name: given[name] for name in ("by", "at", "comment")}
    return {**was, "result": one.outcome, "met": one.share[0], "of": one.share[1], "judged": judged}
