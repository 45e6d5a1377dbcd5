"""By which channel an answer to a ticket can go: where its customer is, what the helpdesk can, which window is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.domain.channels import CHANNELS, HOUR, window_left
from atendente_tui.domain.reach import ELSEWHERE, address
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel, IdentityKind
from atendente_tui.store import reading
from atendente_tui.store.keys import SHIFT

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.desk.desk import Can


class Way(NamedTuple):
    channel: Channel
    address: tuple[IdentityKind, str] | None
    """Where the customer is reached there, None when nothing is known."""
    last_inbound: int | None
    """When the customer last wrote there: what its window counts from."""
    refused: Refused | None
    """Why an answer cannot go there: channel_stays, channel_elsewhere, channel_no_address (channel)."""


def way(db: Connection, can: Can, ticket_id: int, channel: Channel, now: int) -> Way:
    """How an answer to this ticket would go by that channel. `now` in ms; raises LookupError without the ticket."""
    own, customer_id, inbound = _ticket(db, ticket_id)
    there = address(channel, ((one.kind, one.value) for one in reading.identities(db, customer_id)))
    if channel == own:
        return Way(channel, there, inbound, None)
    refused = None
    if channel not in ELSEWHERE:
        refused = Refused("channel_stays", channel=channel)
    elif can.channels is not None and channel not in can.channels:
        refused = Refused("channel_elsewhere", channel=channel)
    elif there is None:
        refused = Refused("channel_no_address", channel=channel)
    return Way(channel, there, _last_inbound(db, customer_id, channel, now), refused)


def ways(db: Connection, can: Can, ticket_id: int, now: int) -> list[Way]:
    """The ticket's own channel, then every other on which its customer has an address, possible or not."""
    own = _ticket(db, ticket_id)[0]
    found = [way(db, can, ticket_id, one, now) for one in ELSEWHERE if one != own]
    return [way(db, can, ticket_id, Channel(own), now), *(one for one in found if one.address is not None)]


def window_closed(one: Way, now: int) -> Refused | None:
    """Why nothing may be written there at this moment."""
    if window_left(one.channel, one.last_inbound, now) == 0:
        return Refused("window_closed", hours=CHANNELS[one.channel].window_hours)
    return None


def _ticket(db: Connection, ticket_id: int) -> tuple[str, int, int | None]:
    row = db.execute(
        "SELECT channel, customer_id, last_inbound FROM ticket WHERE id = ?", (ticket_id,)
    ).fetchone()
    if row is None:
        raise LookupError(ticket_id)
    return row[0], row[1], row[2]


def _last_inbound(db: Connection, customer_id: int, channel: Channel, now: int) -> int | None:
    """When the customer last wrote by this channel, on whatever ticket, as far back as its window reaches."""
    hours = CHANNELS[channel].window_hours
    if hours is None:
        return None
    found = db.execute(
        "SELECT max(e.at) FROM event e LEFT JOIN ticket t ON t.id = e.ticket_id WHERE e.customer_id = ? AND e.key >= ?"
        " AND e.kind = 'message' AND e.direction = 'inbound' AND e.author_kind = 'customer'"
        " AND coalesce(e.channel, t.channel) = ?",
        (customer_id, (now - hours * HOUR) << SHIFT, channel),
    ).fetchone()[0]
    return None if found is None else int(found)
