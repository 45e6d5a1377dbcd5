"""Tickets that a list no longer shows: merged into another, deleted, or out of this login's sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from atendente_tui.backends.port import Forbidden, Rejected
from atendente_tui.backends.rt.history import read_parts, transactions
from atendente_tui.backends.rt.reading import PROTOCOL, TICKET_FIELDS, TicketView, ticket_view
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import moment, number, ref, refs, text
from atendente_tui.domain.change import Change, TicketGone
from atendente_tui.domain.words import Status


async def resolve(session: Session, absent: Sequence[int]) -> tuple[list[Change], dict[int, TicketView]]:
    """What became of each: changes that say so, and views of the merged ones for reading their history."""
    changes: list[Change] = []
    merged: dict[int, TicketView] = {}
    for one in absent:
        try:
            answer = await session.client.get(f"/ticket/{one}", TICKET_FIELDS)
        except (Forbidden, Rejected):
            changes.append(TicketGone(remote_id=str(one)))
            continue
        row = answer.json()
        row = row if isinstance(row, dict) else {}
        into = number(row, "id")
        if into and (people := refs(row, "Requestor")):
            # One record alone names its people by login only.
            names = [(await session.person(text(one, "id"))).name for one in people]
            row |= {"Requestor": [{**one, "RealName": name} for one, name in zip(people, names, strict=True)]}
        if text(row, "Status") == "deleted" or not into:
            changes.append(TicketGone(remote_id=str(one)))
        elif into != one:
            view = await _swallowed(session, one, ticket_view(row, session.words, answer.date))
            merged[one] = view
            changes.append(view.upsert)
        else:
            view = ticket_view(row, session.words, answer.date)
            merged[one] = view
            changes += [*view.customers, view.upsert]
    return changes, merged


async def _swallowed(session: Session, one: int, target: TicketView) -> TicketView:
    """RT answers for a merged ticket with the one that has it; what it was itself is in its first transaction."""
    subject, opened, updated, creator = "", None, None, ""
    async for page in transactions(session, f"ObjectId = {one}"):
        for row in page.rows:
            if text(row, "Type") == "Create":
                opened, creator = moment(row, "Created"), ref(row, "Creator")
                parts = await read_parts(session, [number(row, "id")])
                subject = next((part.subject for part in parts.values()), "")
            elif text(row, "Field") == "Subject":
                subject = text(row, "NewValue")
            updated = moment(row, "Created") or updated
    mine = target.carried
    upsert = target.upsert.model_copy(
        update={
            "remote_id": str(one),
            "protocol": PROTOCOL.format(id=one),
            "subject": subject or target.upsert.subject,
            "status": Status.CLOSED,
            "assignee": None,
            "snoozed_until": None,
            "tags": None,
            "opened_at": opened or target.upsert.opened_at,
            "updated_at": updated or target.upsert.updated_at,
            "merged_into": str(target.id),
        }
    )
    return replace(
        target, id=one, upsert=upsert, creator=creator, client_ref="", carried=replace(mine, outbound=False)
    )
