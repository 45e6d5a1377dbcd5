"""RT's words and ours: statuses, priorities, and the reserved tags that carry what RT has no field for.

The tags live in the ticket's multi-value custom field beside the people's own (docs/backends.md, "Reserved tags"):
`channel:whatsapp`, `tier:N2`, `impact:many`, `on-hold`, `snoozed:2026-11-23T12:00Z@1234+keep`,
`opened:2014-11-03T12:00Z`, `outbound`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from atendente_tui.backends.port import BackendSettings, ProtocolError
from atendente_tui.domain.words import Channel, Impact, Priority, Status, Tier

STATUSES: Mapping[str, Status] = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "stalled": Status.PENDING,
    "resolved": Status.SOLVED,
    "rejected": Status.CLOSED,
}
"""RT's default lifecycle. `deleted` is not a status for us: the ticket is gone."""
PRIORITIES: Mapping[Priority, int] = {
    Priority.LOW: 10,
    Priority.NORMAL: 50,
    Priority.HIGH: 75,
    Priority.URGENT: 100,
}
_SNOOZED = re.compile(r"snoozed:(\S+?Z)@(\d{1,18})(\+keep)?")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The map of one RT, with what its configuration changes."""

    statuses: Mapping[str, Status]
    channel: Channel = Channel.EMAIL
    """Of tickets that carry no channel."""
    tags_field: str = "Tags"
    reason_field: str = "Category"
    op_field: str = "OpID"
    ref_field: str = "ClientRef"

    def status(self, name: str) -> Status:
        """Ours for RT's; a status of a lifecycle nobody described counts as open, so that it stays in sight."""
        return self.statuses.get(name, Status.OPEN)

    def rt_status(self, status: Status) -> str | None:
        """RT's for ours; None where the lifecycle has no such thing."""
        return next((name for name, ours in self.statuses.items() if ours is status), None)


def vocabulary(settings: BackendSettings) -> Vocabulary:
    """From the options `statuses` ("waiting=on_hold, answered=pending"), `channel` and the four `*_field`s."""
    options = settings.options
    extra: dict[str, Status] = {}
    try:
        for pair in str(options.get("statuses", "")).replace(",", " ").split():
            name, _, ours = pair.partition("=")
            extra[name] = Status(ours)
        channel = Channel(str(options.get("channel", Channel.EMAIL)))
    except ValueError as error:
        raise ProtocolError(f"option statuses or channel: {error}", sent=False) from error
    return Vocabulary(
        statuses={**STATUSES, **extra},
        channel=channel,
        tags_field=str(options.get("tags_field", "Tags")),
        reason_field=str(options.get("reason_field", "Category")),
        op_field=str(options.get("op_field", "OpID")),
        ref_field=str(options.get("ref_field", "ClientRef")),
    )


def priority_of(value: int) -> Priority:
    """The level nearest to RT's number; 0 is RT's "never set" and counts as normal."""
    if value <= 0:
        return Priority.NORMAL
    return min(PRIORITIES, key=lambda level: abs(PRIORITIES[level] - value))


@dataclass(frozen=True, slots=True)
class Carried:
    """What a ticket's tags say: the people's own, and ours taken apart."""

    tags: tuple[str, ...] = ()
    channel: Channel | None = None
    tier: Tier | None = None
    impact: Impact | None = None
    on_hold: bool = False
    snoozed_until: datetime | None = None
    snoozed_at: int = 0
    """Newest transaction when it was snoozed: what the customer wrote after it ends the snooze."""
    keep: bool = False
    opened: datetime | None = None
    outbound: bool = False

    def to_tags(self) -> list[str]:
        """The whole list as RT stores it."""
        tags = list(self.tags)
        if self.channel:
            tags.append(f"channel:{self.channel}")
        if self.tier:
            tags.append(f"tier:{self.tier}")
        if self.impact:
            tags.append(f"impact:{self.impact}")
        if self.on_hold:
            tags.append("on-hold")
        if self.snoozed_until:
            tags.append(
                f"snoozed:{_minute(self.snoozed_until)}@{self.snoozed_at}" + ("+keep" if self.keep else "")
            )
        if self.opened:
            tags.append(f"opened:{_minute(self.opened)}")
        if self.outbound:
            tags.append("outbound")
        return tags

    def awake(self) -> Carried:
        return replace(self, on_hold=False, snoozed_until=None, snoozed_at=0, keep=False)


def carried(values: Iterable[str]) -> Carried:
    """Take a tag list apart. What is no well-formed reserved tag is somebody's own tag."""
    found = Carried()
    own: list[str] = []
    for value in values:
        known = _with(found, value)
        if known is None:
            own.append(value)
        else:
            found = known
    return replace(found, tags=tuple(dict.fromkeys(own)))


def _with(found: Carried, tag: str) -> Carried | None:
    name, _, value = tag.partition(":")
    try:
        if tag == "on-hold":
            return replace(found, on_hold=True)
        if tag == "outbound":
            return replace(found, outbound=True)
        if name == "channel":
            return replace(found, channel=Channel(value))
        if name == "tier":
            return replace(found, tier=Tier(value))
        if name == "impact":
            return replace(found, impact=Impact(value))
        if name == "opened":
            return replace(found, opened=_moment(value))
        if name == "snoozed" and (parts := _SNOOZED.fullmatch(tag)):
            return replace(
                found, snoozed_until=_moment(parts[1]), snoozed_at=int(parts[2]), keep=parts[3] is not None
            )
    except ValueError:
        pass
    return None


def _minute(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment
