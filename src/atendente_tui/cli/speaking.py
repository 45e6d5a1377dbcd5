"""Help in the person's language: the words that Typer itself says there, which it says in English only."""

from __future__ import annotations

import gettext
import os
from typing import Any

import typer

from atendente_tui import i18n
from atendente_tui.cli import completing
from atendente_tui.i18n import _, later

_Formatter: Any = typer.Context.formatter_class
_VALUES = {
    "str": later("TEXT"),
    "int": later("NUMBER"),
    "int range": later("NUMBER"),
    "float": later("NUMBER"),
    "float range": later("NUMBER"),
    "path": later("PATH"),
}
"""What stands for the value of an option, by Typer's name of its type."""
_PLACES = (
    later("ADDRESS"),
    later("ANSWER"),
    later("COMMAND_ID"),
    later("CRITERION"),
    later("CUSTOMER"),
    later("DIR"),
    later("DIR|FILE|-"),
    later("FACT"),
    later("FILE"),
    later("ITEM"),
    later("ITEM=EVENT"),
    later("ITEM=TEXT"),
    later("ITEM=yes|no|na|POINTS"),
    later("KEY"),
    later("KEY=VALUE"),
    later("KIND:VALUE"),
    later("LINE"),
    later("MACRO"),
    later("NAME"),
    later("NAME=VALUE"),
    later("PRIORITY"),
    later("PROMISE"),
    later("QUERY"),
    later("REASON"),
    later("RESULT"),
    later("RESULT..."),
    later("REVIEW"),
    later("RULE=WHY"),
    later("SCRIPT"),
    later("STATUS"),
    later("STEP=1,3,…"),
    later("TEAM"),
    later("TEXT"),
    later("TIME"),
    later("TRACK"),
    later("VERDICT"),
    later("WHY"),
    later("[STATE]"),
)
"""What stands for an argument, as it is written where the command is declared."""


class Formatter(_Formatter):  # type: ignore[misc]
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage") + ": ")


class Speaking(typer.Context):
    formatter_class = Formatter

    def __init__(self, command: Any, **more: Any) -> None:
        super().__init__(command, **more)
        option = command.get_help_option(self)
        if option is not None:
            option.help = _("Show this help.")


def lend_language() -> None:
    """Let what Typer does say through gettext (headings, defaults) find our catalog."""
    gettext.bindtextdomain("atendente", str(i18n.CATALOGS))
    gettext.textdomain("atendente")
    os.environ["LANGUAGE"] = i18n.language().replace("-", "_")


def speak(command: Any) -> None:
    """Make a command and all below it speak the chosen language."""
    command.context_class = Speaking
    command.options_metavar = _("[OPTIONS]")
    for param in command.params:
        _name_value(param)
    completing.speak(command)
    below = getattr(command, "commands", {})
    if below:
        command.subcommand_metavar = _("COMMAND [ARGS]...")
    for one in below.values():
        speak(one)


def _name_value(param: Any) -> None:
    if param.metavar in _PLACES:
        param.metavar = _(param.metavar)
    elif param.metavar is None and param.type.name in _VALUES:
        param.metavar = _(_VALUES[param.type.name])
