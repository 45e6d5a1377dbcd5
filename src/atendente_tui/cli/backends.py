"""`backend`, `login`, `logout`: which helpdesk, and the secret it wants."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from atendente_tui import os_words, paths
from atendente_tui.cli import checking
from atendente_tui.cli.chosen import backend_of, chosen, shape
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.cli.syncing import code_of_backend_error, told_backend_error
from atendente_tui.config import ConfigError, load
from atendente_tui.domain.refusal import Refused
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
    app.command("login", help=_("Keep the helpdesk's secret in the keyring."))(login)
    app.command("logout", help=_("Forget the helpdesk's secret."))(logout)


def use(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    url: Annotated[str, typer.Option("--url", help=_("Its address."))] = "",
    user: Annotated[str | None, typer.Option("--user", help=_("Your login there."))] = None,
    as_json: AsJson = False,
) -> int:
    from atendente_tui.desk.connecting import backend_list

    installed = backend_list()
    if name not in [one.name for one in installed if one.installed]:
        raise Refused(
            "no_such_backend", found=name, allowed=", ".join(one.name for one in installed if one.installed)
        )
    file = paths.config_file().resolve()
    try:
        _write(file, name, url, user)
    except OSError as error:
        say(
            _("The configuration {file} cannot be written: {error}").format(
                file=file, error=os_words.why(error)
            )
        )
        return Exit.USAGE
    if as_json:
        print_json([shape(one) for one in installed if one.name == name])
    else:
        say(_("{name} is in use ({file}). Next: atendente login").format(name=name, file=file))
    return Exit.DONE


def _write(file: Path, name: str, url: str, user: str | None) -> None:
    """Change the table `[backend]` of the configuration and nothing else; the file is replaced whole or not at all.

    Of the same helpdesk as before, what is not said stays as it was.
    """
    import tomlkit

    from atendente_tui.desk.connecting import check_settings

    load(file)  # a file with faults is not written over
    try:
        tree = tomlkit.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        tree = tomlkit.document()
    table: Any = tree.get("backend")
    if table is None:
        table = tomlkit.table()
        tree["backend"] = table
    elif table.get("name") != name:
        for key in ("url", "user", "options"):
            table.pop(key, None)
    table["name"] = name
    for key, value in (("url", url or None), ("user", user)):
        if value is not None:
            table[key] = value
    if not file.parent.exists():
        paths.private_dir(file.parent)
    beside = file.with_name(file.name + ".new")
    beside.write_text(tomlkit.dumps(tree), encoding="utf-8")
    try:
        check_settings(load(beside))
        if file.exists():
            shutil.copymode(file, beside)
        os.replace(beside, file)
    except ConfigError as error:
        raise ConfigError(tuple(fault._replace(file=file) for fault in error.faults)) from error
    finally:
        beside.unlink(missing_ok=True)


def list_(as_json: AsJson = False) -> int:
    from atendente_tui.desk.connecting import backend_list

    found = backend_list()
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


def login(
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help=_("Read the secret from standard input."))
    ] = False,
    no_check: Annotated[bool, typer.Option("--no-check", help=_("Do not try it first."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui import secrets
    from atendente_tui.desk.connecting import BackendError, identify

    config = chosen(configuration(), name)
    backend = backend_of(config)
    if token_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        import getpass

        secret = getpass.getpass(
            _("Secret of {user} at {name}: ").format(user=backend.user or "?", name=backend.name)
        )
    else:
        say(_("There is no terminal to ask on: give the secret with --token-stdin."))
        return Exit.USAGE
    if not secret:
        say(_("An empty secret was not kept."))
        return Exit.USAGE
    who = None
    if not no_check:
        before = os.environ.get("ATENDENTE_TOKEN")
        os.environ["ATENDENTE_TOKEN"] = secret
        try:
            who = identify(config)
        except BackendError as error:
            say(told_backend_error(error))
            say(_("The secret was not kept. --no-check keeps it untried."))
            return code_of_backend_error(error)
        finally:
            if before is None:
                del os.environ["ATENDENTE_TOKEN"]
            else:
                os.environ["ATENDENTE_TOKEN"] = before
    secrets.keep_backend_secret(backend.name, backend.user, secret)
    if as_json:
        print_json({"login": who.login if who else None, "teams": list(who.teams) if who else []})
    else:
        say(_("Welcome, {name}.").format(name=who.name) if who else _("The secret is in the keyring."))
    for warning in who.warnings if who else ():
        say(warning)
    return Exit.DONE


def logout(
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None, as_json: AsJson = False
) -> int:
    from atendente_tui import secrets

    backend = backend_of(chosen(configuration(), name))
    forgotten = secrets.forget_backend_secret(backend.name, backend.user)
    if as_json:
        print_json({"forgotten": forgotten})
    else:
        say(_("The secret is forgotten.") if forgotten else _("There was no secret."))
    return Exit.DONE
