"""`extract`: tickets and events as flat tables for spreadsheets and analysts, personal data masked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atendente_tui.cli.exchanging import Format
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import session
from atendente_tui.cli.printing import print_json
from atendente_tui.cli.windows import Since, Until, given_window
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _


def register(app: typer.Typer) -> None:
    app.command(
        "extract", help=_("Write tickets and events as flat tables for analysis, personal data masked.")
    )(extract)


def extract(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("An empty or new folder."))],
    table: Annotated[
        list[str] | None, typer.Option("--table", help=_("tickets or events; both of them without it."))
    ] = None,
    since: Since = None,
    until: Until = None,
    kind: Annotated[Format, typer.Option("--format", help=", ".join(Format))] = Format.CSV,
    reveal: Annotated[
        str | None,
        typer.Option(
            "--reveal",
            metavar="WHY",
            help=_("Show personal data in full; the reason is kept with your name."),
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    from atendente_tui.desk.handing_out import on_record, to_mask
    from atendente_tui.metrics.extract import TABLES, write_extract

    wanted = tuple(dict.fromkeys(table or TABLES))
    unknown = next((one for one in wanted if one not in TABLES), None)
    if unknown is not None:
        raise Refused("table_unknown", found=unknown, allowed=", ".join(TABLES))
    with session(counting=True) as at:
        kinds = to_mask(at.config, reveal)
        window = given_window(since, until, at)
        on_record(
            at.desk,
            "export",
            folder,
            masked=kinds,
            reason=reveal or "",
            format=str(kind),
            tables=list(wanted),
        )
        files = write_extract(at.read, folder, wanted, window, str(kind), kinds, whole=reveal is not None)
    if as_json:
        print_json({"files": [str(file) for file in files]})
    elif reveal is None:
        say(
            _(
                "{n} files in {folder}. Personal data in them is masked; names within the texts are not."
            ).format(n=len(files), folder=folder)
        )
    else:
        say(
            _("{n} files in {folder}. They hold personal data: keep them safe.").format(
                n=len(files), folder=folder
            )
        )
    return Exit.DONE
