"""What the customer or a colleague reads: `reply`, `note` and `create`, and taking one back."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui.cli.carrying_out import (
    AsJson,
    DryRun,
    Hold,
    Now,
    TextOption,
    TicketName,
    carry_out,
    identity_given,
    iso_given,
    text_given,
    when_given,
)
from atendente_tui.cli.opening import Session
from atendente_tui.cli.reviewing import overridden, uploaded
from atendente_tui.desk import answering, creating, together
from atendente_tui.domain.addresses import email_addresses
from atendente_tui.domain.words import Channel, Priority, Status
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Submitted


def register(app: typer.Typer) -> None:
    app.command("reply", help=_("Answer the customer."))(reply)
    app.command("note", help=_("Write an internal note."))(note)
    app.command("create", help=_("Open a ticket from the customer's first message."))(create)
    app.command("undo", help=_("Take back what was not sent yet."))(undo)


def reply(
    ticket: TicketName,
    text: TextOption,
    channel: Annotated[
        Channel | None, typer.Option("--channel", help=_("Another channel than the ticket's."))
    ] = None,
    solve: Annotated[bool, typer.Option("--solve", help=_("Solve the ticket with it."))] = False,
    insist: Annotated[bool, typer.Option("--insist", help=_("Send though something new came in."))] = False,
    cc: Annotated[
        list[str] | None,
        typer.Option("--cc", metavar="ADDRESS", help=_("Who gets a copy; as often as needed.")),
    ] = None,
    bcc: Annotated[
        list[str] | None,
        typer.Option(
            "--bcc", metavar="ADDRESS", help=_("Who gets a copy that nobody sees; as often as needed.")
        ),
    ] = None,
    attach: Annotated[
        list[Path] | None,
        typer.Option("--attach", metavar="FILE", help=_("A file to go with it; as often as needed.")),
    ] = None,
    at_time: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help=_("When it is to leave: “tomorrow 9am”, or ISO 8601.")),
    ] = None,
    unsigned: Annotated[
        bool, typer.Option("--no-signature", help=_("Without the channel's signature."))
    ] = False,
    no_survey: Annotated[
        str, typer.Option("--no-survey", metavar="WHY", help=_("With --solve: ask no survey, and why."))
    ] = "",
    override: Annotated[
        list[str] | None,
        typer.Option(
            "--override",
            metavar="RULE=WHY",
            help=_("Send over what this rule of the review found, and why; as often as needed."),
        ),
    ] = None,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    def verb(at: Session) -> Future[Submitted]:
        ticket_id, words = at.ticket(ticket), text_given(text)
        going = answering.Beside(
            cc=tuple(one for given in cc or () for one in email_addresses(given)),
            bcc=tuple(one for given in bcc or () for one in email_addresses(given)),
            attachments=uploaded(at, attach or ()),
            at=when_given(at_time, at) if at_time else None,
            signed=not unsigned,
            survey=not no_survey,
            survey_reason=no_survey,
        )
        silenced = overridden(at, ticket_id, words, channel, going, override or ())
        return answering.reply(
            at.desk,
            ticket_id,
            words,
            channel=channel,
            status=Status.SOLVED if solve else None,
            insist=insist,
            beside=going._replace(silenced=silenced),
        )

    return carry_out(
        verb,
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def note(
    ticket: TicketName,
    text: TextOption,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: answering.note(at.desk, at.ticket(ticket), text_given(text)),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def create(
    customer: Annotated[str, typer.Option("--customer", help=_("The customer's name."))],
    channel: Annotated[Channel, typer.Option("--channel", help=_("Where the customer wrote or called."))],
    subject: Annotated[str, typer.Option("--subject", help=_("What it is about, in a line."))],
    text: TextOption,
    identity: Annotated[
        list[str] | None,
        typer.Option(
            "--identity",
            metavar="KIND:VALUE",
            help=_("Such as email:ze@example.com or cpf:123.456.789-09; as often as needed."),
        ),
    ] = None,
    to_priority: Annotated[
        Priority, typer.Option("--priority", help=_("How urgent it is."))
    ] = Priority.NORMAL,
    to_team: Annotated[str | None, typer.Option("--team", help=_("The team that gets it."))] = None,
    at_time: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help=_("When it was opened (ISO 8601)."))
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help=_("As often as needed."))] = None,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: creating.create(
            at.desk,
            customer_name=customer,
            identities=tuple(identity_given(one) for one in identity or ()),
            channel=channel,
            subject=subject,
            text=text_given(text),
            priority=to_priority,
            team=to_team,
            tags=tuple(tags or ()),
            opened_at=iso_given(at_time, at) if at_time else None,
        ),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
        name_ticket=True,
    )


def undo(command_id: Annotated[str, typer.Argument(metavar="COMMAND_ID")], as_json: AsJson = False) -> int:
    return carry_out(
        lambda at: together.undo_named(at.desk, command_id),
        hold=None,
        now=False,
        dry_run=False,
        as_json=as_json,
        command_id=command_id,
    )
