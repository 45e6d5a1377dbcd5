"""`train present`: a scenario plays both sides in the workstation, with a caption for every step."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import os_words
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.printing import print_json
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

BEST = "excelente"
"""Name of the answers that are presented where none are named; else the ones whose grade is to be the highest."""


def register(train: typer.Typer) -> None:
    train.command(
        "present",
        help=_("Present a scenario: it plays both sides in the workstation and explains each step."),
    )(present)


def present(
    name: Annotated[str, typer.Argument(metavar="FILE", help=_("A scenario file, or its name."))],
    answers: Annotated[
        str,
        typer.Option(
            "--answers",
            metavar="FILE",
            help=_("What the trainee does. Default: the best of those beside it."),
        ),
    ] = "",
    speed: Annotated[int, typer.Option("--speed", help=_("How fast it is shown: 1 to 20."))] = 1,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            help=_(
                "Write it to a file instead: .cast as a recording of the terminal, .svg its last picture."
            ),
        ),
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help=_("Play it through the real screens without a terminal."))
    ] = False,
    size: Annotated[
        str, typer.Option("--size", help=_("Columns × rows without a terminal, such as 80x24."))
    ] = "120x36",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    from atendente_tui.cli.demonstrating import size_of
    from atendente_tui.cli.opening import configuration
    from atendente_tui.cli.training import chosen, chosen_scenario
    from atendente_tui.config import Config
    from atendente_tui.training.attempt import Attempt, check_speed
    from atendente_tui.training.presenting import presented
    from atendente_tui.tui import boot
    from atendente_tui.tui.terminal import unfit

    check_speed(speed)
    if record is not None and record.suffix not in (".cast", ".svg"):
        raise Refused("recording_format", found=record.name)
    scenario, acted = chosen(name, answers or _best(chosen_scenario(name)[1]))
    attempt = Attempt("presentation", datetime.now(UTC), speed=speed)
    unseen = headless or record is not None or as_json
    if not unseen and (sentence := unfit()):
        return boot.refuse(sentence)
    if not unseen:
        say(_("Getting it ready…"))
    steps = presented(scenario, acted)
    boot.calm()
    if not unseen:
        from atendente_tui.tui.training_boot import present as on_screen

        on_screen(scenario, steps, attempt, configuration())
        return Exit.DONE

    import asyncio

    from atendente_tui.tui.asciicast import Recording
    from atendente_tui.tui.training_boot import present_unseen

    columns = size_of(size)
    recording = Recording(columns, scenario.title) if record is not None else None
    shown = asyncio.run(present_unseen(scenario, steps, attempt, Config(), columns, recording))
    result = shown.result or {}
    if record is not None and recording is not None:
        try:
            told = recording.picture if record.suffix == ".svg" else "\n".join(recording.lines()) + "\n"
            record.write_text(told, encoding="utf-8")
        except OSError as error:
            say(_("{file} cannot be written: {error}").format(file=record, error=os_words.why(error)))
            return Exit.REFUSED
    if as_json:
        print_json(
            {
                "score": result.get("score"),
                "passed": result.get("passed"),
                "seconds": round(shown.seconds, 1),
                "by_verb": list(shown.by_verb),
                "steps": [
                    {"at": int(one.at.total_seconds()), "caption": one.caption, "proves": list(one.proves)}
                    for one in steps
                ],
            }
        )
        return Exit.DONE
    for n, one in enumerate(steps, 1):
        print(f"{n}. {one.caption}", file=sys.stdout)
    say(_("{score} of 100.").format(score=result.get("score")))
    if record is not None:
        say(_("Written to {file}.").format(file=record))
    return Exit.DONE


def _best(beside: tuple[tuple[Path, object], ...]) -> str:
    from atendente_tui.knowledge.answers import Answers

    found = [one for _path, one in beside if isinstance(one, Answers)]
    if not found:
        raise Refused("no_such_answers", found="—", allowed="—")
    named = next((one for one in found if one.name == BEST), None)
    best = named or max(found, key=lambda one: one.expected.high if one.expected is not None else 0)
    return best.name
