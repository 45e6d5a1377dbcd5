"""Tickets that a list no longer shows: deleted, or out of this login's sight."""

from __future__ import annotations

from collections.abc import Sequence

from atendente_tui.backends.port import Forbidden, Rejected
from atendente_tui.backends.rt.reading import TICKET_FIELDS, TicketView, ticket_view
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import number, refs, text
from atendente_tui.domain.change import TicketGone


async def resolve(session: Session, absent: Sequence[int]) -> tuple[list[TicketGone], dict[int, TicketView]]:
    """Ask for each by itself: those that are gone, and those that are there after all."""
    gone: list[TicketGone] = []
    found: dict[int, TicketView] = {}
    for one in absent:
        try:
            answer = await session.client.get(f"/ticket/{one}", TICKET_FIELDS)
        except (Forbidden, Rejected):
            gone.append(TicketGone(remote_id=str(one)))
            continue
        value = answer.json()
        row = value if isinstance(value, dict) else {}
        if text(row, "Status") == "deleted" or number(row, "id") != one:
            gone.append(TicketGone(remote_id=str(one)))
            continue
        # One record alone names its people by login only.
        people = refs(row, "Requestor")
        names = [(await session.person(text(person, "id"))).name for person in people]
        row |= {
            "Requestor": [{**person, "RealName": name} for person, name in zip(people, names, strict=True)]
        }
        with session.reading("ticket", row):
            found[one] = ticket_view(row, session.words, answer.date)
    return gone, found
