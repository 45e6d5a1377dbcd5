"""`train practice` and the exam at the screens: the workstation on a scenario, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import os_words, paths
from atendente_tui.cli.exits import Exit, say
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.knowledge.scenario import Scenario
    from atendente_tui.training.attempt import Attempt, Record
    from atendente_tui.training.classroom import Classroom


def register(train: typer.Typer) -> None:
    train.command(
        "practice",
        help=_("Train at the screens: the workstation on a scenario, with hints, pause and steps back."),
    )(practice)


def practice(
    name: Annotated[str, typer.Argument(metavar="FILE", help=_("A scenario file, or its name."))],
    trainee: Annotated[str, typer.Option("--trainee", help=_("Who it is."))] = "",
    speed: Annotated[int, typer.Option("--speed", help=_("How fast its clock runs at first: 1 to 20."))] = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help=_("Default: a file of its own in training-practice.")),
    ] = None,
) -> int:
    from atendente_tui.cli.training import chosen_scenario
    from atendente_tui.training.attempt import Attempt, check_speed

    scenario, _beside = chosen_scenario(name)
    check_speed(speed)
    attempt = Attempt("practice", datetime.now(UTC), trainee, speed)
    return on_screen(scenario, attempt, output, paths.data_dir() / "training-practice")


def examined(
    scenario: Scenario,
    trainee: str,
    key: bytes,
    output: Path | None,
    folder: Path,
    classroom: Classroom | None = None,
) -> int:
    """An exam at the screens; a record says from its first moment on that it was begun."""
    from atendente_tui.training.attempt import Attempt, Record

    attempt = Attempt("exam", datetime.now(UTC), trainee, key=key)
    return on_screen(scenario, attempt, output, folder, lambda: Record(folder, attempt, scenario), classroom)


def on_screen(
    scenario: Scenario,
    attempt: Attempt,
    output: Path | None,
    folder: Path,
    record: Any = lambda: None,
    classroom: Classroom | None = None,
) -> int:
    from atendente_tui.cli import training_results
    from atendente_tui.cli.opening import configuration
    from atendente_tui.training import kept_results
    from atendente_tui.training.attempt import file_name
    from atendente_tui.tui import boot
    from atendente_tui.tui.terminal import unfit
    from atendente_tui.tui.training_boot import train

    if sentence := unfit():
        return boot.refuse(sentence)
    config = configuration()
    boot.calm(low_bandwidth=config.ui.low_bandwidth)
    try:
        begun: Record | None = record()
    except OSError as error:
        say(_("{file} cannot be written: {error}").format(file=folder, error=os_words.why(error)))
        return Exit.REFUSED

    def keep(result: Mapping[str, Any]) -> Path | None:
        file = output or folder / f"{file_name(attempt, scenario)}.json"
        try:
            kept_results.write(file, result)
        except OSError:
            return None  # said below, with the result itself still to be seen
        if begun is not None:
            begun.close()
        kept.append(file)
        return file

    kept: list[Path] = []
    note = begun.keep if begun is not None else lambda _action: None
    result = train(scenario, attempt, config, keep, note, classroom)
    if result is None:
        return Exit.REFUSED if attempt.exam else Exit.DONE
    training_results.print_card(result)
    if not kept:
        training_results.write(output or folder / f"{file_name(attempt, scenario)}.json", result)
    else:
        say(_("Written to {file}.").format(file=kept[0]))
    return Exit.DONE if result["passed"] or not attempt.exam else Exit.REFUSED
