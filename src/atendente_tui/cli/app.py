"""The command line: one file a group of commands, each the twin of a verb the screen has (contract: docs/cli.md).

Only the group that is named is imported, and only after the language was chosen, so that help speaks it: a command
pays for what it uses.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from atendente_tui import log
from atendente_tui.cli import lines, printing, speaking, usage
from atendente_tui.cli.exits import Ended, Exit, failures_said, say, unforeseen
from atendente_tui.i18n import _

GROUPS: Mapping[str, tuple[str, ...]] = {
    "queueing": ("queue", "next", "show", "history", "search"),
    "attachments": ("attachment",),
    "answering": ("reply", "note", "create", "undo"),
    "reviewing": ("review",),
    "handling": (
        *("claim", "release", "assign", "status", "priority", "team", "escalate"),
        *("snooze", "tag", "wrapup", "promise", "fact", "merge", "link"),
    ),
    "promises": ("promises",),
    "floor": ("state", "shifts"),
    "monitoring": ("monitor",),
    "surveys": ("surveys",),
    "outgoing": ("outbox",),
    "problems": ("problems",),
    "syncing": ("sync",),
    "backends": ("backend",),
    "joining": ("login", "logout"),
    "knowing": ("kb",),
    "suggesting": ("suggest",),
    "assisting": ("assistant",),
    "scripting": ("scripts",),
    "guiding": ("guide",),
    "macros": ("macro",),
    "processes": ("process",),
    "report": ("report",),
    "extracting": ("extract",),
    "exchanging": ("import", "export"),
    "subjects": ("privacy",),
    "demonstrating": ("demo",),
    "training": ("train",),
    "quality": ("qa",),
    "hub": ("hub",),
    "keys": ("key",),
    "logged": ("log",),
    "health": ("doctor",),
}
"""The modules of this room with the commands each brings; in this order help lists them."""


def made(command: str | None = None) -> Any:
    """The program as Typer's command, with the group that brings `command`, or with all of them."""
    app = typer.Typer(
        name="atendente",
        help=_(
            "The customer-service workstation that lives in a terminal. Without a command it opens the screen."
        ),
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        cls=TyperGroup,
    )
    app.callback()(_program)  # else Typer would take a single command for the program itself
    wanted = [module for module, commands in GROUPS.items() if command in commands] or list(GROUPS)
    for module in wanted:
        import_module(f"atendente_tui.cli.{module}").register(app)
    program = typer.main.get_command(app)
    lines.offer(program)
    speaking.speak(program)
    return program


def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, help=_("Say which version it is."))
    ] = False,
) -> None:
    if version:
        from atendente_tui import __version__

        print(f"atendente {__version__}")
        raise Ended(Exit.DONE)


def run(arguments: Sequence[str]) -> int:
    """Run one command. Returns its exit code; no failure that is known ends in a traceback."""
    if "ATENDENTE_LANG" not in os.environ:
        _speak_as_configured()
    # A server has a log of its own, and a demonstration leaves nothing.
    if next(iter(arguments), "") not in ("hub", "demo"):
        log.begin()
    speaking.lend_language()
    printing.ask("")
    completing = any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ)
    program = made(None if completing else next(iter(arguments), None))
    try:
        with failures_said():
            words = [usage.readable(one) for one in arguments]
            result = program.main(words, standalone_mode=False, prog_name="atendente")
            sys.stdout.flush()
        return result if isinstance(result, int) else Exit.DONE
    except Ended as ended:
        return ended.code
    except SystemExit as leaving:
        # Typer leaves so when the reader of our output went away (`| head`): that is no failure of ours.
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            return Exit.DONE
        return leaving.code if isinstance(leaving.code, int) else Exit.DONE
    except (Exception, KeyboardInterrupt) as error:
        return _last_resort(error)


def _speak_as_configured() -> None:
    """Help too speaks the language of the configuration; what is wrong with the file is said by who needs it."""
    from atendente_tui.cli.opening import configuration
    from atendente_tui.config_tables import ConfigError

    with suppress(ConfigError):
        configuration()


def _last_resort(error: BaseException) -> int:
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, usage.CLICK_ERROR):
        say(usage.told(error))
        return Exit.USAGE
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        say(_("Stopped."))
        return Exit.REFUSED
    return unforeseen(error)
