"""The result of a finished play as a document: the same performance makes the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from atendente_tui.flow.expectation import Happened
from atendente_tui.flow.rubric import Graded
from atendente_tui.training.course import Performance

FORMAT = 1


def document(done: Performance) -> dict[str, Any]:
    """As `train run --json` prints it, without a signature: contract in docs/cli.md."""
    scenario, grade = done.scenario, done.grade
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "version": scenario.version,
        "title": scenario.title,
        "digest": scenario.digest,
        "answers": done.answers.name,
        "began": _moment(done.began),
        "ended": _moment(done.ended),
        "seconds": int((done.ended - done.began).total_seconds()),
        "score": grade.score,
        "passed": grade.passed,
        "skills": dict(grade.skills),
        "criteria": [_criterion(one) for one in grade.criteria],
        "expectations": [
            {"id": one.id, "met": one.met, "evidence": list(one.evidence)}
            for one in done.verdicts
            if "?" not in one.id
        ],
        "events": [_event(one) for one in done.record],
        "actions": [
            {
                "at": int(one.at.total_seconds()),
                "verb": one.verb,
                "ticket": one.ticket,
                "values": list(one.values),
                "more": dict(one.more),
            }
            for one in done.answers.actions
        ],
        "signature": None,
    }


def written(document: Mapping[str, Any]) -> str:
    """The bytes that are compared and signed: names in order, no blanks, letters as they are."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _criterion(one: Graded) -> dict[str, Any]:
    criterion = one.criterion
    return {
        "id": criterion.id,
        "title": criterion.title,
        "weight": criterion.weight,
        "skill": str(criterion.skill),
        "result": one.outcome,
        "met": one.share[0],
        "of": one.share[1],
        "critical": criterion.critical,
        "fatal": criterion.fatal,
        "evidence": list(one.evidence),
        "feedback": criterion.feedback if one.outcome in ("failed", "partly") else "",
    }


def _event(one: Happened) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": _moment(one.at),
        "kind": one.kind,
        "value": one.value,
        "ticket": one.ticket,
        "mine": one.mine,
        "text": one.text,
        "also": [list(each) for each in one.also],
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
