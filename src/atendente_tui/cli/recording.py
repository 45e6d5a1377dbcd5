"""`train record`: a real ticket becomes a scenario that nobody is in."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import os_words
from atendente_tui.cli.carrying_out import AsJson, TicketName
from atendente_tui.cli.exits import Exit, confirmed, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _


def register(train: typer.Typer) -> None:
    train.command(
        "record", help=_("Make an anonymised scenario of a real ticket; it is shown before it is kept.")
    )(record)


def record(
    ticket: TicketName,
    output: Annotated[Path, typer.Option("--output", "-o", help=_("The scenario's file."))],
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.training.recording import Leaking, Unfit, recorded

    name = re.sub(r"[^a-z0-9]+", "-", output.stem.lower()).strip("-") or "gravado"
    with session() as at:
        try:
            text = recorded(at.read, at.ticket(ticket), name)
        except Leaking as leaking:
            raise Refused("record_leaks", found=leaking.args[0]) from leaking
        except Unfit as unfit:
            raise Refused("scenario_unplayable", why=str(unfit)) from unfit
    if not yes:
        print_text(text)
        if not sys.stdin.isatty():
            say(_("Nothing was written: read it and confirm with --yes."))
            return Exit.USAGE
        if not confirmed(_("Is nobody's data in it any more, and shall it be kept?")):
            return Exit.REFUSED
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refused("file_exists", path=str(output)) from error
    except OSError as error:
        say(_("{file} cannot be written: {error}").format(file=output, error=os_words.why(error)))
        return Exit.REFUSED
    if as_json:
        print_json({"file": str(output)})
    else:
        say(_("Written to {file}.").format(file=output))
    return Exit.DONE
