"""What was wrong with the words of a command, in the person's language: Typer itself speaks English only."""

from __future__ import annotations

import os
import re
from typing import Any

import typer

from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

CLICK_ERROR: type[Exception] = next(
    one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException"
)
"""Of the Click that Typer carries within itself."""


def readable(argument: str) -> str:
    """A word of the command line as UTF-8, whatever the locale. Raises Refused("words_not_utf8").

    The name of a file that is there may be of any bytes.
    """
    if argument.isprintable() or not any("\ud800" <= sign <= "\udfff" for sign in argument):
        return argument
    try:
        return os.fsencode(argument).decode()
    except UnicodeError as error:
        if os.path.lexists(argument):
            return argument
        raise Refused("words_not_utf8", found=argument) from error


def told(error: Exception) -> str:
    """The usage line, what was wrong, and where to read more; or the help that was asked for by saying nothing."""
    context: Any = getattr(error, "ctx", None)
    message = str(getattr(error, "format_message", error.__str__)())
    if type(error).__name__ == "NoArgsIsHelpError":
        return message
    lines = [_sentence(error, message)]
    if context is not None:
        usage = context.get_usage().partition(": ")[2]
        lines.insert(0, _("Usage: {usage}").format(usage=" ".join(usage.split())))
        lines.append(_("More: {command} --help").format(command=context.command_path))
    return "\n".join(lines)


def _sentence(error: Any, message: str) -> str:
    name = _name(error)
    match type(error).__name__:
        case "NoSuchOption":
            close = ", ".join(error.possibilities or ())
            sentence = _("There is no option {found}.").format(found=error.option_name)
            return f"{sentence} {_('Did you mean {names}?').format(names=close)}" if close else sentence
        case "BadOptionUsage" if "does not take a value" in message:
            return _("{name} takes no value.").format(name=error.option_name)
        case "BadOptionUsage":
            return _("{name}: a value is missing.").format(name=error.option_name)
        case "MissingParameter":
            return _("{name} is missing.").format(name=name)
        case "BadParameter":
            return _("{name}: {why}").format(name=name, why=_why(str(error.message)))
    if found := re.match(r"No such command '(.*?)'\.", message):
        close = ", ".join(dict.fromkeys(re.findall(r"'([^']*)'", message[found.end() :])))
        sentence = _("There is no command {found}.").format(found=found[1])
        return f"{sentence} {_('Did you mean {names}?').format(names=close)}" if close else sentence
    if message == "Missing command.":
        return _("A command is missing.")
    if found := re.match(r"Got unexpected extra arguments? ?(?:\(s\))? ?\((.*)\)", message):
        return _("Too much: {found}.").format(found=found[1])
    return message


def _name(error: Any) -> str:
    """How the parameter is written: `--limit`, or the word that stands for an argument."""
    param = getattr(error, "param", None)
    if param is None:
        return str(getattr(error, "param_hint", None) or "")
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return str(param.metavar or param.name.upper())


def _why(message: str) -> str:
    """The commonest of the reasons of Typer and of what it checks values with."""
    if found := re.search(r"'(.*?)' is not one of (.*?)\.?$", message):
        return _("found {found}; allowed: {allowed}").format(
            found=found[1], allowed=found[2].replace("'", "")
        )
    if "valid integer" in message or "valid int" in message:
        return _("a whole number is expected")
    if "valid number" in message or "valid float" in message:
        return _("a number is expected")
    if found := re.search(r"range ([\d.]+)<=x<=([\d.]+)", message):
        return _("a number from {least} to {most}").format(least=found[1], most=found[2])
    if found := re.search(r"range x>=([\d.]+)", message):
        return _("at least {least}").format(least=found[1])
    return message
