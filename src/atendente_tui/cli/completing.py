"""`--install-completion` and `--show-completion`: what Typer does for shells, said in the person's language."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer

from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.i18n import _

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_VARIABLE = "_ATENDENTE_COMPLETE"


def speak(command: Any) -> None:
    """Put our words and our ways in the place of Typer's, where a command has these options."""
    for param in command.params:
        if param.name == "install_completion":
            param.help = _("Teach the shell you are in to complete commands, options and values.")
            param.callback = _install
        elif param.name == "show_completion":
            param.help = _("Print what that would install.")
            param.callback = _show


def _install(context: typer.Context, _param: Any, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    shell = _shell()
    typers: Any = import_module("typer.completion")
    _name, file = typers.install(shell=shell, prog_name="atendente", complete_var=_VARIABLE)  # nosec B604 # a shell's name, no command
    say(_("{shell} completes from now on in every new window ({file}).").format(shell=shell, file=file))  # nosec B604 # a shell's name, no command
    raise Ended(Exit.DONE)


def _show(context: typer.Context, _param: Any, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    typers: Any = import_module("typer.completion")
    print(typers.get_completion_script(prog_name="atendente", complete_var=_VARIABLE, shell=_shell()))  # nosec B604 # a shell's name, no command
    raise Ended(Exit.DONE)


def _shell() -> str:
    """The shell this was typed in. Says which ones there are, where it is none of them."""
    typers: Any = import_module("typer.completion")
    found = typers._get_shell_name() or _("unknown")
    if found not in SHELLS:
        say(
            _("Nothing is known of completion in this shell ({found}), only in these: {allowed}.").format(
                found=found, allowed=", ".join(SHELLS)
            )
        )
        raise Ended(Exit.USAGE)
    return str(found)
