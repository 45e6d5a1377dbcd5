"""The vocabulary: every closed set of words that tickets, events and people are described with.

The values are what is stored, sent and printed as JSON; what a person reads is in `atendente_tui.labels`.
Standard library only, because the first frame of the screen needs these.
"""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    CHAT = "chat"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    PHONE = "phone"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    X = "x"
    APP = "app"
    PORTAL = "portal"
    IN_PERSON = "in_person"
    PUBLIC_COMPLAINT = "public_complaint"


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waiting on the customer: the clocks pause
    ON_HOLD = "on_hold"  # waiting on somebody else: the clocks run
    SNOOZED = "snoozed"  # waiting on a moment the agent chose
    SOLVED = "solved"
    CLOSED = "closed"


LIVE = frozenset({Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SNOOZED})
"""Statuses of tickets that still want work, now or later."""

KEEP_SNOOZED = "keep_snoozed"
"""A field that a backend's snoozed ticket may bear: "yes" keeps it asleep though the customer writes."""


class Priority(StrEnum):
    """Urgency as people set it; the score that orders the queue is computed (`domain.priority`)."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Impact(StrEnum):
    ONE = "one"  # one customer
    SEVERAL = "several"
    MANY = "many"


class Segment(StrEnum):
    PROSPECT = "prospect"
    NEW = "new"
    REGULAR = "regular"
    VIP = "vip"
    AT_RISK = "at_risk"


class Tier(StrEnum):
    N1 = "N1"
    N2 = "N2"
    N3 = "N3"


class IdentityKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    X = "x"
    CPF = "cpf"
    CNPJ = "cnpj"
    EXTERNAL = "external"  # a name in another system


class EventKind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"
    CALL = "call"
    FIELD_CHANGE = "field_change"
    SURVEY_ANSWER = "survey_answer"
    ORDER = "order"
    BOT_TURN = "bot_turn"
    WRAP_UP = "wrap_up"
    PROMISE = "promise"
    ESCALATION = "escalation"
    FACT = "fact"
    LINK = "link"  # merged, linked, split


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Audience(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class SlaTarget(StrEnum):
    FIRST = "first_response"
    NEXT = "next_response"
    RESOLUTION = "resolution"


class SlaState(StrEnum):
    NONE = "none"
    OK = "ok"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    PAUSED = "paused"
    MET = "met"


class AgentState(StrEnum):
    """What an agent is doing, of which occupancy and adherence are made."""

    AVAILABLE = "available"
    CONTACT = "contact"
    AFTER_CONTACT = "after_contact"  # finishing what a contact left to do
    PAUSED = "paused"  # with a reason
    TRAINING = "training"
    OFF = "off"


class OutboxState(StrEnum):
    """Where a command stands on its way out (the life of an outbox row)."""

    HELD = "held"  # may still be undone
    QUEUED = "queued"  # will be sent when the line is free
    SENT = "sent"  # in flight: the answer has not come yet
    UNKNOWN = "unknown"  # the answer never came and the backend cannot tell: a person decides
    REFUSED = "refused"  # the backend or a rule said no; the text is kept
    CONFLICT = "conflict"  # somebody was faster; both versions are kept
    CONFIRMED = "confirmed"
    UNDONE = "undone"
    DISCARDED = "discarded"


PENDING_STATES = frozenset(
    {
        OutboxState.HELD,
        OutboxState.QUEUED,
        OutboxState.SENT,
        OutboxState.UNKNOWN,
        OutboxState.REFUSED,
        OutboxState.CONFLICT,
    }
)
"""Outbox states in which a command is not settled: it holds the line of its ticket."""
