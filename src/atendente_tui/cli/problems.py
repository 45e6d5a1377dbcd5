"""`problems`: changes from the helpdesk that could not be applied and were set aside."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from atendente_tui import formats
from atendente_tui.cli import shapes
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.desk import poisoned
from atendente_tui.i18n import _
from atendente_tui.store import poisoned as rows

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Number = Annotated[int, typer.Argument(metavar="N", help=_("Its number: problems list."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=_("Changes from the helpdesk that could not be applied."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list", help=_("List them, newest first."))(listing)
    group.command("retry", help=_("Try to apply one again."))(retry)
    group.command("forget", help=_("Throw one away for good."))(forget)
    app.add_typer(group, name="problems")


def listing(as_json: AsJson = False) -> int:
    with session() as at:
        found = rows.listing(at.read)
        if as_json:
            print_json(
                [
                    {
                        "n": one.n,
                        "at": shapes.iso(one.at, at.zone),
                        "backend": one.backend,
                        "error": one.error,
                        "change": _change(one.change),
                    }
                    for one in found
                ]
            )
        else:
            now = at.now()
            print_table(
                [_("no."), _("when"), _("where"), _("reason"), _("change")],
                (
                    [str(one.n), formats.moment(one.at, at.zone, now), one.backend, one.error, one.change]
                    for one in found
                ),
            )
    return Exit.DONE


def retry(n: Number, as_json: AsJson = False) -> int:
    with session(writing=True) as at:
        worked = poisoned.try_again(at.desk, n).result()
    if as_json:
        print_json({"n": n, "applied": worked})
    else:
        say(_("It could be applied now.") if worked else _("It still cannot be applied."))
    return Exit.DONE if worked else Exit.REFUSED


def forget(
    n: Number,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
    as_json: AsJson = False,
) -> int:
    if not yes:
        say(_("Nothing was thrown away: confirm with --yes."))
        return Exit.USAGE
    with session(writing=True) as at:
        poisoned.forget(at.desk, n).result()
    if as_json:
        print_json({"n": n, "forgotten": True})
    return Exit.DONE


def _change(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
