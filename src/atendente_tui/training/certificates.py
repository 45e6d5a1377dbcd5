"""A certificate: that somebody passed every step of a track, signed, and how long it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from atendente_tui.training.signing import signer
from atendente_tui.training.tracks import Step, Track

FORMAT = 1


class Lacking(ValueError):
    """Steps of the track that were not passed; their ids."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        super().__init__(", ".join(steps))
        self.steps = steps


def certificate(
    track: Track,
    trainee: str,
    results: Iterable[Mapping[str, Any]],
    quizzes: Mapping[str, bool],
    now: datetime,
    *,
    key: str,
) -> dict[str, Any]:
    """The certificate, not signed yet, of results that were signed by `key` and are the trainee's. Raises Lacking.

    quizzes   by the step's id, whether it was passed
    """
    best: dict[str, Mapping[str, Any]] = {}
    for one in results:
        name = str(one["scenario"])
        # Only an exam counts, and only one that nobody changed.
        if (
            one.get("exam") is True
            and one.get("trainee") == trainee
            and one["passed"]
            and signer(one) == key
            and int(one["score"]) > int(best.get(name, {"score": -1})["score"])
        ):
            best[name] = one
    lacking = tuple(step.id for step in track.steps if not _passed(step, best, quizzes))
    if lacking:
        raise Lacking(lacking)
    return {
        "format": FORMAT,
        "certificate": track.name,
        "version": track.version,
        "title": track.title,
        "trainee": trainee,
        "issued": now.isoformat(timespec="seconds"),
        "valid_until": (now + timedelta(days=track.valid_days)).isoformat(timespec="seconds"),
        "scenarios": [
            {
                "id": one.of,
                "version": best[one.of]["version"],
                "digest": best[one.of]["digest"],
                "score": best[one.of]["score"],
            }
            for one in track.steps
            if one.kind == "scenario"
        ],
        "signature": None,
    }


def _passed(step: Step, best: Mapping[str, Any], quizzes: Mapping[str, bool]) -> bool:
    if step.kind == "scenario":
        return step.of in best
    return step.kind == "reading" or quizzes.get(step.id, False)


def expired(told: Mapping[str, Any], now: datetime) -> bool:
    """Whether the time of a certificate is over. Raises ValueError for a moment that is none."""
    return now > datetime.fromisoformat(str(told["valid_until"]))
