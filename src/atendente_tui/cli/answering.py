"""The verbs: `reply`, `note`, `claim` and their kin. Each answers with the command's id and where it stands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atendente_tui import labels
from atendente_tui.cli.exits import Exit, code_of, say
from atendente_tui.cli.opening import Session, session
from atendente_tui.cli.printing import print_json
from atendente_tui.desk import (
    answering,
    creating,
    knowing,
    merging,
    moving,
    owning,
    promising,
    triaging,
    undoing,
)
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, IdentityKind, Impact, Priority, Status, Tier
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.desk.desk import Submitted
    from atendente_tui.domain.change import Identity

TicketName = Annotated[str, typer.Argument(metavar="ID", help=_("Its id or protocol number."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Hold = Annotated[
    float | None, typer.Option("--hold", min=0, help=_("Seconds in which it can still be undone."))
]
Now = Annotated[bool, typer.Option("--now", help=_("Send before returning."))]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=_("Say whether it would be allowed; change nothing."))
]
TextOption = Annotated[str, typer.Option("--text", help=_("The text; - reads it from standard input."))]

Verb = Callable[[Session], "Future[Submitted]"]


class Relation(StrEnum):
    REFERS_TO = "refers_to"
    DEPENDS_ON = "depends_on"
    PARENT = "parent"


def register(app: typer.Typer) -> None:
    app.command("reply", help=_("Answer the customer."))(reply)
    app.command("note", help=_("Write an internal note."))(note)
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
    hold: Hold = None,
    now: Now = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    return carry_out(
        lambda at: answering.reply(
            at.desk,
            at.ticket(ticket),
            text_given(text),
            channel=channel,
            status=Status.SOLVED if solve else None,
            insist=insist,
        ),
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
        lambda at: moving.snooze(at.desk, at.ticket(ticket), _when(until, at), keep),
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
        lambda at: promising.promise(at.desk, at.ticket(ticket), _when(due, at), text_given(text)),
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
            identities=tuple(_identity(one) for one in identity or ()),
            channel=channel,
            subject=subject,
            text=text_given(text),
            priority=to_priority,
            team=to_team,
            tags=tuple(tags or ()),
            opened_at=_iso(at_time, at) if at_time else None,
        ),
        hold=hold,
        now=now,
        dry_run=dry_run,
        as_json=as_json,
        name_ticket=True,
    )


def undo(command_id: Annotated[str, typer.Argument(metavar="COMMAND_ID")], as_json: AsJson = False) -> int:
    return carry_out(
        lambda at: undoing.undo(at.desk, command_id),
        hold=None,
        now=False,
        dry_run=False,
        as_json=as_json,
        command_id=command_id,
    )


def carry_out(
    verb: Verb,
    *,
    hold: float | None,
    now: bool,
    dry_run: bool,
    as_json: bool,
    name_ticket: bool = False,
    command_id: str | None = None,
) -> int:
    """Carry out a verb and answer where its command stands; the exit code is the contract's.

    command_id   the command that the verb is about, where it gives none of its own
    """
    with session(writing=True) as opened:
        at = opened
        if now or hold is not None:
            at = at._replace(desk=at.desk._replace(holds={"default": hold or 0.0}))
        try:
            if now and at.config.backend is None:
                raise Refused("no_backend")
            if dry_run:
                with at.desk.trying() as dry:
                    submitted = verb(at._replace(desk=dry)).result()
                answer: dict[str, Any] = {
                    "command_id": None,
                    "state": "held",
                    "reason": None,
                    "dry_run": True,
                }
                _tell(answer, as_json, _("Allowed; nothing was changed."))
                return Exit.DONE
            submitted = verb(at).result()
        except Refused as refused:
            answer = {
                "command_id": command_id,
                "state": "refused",
                "reason": labels.refusal(refused),
                "code": refused.code,
            }
            _tell(answer, as_json, answer["reason"])
            return code_of(refused)
        answer = {"command_id": str(submitted.command_id), "state": str(submitted.state), "reason": None}
        code: int = Exit.DONE
        if now:
            from atendente_tui.cli.syncing import pushed

            code, answer = pushed(at, submitted, answer)
        if name_ticket:
            from atendente_tui.store.reading import ticket

            row = ticket(at.read, submitted.ticket_id)
            answer |= {"ticket": submitted.ticket_id, "protocol": row.protocol if row else None}
        _tell(answer, as_json, answer["reason"] or labels.outbox(answer["state"]))
        return code


def _tell(answer: dict[str, Any], as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(answer)
    else:
        say(sentence)
        if answer.get("protocol"):
            print(answer["protocol"])
        elif answer.get("command_id") and answer["state"] != "refused":
            print(answer["command_id"])


def text_given(text: str) -> str:
    """The text itself, or standard input for "-". Bytes that are not UTF-8 are refused, not guessed at."""
    if text != "-":
        return text
    try:
        read = sys.stdin.buffer.read().decode("utf-8-sig")
        return read.replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Refused("text_not_utf8", byte=error.start) from error


def _identity(text: str) -> Identity:
    from atendente_tui.domain.change import Identity

    kind, colon, value = text.partition(":")
    if not colon or not value or kind not in tuple(IdentityKind):
        raise Refused("identity_unreadable", found=text, allowed=", ".join(IdentityKind))
    return Identity(kind=IdentityKind(kind), value=value)


def _when(text: str, at: Session) -> datetime:
    """A moment as people type it, or ISO 8601."""
    from atendente_tui.domain.when import parse_when

    try:
        return _iso(text, at)
    except Refused:
        return parse_when(text, from_ms(at.now()), at.zone)


def _iso(text: str, at: Session) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("moment_unreadable", found=text) from error
    return found if found.tzinfo else found.replace(tzinfo=at.zone)
