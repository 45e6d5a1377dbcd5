"""A scenario as data: a small world, what happens in it by the clock, and how its customers answer. See docs/scenarios.md.

Every moment is relative to the start, so that the same file is alive whenever it is played.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal

from atendente_tui.domain.change import (
    Attachment,
    CustomerUpsert,
    DirectoryEntry,
    EventAppend,
    SettingUpsert,
    TicketUpsert,
)
from atendente_tui.domain.protocol import protocol
from atendente_tui.domain.words import Tier
from atendente_tui.flow.persona import Persona
from atendente_tui.knowledge.articles import Article
from atendente_tui.knowledge.moments import Moment
from atendente_tui.knowledge.written_training import Training


@dataclass(frozen=True, slots=True)
class WrittenAgent:
    login: str
    name: str
    teams: tuple[str, ...]
    tier: Tier


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """An attachment whose bytes are written in the scenario."""

    attachment: Attachment
    content: bytes


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An `EventAppend` whose moments wait for the start. `fields` are its other fields, by name."""

    remote_id: str
    at: Moment
    fields: Mapping[str, Any]
    dates: Mapping[str, Moment] = field(default_factory=dict)
    """Entries of `data` that are moments."""
    files: tuple[WrittenFile, ...] = ()
    line: int = 0

    def change(self, start: datetime, zone: tzinfo) -> EventAppend:
        data = dict(self.fields.get("data", {}))
        for name, moment in self.dates.items():
            data[name] = moment.at(start, zone).isoformat()
        return EventAppend(
            **{**self.fields, "data": data},
            remote_id=self.remote_id,
            at=self.at.at(start, zone),
            attachments=tuple(one.attachment for one in self.files),
        )


@dataclass(frozen=True, slots=True)
class WrittenTicket:
    """A `TicketUpsert` whose moments wait for the start, and its events in the order of time."""

    remote_id: str
    fields: Mapping[str, Any]
    opened: Moment
    snoozed: Moment | None
    events: tuple[WrittenEvent, ...]
    line: int = 0

    def change(self, start: datetime, zone: tzinfo) -> TicketUpsert:
        opened = self.opened.at(start, zone)
        moments = [one.at.at(start, zone) for one in self.events]
        updated = max([opened, *moments])
        done = self.fields["status"] in ("solved", "closed")
        fields = dict(self.fields)
        if "protocol" not in fields and self.remote_id.isdigit():
            fields["protocol"] = protocol(opened.year, int(self.remote_id))
        return TicketUpsert(
            **fields,
            remote_id=self.remote_id,
            opened_at=opened,
            updated_at=updated,
            solved_at=updated if done else None,
            snoozed_until=self.snoozed.at(start, zone) if self.snoozed is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the clock brings.

    says      the customer of `ticket` writes `event`
    opens     the ticket `opened` arrives with its events
    rings     the call of the ticket `opened` rings for `lasts`; who takes the ticket hears `value`
    claims    the agent `by` takes `ticket` when it is free
    status    `by` sets `ticket` to `value`
    note      a supervisor leaves `event` on `ticket`
    order     `event` tells of an order of its customer
    incident  `by` tells of `value` on every ticket of `tickets` that is not done, without `tickets` on every one
    network   the connection goes `value`: "down" or "up"
    """

    at: Moment
    what: Literal["says", "opens", "rings", "claims", "status", "note", "order", "incident", "network"]
    ticket: str | None = None
    event: WrittenEvent | None = None
    opened: WrittenTicket | None = None
    by: str | None = None
    value: str | None = None
    tickets: tuple[str, ...] = ()
    lasts: timedelta = timedelta()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    version: int
    title: str
    purpose: str
    language: str
    seed: int
    start: datetime | None
    """A moment the author proposes for a start whose pictures never change; the player may take any other."""
    zone: str
    agent: WrittenAgent
    directory: tuple[DirectoryEntry, ...]
    customers: tuple[CustomerUpsert, ...]
    events: tuple[WrittenEvent, ...]
    """What belongs to a customer and to no ticket: orders, surveys of the company."""
    tickets: tuple[WrittenTicket, ...]
    timeline: tuple[Happening, ...]
    personas: Mapping[str, Persona]
    """By the remote id of the ticket in which they speak."""
    articles: tuple[Article, ...]
    shared: tuple[SettingUpsert, ...]
    training: Training | None
    """What is expected and how it is graded; None for a world to play in."""
    file: str
    digest: str
    """SHA-256 of the file, hexadecimal."""

    @property
    def length(self) -> timedelta:
        """From the start to the last thing the clock brings."""
        return max((one.at.delta for one in self.timeline), default=timedelta())
