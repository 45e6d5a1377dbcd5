"""`problems`: changes from the helpdesk that could not be applied and were set aside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from atendente_tui import formats, os_words
from atendente_tui.cli import shapes
from atendente_tui.cli.disclosing import given_in_full
from atendente_tui.cli.exits import Exit, confirmed, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.desk import poisoned
from atendente_tui.i18n import _
from atendente_tui.privacy.masking import masked
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
    group.command("edit", help=_("Apply another change in its place."))(edit)
    group.command("export", help=_("Write what was set aside to a file."))(export)
    group.command("forget", help=_("Throw one away for good."))(forget)
    app.add_typer(group, name="problems")


def listing(as_json: AsJson = False) -> int:
    with session() as at:
        found = rows.listing(at.read)
        if as_json:
            given_in_full(at, [one.change for one in found])
            print_json(
                [
                    {
                        "n": one.n,
                        "at": shapes.iso(one.at, at.zone),
                        "backend": one.backend,
                        "error": one.error,
                        "change": poisoned.parsed(one.change),
                    }
                    for one in found
                ]
            )
        else:
            now = at.now()
            print_table(
                [_("no."), _("when"), _("where"), _("reason"), _("change")],
                (
                    [
                        str(one.n),
                        formats.moment(one.at, at.zone, now),
                        one.backend,
                        masked(one.error, at.config.privacy.mask),
                        masked(one.change, at.config.privacy.mask),
                    ]
                    for one in found
                ),
            )
    return Exit.DONE


def retry(n: Number, as_json: AsJson = False) -> int:
    with session(writing=True) as at:
        worked = poisoned.try_again(at.desk, n).result()
    return _told(n, worked, as_json)


def edit(
    n: Number,
    change: Annotated[
        str,
        typer.Option(
            "--change", help=_("The change as JSON, as the list shows it; - reads it from standard input.")
        ),
    ],
    as_json: AsJson = False,
) -> int:
    from atendente_tui.cli.carrying_out import text_given

    with session(writing=True) as at:
        worked = poisoned.try_again(at.desk, n, as_written=text_given(change)).result()
    return _told(n, worked, as_json)


def export(file: Annotated[Path, typer.Argument(metavar="FILE")], as_json: AsJson = False) -> int:
    with session() as at:
        try:
            count = poisoned.export(at.desk, file)
        except OSError as error:
            say(_("{file} cannot be written: {error}").format(file=file, error=os_words.why(error)))
            return Exit.REFUSED
    if as_json:
        print_json({"file": str(file), "changes": count})
    else:
        say(_("{n} written to {file}").format(n=count, file=file))
    return Exit.DONE


def forget(
    n: Number,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
    as_json: AsJson = False,
) -> int:
    if not yes:
        if not sys.stdin.isatty():
            say(_("Nothing was thrown away: confirm with --yes."))
            return Exit.USAGE
        if not confirmed(_("Throw this change away for good? The helpdesk keeps its own.")):
            return Exit.REFUSED
    with session(writing=True) as at:
        poisoned.forget(at.desk, n).result()
    if as_json:
        print_json({"n": n, "forgotten": True})
    return Exit.DONE


def _told(n: int, worked: bool, as_json: bool) -> int:
    if as_json:
        print_json({"n": n, "applied": worked})
    else:
        say(_("It could be applied now.") if worked else _("It still cannot be applied."))
    return Exit.DONE if worked else Exit.REFUSED
