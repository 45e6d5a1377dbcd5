"""Which ticket a message from outside belongs to.

Only tickets of the same customer come into question: who names another person's message opens nothing of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from atendente_tui.domain.change import TicketUpsert
from atendente_tui.domain.protocol import parse_protocol, protocol
from atendente_tui.domain.words import LIVE, Channel, Status
from atendente_tui.hub import tables
from atendente_tui.hub.recording import Recording

CONVERSATIONS = frozenset(
    {
        *(Channel.CHAT, Channel.WHATSAPP, Channel.SMS, Channel.INSTAGRAM, Channel.FACEBOOK, Channel.X),
        Channel.APP,
    }
)
"""Channels on which a person has one conversation with us: what comes next goes on with it."""
LATEST = 20
"""Live tickets of one customer that are looked at, the newest first."""
STEPS = 50
"""Merges followed."""
_EVENT = re.compile(r"event:([1-9][0-9]{0,17})", re.ASCII)


class Received(NamedTuple):
    """A message that was taken."""

    customer: int
    ticket: int | None
    event: int
    new_ticket: bool
    at: int
    """When it came in, ms since 1970."""


class Thread(NamedTuple):
    ticket: TicketUpsert | None
    """Where it goes on; None: nowhere."""
    closed: TicketUpsert | None = None
    """The ticket that it would go on with, were it not closed for good."""


def find(recording: Recording, customer: int, channel: Channel, references: Iterable[str]) -> Thread:
    """By reference, the nearest that leads to a ticket of this customer; else the conversation that is going on."""
    for reference in reversed(list(references)):
        for key in _named(recording, reference):
            ticket = recording.ticket(key)
            if ticket is not None and ticket.customer == str(customer):
                ticket = swallowing(recording, ticket)
                if ticket.status is Status.CLOSED:
                    return Thread(None, ticket)
                return Thread(ticket)
    if channel in CONVERSATIONS:
        return Thread(_going_on(recording, customer, channel))
    return Thread(None)


def swallowing(recording: Recording, ticket: TicketUpsert) -> TicketUpsert:
    """Itself, or the ticket in which it lives on."""
    for _step in range(STEPS):
        into = recording.ticket(int(ticket.merged_into)) if ticket.merged_into is not None else None
        if into is None:
            break
        ticket = into
    return ticket


def _named(recording: Recording, reference: str) -> Iterator[int]:
    """Tickets that a reference may mean."""
    for (_source, message_id), one in recording.received.items():
        if message_id == reference and one.ticket is not None:
            yield one.ticket
    r = tables.received
    yield from recording.db.execute(
        select(r.c.ticket)
        .where(r.c.message_id == reference, r.c.ticket.is_not(None))
        .order_by(r.c.event.desc())
    ).scalars()
    if number := parse_protocol(reference):
        t = tables.ticket
        yield from recording.db.execute(select(t.c.id).where(t.c.protocol == protocol(*number))).scalars()
    if event := _EVENT.fullmatch(reference):
        e = tables.event
        yield from recording.db.execute(
            select(e.c.ticket).where(e.c.id == int(event[1]), e.c.ticket.is_not(None))
        ).scalars()


def _going_on(recording: Recording, customer: int, channel: Channel) -> TicketUpsert | None:
    t = tables.ticket
    stored = recording.db.execute(
        select(t.c.id)
        .where(
            t.c.customer == customer, t.c.channel == str(channel), t.c.status.in_([str(one) for one in LIVE])
        )
        .order_by(t.c.id.desc())
        .limit(LATEST)
    ).scalars()
    fresh = (int(one.remote_id) for one in recording.put_tickets() if one.customer == str(customer))
    for key in sorted({*stored, *fresh}, reverse=True):
        ticket = recording.ticket(key)
        if ticket is not None and ticket.channel is channel and ticket.status in LIVE:
            return ticket
    return None
