"""The command line: one file a group of commands, each the twin of a verb the screen has (contract: CLI.md).

Groups are imported when the program runs a command, after the language was chosen, so that help speaks it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.core import TyperGroup

from atendente_tui.cli.exits import Ended, Exit, failures_said
from atendente_tui.i18n import _

app = typer.Typer(
    name="atendente",
    help=_(
        "The customer-service workstation that lives in a terminal. Without a command it opens the screen."
    ),
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    cls=TyperGroup,
)


def run(arguments: Sequence[str]) -> int:
    """Run one command. Returns its exit code; no failure that is known ends in a traceback."""
    _register()
    try:
        with failures_said():
            result = app(list(arguments), standalone_mode=False)
        return result if isinstance(result, int) else Exit.DONE
    except Ended as ended:
        return ended.code
    except Exception as error:
        return _last_resort(error)


def _last_resort(error: Exception) -> int:
    import click

    from atendente_tui.cli.exits import say

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.ClickException):
        error.show(sys.stderr)
        return Exit.USAGE
    if isinstance(error, click.exceptions.Abort | KeyboardInterrupt):
        say(_("Stopped."))
        return Exit.REFUSED
    from atendente_tui.crash import record

    say(
        _(
            "Something went wrong that should not have. A report without personal data was written: {file}"
        ).format(file=record(error))
    )
    return Exit.REFUSED


def _register() -> None:
    from atendente_tui.cli import (
        answering,
        backends,
        demonstrating,
        exchanging,
        health,
        knowing,
        outgoing,
        queueing,
        syncing,
    )

    for group in (
        queueing,
        answering,
        outgoing,
        syncing,
        backends,
        knowing,
        exchanging,
        demonstrating,
        health,
    ):
        group.register(app)
