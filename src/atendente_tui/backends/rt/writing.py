"""Changing a ticket safely: look, check, write with If-Match, look again, and believe only what is read.

RT answers a PUT with 200 even when it did nothing, and applies its fields one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atendente_tui.backends.port import BackendError, Conflict, Forbidden, ProtocolError, Rejected
from atendente_tui.backends.rt.history import TICKETS_ONLY
from atendente_tui.backends.rt.reading import PROTOCOL, TicketView, ticket_view
from atendente_tui.backends.rt.session import NOBODY, Session
from atendente_tui.backends.rt.shape import Row, moment, number, ref, text
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.i18n import _

_TRIES = 5
_LOOK: Mapping[str, str | int] = {"fields[Queue]": "Name"}


@dataclass(frozen=True, slots=True)
class Now:
    """A ticket as it stands."""

    view: TicketView
    row: Row
    etag: str | None
    """Id of the newest transaction this login may see."""
    date: datetime

    @property
    def path(self) -> str:
        return f"/ticket/{self.view.id}"

    def current(self) -> dict[str, str | None]:
        """For a Conflict: how it stands, by field."""
        ticket = self.view.upsert
        return {
            "status": str(ticket.status),
            "assignee": ticket.assignee,
            "priority": str(ticket.priority),
            "team": ticket.team,
            "tags": ", ".join(ticket.tags or ()),
        }


async def look(session: Session, remote: str) -> Now:
    """Raises Rejected when there is none, Forbidden when it may not be seen. A merged one is its heir."""
    if not remote.isdigit():
        raise Rejected("no such ticket")
    answer = await session.client.get(f"/ticket/{remote}", _LOOK)
    row: Any = answer.json()
    if not isinstance(row, dict) or not number(row, "id"):
        raise ProtocolError("ticket: a record was expected", sent=False)
    etag = (answer.headers.get("etag") or "").strip('"') or None
    return Now(ticket_view(row, session.words, answer.date), row, etag, answer.date)


Check = Callable[[Now], None]
Body = Callable[[Now], Mapping[str, object]]
Settled = Callable[[Now], bool]
Trace = tuple[str, str]
"""Type and Field of the transaction by which RT records the change; Field "" for any."""


async def change(
    session: Session,
    command: Command,
    remote: str,
    *,
    body: Body,
    settled: Settled,
    trace: Trace,
    check: Check | None = None,
    path: str = "",
) -> Receipt:
    """Bring a ticket to where `settled` holds; doing so again does nothing.

    `check` raises Conflict for a ticket that is not as its author saw it (and is not yet as wanted).
    """
    for _attempt in range(_TRIES):
        before = await look(session, remote)
        if settled(before):
            return receipt(command, before.view.id, before.date)
        if check:
            check(before)
        try:
            remarks = await session.client.put(before.path + path, body(before), etag=before.etag)
        except Conflict:
            continue  # somebody wrote between the two: look again, with the check
        try:
            after = await look(session, str(before.view.id))
        except (Forbidden, Rejected):
            return receipt(
                command, before.view.id, before.date, note=_("The ticket is no longer visible to you.")
            )
        if settled(after):
            return await _traced(session, command, before, trace)
        if after.current() != before.current() and check:
            check(after)
        raise Rejected(reason(remarks))
    raise Conflict("the ticket keeps changing", before.current())


async def _traced(session: Session, command: Command, before: Now, trace: Trace) -> Receipt:
    """The transaction our change became, and whether another's slipped in just before it."""
    me = (await session.me()).login
    try:
        rows = await trail(session, before.view.id, before.etag, trace)
    except BackendError:
        rows = []  # it is done, whatever became of this question
    ours = [row for row in rows if ref(row, "Creator") == me]
    others = [ref(row, "Creator") for row in rows[:1] if ref(row, "Creator") != me]
    note = _("Replaced a change that {login} made a moment before.").format(login=others[0]) if others else ""
    last = ours[-1] if ours else None
    return receipt(
        command,
        before.view.id,
        (moment(last, "Created") if last else None) or before.date,
        event=text(last, "id") if last else None,
        note=note,
    )


async def trail(session: Session, ticket: int, etag: str | None, trace: Trace) -> list[Row]:
    """Transactions of one kind on a ticket after `etag`, oldest first."""
    if not etag or not etag.isdigit():
        return []
    where = f"ObjectId = {ticket} AND id > {etag} AND Type = '{trace[0]}'"
    page = await session.client.page(
        "/transactions",
        {
            "query": f"{TICKETS_ONLY} AND {where}",
            "order": "ASC",
            "fields": "Type,Field,OldValue,NewValue,Creator,Created",
        },
    )
    return [row for row in page.rows if not trace[1] or text(row, "Field") == trace[1]]


def receipt(
    command: Command, ticket: int, at: datetime, *, event: str | None = None, note: str = ""
) -> Receipt:
    return Receipt(
        command_id=command.id,
        at=at,
        ticket=str(ticket),
        event=event,
        protocol=PROTOCOL.format(id=ticket),
        note=note,
    )


def reason(remarks: list[str]) -> str:
    """RT's remarks on a change it did not make, without its "Ticket 7: " in front."""
    told = [
        remark.partition(": ")[2] or remark if remark.startswith("Ticket ") else remark for remark in remarks
    ]
    return "; ".join(dict.fromkeys(told)) or "RT changed nothing and gave no reason"


def holder(now: Now) -> str | None:
    return None if now.view.owner == NOBODY else now.view.owner
