"""The status machine of a ticket: which moves exist, and what a message does to a status."""

from __future__ import annotations

from collections.abc import Mapping

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status

_WORKING = frozenset({Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SNOOZED})
_ENDS = frozenset({Status.SOLVED, Status.CLOSED})

ALLOWED: Mapping[Status, frozenset[Status]] = {
    Status.NEW: _WORKING | _ENDS,
    Status.OPEN: (_WORKING | _ENDS) - {Status.OPEN},
    Status.PENDING: (_WORKING | _ENDS) - {Status.PENDING},
    Status.ON_HOLD: (_WORKING | _ENDS) - {Status.ON_HOLD},
    Status.SNOOZED: (_WORKING | _ENDS) - {Status.SNOOZED},
    Status.SOLVED: frozenset({Status.OPEN, Status.PENDING, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
"""From each status, where people may take a ticket. Closed is the end: what comes later is a new ticket."""


def move(current: Status, wanted: Status) -> Status:
    """`wanted`, if a person may take a ticket there from `current` (staying where it is always may be).

    Raises Refused("status_move", current, wanted).
    """
    if wanted == current or wanted in ALLOWED[Status(current)]:
        return Status(wanted)
    raise Refused("status_move", current=str(current), wanted=str(wanted))


def after_inbound(status: Status, *, keep_snoozed: bool = False) -> Status:
    """What the customer's message makes of a status: the ticket wants work again.

    `keep_snoozed` leaves a snoozed one asleep. A closed ticket stays closed, a new one stays new.
    """
    if status == Status.SNOOZED and keep_snoozed:
        return Status.SNOOZED
    if status in (Status.PENDING, Status.SNOOZED, Status.SOLVED):
        return Status.OPEN
    return Status(status)


def after_reply(status: Status) -> Status:
    """What an agent's public answer makes of a status: a new ticket is open from then on."""
    return Status.OPEN if status == Status.NEW else Status(status)
