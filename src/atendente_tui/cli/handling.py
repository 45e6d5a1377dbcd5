"""Working a ticket: `claim`, `status`, `escalate` and their kin. Each answers with the command's id and where it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from atendente_tui.cli.carrying_out import (
    AsJson,
    DryRun,
    Hold,
    Now,
    TextOption,
    TicketName,
    carry_out,
    text_given,
    when_given,
)
from atendente_tui.desk import knowing, merging, moving, owning, promising, triaging
from atendente_tui.domain.words import Impact, Priority, Status, Tier
from atendente_tui.i18n import _


class Relation(StrEnum):
    REFERS_TO = "refers_to"
    DEPENDS_ON = "depends_on"
    PARENT = "parent"


def register(app: typer.Typer) -> None:
    app.command("claim", help=_("Take a free ticket."))(claim)
    app.command("release", help=_("Give a ticket back to its team."))(release)
    app.command("assign", help=_("Hand a ticket to a colleague."))(assign)
    app.command("status", help=_("Change a ticket's status."))(status)
    app.command("priority", help=_("Change a ticket's priority."))(priority)
    app.command("team", help=_("Move a ticket to another team."))(team)
    app.command("escalate", help=_("Pass a ticket to the next level, with what that level needs to know."))(
        escalate
    )
    app.command("snooze", help=_("Put a ticket away until a moment."))(snooze)
    app.command("tag", help=_("Add and remove tags."))(tag)
    app.command("wrapup", help=_("Record how the contact ended."))(wrapup)
    app.command("promise", help=_("Promise the customer a follow-up."))(promise)
    app.command("fact", help=_("Record a known fact, so that nobody asks again."))(fact)
    app.command("merge", help=_("Merge a ticket into another."))(merge)
    app.command("link", help=_("Link two tickets."))(link)


def claim(
    ticket: TicketName, hold: Hold = None, now: Now = False, dry_run: DryRun = False, as_json: AsJson = False
) -> int:
    return carry_out(
        lambda at: owning.claim(at.desk, at.ticket(ticket)),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def release(
    ticket: TicketName,
    reason: Annotated[str, typer.Option("--reason", help=_("Why."))] = "",
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: owning.release(at.desk, at.ticket(ticket), reason),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def assign(
    ticket: TicketName,
    to: Annotated[str, typer.Option("--to", help=_("The colleague's login."))],
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: owning.assign(at.desk, at.ticket(ticket), to),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def status(
    ticket: TicketName,
    to: Annotated[Status, typer.Argument(metavar="STATUS", help=", ".join(Status))],
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: moving.set_status(at.desk, at.ticket(ticket), to),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def priority(
    ticket: TicketName,
    to: Annotated[Priority, typer.Argument(metavar="PRIORITY", help=", ".join(Priority))],
    impact: Annotated[Impact | None, typer.Option("--impact", help=_("How many people it hits."))] = None,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: triaging.set_priority(at.desk, at.ticket(ticket), to, impact),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def team(
    ticket: TicketName,
    to: Annotated[str, typer.Argument(metavar="TEAM")],
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: triaging.set_team(at.desk, at.ticket(ticket), to),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def escalate(
    ticket: TicketName,
    tier: Annotated[Tier, typer.Option("--tier", help=_("The level it goes to."))],
    reason: Annotated[str, typer.Option("--reason", help=_("Why this level cannot solve it."))] = "",
    tried: Annotated[str, typer.Option("--tried", help=_("What was tried."))] = "",
    workaround: Annotated[
        str, typer.Option("--workaround", help=_("What the customer can do meanwhile."))
    ] = "",
    to_team: Annotated[str | None, typer.Option("--team", help=_("The team that gets it."))] = None,
    article: Annotated[
        str | None, typer.Option("--article", help=_("The article that was consulted."))
    ] = None,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: triaging.escalate(
            at.desk,
            at.ticket(ticket),
            tier=tier,
            team=to_team,
            reason=reason,
            tried=tried,
            workaround=workaround,
            article=article,
        ),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def snooze(
    ticket: TicketName,
    until: Annotated[
        str, typer.Option("--until", help=_("2h, amanhã 9h, sex 14h, 25/12 10:00 or ISO 8601."))
    ],
    keep: Annotated[bool, typer.Option("--keep", help=_("Stay away though the customer writes."))] = False,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: moving.snooze(at.desk, at.ticket(ticket), when_given(until, at), keep),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def tag(
    ticket: TicketName,
    add: Annotated[list[str] | None, typer.Option("--add", help=_("As often as needed."))] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help=_("As often as needed."))] = None,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: triaging.tag(at.desk, at.ticket(ticket), add=tuple(add or ()), remove=tuple(remove or ())),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def wrapup(
    ticket: TicketName,
    code: Annotated[str, typer.Option("--code", help=_("How the contact ended."))],
    reason: Annotated[str | None, typer.Option("--reason", help=_("What the contact was about."))] = None,
    text: Annotated[str, typer.Option("--text", help=_("What there is to say about it."))] = "",
    to: Annotated[
        Status | None, typer.Option("--status", help=_("What the ticket becomes."))
    ] = Status.SOLVED,
    no_survey: Annotated[
        bool, typer.Option("--no-survey", help=_("Ask for no survey; say why in --text."))
    ] = False,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: moving.wrap_up(
            at.desk, at.ticket(ticket), code=code, reason=reason, note=text, status=to, survey=not no_survey
        ),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def promise(
    ticket: TicketName,
    due: Annotated[str, typer.Option("--due", help=_("2h, amanhã 9h, sex 14h, 25/12 10:00 or ISO 8601."))],
    text: TextOption,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: promising.promise(at.desk, at.ticket(ticket), when_given(due, at), text_given(text)),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def fact(
    ticket: TicketName,
    name: Annotated[str, typer.Argument(metavar="FACT", help="cpf_confirmed, address_confirmed, …")],
    value: Annotated[str, typer.Option("--value", help=_("What it is, where a yes is not enough."))] = "yes",
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: knowing.confirm_fact(at.desk, at.ticket(ticket), name, value),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def merge(
    ticket: TicketName,
    into: Annotated[str, typer.Option("--into", help=_("The ticket that remains."))],
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: merging.merge(at.desk, at.ticket(ticket), at.ticket(into)),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )


def link(
    ticket: TicketName,
    to: Annotated[str, typer.Option("--to", help=_("The other ticket."))],
    relation: Annotated[
        Relation, typer.Option("--relation", help=_("What it is to the other one."))
    ] = Relation.REFERS_TO,
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: merging.link(at.desk, at.ticket(ticket), at.ticket(to), relation.value),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
    )
