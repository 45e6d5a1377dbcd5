"""`promises`: what was promised to customers and is still owed, and how each ended."""

from __future__ import annotations

from concurrent.futures import Future
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from atendente_tui import formats
from atendente_tui.cli import shapes
from atendente_tui.cli.carrying_out import DryRun, Hold, Now, carry_out
from atendente_tui.cli.disclosing import given_in_full
from atendente_tui.cli.exits import Exit
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json, print_table
from atendente_tui.desk import promising
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.masking import masked
from atendente_tui.store import reading

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Submitted

AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help=_("What was promised and is still owed."), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", help=_("List promises that are owed, the next due first."))(listing)
    group.command("settle", help=_("Say how a promise ended."))(settle)
    app.add_typer(group, name="promises")


def listing(
    mine: Annotated[bool, typer.Option("--mine", help=_("Only your own."))] = False,
    as_json: AsJson = False,
) -> int:
    with session() as at:
        found = reading.promises(at.read, at.desk.agent.login if mine else None)
        if as_json:
            given_in_full(at, [text for one in found for text in (one.customer, one.what)])
            print_json([shapes.promise(one, at.zone) for one in found])
        else:
            now = at.now()
            print_table(
                [_("id"), _("due"), _("ticket"), _("customer"), _("who"), _("what")],
                (
                    [
                        one.id,
                        formats.moment(one.due, at.zone, now),
                        one.protocol,
                        masked(one.customer, at.config.privacy.mask),
                        one.author,
                        masked(one.what, at.config.privacy.mask),
                    ]
                    for one in found
                ),
            )
    return Exit.DONE


def settle(
    promise: Annotated[str, typer.Argument(metavar="PROMISE", help=_("Its id: promises list."))],
    outcome: Annotated[Outcome, typer.Option("--outcome", help=", ".join(Outcome))] = Outcome.KEPT,
    text: Annotated[str, typer.Option("--text", help=_("What there is to say about it."))] = "",
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    def verb(at: Session) -> Future[Submitted]:
        try:
            return promising.settle_promise(at.desk, UUID(promise), outcome.value, text)
        except ValueError as error:
            raise Refused("promise_unknown") from error

    return carry_out(verb, hold=hold, now=now, dry_run=dry_run, as_json=as_json)
