"""What a decision on a command is made of: what the rules know, what they say, and how they say that the world moved on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atendente_tui.domain.change import CustomerUpsert, EventAppend, TicketUpsert
from atendente_tui.domain.command import TicketCommand
from atendente_tui.domain.traces import Data, by_agent, field_changes, touched
from atendente_tui.domain.words import EventKind


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the world. What the author may not see is not there."""

    ticket: TicketUpsert | None
    """The command's ticket as it stands."""
    other: TicketUpsert | None = None
    """The other ticket of a merge or link."""
    customer: CustomerUpsert | None = None
    """The ticket's customer, for a fact."""
    agents: Collection[str] = ()
    """Logins to which a ticket can be assigned."""
    teams: Collection[str] = ()
    article_known: bool = False
    """Whether the article of a link is there."""
    promise: EventAppend | None = None
    """The event of the command that `SettlePromise.promise` names."""
    promise_settled: bool = False
    swallowed: Collection[str] = ()
    """Remote ids of tickets that were merged into this one: their promises are kept here."""
    news: tuple[EventAppend, ...] = ()
    """What customers said and colleagues answered after `Reply.seen`, in order."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Without events nothing changed, and `ticket` is what it was."""

    ticket: TicketUpsert
    events: tuple[EventAppend, ...] = ()
    """Without numbers yet (`remote_id` is empty); the first, and only that, bears the command's id."""
    customer: CustomerUpsert | None = None
    """With what is known of them now, where that changed."""
    other: TicketUpsert | None = None
    """The ticket that swallowed this one."""
    note: str = ""
    """What was done differently, for the receipt."""


class Clash(Exception):
    """The world moved on since the author looked. Nothing was changed.

    detail   English, for logs
    current  how the ticket stands, by field
    events   what was said since
    """

    def __init__(
        self, detail: str, current: Mapping[str, str | None], events: tuple[EventAppend, ...] = ()
    ) -> None:
        super().__init__(detail)
        self.detail, self.current, self.events = detail, dict(current), events


def set_columns(
    command: TicketCommand, ticket: TicketUpsert, now: datetime, values: Mapping[str, Any], *, text: str = ""
) -> Decision:
    """A command that changes columns and says nothing else."""
    told = field_changes(ticket, command.author, now, values, text=text, command_id=command.id)
    return Decision(touched(ticket, now, **values), told) if told else Decision(ticket)


def say(
    command: TicketCommand,
    ticket: TicketUpsert,
    now: datetime,
    kind: EventKind,
    text: str = "",
    data: Data | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    quiet: Mapping[str, Any] | None = None,
    **how: Any,
) -> Decision:
    """A command that puts something on the timeline.

    values  columns that change with it, each told by an event of its own
    quiet   columns that its own event tells already
    how     channel and attachments
    """
    loud = values or {}
    echo = by_agent(ticket, command.author, now, kind, text, data, command_id=command.id, **how)
    told = field_changes(ticket, command.author, now, loud)
    return Decision(touched(ticket, now, **loud, **(quiet or {})), (echo, *told))
