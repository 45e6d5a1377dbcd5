"""`hub token`: what a workstation shows to prove who sits at it. A secret is printed once, when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from atendente_tui import formats
from atendente_tui.cli import hub
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.hub import AsJson, DatabaseOption
from atendente_tui.cli.opening import configuration
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.i18n import _, later_in, p_

if TYPE_CHECKING:
    from atendente_tui.hub.tokens import Issued

STATES = {
    "valid": later_in("token", "valid"),
    "expired": later_in("token", "expired"),
    "revoked": later_in("token", "revoked"),
}
Id = Annotated[str, typer.Argument(metavar="ID", help=_("Its id: hub token list."))]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help=_("For how long it holds."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=_("Tokens for workstations."), no_args_is_help=True, rich_markup_mode=None)
    group.command("create", help=_("Make a token; it is shown this once."))(create)
    group.command("list", help=_("List the tokens."))(listing)
    group.command("revoke", help=_("End a token at once."))(revoke)
    group.command("rotate", help=_("Put a new token in the place of one, which ends at once."))(rotate)
    app.add_typer(group, name="token")


def create(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    label: Annotated[str, typer.Option("--label", help=_("What it is for."))] = "",
    days: Days = 30,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import tokens

        with opened.write() as db:
            made = tokens.create(db, login, label, hub.now_ms(), days)
    _hand_over(made, as_json)
    return Exit.DONE


def listing(
    login: Annotated[str | None, typer.Argument(metavar="LOGIN", help=_("Only theirs."))] = None,
    database: DatabaseOption = "",
    as_json: AsJson = False,
) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import tokens

        with opened.read() as db:
            found = tokens.listing(db, login)
    _tell(found, as_json)
    return Exit.DONE


def revoke(token_id: Id, database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import tokens

        with opened.write() as db:
            ended = tokens.revoke(db, token_id, hub.now_ms())
    _tell([ended], as_json, one=True)
    return Exit.DONE


def rotate(token_id: Id, days: Days = 30, database: DatabaseOption = "", as_json: AsJson = False) -> int:
    with hub.hub_database(database) as opened:
        from atendente_tui.hub import tokens

        with opened.write() as db:
            made = tokens.rotate(db, token_id, hub.now_ms(), days)
    _hand_over(made, as_json)
    return Exit.DONE


def _hand_over(made: Issued, as_json: bool) -> None:
    if as_json:
        print_json(_shape(made, hub.now_ms(), _zone()) | {"token": made.secret})
    else:
        say(_("Token {id} of {login}, shown this once:").format(id=made.id, login=made.login))
        print(made.secret)


def _tell(found: list[Issued], as_json: bool, *, one: bool = False) -> None:
    now, zone = hub.now_ms(), _zone()
    if as_json:
        told = [_shape(token, now, zone) for token in found]
        print_json(told[0] if one else told)
        return
    print_table(
        [_("id"), _("login"), _("for"), _("until"), _("state")],
        (
            [
                token.id,
                token.login,
                token.label,
                formats.moment(token.expires, zone, now) if token.expires is not None else "",
                p_("token", STATES[token.state(now)]),
            ]
            for token in found
        ),
    )


def _shape(token: Issued, now: int, zone: ZoneInfo) -> dict[str, Any]:
    from atendente_tui.cli.shapes import iso

    return {
        "id": token.id,
        "login": token.login,
        "label": token.label,
        "created": iso(token.created, zone),
        "expires": iso(token.expires, zone),
        "revoked": iso(token.revoked, zone),
        "state": token.state(now),
    }


def _zone() -> ZoneInfo:
    return ZoneInfo(configuration().ui.zone)
