"""One attempt of somebody at the screens: how it is played, what was taken in aid, and what is kept of it.

An exam leaves a record from its first moment on, which goes when its result is written: one that was cut off says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.answers import Action
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.training.course import Performance
from atendente_tui.training.results import FORMAT, document
from atendente_tui.training.signing import signed

SPEEDS = (1, 2, 3, 5, 10, 20)

BEGUN = ".begun"
"""Ending of the record of an exam that was not ended."""


def check_speed(speed: int) -> None:
    """Raises Refused("training_speed")."""
    if speed not in SPEEDS:
        raise Refused("training_speed", found=speed, allowed=", ".join(map(str, SPEEDS)))


@dataclass(slots=True)
class Attempt:
    mode: Literal["practice", "exam", "presentation"]
    taken: datetime
    trainee: str = ""
    speed: int = 1
    key: bytes | None = None
    """What an exam's result is signed with."""
    hints: list[str] = field(default_factory=list)
    """Ids of the criteria whose hint was asked for."""
    rewinds: int = 0
    pauses: int = 0

    @property
    def exam(self) -> bool:
        return self.mode == "exam"

    def faster(self, step: int) -> None:
        at = SPEEDS.index(self.speed) if self.speed in SPEEDS else 0
        self.speed = SPEEDS[min(max(0, at + step), len(SPEEDS) - 1)]


def result_of(attempt: Attempt, performance: Performance) -> dict[str, Any]:
    """The result as it is kept: of an exam signed, of practice with what was taken in aid."""
    result = document(performance)
    if attempt.trainee:
        result["trainee"] = attempt.trainee
    result["taken"] = attempt.taken.isoformat(timespec="seconds")
    if attempt.exam:
        result["exam"] = True
    else:
        result["practice"] = {
            "hints": list(attempt.hints),
            "rewinds": attempt.rewinds,
            "pauses": attempt.pauses,
            "speed": attempt.speed,
        }
    return signed(result, attempt.key) if attempt.key is not None else result


def file_name(attempt: Attempt, scenario: Scenario) -> str:
    return f"{attempt.taken.astimezone(UTC):%Y%m%dT%H%M%S%f}-{scenario.name}"


class Record:
    """That an exam was begun, line by line: who and what first, then each deed as it is done."""

    def __init__(self, folder: Path, attempt: Attempt, scenario: Scenario) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / (file_name(attempt, scenario) + BEGUN)
        self._write(
            {
                "format": FORMAT,
                "scenario": scenario.name,
                "version": scenario.version,
                "title": scenario.title,
                "digest": scenario.digest,
                "trainee": attempt.trainee,
                "taken": attempt.taken.isoformat(timespec="seconds"),
            }
        )

    def keep(self, action: Action) -> None:
        values = list(action.values)
        self._write(
            {"verb": action.verb, "ticket": action.ticket, "values": values, "more": dict(action.more)}
        )

    def close(self) -> None:
        """It ended, and its result is kept."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _write(self, told: Mapping[str, Any]) -> None:
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")


def unended(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Of every exam that was begun here and never ended: who, what and when, and how many deeds were done."""
    for path in sorted(folder.glob(f"*{BEGUN}")):
        with suppress(OSError, ValueError, IndexError, AttributeError):
            lines = path.read_text("utf-8").splitlines()
            told = json.loads(lines[0])
            yield {name: str(told.get(name, "")) for name in ("scenario", "title", "trainee", "taken")} | {
                "deeds": len(lines) - 1
            }
