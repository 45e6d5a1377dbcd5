"""Checks of new tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atendente_tui.backends.conformance.checking import Check, check, require
from atendente_tui.backends.conformance.trial import LOCAL, Trial, same_text
from atendente_tui.domain.change import CustomerUpsert
from atendente_tui.domain.command import TicketRef
from atendente_tui.domain.words import AuthorKind, Channel, Direction, EventKind, Priority, Status
from atendente_tui.i18n import _, later


@check(
    later(
        "What a customer said becomes a new ticket that nobody has, with the customer and their words as written"
    ),
    writes=True,
)
async def create(trial: Trial) -> None:
    await trial.first_pull()
    command = await trial.new_ticket("opened by a customer")
    receipt = await trial.carried_out(command)
    event = await trial.echo(command, receipt)
    require(same_text(event.text, command.text), _("the first message comes back as written"))
    require(event.kind is EventKind.MESSAGE and event.public, _("the first message is public"))
    require(
        event.direction is Direction.INBOUND and event.author_kind is AuthorKind.CUSTOMER,
        _("what the customer said comes from the customer"),
    )
    ticket = await trial.stands(
        TicketRef(id=LOCAL, remote=receipt.ticket), lambda _ticket: True, _("the new ticket")
    )
    require(ticket.subject == command.subject, _("the subject comes back as written"))
    require(ticket.status in (Status.NEW, Status.OPEN) and ticket.assignee is None, _("it is new and free"))
    require(
        receipt.protocol in (None, ticket.protocol),
        _("the receipt and the ticket have the same protocol number"),
    )
    customer = trial.world.final(("customer", ticket.customer or ""))
    require(
        isinstance(customer, CustomerUpsert)
        and customer.name == command.customer_name
        and command.identities[0] in customer.identities,
        _("its customer comes back with name and address"),
    )


@check(
    later(
        "A ticket that we open goes out in our name and has what was asked for: status, priority, tags, team"
    ),
    writes=True,
)
async def create_ours(trial: Trial) -> None:
    await trial.first_pull()
    known = await trial.stands(
        await trial.open("where tickets go"), lambda _ticket: True, _("the new ticket")
    )
    can = trial.can.commands
    wanted: dict[str, Any] = {"opened_at": (trial.clock.now() - timedelta(days=2)).replace(microsecond=0)}
    if known.team is not None:
        wanted["team"] = known.team
    if "priority" in can:
        wanted["priority"] = Priority.HIGH
    if "tag" in can:
        wanted["tags"] = ("ação", "duas palavras")
    if "status" in can and Status.PENDING in trial.can.statuses:
        wanted["status"] = Status.PENDING
    command = await trial.new_ticket("opened by us", inbound=False, **wanted)
    receipt = await trial.carried_out(command)
    event = await trial.echo(command, receipt)
    require(
        event.kind is EventKind.MESSAGE
        and event.public
        and event.direction is Direction.OUTBOUND
        and event.author_kind is AuthorKind.AGENT,
        _("its first message is ours, and public"),
    )
    require(event.channel in (None, Channel.EMAIL), _("it went by the channel asked for"))
    ticket = await trial.stands(
        TicketRef(id=LOCAL, remote=receipt.ticket), lambda _ticket: True, _("the new ticket")
    )
    for name, value in wanted.items():
        found = getattr(ticket, name)
        kept = set(value) <= set(found or ()) if isinstance(value, tuple) else found == value
        require(
            kept or bool(receipt.note), _("{name} is kept, or the receipt says why not").format(name=name)
        )


CHECKS: tuple[Check, ...] = (create, create_ours)
