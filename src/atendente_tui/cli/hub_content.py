"""`hub content`: what a team shares, from a folder and back into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from atendente_tui.cli import hub
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.cli.hub import AsJson, DatabaseOption
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.i18n import _, n_

Folder = Annotated[Path, typer.Argument(metavar="DIR")]
Kind = Literal["article", "script", "macro", "calendar", "sla_policy", "wrap_up", "reason", "tag"]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=_("What the team shares."), no_args_is_help=True, rich_markup_mode=None)
    group.command("load", help=_("Take a folder: articles, scripts, macros and team.toml."))(load)
    group.command("list", help=_("List what is shared."))(listing)
    group.command("export", help=_("Write everything into a new folder, from which load takes it again."))(
        export
    )
    app.add_typer(group, name="content")


def load(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR")] = None,
    starter: Annotated[
        bool, typer.Option("--starter", help=_("Take what comes with the program, to begin with."))
    ] = False,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    """Only what is new or changed is written; with a fault anywhere, nothing."""
    if starter is (folder is not None):
        say(_("Give either a folder or --starter."))
        return Exit.USAGE
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import content, content_folder

        try:
            entries = content_folder.starter() if folder is None else content_folder.load(folder)
        except content.Faulty as faulty:
            if as_json:
                told = [{"file": one.file, "line": one.line, "why": str(one)} for one in faulty.faults]
                print_json({"read": 0, "written": [], "faults": told})
            for one in [] if as_json else faulty.faults:
                say(str(one))
            raise Ended(Exit.REFUSED) from faulty
        written = hub.changed(opened, lambda recording: content.write(recording, entries))
    if as_json:
        told = [{"kind": one.kind, "key": one.key} for one in written]
        print_json({"read": len(entries), "written": told, "faults": []})
    else:
        say(_("{n} things read, {written} new or changed.").format(n=len(entries), written=len(written)))
    return Exit.DONE


def listing(
    kind: Annotated[Kind | None, typer.Option("--kind", help=_("Of one kind only."))] = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import content

        with opened.read() as db:
            found = content.titles(db, [kind] if kind is not None else content.KINDS)
    if as_json:
        print_json([{"kind": one.kind, "key": one.key, "title": one.title} for one in found])
    else:
        print_table([_("kind"), _("key"), _("title")], ([one.kind, one.key, one.title] for one in found))
    return Exit.DONE


def export(folder: Folder, database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import content_folder

        with opened.read() as db:
            count = content_folder.export(db, folder)
    if as_json:
        print_json({"folder": str(folder), "written": count})
    else:
        say(n_("{n} thing in {folder}", "{n} things in {folder}", count).format(n=count, folder=folder))
    return Exit.DONE
