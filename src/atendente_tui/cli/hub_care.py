"""`hub backup`, `restore`, `doctor`: a hub in one file, out of one, and whether everything it stands on holds.

The care of what comes in and of what a team shares is in `hub_inbound` and `hub_content`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui import formats, paths
from atendente_tui.cli import hub
from atendente_tui.cli.exits import Exit, confirmed, say
from atendente_tui.cli.hub import AsJson, DatabaseOption
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _, later_in, n_, p_

if TYPE_CHECKING:
    from atendente_tui.hub.blobs import Blobs
    from atendente_tui.hub.health import Check

FilesOption = Annotated[Path | None, typer.Option("--files", help=_("Folder of the attachments."))]

_NAMES: Mapping[str, str] = {
    "database": later_in("check", "database"),
    "schema": later_in("check", "schema"),
    "integrity": later_in("check", "integrity"),
    "numbers": later_in("check", "numbers"),
    "log": later_in("check", "log"),
    "identities": later_in("check", "addresses"),
    "tickets": later_in("check", "tickets"),
    "files": later_in("check", "files"),
    "orphans": later_in("check", "left over"),
    "folder": later_in("check", "folder"),
    "disk": later_in("check", "disk"),
    "administrator": later_in("check", "administrator"),
    "tokens": later_in("check", "tokens"),
    "sources": later_in("check", "sources"),
}


def register(app: typer.Typer) -> None:
    from atendente_tui.cli import hub_content, hub_inbound

    hub_inbound.register(app)
    app.command("backup", help=_("Write the whole hub to one file, also while it runs."))(backup)
    app.command("restore", help=_("Make the hub out of a backup; stop it before."))(restore)
    app.command("doctor", help=_("Check everything the hub stands on."))(doctor)
    hub_content.register(app)


def blobs(files: Path | None) -> Blobs:
    from atendente_tui.hub.blobs import Blobs

    return Blobs(files or paths.data_dir() / "hub" / "files")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    files: FilesOption = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.clock import SystemClock
        from atendente_tui.hub.backup import back_up

        made = back_up(opened, blobs(files), file, SystemClock().now())
    if as_json:
        told = {"file": str(made.path), "size": made.size, "rows": made.rows, "files": made.files}
        print_json(told | {"absent": list(made.absent)})
    else:
        say(
            _("{file}: {tickets} tickets, {files} files, {size}.").format(
                file=made.path, tickets=made.rows["ticket"], files=made.files, size=formats.size(made.size)
            )
        )
    return _absent(made.absent)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    force: Annotated[
        bool, typer.Option("--force", help=_("Put it in the place of a hub that is there; asks first."))
    ] = False,
    files: FilesOption = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    hub.need_extra()
    if not file.exists():
        raise Refused("no_such_file", found=str(file))
    if force and not sys.stdin.isatty():
        say(_("--force asks before it does anything, and there is nobody to ask here."))
        return Exit.USAGE
    if force and not confirmed(_("What is in the hub now will be lost. Go on?")):
        return Exit.REFUSED
    if not (database and files):
        paths.private_dir(paths.data_dir())
    with hub.hub_database(database, begin=True) as opened:
        from atendente_tui.hub import backup as keeping

        done = keeping.restore(opened, blobs(files), file, over=force)
    if as_json:
        print_json({"rows": done.rows, "files": done.files, "absent": list(done.absent)})
    else:
        say(
            _("{tickets} tickets and {files} files are back.").format(
                tickets=done.rows["ticket"], files=done.files
            )
        )
        say(_("Workstations begin anew by themselves with their next sync."))
    return _absent(done.absent)


def _absent(hashes: tuple[str, ...]) -> Exit:
    """A file that was missing or changed is no reason to keep nothing, but to know of it."""
    if not hashes:
        return Exit.DONE
    say(
        n_(
            "{n} file that attachments name was not there, or changed: atendente hub doctor --full",
            "{n} files that attachments name were not there, or changed: atendente hub doctor --full",
            len(hashes),
        ).format(n=len(hashes))
    )
    return Exit.REFUSED


def doctor(
    full: Annotated[bool, typer.Option("--full", help=_("Read every file and every row again."))] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help=_("Remove files that nobody uses, and nothing else."))
    ] = False,
    files: FilesOption = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    hub.need_extra()
    checks, swept = _looked(database, blobs(files), full, repair)
    if as_json:
        told = {"checks": [one._asdict() for one in checks]}
        print_json(told | ({"removed": swept} if repair else {}))
    else:
        print_table(
            ["", _("check"), _("found"), _("what to do")],
            (
                ["ok" if one.ok else "!!", p_("check", _NAMES[one.name]), one.detail, one.advice]
                for one in checks
            ),
            whole=True,
        )
        if swept is not None:
            say(
                n_("{n} file was removed.", "{n} files were removed.", swept["files"]).format(
                    n=swept["files"]
                )
            )
    return Exit.DONE if all(one.ok for one in checks) else Exit.REFUSED


def _looked(url: str, folder: Blobs, full: bool, repair: bool) -> tuple[list[Check], dict[str, int] | None]:
    """What was found, and what was removed before."""
    from sqlalchemy.exc import SQLAlchemyError

    from atendente_tui.hub.attachments import sweep
    from atendente_tui.hub.database import Database
    from atendente_tui.hub.health import examine

    hub.must_be_there(url or hub.default_database())
    opened = Database.open(url or hub.default_database(), migrate=False)
    swept = None
    try:
        checks = list(examine(opened, folder, hub.now_ms(), full=full))
        if repair and all(one.ok for one in checks if one.name in ("database", "schema", "integrity")):
            try:
                swept = sweep(opened, folder, hub.now_ms(), whole=True)._asdict()
            except SQLAlchemyError as error:
                raise Refused("hub_database", found=opened.url, why=type(error).__name__) from error
            checks = list(examine(opened, folder, hub.now_ms(), full=full))
        return checks, swept
    finally:
        opened.close()
