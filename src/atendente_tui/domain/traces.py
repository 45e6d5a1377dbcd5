"""What an act leaves on a ticket of the far side: the columns from now on, and the events that tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from atendente_tui.domain.change import Attachment, EventAppend, TicketUpsert
from atendente_tui.domain.words import KEEP_SNOOZED, LIVE, AuthorKind, Channel, Direction, EventKind, Status

Data = Mapping[str, str | int | float | bool | None]


def by_agent(
    ticket: TicketUpsert,
    author: str,
    now: datetime,
    kind: EventKind,
    text: str = "",
    data: Data | None = None,
    *,
    command_id: UUID | None = None,
    channel: Channel | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> EventAppend:
    """An event of a colleague, without its number yet: a message is public, everything else internal."""
    public = kind is EventKind.MESSAGE
    return EventAppend(
        remote_id="",
        ticket=ticket.remote_id,
        customer=ticket.customer,
        at=now,
        kind=kind,
        channel=channel,
        direction=Direction.OUTBOUND if public else Direction.INTERNAL,
        author_kind=AuthorKind.AGENT,
        author=author,
        public=public,
        text=text,
        data=data or {},
        attachments=attachments,
        command_id=command_id,
    )


def field_changes(
    ticket: TicketUpsert,
    author: str,
    now: datetime,
    values: Mapping[str, object],
    *,
    text: str = "",
    command_id: UUID | None = None,
) -> tuple[EventAppend, ...]:
    """An event for each column that gets another value; the first bears the text and the command's id."""
    told: list[EventAppend] = []
    for name, new in values.items():
        old = getattr(ticket, name)
        if old == new:
            continue
        data = {"field": name, "old": plain(old), "new": plain(new)}
        first = not told
        told.append(
            by_agent(
                ticket,
                author,
                now,
                EventKind.FIELD_CHANGE,
                text if first else "",
                data,
                command_id=command_id if first else None,  # one event is the echo of a command
            )
        )
    return tuple(told)


def plain(value: object) -> str | None:
    """The value of a column as events tell it: tags joined by spaces, moments as ISO."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return " ".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def touched(ticket: TicketUpsert, now: datetime, **values: Any) -> TicketUpsert:
    """The ticket with these columns from now on, dated and counted up.

    With another status goes what hangs on it: the moment of solving, the snooze.
    """
    new: dict[str, Any] = {
        "updated_at": max(now, ticket.updated_at),
        "version": str(int(ticket.version or "1") + 1),
    }
    status = values.get("status", ticket.status)
    if status != ticket.status:
        new["solved_at"] = None if status in LIVE else ticket.solved_at or now
        new["snoozed_until"] = None
        new["fields"] = {name: value for name, value in ticket.fields.items() if name != KEEP_SNOOZED}
    return ticket.model_copy(update={**new, **values})


def status_at(ticket: TicketUpsert, now: datetime) -> Status:
    """Its status at a moment: a snooze whose time has come is over, though nobody told the far side so."""
    if ticket.status == Status.SNOOZED and ticket.snoozed_until is not None and ticket.snoozed_until <= now:
        return Status.OPEN
    return ticket.status
