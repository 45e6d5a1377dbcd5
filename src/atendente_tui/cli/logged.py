"""`log`: what the program wrote down about itself."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Annotated, Any

import typer

from atendente_tui import log, paths
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.i18n import _


def register(app: typer.Typer) -> None:
    app.command("log", help=_("What the program wrote down about itself, the newest last."))(show)


def show(
    tail: Annotated[int, typer.Option("--tail", min=1, help=_("How many lines."))] = 50,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    found = list(deque(log.lines(), maxlen=tail))
    if as_json:
        print_json(found)
        return Exit.DONE
    if not found:
        say(_("Nothing was written down yet ({file}).").format(file=paths.log_file()))
        return Exit.DONE
    print_table(
        [_("when"), _("what happened"), _("where")],
        ([_moment(one), _told(one), str(one.get("where", ""))] for one in found),
        whole=True,
    )
    return Exit.DONE


def _moment(line: dict[str, Any]) -> str:
    try:
        return f"{datetime.fromisoformat(str(line.get('at'))).astimezone():%d/%m %H:%M:%S}"
    except ValueError:
        return ""


def _told(line: dict[str, Any]) -> str:
    """Our sentence with its values; of an error its kind and the last place."""
    what, values = str(line.get("what", "")), tuple(line.get("values") or ())
    try:
        what = what % values if values else what
    except (TypeError, ValueError):
        what = f"{what} {values}"
    places = line.get("places") or []
    return " · ".join(
        one for one in (what, str(line.get("error") or ""), str(places[-1]) if places else "") if one
    )
