"""`login`, `logout`: the secret that the helpdesk wants; and with an address, which helpdesk that is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import paths
from atendente_tui.cli.chosen import backend_of, chosen
from atendente_tui.cli.config_file import changed
from atendente_tui.cli.exits import Ended, Exit, say
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json
from atendente_tui.cli.syncing import code_of_backend_error, told_backend_error
from atendente_tui.config import Config
from atendente_tui.config_reading import load
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.desk.connecting import AgentIdentity

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]


def register(app: typer.Typer) -> None:
    app.command("login", help=_("Keep the helpdesk's secret in the keyring."))(login)
    app.command("logout", help=_("Forget the helpdesk's secret."))(logout)


def login(
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None,
    url: Annotated[
        str, typer.Argument(metavar="URL", help=_("With its address: work on this helpdesk from now on."))
    ] = "",
    user: Annotated[str | None, typer.Option("--user", help=_("Your login there."))] = None,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help=_("Read the secret from standard input."))
    ] = False,
    no_check: Annotated[bool, typer.Option("--no-check", help=_("Do not try it first."))] = False,
    as_json: AsJson = False,
) -> int:
    from atendente_tui import secrets

    config = chosen(configuration(), name, url, user)
    backend = backend_of(config)
    if url:
        known(backend.name)
        load(paths.config_file())  # before a person types a secret for a file that cannot be changed
    secret = _asked(backend.user, backend.name, token_stdin)
    who = None if no_check else _tried(config, secret)
    if who is not None:
        _refuse_other(backend.name, who)
    login_there = backend.user
    if url:
        login_there = login_there or (who.login if who is not None else None)
        work_on(backend.name, url, login_there)
    secrets.keep_backend_secret(backend.name, login_there, secret)
    if as_json:
        print_json({"login": who.login if who else None, "teams": list(who.teams) if who else []})
    else:
        say(_("Welcome, {name}.").format(name=who.name) if who else _("The secret is in the keyring."))
    for warning in who.warnings if who else ():
        say(warning)
    return Exit.DONE


def _asked(user: str | None, name: str, token_stdin: bool) -> str:
    """The secret a person gave. Ends where there is none to be had."""
    if token_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        import getpass

        whose = _("Secret of {user} at {name}: ").format(user=user, name=name)
        secret = getpass.getpass(whose if user else _("Secret at {name}: ").format(name=name))
    else:
        say(_("There is no terminal to ask on: give the secret with --token-stdin."))
        raise Ended(Exit.USAGE)
    if not secret:
        say(_("An empty secret was not kept."))
        raise Ended(Exit.USAGE)
    return secret


def _tried(config: Config, secret: str) -> AgentIdentity:
    """Who one is there with this secret. Ends, and says why, when it opens nothing."""
    from atendente_tui.desk.connecting import BackendError, identify

    try:
        return identify(config, secret)
    except BackendError as error:
        say(told_backend_error(error))
        say(_("The secret was not kept. --no-check keeps it untried."))
        raise Ended(code_of_backend_error(error)) from error


def _refuse_other(name: str, who: AgentIdentity) -> None:
    """Raises Refused("other_helpdesk") where the tickets here are not of the one that answered."""
    from atendente_tui.cli.opening import session
    from atendente_tui.sync.remembered import is_other

    if who.origin is None or not (paths.store_dir() / "store.db").exists():
        return
    with session() as at:
        other = is_other(at.read, name, who.origin)
    if other:
        raise Refused("other_helpdesk")


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


# -- which helpdesk ----------------------------------------------------------------------------------------


def known(name: str) -> None:
    """Raises Refused("no_such_backend") for one that is not installed, or cannot be loaded."""
    from atendente_tui.desk.connecting import backend_list

    names = [one.name for one in backend_list(name) if one.installed]
    if name not in names:
        raise Refused("no_such_backend", found=name, allowed=", ".join(names))


def work_on(name: str, url: str, user: str | None) -> Path:
    """Work on this helpdesk from now on; the configuration file. Ends, and says why, when it cannot be written.

    Only the table `[backend]` is changed; of the same helpdesk as before, what is not said stays as it was.
    """
    from atendente_tui.desk.connecting import check_settings

    def change(tree: Any) -> None:
        import tomlkit

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

    return changed(change, check_settings)
