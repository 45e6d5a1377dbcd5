"""What comes new to the far side: a ticket, and a customer's word on one that is there."""

from __future__ import annotations

from datetime import datetime

from atendente_tui.domain.change import CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import Create
from atendente_tui.domain.lifecycle import after_inbound
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.traces import by_agent, status_at, touched
from atendente_tui.domain.words import KEEP_SNOOZED, LIVE, AuthorKind, Direction, EventKind, Status


def opened(
    command: Create, customer: CustomerUpsert, remote: str, protocol: str, now: datetime
) -> tuple[TicketUpsert, EventAppend]:
    """The new ticket `remote` of a customer, and the first message on it (the command's echo).

    A moment of opening that has not come yet is a clock that runs ahead: then it was opened now. Where nothing was
    said the subject is the message. Refused: subject_empty, snooze_needs_time.
    """
    if not command.subject.strip():
        raise Refused("subject_empty")
    if command.status == Status.SNOOZED:
        raise Refused("snooze_needs_time")
    status = command.status or (Status.NEW if command.inbound else Status.OPEN)
    ticket = TicketUpsert(
        remote_id=remote,
        protocol=protocol,
        subject=command.subject,
        customer=customer.remote_id,
        channel=command.channel,
        status=status,
        priority=command.priority,
        assignee=None if command.inbound else command.author,
        team=command.team,
        tags=tuple(dict.fromkeys(one for tag in command.tags if (one := tag.strip()))),
        opened_at=min(command.opened_at, now),
        updated_at=now,
        solved_at=None if status in LIVE else now,
        version="1",
    )
    text = command.text if command.text.strip() else command.subject
    if not command.inbound:
        return ticket, by_agent(
            ticket,
            command.author,
            now,
            EventKind.MESSAGE,
            text,
            command_id=command.id,
            channel=command.channel,
        )
    return ticket, EventAppend(
        remote_id="",
        ticket=remote,
        customer=customer.remote_id,
        at=ticket.opened_at,
        kind=EventKind.MESSAGE,
        channel=command.channel,
        direction=Direction.INBOUND,
        author_kind=AuthorKind.CUSTOMER,
        author=customer.name,
        text=text,
        command_id=command.id,
    )


def heard(ticket: TicketUpsert, event: EventAppend, now: datetime) -> TicketUpsert:
    """The ticket after an event from outside. A customer's message makes it want work again, unless it is closed or
    asked to sleep on; whatever else comes in leaves its status."""
    if event.kind is not EventKind.MESSAGE or event.direction is not Direction.INBOUND:
        return touched(ticket, now)
    keep = ticket.fields.get(KEEP_SNOOZED) == "yes"
    return touched(ticket, now, status=after_inbound(status_at(ticket, now), keep_snoozed=keep))
