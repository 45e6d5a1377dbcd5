"""`train`: scenarios that play, grade and prove it, at a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import os_words, paths
from atendente_tui.cli import (
    recording,
    training_classes,
    training_judging,
    training_on_screen,
    training_presenting,
    training_results,
    training_tracks,
)
from atendente_tui.cli.carrying_out import AsJson
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.knowing import print_faults, tell
from atendente_tui.cli.printing import print_json, print_table, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.knowledge.answers import Answers
    from atendente_tui.knowledge.scenario import Scenario
    from atendente_tui.training.library import Kept

ScenarioName = Annotated[
    str, typer.Argument(metavar="FILE", help=_("A scenario file, or the name of one that train list shows."))
]
AnswersName = Annotated[
    str,
    typer.Option(
        "--answers", metavar="FILE", help=_("What the trainee does: a file, or the name of one beside it.")
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=_("Write the result to this file."))]


def register(app: typer.Typer) -> None:
    train = typer.Typer(
        help=_("Training: scenarios that play, grade and prove it."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    train.command("list", help=_("List the scenarios and the answers beside them."))(listing)
    train.command("check", help=_("Say what is wrong with training files, by file, line and column."))(check)
    train.command("run", help=_("Play a scenario with written answers and grade it."))(run)
    train.command("new", help=_("Write a scenario to begin from, ready to be changed."))(new)
    train.command("schema", help=_("Print the JSON Schema of scenario files, for editors."))(schema)
    training_on_screen.register(train)
    training_presenting.register(train)
    training_results.register(train)
    training_judging.register(train)
    training_classes.register(train)
    training_tracks.register(train)
    recording.register(train)
    app.add_typer(train, name="train")


def listing(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=_("Default: your own and the shipped ones."))
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training import scorecard

    found = _library(folder)
    if as_json:
        print_json([_told(one) for one in found])
        return Exit.DONE
    print_table(
        [_("name"), _("title"), _("level"), _("answers")],
        (
            [one.scenario.name, one.scenario.title, scorecard.level(_level(one)), str(len(one.answers))]
            for one in found
        ),
    )
    return Exit.DONE


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help=_("Files or folders. Default: your own and the shipped ones.")),
    ] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training import library

    for one in files or []:
        if not one.exists():
            raise Refused("no_such_file", found=str(one))
    places = files or library.folders(paths.data_dir())
    return print_faults([fault for path in library.files(places) for fault in library.check(path)], as_json)


def run(
    name: ScenarioName,
    answers: AnswersName,
    headless: Annotated[
        bool, typer.Option("--headless", help=_("Without a screen; written answers never need one."))
    ] = True,
    output: Output = None,
    as_json: AsJson = False,
) -> int:
    del headless  # what is written is played without a screen, said or not
    scenario, acted = chosen(name, answers)
    from atendente_tui.training.rehearsing import rehearse
    from atendente_tui.training.results import document

    result = document(rehearse(scenario, acted))
    if output is not None:
        training_results.write(output, result)
    if as_json:
        print_json(result)
    else:
        training_results.print_card(result)
    return Exit.DONE


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("Its name: letters, digits and hyphens."))],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=_("Default: NAME.yaml in this folder."))
    ] = None,
    title: Annotated[str, typer.Option("--title", help=_("What people read."))] = "",
    channel: Annotated[str, typer.Option("--channel", help=_("By which the customer writes."))] = "chat",
    as_json: AsJson = False,
) -> int:
    from atendente_tui.domain.words import Channel
    from atendente_tui.training.beginning import NAME, template

    if not NAME.fullmatch(name):
        raise Refused("scenario_name", found=name)
    if channel not in set(Channel):
        raise Refused("word_unknown", found=channel, allowed=", ".join(Channel))
    if sys.stdin.isatty() and not title:
        print_text(_("Title, as people read it:"))
        title = sys.stdin.readline().strip()
    path = output or Path(f"{name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template(name, title or name, Channel(channel)))
    except FileExistsError as error:
        raise Refused("file_exists", path=str(path)) from error
    except OSError as error:
        say(_("{file} cannot be written: {error}").format(file=path, error=os_words.why(error)))
        return Exit.REFUSED
    if as_json:
        print_json({"file": str(path)})
    else:
        say(
            _("Written to {file}. Change it and look at it: {command}").format(
                file=path, command=f"atendente train check {path}"
            )
        )
    return Exit.DONE


def schema() -> int:
    from atendente_tui.knowledge.scenario_schema import SCHEMA

    print_json(SCHEMA)
    return Exit.DONE


def chosen(name: str, answers: str) -> tuple[Scenario, Answers]:
    """The scenario and the answers that were named. Raises Refused; faults of a file are said."""
    from atendente_tui.knowledge.answers import load_answers

    scenario, beside = chosen_scenario(name)
    path = Path(answers)
    if not path.exists():
        path = next((file for file, one in beside if answers in (one.name, file.stem)), path)
    if not path.is_file():
        raise Refused(
            "no_such_answers", found=answers, allowed=", ".join(one.name for _f, one in beside) or "—"
        )
    read, faults = load_answers(path)
    if read is None:
        tell(faults)
        raise Refused("answers_unreadable", found=str(path))
    if read.scenario != scenario.name:
        raise Refused("answers_of_other", found=read.scenario, wanted=scenario.name)
    return scenario, read


def chosen_file(name: str) -> tuple[Scenario, str]:
    """The scenario that was named, and the text of its file. Raises Refused."""
    scenario, _beside = chosen_scenario(name)
    path = Path(name)
    if not path.is_file():
        path = next(one.path for one in _library(None) if one.scenario.name == scenario.name)
    return scenario, path.read_text("utf-8")


def chosen_scenario(name: str) -> tuple[Scenario, tuple[tuple[Path, Answers], ...]]:
    """The scenario that was named, and the answers beside it. Raises Refused."""
    from atendente_tui.knowledge.reading_scenarios import load_scenario
    from atendente_tui.training.library import library

    path = Path(name)
    if path.is_file():
        scenario, faults = load_scenario(path)
        if scenario is None:
            tell(faults)
            raise Refused("scenario_unplayable", why=str(faults[0]))
        if scenario.training is None:
            raise Refused("no_exercise", found=name)
        kept = next((one for one in library([path.parent]) if one.scenario.name == scenario.name), None)
        return scenario, kept.answers if kept is not None else ()
    for one in _library(None):
        if one.scenario.name == name:
            return one.scenario, one.answers
    raise Refused("no_such_scenario", found=name)


def _library(folder: Path | None) -> list[Kept]:
    from atendente_tui.training import library

    if folder is not None and not folder.exists():
        raise Refused("no_such_folder", found=str(folder))
    return library.library([folder] if folder is not None else library.folders(paths.data_dir()))


def _level(one: Kept) -> str:
    return str(one.scenario.training.difficulty) if one.scenario.training is not None else ""


def _told(one: Kept) -> dict[str, Any]:
    scenario, training = one.scenario, one.scenario.training
    return {
        "id": scenario.name,
        "version": scenario.version,
        "title": scenario.title,
        "file": str(one.path),
        "skills": [str(skill) for skill in training.skills] if training is not None else [],
        "difficulty": _level(one),
        "requires": list(training.requires) if training is not None else [],
        "answers": [
            {
                "file": str(path),
                "name": answers.name,
                "expect": None
                if answers.expected is None
                else {
                    "min": answers.expected.low,
                    "max": answers.expected.high,
                    "passed": answers.expected.passed,
                },
            }
            for path, answers in one.answers
        ],
    }
