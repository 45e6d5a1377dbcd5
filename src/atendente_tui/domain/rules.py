"""The rules of one company as one value: calendars, SLA policies, weights, channels. Immutable, without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import NamedTuple

from atendente_tui.domain.calendar import ALWAYS, BusinessCalendar
from atendente_tui.domain.channels import CHANNELS, ChannelRule
from atendente_tui.domain.holidays import PublicHolidays
from atendente_tui.domain.priority import SUGGESTED, Part, Weights
from atendente_tui.domain.sla import Ladder, SlaPolicy, choose, ladder, laid_over
from atendente_tui.domain.words import Channel, SlaTarget

_MS = timedelta(milliseconds=1)


class Plan(NamedTuple):
    """What the rules say of every ticket with one channel, priority and segment, worked out once."""

    policy: SlaPolicy | None
    calendar: BusinessCalendar
    first: Ladder | None
    next: Ladder | None
    resolution: Ladder | None
    urgency: Part | None
    segment: Part | None
    channel: Part | None


@dataclass(frozen=True, slots=True)
class Rules:
    """Raises ValueError for a policy whose calendar does not exist, and for a risk share outside 0-1.

    risk_share  a target is at risk once this share of its time, or less, is left
    """

    calendars: Mapping[str, BusinessCalendar] = field(default_factory=lambda: {"always": ALWAYS})
    policies: tuple[SlaPolicy, ...] = ()
    weights: Weights = SUGGESTED
    channels: Mapping[Channel, ChannelRule] = field(default_factory=lambda: CHANNELS)
    risk_share: float = 0.25
    session_gaps: Mapping[str, int] = field(default_factory=dict)
    """Milliseconds of silence, by channel, that end a contact; over those of `contacts.GAPS`."""
    _plans: dict[tuple[str, str, str | None, str | None], Plan] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _waiting: tuple[tuple[int, Part], ...] = field(default=(), init=False, repr=False, compare=False)
    _reasoned: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.risk_share <= 1:
            raise ValueError(f"risk share must lie between 0 and 1, not {self.risk_share}")
        for policy in self.policies:
            if policy.calendar not in self.calendars:
                raise ValueError(f"policy {policy.name}: there is no calendar {policy.calendar}")
        steps = tuple(
            (after // _MS, Part("waiting", points)) for after, points in sorted(self.weights.waiting)
        )
        object.__setattr__(self, "_waiting", steps)
        object.__setattr__(self, "_reasoned", any(one.reasons for one in self.policies))

    @property
    def waiting(self) -> tuple[tuple[int, Part], ...]:
        """Milliseconds of waiting from which on each part counts, upwards."""
        return self._waiting

    @property
    def business(self) -> BusinessCalendar:
        """The company's hours: the calendar called "default", else "office", else always."""
        return self.calendars.get("default") or self.calendars.get("office") or ALWAYS

    def plan(self, channel: str, priority: str, segment: str | None, reason: str | None = None) -> Plan:
        """What applies to a ticket of this channel, priority, customer segment (values of `words`) and contact reason."""
        # Reasons are the helpdesk's own words and may be many: only those that matter are remembered.
        over = laid_over(self.policies, channel, priority, segment, reason) if self._reasoned else None
        key = (channel, priority, segment, over.name if over is not None else None)
        return self._plans.get(key) or self._planned(key, over)

    def _planned(self, key: tuple[str, str, str | None, str | None], over: SlaPolicy | None) -> Plan:
        channel, priority, segment, _name = key
        policy = choose(self.policies, channel, priority, segment)
        if over is not None and policy is not None:
            policy = over._replace(
                first=over.first or policy.first,
                next=over.next or policy.next,
                resolution=over.resolution or policy.resolution,
                calendar=policy.calendar,
            )
        policy = policy or over
        made = Plan(
            policy,
            ALWAYS if policy is None else self.calendars[policy.calendar],
            self._ladder(policy.first if policy else None),
            self._ladder(policy.next if policy else None),
            self._ladder(policy.resolution if policy else None),
            _part("urgency", self.weights.urgency, priority),
            _part("segment", self.weights.segment, segment),
            _part("channel", self.weights.channel, channel),
        )
        self._plans[key] = made
        return made

    def _ladder(self, target: timedelta | None) -> Ladder | None:
        return None if target is None else ladder(target, self.risk_share, self.weights.sla)


def _part(name: str, points: Mapping[str, int], key: str | None) -> Part | None:
    found = points.get(key, 0) if key is not None else 0
    return Part(name, found) if found else None


BRAZIL_OFFICE = BusinessCalendar(
    "office",
    "America/Sao_Paulo",
    {day: ((time(8), time(18)),) for day in range(5)},
    PublicHolidays("BR"),
)
"""Monday to Friday, 08:00-18:00 in São Paulo, closed on national holidays."""

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_ALL = frozenset(SlaTarget)
_NEXT = frozenset({SlaTarget.NEXT})

DEFAULT_RULES = Rules(
    calendars={"always": ALWAYS, "office": BRAZIL_OFFICE},
    policies=(
        # Given by the business: the first answer to an e-mail within 24 hours, to a chat within 5 minutes.
        SlaPolicy("email", first=_DAY, next=_DAY, channels=frozenset({Channel.EMAIL}), suggested=_NEXT),
        SlaPolicy(
            "chat",
            first=5 * _MINUTE,
            next=5 * _MINUTE,
            calendar="office",
            channels=frozenset({Channel.CHAT}),
            suggested=_NEXT,
        ),
        # Suggested, until somebody sets them.
        SlaPolicy(
            "messages",
            first=15 * _MINUTE,
            next=30 * _MINUTE,
            calendar="office",
            channels=frozenset({Channel.WHATSAPP, Channel.APP}),
            suggested=_ALL,
        ),
        SlaPolicy(
            "social",
            first=_HOUR,
            next=2 * _HOUR,
            calendar="office",
            channels=frozenset({Channel.INSTAGRAM, Channel.FACEBOOK, Channel.X, Channel.SMS}),
            suggested=_ALL,
        ),
        SlaPolicy(
            "complaint",
            first=_DAY,
            next=_DAY,
            resolution=10 * _DAY,
            channels=frozenset({Channel.PUBLIC_COMPLAINT}),
            suggested=_ALL,
        ),
        SlaPolicy("other", first=_DAY, next=_DAY, suggested=_ALL),
    ),
)
