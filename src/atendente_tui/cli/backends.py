"""`backend`: which helpdesk this workstation works on, what is installed, and whether it keeps its promises."""

from __future__ import annotations

from typing import Annotated

import typer

from atendente_tui.cli import checking
from atendente_tui.cli.chosen import shape
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.joining import known, work_on
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.i18n import _

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=_("Which helpdesk this workstation works on."), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("use", help=_("Work on this helpdesk from now on."))(use)
    group.command("list", help=_("List what is installed and what it can do."))(list_)
    group.command("check", help=_("Prove that a helpdesk keeps the promises made of it."))(checking.check)
    app.add_typer(group, name="backend")


def use(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    url: Annotated[str, typer.Option("--url", help=_("Its address."))] = "",
    user: Annotated[str | None, typer.Option("--user", help=_("Your login there."))] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.connecting import backend_list

    known(name)
    file = work_on(name, url, user)
    if as_json:
        print_json([shape(one) for one in backend_list(name) if one.name == name])
    else:
        say(_("{name} is in use ({file}). Next: atendente login").format(name=name, file=file))
    return Exit.DONE


def list_(as_json: AsJson = False) -> int:
    from atendente_tui.desk.connecting import backend_list

    backend = configuration().backend
    found = backend_list(*(() if backend is None else (backend.name,)))
    if as_json:
        print_json([shape(one) for one in found])
    else:
        print_table(
            [_("name"), _("installed"), _("can do")],
            (
                [
                    one.name,
                    _("yes") if one.installed else one.fault or _("no"),
                    ", ".join(one.capabilities.get("commands", ())),
                ]
                for one in found
            ),
            whole=True,
        )
    return Exit.DONE
