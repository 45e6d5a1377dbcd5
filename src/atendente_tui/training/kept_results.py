"""Results as files: written once, read back whole or refused, and summed up by trainee, skill, scenario and day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.training.judging import CHANGED, original, waiting
from atendente_tui.training.results import FORMAT

By = Literal["trainee", "skill", "scenario", "day"]
MOST_BYTES = 20_000_000


class Unreadable(ValueError):
    """No result of ours."""


def read(path: Path) -> dict[str, Any]:
    """The result of a file. Raises OSError, Unreadable."""
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(str(path))
    try:
        told = json.loads(path.read_text("utf-8"))
        _check(told)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(str(path)) from error
    return dict(told)


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Raises OSError; FileExistsError where there is one already: a result is never written over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")


def replace(path: Path, result: Mapping[str, Any]) -> None:
    """Put a result in the place of what it was: only one that holds within what was there. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    write(new, result)
    new.replace(path)


def _check(told: Any) -> None:
    if told["format"] != FORMAT or not isinstance(told["score"], int) or not isinstance(told["passed"], bool):
        raise ValueError(told)
    for name in ("scenario", "title", "began", "ended", "answers"):
        if not isinstance(told[name], str):
            raise TypeError(name)
    for one in told["criteria"]:
        for name in ("id", "title", "result", "feedback"):
            if not isinstance(one[name], str):
                raise TypeError(name)
        _numbers(one, ("weight", "met", "of"))
        if one["of"] < 1 or not 0 <= one["met"] <= one["of"]:
            raise ValueError(one)
    for one in told["events"]:
        for name in ("id", "at", "kind", "value", "text"):
            if not isinstance(one[name], str):
                raise TypeError(name)
    _numbers(told, ("seconds", "version"))
    _check_judged(told)
    for score in dict(told["skills"]).values():
        if not isinstance(score, int):
            raise TypeError("skills")
    acted(told)


def _check_judged(told: Any) -> None:
    """What people judged of it, and what it was before."""
    for one in told["criteria"]:
        if "judged" in one:
            _texts(one["judged"], ("by", "at", "comment"))
    if "judged" not in told:
        return
    if set(told["judged"]["before"]) != set(CHANGED):
        raise ValueError(told["judged"])
    _check(original(told))
    for one in told["judged"]["given"]:
        _texts(one, ("criterion", "by", "at", "comment"))
        _numbers(one, ("met", "of"))


def _texts(told: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if not isinstance(told[name], str):
            raise TypeError(name)


def _numbers(told: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if not isinstance(told[name], int):
            raise TypeError(name)


def acted(result: Mapping[str, Any]) -> Answers:
    """What the trainee did, to be played again."""
    return Answers(
        str(result["answers"]), str(result["scenario"]), None, tuple(map(_action, result["actions"])), ""
    )


def _action(told: Mapping[str, Any]) -> Action:
    from datetime import timedelta

    from atendente_tui.training.course import COMMAND, OWN, command_in

    more = {str(name): str(value) for name, value in dict(told["more"]).items()}
    # At the screens things happen between two whole seconds, too.
    at = timedelta(milliseconds=int(more["ms"])) if "ms" in more else timedelta(seconds=int(told["at"]))
    action = Action(at, str(told["verb"]), str(told["ticket"]), tuple(map(str, told["values"])), more)
    if action.verb == COMMAND:
        command_in(action)
    if action.verb == OWN and len(action.values) != 2:
        raise ValueError(action)
    return action


def summed(results: Iterable[Mapping[str, Any]], by: By) -> list[dict[str, Any]]:
    """For each group: how many, how many passed, mean, best and last score, and how many a person must still judge. The groups in their own order."""
    groups: dict[str, list[tuple[int, bool, str, bool]]] = {}
    for one in sorted(results, key=lambda each: (str(each.get("taken", "")), str(each["ended"]))):
        when, waits = str(one.get("taken") or one["began"]), bool(waiting(one))
        if by == "skill":
            for name, score in one["skills"].items():
                groups.setdefault(str(name), []).append((int(score), bool(one["passed"]), when, waits))
            continue
        key = when[:10] if by == "day" else str(one.get(by) or "—")
        groups.setdefault(key, []).append((int(one["score"]), bool(one["passed"]), when, waits))
    return [
        {
            by: key,
            "n": len(found),
            "passed": sum(passed for _score, passed, _when, _waits in found),
            "mean": round(sum(score for score, _passed, _when, _waits in found) / len(found), 1),
            "best": max(score for score, _passed, _when, _waits in found),
            "last": found[-1][0],
            "pending": sum(waits for _score, _passed, _when, waits in found),
        }
        for key, found in sorted(groups.items())
    ]
