"""Take a message from outside: once, from whom it says, onto the ticket it belongs to or a new one.

People are found by their addresses and never made one of two: an address that is somebody else's stays theirs. What wakes
nobody (an automatic answer, a survey, an order, a bot's turn) opens no ticket: without one it belongs to the customer alone.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select

from atendente_tui import labels
from atendente_tui.domain.change import Attachment, CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.deciding import heard
from atendente_tui.domain.identities import normal
from atendente_tui.domain.protocol import protocol
from atendente_tui.domain.words import AuthorKind, Direction, EventKind, Segment, Status
from atendente_tui.hub import attachments, sources, tables, threads
from atendente_tui.hub.inbound_message import InboundMessage, Taken
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.sources import Source
from atendente_tui.hub.threads import Received

HOUR = 3_600_000
MOST = 30
"""Messages of one customer from one source within an hour: two machines that answer one another end here."""
ADDRESSES = 50
"""Addresses of one customer that are learnt from messages."""
SUBJECT = 120
"""Characters of a subject that is made from the text."""
_RECORDS = ("survey_answer", "order")
"""Kinds that say something about a ticket: also a closed one may have it."""


class Replayed(Exception):
    """This signature was here before."""


class TooMany(Exception):
    """More messages of one customer than a person writes."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        """Until the next is taken."""


def receiving(
    source: Source, message: InboundMessage, signature: str, timestamp: int
) -> Callable[[Recording], Taken]:
    """The writer's job. Raises Replayed, TooMany, Refused("attachment_unknown")."""

    def job(recording: Recording) -> Taken:
        if not sources.fresh(recording.db, signature, timestamp, recording.now.timestamp()):
            raise Replayed
        return receive(recording, source, message)

    return job


def receive(recording: Recording, source: Source, message: InboundMessage) -> Taken:
    """Raises TooMany, Refused("attachment_unknown"), each before anything changed."""
    before = _before(recording, source.name, message.message_id)
    if before is not None:
        return _answer(recording, before, repeated=True)
    addresses = message.customer.addresses()
    known = recording.customer_by(addresses)
    if known is not None:
        _check_pace(recording, source.name, int(known.remote_id))
    files = attachments.unbound(recording, attachments.from_source(source.name), message.attachments)
    customer = _introduced(recording, source, message, known)
    found = threads.find(recording, int(customer.remote_id), source.channel, message.references)
    wakes = message.kind in ("message", "call") and not message.auto_submitted
    ticket = found.ticket
    if ticket is None and not wakes and message.kind in _RECORDS:
        ticket = found.closed
    new = ticket is None and wakes
    if new:
        ticket = _opened(recording, source, message, customer)
    event = recording.add_event(_event(recording, source, message, customer, ticket, files))
    attachments.bind(recording, files, int(event.remote_id))
    if ticket is not None:
        if not new and ticket.status is not Status.CLOSED:
            recording.put_ticket(heard(ticket, event, recording.now))
        if new and found.closed is not None:
            _link(recording, ticket, found.closed)
    taken = Received(
        int(customer.remote_id),
        None if ticket is None else int(ticket.remote_id),
        int(event.remote_id),
        new,
        recording.now_ms,
    )
    _keep(recording, source.name, message.message_id, taken)
    return _answer(recording, taken, repeated=False)


# -- seen before -----------------------------------------------------------------------------------------------------


def _before(recording: Recording, source: str, message_id: str) -> Received | None:
    if (source, message_id) in recording.received:
        return recording.received[source, message_id]
    r = tables.received
    row = recording.db.execute(
        select(r.c.customer, r.c.ticket, r.c.event, r.c.new_ticket, r.c.at).where(
            r.c.source == source, r.c.message_id == message_id
        )
    ).one_or_none()
    return None if row is None else Received(*row)


def _keep(recording: Recording, source: str, message_id: str, taken: Received) -> None:
    recording.received[source, message_id] = taken
    row = {"source": source, "message_id": message_id, **taken._asdict()}
    recording.afterwards(lambda db: db.execute(insert(tables.received), row))


def _answer(recording: Recording, taken: Received, *, repeated: bool) -> Taken:
    ticket = recording.ticket(taken.ticket) if taken.ticket is not None else None
    return Taken(
        ticket=None if ticket is None else ticket.remote_id,
        protocol=None if ticket is None else ticket.protocol,
        event=str(taken.event),
        new_ticket=taken.new_ticket,
        repeated=repeated,
    )


def _check_pace(recording: Recording, source: str, customer: int) -> None:
    since = recording.now_ms - HOUR
    r = tables.received
    stored = recording.db.execute(
        select(r.c.at)
        .where(r.c.customer == customer, r.c.source == source, r.c.at > since)
        .order_by(r.c.at.desc())
        .limit(MOST)
    ).scalars()
    fresh = (
        one.at
        for (name, _id), one in recording.received.items()
        if name == source and one.customer == customer
    )
    times = sorted((*stored, *fresh), reverse=True)
    if len(times) >= MOST:
        raise TooMany(max(1, -(-(times[MOST - 1] - since) // 1000)))


# -- who it is -------------------------------------------------------------------------------------------------------


def _introduced(
    recording: Recording, source: Source, message: InboundMessage, known: CustomerUpsert | None
) -> CustomerUpsert:
    """The customer, with what addresses the message adds."""
    addresses = message.customer.addresses()
    if known is None:
        known = CustomerUpsert(
            remote_id=str(recording.new_customer_id()),
            name=message.customer.name or addresses[0].value,
            segment=Segment.NEW,
            preferred_channel=source.channel,
        )
    have = {(one.kind, normal(one.kind, one.value)) for one in known.identities}
    added = {
        (one.kind, normal(one.kind, one.value)): one
        for one in addresses
        if recording.owner(one) in (None, int(known.remote_id))
    }
    more = [one for key, one in added.items() if key not in have][: max(0, ADDRESSES - len(have))]
    customer = known.model_copy(update={"identities": (*known.identities, *more)})
    recording.put_customer(customer)
    return customer


# -- what it makes ---------------------------------------------------------------------------------------------------


def _opened(
    recording: Recording, source: Source, message: InboundMessage, customer: CustomerUpsert
) -> TicketUpsert:
    key = recording.new_ticket_id()
    teams = recording.content_keys("team")
    team = next((one for one in (message.team, source.team) if one in teams), None)
    at = min(message.at or recording.now, recording.now)
    ticket = TicketUpsert(
        remote_id=str(key),
        protocol=protocol(recording.now.year, key),
        subject=message.subject or _subject(source, message),
        customer=customer.remote_id,
        channel=source.channel,
        status=Status.NEW,
        team=team,
        tags=(),
        opened_at=at,
        updated_at=recording.now,
        version="1",
    )
    recording.put_ticket(ticket)
    return ticket


def _subject(source: Source, message: InboundMessage) -> str:
    first = next((line for line in message.text.splitlines() if line.strip()), "")
    said = " ".join(first.split())
    return (said[: SUBJECT - 1] + "…" if len(said) > SUBJECT else said) or labels.channel(source.channel)


def _event(
    recording: Recording,
    source: Source,
    message: InboundMessage,
    customer: CustomerUpsert,
    ticket: TicketUpsert | None,
    files: tuple[Attachment, ...],
) -> EventAppend:
    kind, direction, author_kind, author = (
        EventKind(message.kind),
        Direction.INBOUND,
        AuthorKind.CUSTOMER,
        customer.name,
    )
    data = dict(message.data)
    if message.auto_submitted and message.kind not in _RECORDS:
        kind, author_kind, data["auto_submitted"] = EventKind.BOT_TURN, AuthorKind.BOT, True
    elif kind is EventKind.BOT_TURN:
        direction, author_kind, author = Direction.OUTBOUND, AuthorKind.BOT, source.name
    elif kind is EventKind.ORDER:
        author_kind, author = AuthorKind.SYSTEM, source.name
    return EventAppend(
        remote_id="",
        ticket=None if ticket is None else ticket.remote_id,
        # A ticket that was merged may lie with somebody else now: an event is always its ticket's customer's.
        customer=customer.remote_id if ticket is None else ticket.customer,
        at=min(message.at or recording.now, recording.now),
        kind=kind,
        channel=None if kind is EventKind.ORDER else source.channel,
        direction=direction,
        author_kind=author_kind,
        author=author,
        text=message.text,
        data=data,
        attachments=files,
    )


def _link(recording: Recording, ticket: TicketUpsert, closed: TicketUpsert) -> None:
    """The new ticket says which closed one it goes on with."""
    recording.add_event(
        EventAppend(
            remote_id="",
            ticket=ticket.remote_id,
            customer=ticket.customer,
            at=recording.now,
            kind=EventKind.LINK,
            direction=Direction.INTERNAL,
            author_kind=AuthorKind.SYSTEM,
            public=False,
            data={"relation": "refers_to", "other": closed.remote_id},
        )
    )
