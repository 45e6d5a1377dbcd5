"""The score that orders the queue: points for each reason, which sum to it. Each part is a step of time.

Because parts only change in steps, the moment of the next change is known, and nobody has to look in between.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from atendente_tui.domain.words import Channel, Impact, Priority, Segment, Status

PARTS = ("sla", "urgency", "impact", "segment", "waiting", "channel", "turn")
"""Names of the parts, in the order in which they are told. `turn` is taken away: it is somebody else's turn."""


class Part(NamedTuple):
    name: str
    points: int


class Weights(NamedTuple):
    """How many points each thing gives. Suggested defaults, all of them; a company sets its own.

    sla      (share of the target's time still left, points): from that share down to the next; at 0 it is broken
    waiting  (time since the customer's oldest unanswered message, points), upwards
    turn     points taken from a ticket in that status, unless its customer is waiting for us; the score stays >= 0
    """

    sla: tuple[tuple[float, int], ...] = ((0.5, 10), (0.25, 20), (0.1, 30), (0.0, 40))
    urgency: Mapping[str, int] = MappingProxyType(
        {Priority.LOW: 0, Priority.NORMAL: 5, Priority.HIGH: 15, Priority.URGENT: 30}
    )
    impact: Mapping[str, int] = MappingProxyType({Impact.ONE: 0, Impact.SEVERAL: 5, Impact.MANY: 15})
    segment: Mapping[str, int] = MappingProxyType(
        {
            Segment.PROSPECT: 2,
            Segment.NEW: 3,
            Segment.REGULAR: 0,
            Segment.VIP: 10,
            Segment.AT_RISK: 12,
        }
    )
    waiting: tuple[tuple[timedelta, int], ...] = (
        (timedelta(minutes=5), 1),
        (timedelta(minutes=15), 3),
        (timedelta(hours=1), 6),
        (timedelta(hours=4), 10),
        (timedelta(days=1), 14),
        (timedelta(days=3), 18),
        (timedelta(days=7), 20),
    )
    channel: Mapping[str, int] = MappingProxyType(
        {
            Channel.PHONE: 10,
            Channel.IN_PERSON: 10,
            Channel.PUBLIC_COMPLAINT: 10,
            Channel.CHAT: 8,
            Channel.WHATSAPP: 6,
            Channel.X: 6,
            Channel.INSTAGRAM: 5,
            Channel.FACEBOOK: 5,
            Channel.APP: 4,
            Channel.SMS: 3,
            Channel.PORTAL: 1,
            Channel.EMAIL: 0,
        }
    )
    turn: Mapping[str, int] = MappingProxyType({Status.PENDING: 30, Status.ON_HOLD: 15, Status.SNOOZED: 30})


SUGGESTED = Weights()
