"""The scenarios, answers and tracks in folders: every YAML file below says by its first names which of them it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from atendente_tui.i18n import _
from atendente_tui.knowledge.answers import Answers, read_answers
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.marked import Fault, columned, parse
from atendente_tui.knowledge.reading_scenarios import read_scenario
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.scenario_lint import lint_scenario
from atendente_tui.knowledge.shipped import TRAINING

FileKind = Literal["scenario", "answers", "track", ""]


@dataclass(frozen=True, slots=True)
class Kept:
    """One scenario with its file, and the answers that stand in its folder or below."""

    scenario: Scenario
    path: Path
    answers: tuple[tuple[Path, Answers], ...]


def folders(data: Path) -> list[Path]:
    """One's own folder where there is one, then the shipped one."""
    own = data / "training"
    return [*([own] if own.is_dir() else []), TRAINING]


def files(places: Iterable[Path]) -> list[Path]:
    """Every YAML file, in the order of the paths; a file stands for itself."""
    found: list[Path] = []
    for place in places:
        found += [place] if place.is_file() else sorted(place.rglob("*.y*ml"))
    return found


def kind_of(text: str) -> FileKind:
    """What a file is; "" for what is none of ours, or cannot be read."""
    tree, _faults = parse(text, "")
    names = tree.data if tree is not None and isinstance(tree.data, dict) else {}
    if "answers" in names:
        return "answers"
    if "track" in names:
        return "track"
    return "scenario" if "scenario" in names else ""


def library(places: Iterable[Path]) -> list[Kept]:
    """Every scenario that can be played as an exercise, by name; of a name that comes twice the first."""
    scenarios: dict[str, tuple[Scenario, Path]] = {}
    answers: dict[str, list[tuple[Path, Answers]]] = {}
    for path in files(places):
        text = _text(path)
        match kind_of(text):
            case "scenario":
                scenario, _faults = read_scenario(text, path)
                if scenario is not None and scenario.training is not None:
                    scenarios.setdefault(scenario.name, (scenario, path))
            case "answers":
                read, _faults = read_answers(text, path.name)
                if read is not None:
                    answers.setdefault(read.scenario, []).append((path, read))
    return [
        Kept(scenario, path, tuple(answers.get(name, ())))
        for name, (scenario, path) in sorted(scenarios.items())
    ]


def check(path: Path) -> list[Fault]:
    """Everything to be said about one file, in the order of its lines, with columns."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        return [Fault(path.name, 0, str(error))]
    return check_text(text, path)


def check_text(text: str, path: Path) -> list[Fault]:
    tree, faults = parse(text, path.name)
    kind = kind_of(text)
    if tree is None:
        found = faults or [Fault(path.name, 0, _("the file is empty"))]
    elif kind == "answers":
        found = read_answers(text, path.name)[1]
    elif kind == "track":
        from atendente_tui.training.tracks import read_track

        found = read_track(text, path.name)[1]
    else:
        scenario, found = read_scenario(text, path)
        if scenario is not None:
            found = lint_scenario(scenario, tree)
    return columned(sorted(found, key=lambda one: one.line), text)


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except (OSError, ValueError):
        return ""
