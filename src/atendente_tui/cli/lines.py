"""`--jsonl` beside every `--json`: the same answer, one document a line. Declared here once for all commands."""

from __future__ import annotations

from typing import Any

from typer.core import TyperOption

from atendente_tui.cli import printing
from atendente_tui.i18n import _


def offer(command: Any) -> None:
    """Give `--jsonl` to every command that has `--json`; either one given to a group counts for what is below it."""
    for one in getattr(command, "commands", {}).values():
        offer(one)
    whole = next((one for one in command.params if "--json" in one.opts), None)
    if whole is None:
        return
    whole.callback = _json
    lines = TyperOption(
        param_decls=["--jsonl"],
        is_flag=True,
        default=False,
        expose_value=False,
        is_eager=True,
        callback=_jsonl,
        help=_("Print JSON, one document a line."),
    )
    command.params.insert(command.params.index(whole) + 1, lines)


def _jsonl(_context: Any, _param: Any, given: bool) -> None:
    if given:
        printing.ask("jsonl")


def _json(_context: Any, _param: Any, given: bool) -> bool:
    if given and not printing.asked():
        printing.ask("json")
    return bool(printing.asked())
