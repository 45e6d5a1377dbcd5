"""`hub user` and `hub team`: who works with the hub, and who may see what of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from atendente_tui.cli import hub
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.hub import AsJson, DatabaseOption
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.domain.words import Tier
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.hub.accounts import Account, Team

Role = Literal["agent", "supervisor", "trainer", "administrator"]
Sight = Literal["own", "all"]
Login = Annotated[str, typer.Argument(metavar="LOGIN")]
Key = Annotated[str, typer.Argument(metavar="KEY", help=_("The team's name in commands: hub team list."))]
NameOption = Annotated[str | None, typer.Option("--name", help=_("Their name, as colleagues see it."))]
RoleOption = Annotated[
    Role | None, typer.Option("--role", help=_("What they may do: a supervisor only reads."))
]
TeamsOption = Annotated[list[str] | None, typer.Option("--team", help=_("A team of theirs; more than once."))]
SeesOption = Annotated[
    Sight | None, typer.Option("--sees", help=_("The tickets of their own teams, or all of them."))
]


def register(app: typer.Typer) -> None:
    user = typer.Typer(help=_("Accounts of the hub."), no_args_is_help=True, rich_markup_mode=None)
    user.command("add", help=_("Open an account."))(add)
    user.command("list", help=_("List the accounts."))(listing)
    user.command("set", help=_("Change what is said of an account."))(set_)
    user.command("remove", help=_("Close an account; its tokens end at once."))(remove)
    app.add_typer(user, name="user")
    team = typer.Typer(help=_("Teams of the hub."), no_args_is_help=True, rich_markup_mode=None)
    team.command("add", help=_("Add a team, or change its label or level."))(add_team)
    team.command("list", help=_("List the teams."))(list_teams)
    team.command("remove", help=_("Remove a team that has no live tickets."))(remove_team)
    app.add_typer(team, name="team")


# -- user ----------------------------------------------------------------------------------------------------------------


def add(
    login: Login,
    name: NameOption = None,
    role: RoleOption = None,
    team: TeamsOption = None,
    sees: SeesOption = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        made = hub.changed(
            opened,
            lambda recording: accounts.add_agent(
                recording, login, name or login, role or "agent", team or (), all_teams=sees == "all"
            ),
        )
    _tell(made, as_json)
    say(_("Next: atendente hub token create {login}").format(login=login))
    return Exit.DONE


def listing(database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        with opened.read() as db:
            found = accounts.accounts(db)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        _table(found)
    return Exit.DONE


def set_(
    login: Login,
    name: NameOption = None,
    role: RoleOption = None,
    team: TeamsOption = None,
    no_teams: Annotated[bool, typer.Option("--no-teams", help=_("They belong to none any more."))] = False,
    sees: SeesOption = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        teams = () if no_teams else team or None
        made = hub.changed(
            opened,
            lambda recording: accounts.set_agent(
                recording,
                login,
                name=name,
                role=role,
                teams=teams,
                all_teams=None if sees is None else sees == "all",
            ),
        )
    _tell(made, as_json)
    return Exit.DONE


def remove(login: Login, database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        closed = hub.changed(opened, lambda recording: accounts.close_agent(recording, login))
    _tell(closed, as_json)
    return Exit.DONE


def _tell(one: Account, as_json: bool) -> None:
    if as_json:
        print_json(asdict(one))
    else:
        _table([one])


def _table(found: list[Account]) -> None:
    print_table(
        [_("login"), _("name"), _("role"), _("teams"), _("account")],
        (
            [
                one.login,
                one.name,
                one.role,
                _("all") if one.all_teams else ", ".join(one.teams),
                _("open") if one.active else _("closed"),
            ]
            for one in found
        ),
    )


# -- team ----------------------------------------------------------------------------------------------------------------


def add_team(
    key: Key,
    label: Annotated[str | None, typer.Option("--label", help=_("What people read; else KEY."))] = None,
    tier: Annotated[Tier | None, typer.Option("--tier", help=_("Its level."))] = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        made = hub.changed(opened, lambda recording: accounts.put_team(recording, key, label, tier))
    _tell_teams([made], as_json, one=True)
    return Exit.DONE


def list_teams(database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        with opened.read() as db:
            found = accounts.teams(db)
    _tell_teams(found, as_json)
    return Exit.DONE


def remove_team(key: Key, database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import accounts

        gone = hub.changed(opened, lambda recording: accounts.remove_team(recording, key))
    _tell_teams([gone], as_json, one=True)
    return Exit.DONE


def _tell_teams(found: list[Team], as_json: bool, *, one: bool = False) -> None:
    if as_json:
        told: list[dict[str, Any]] = [asdict(team) for team in found]
        print_json(told[0] if one else told)
    else:
        print_table(
            [_("team"), _("name"), _("level"), _("members")],
            ([team.key, team.label, team.tier or "", str(team.members)] for team in found),
        )
