"""Events on their way in: appended once, folded into their ticket's columns; the echo of our own gets its remote id."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.instants import to_ms
from atendente_tui.quality.mark import MARK as REVIEW
from atendente_tui.store.assessing import pauses_of
from atendente_tui.store.events import bind_event
from atendente_tui.store.incoming import Batch, compact
from atendente_tui.store.keys import SHIFT, Keys

if TYPE_CHECKING:
    from atendente_tui.domain.change import EventAppend
    from atendente_tui.store.incoming_tickets import Ticket

_STATUSES = frozenset({"new", "open", "pending", "on_hold", "snoozed", "solved", "closed"})
_TIERS = frozenset({"N1", "N2", "N3"})
_KNOWN = "FROM json_each(?) j CROSS JOIN event e ON e.remote_id = j.value"
_IN_ORDER = itemgetter(0, 1)
_OUTCOMES = frozenset({"kept", "broken", "cancelled"})


def unseen(batch: Batch, changes: Sequence[EventAppend]) -> Sequence[EventAppend]:
    """Those that are not on a timeline yet, judged by their remote id."""
    if not changes:
        return changes
    asked = (compact([one.remote_id for one in changes]),)
    count = batch.db.execute(f"SELECT count(*) {_KNOWN}", asked).fetchone()[0]
    if count == 0:
        return changes
    if count == len(changes):  # each named once: see `_groups`
        return ()
    known = {row[0] for row in batch.db.execute(f"SELECT e.remote_id {_KNOWN}", asked)}
    return [one for one in changes if one.remote_id not in known]


def apply_events(batch: Batch, fresh: Sequence[EventAppend]) -> int:
    """Prepare rows for `unseen` events; returns how many were new or recognised as ours."""
    if not fresh:
        return 0
    db = batch.db
    own = _own(batch, fresh)
    keys = Keys(db)
    moments = [to_ms(change.at) for change in fresh]
    keys.look_up(moments)
    told: defaultdict[str, list[tuple[int, int, EventAppend]]] = defaultdict(list)
    for at, change in zip(moments, fresh, strict=True):
        command_id = None if change.command_id is None else str(change.command_id)
        if command_id is not None and command_id in own:
            key, remote_id = own.pop(command_id)
            if remote_id is None:
                bind_event(batch.tx, key, change.remote_id)
                continue
        if command_id is not None and _taken(batch, command_id):
            command_id = None  # a second trace of one command (its reply and its status): an event of its own
        key = keys.take(at)
        ticket = batch.tickets[change.ticket] if change.ticket is not None else None
        if ticket is not None:
            customer_id = ticket.customer_id
            told[ticket.remote_id].append((at, key, change))
            if (
                change.kind._value_ == "note"
                and REVIEW in change.text
                and change.author_kind._value_ == "agent"
            ):
                batch.reviewed.append((ticket.id, at, change.author, change.text))
        elif change.customer is not None:
            customer_id = batch.customer(change.customer)
            batch.moved_customers.add(customer_id)
            _beside(batch, change, at, None, customer_id)
        else:
            raise ValueError(f"event {change.remote_id} belongs to no ticket and no customer")
        batch.events.append(
            (
                key,
                change.remote_id,
                None if ticket is None else ticket.id,
                customer_id,
                at,
                change.kind._value_,
                None if change.channel is None else change.channel._value_,
                change.direction._value_,
                change.author_kind._value_,
                change.author,
                change.public,
                change.text,
                compact(change.data) if change.data else "{}",
                command_id,
            )
        )
        for n, attachment in enumerate(change.attachments):
            batch.attachments.append(
                (key, n, attachment.remote_id, attachment.name, attachment.content_type, attachment.size)
            )
    for remote_id, events in told.items():
        ticket = batch.tickets[remote_id]
        if len(events) > 1:
            events.sort(key=_IN_ORDER)
        for at, key, change in events:
            _fold(batch, ticket, at, key, change)
        if ticket.stale_wait:
            ticket.waiting_since = _waiting_since(batch, ticket, events)
        ticket.updated = max(ticket.updated, events[-1][0])
    # A late one changes no column of its ticket, but what stands on its timeline.
    batch.tx.touch(*(f"ticket:{batch.tickets[remote_id].id}" for remote_id in told))
    return len(fresh)


def _own(batch: Batch, fresh: Sequence[EventAppend]) -> dict[str, tuple[int, str | None]]:
    marks = [str(one.command_id) for one in fresh if one.command_id is not None]
    if not marks:
        return {}
    return {
        row[0]: (row[1], row[2])
        for row in batch.db.execute(
            "SELECT e.command_id, e.key, e.remote_id FROM json_each(?) j CROSS JOIN event e ON e.command_id = j.value",
            (json.dumps(marks),),
        )
    }


def _taken(batch: Batch, command_id: str) -> bool:
    if any(row[13] == command_id for row in batch.events):
        return True
    return batch.db.execute("SELECT 1 FROM event WHERE command_id = ?", (command_id,)).fetchone() is not None


def _fold(batch: Batch, ticket: Ticket, at: int, key: int, change: EventAppend) -> None:
    """What this event says about its ticket: who waits since when, pauses, promises."""
    kind = change.kind._value_
    author = change.author_kind._value_
    if kind == "message" and author == "customer" and change.direction._value_ == "inbound":
        if ticket.last_inbound is None or at > ticket.last_inbound:
            ticket.last_inbound = at
        if ticket.last_outbound is None or at > ticket.last_outbound:
            ticket.waiting_since = at if ticket.waiting_since is None else min(at, ticket.waiting_since)
        if (
            ticket.status == "snoozed"
            and ticket.was is not None  # the history of a ticket met for the first time is no news
            and not ticket.keep_snoozed
            and key > (ticket.newest_event or 0)
            and ticket.id not in batch.pending
        ):
            ticket.status, ticket.snoozed_until = "open", None
    elif (
        author == "agent"
        and change.public
        and (kind == "call" or (kind == "message" and change.direction._value_ == "outbound"))
    ):
        if ticket.first_reply is None or at < ticket.first_reply:
            ticket.first_reply = at
        if ticket.last_outbound is None or at > ticket.last_outbound:
            ticket.last_outbound = at
            if ticket.waiting_since is not None and at >= ticket.waiting_since:
                ticket.waiting_since = None
                if ticket.last_inbound is not None and ticket.last_inbound > at:
                    ticket.stale_wait = True
    elif kind == "field_change":
        if change.data.get("field") == "status" and ticket.id not in batch.pending:
            _fold_status(ticket, at, change.data.get("old"), change.data.get("new"))
    elif change.data:
        _beside(batch, change, at, ticket, ticket.customer_id)
    if ticket.newest_event is None or key > ticket.newest_event:
        ticket.newest_event = key


def _fold_status(ticket: Ticket, at: int, old: Any, new: Any) -> None:
    """When the wait for the customer began and ended, as its history tells."""
    if old not in _STATUSES or new not in _STATUSES or old == new:
        return
    ended = pauses_of(ticket.pauses)
    if ended and at < ended[-1][1]:
        return  # history that fills in behind what is known
    if new == "pending" and ticket.paused_since is None:
        ticket.paused_since = at
    elif old == "pending" and ticket.paused_since is not None and at >= ticket.paused_since:
        ticket.pauses = compact([*ended, (ticket.paused_since, at)])
        ticket.paused_since = None


def _waiting_since(
    batch: Batch, ticket: Ticket, events: Sequence[tuple[int, int, EventAppend]]
) -> int | None:
    """The customer's oldest message after the newest answer: among what is stored and what comes with this page."""
    after = ticket.last_outbound or 0
    found = batch.db.execute(
        "SELECT min(at) FROM event WHERE ticket_id = ? AND key > ? AND at > ? AND kind = 'message'"
        " AND direction = 'inbound' AND author_kind = 'customer'",
        (ticket.id, after << SHIFT, after),
    ).fetchone()[0]
    coming = [
        at
        for at, _, change in events
        if at > after
        and change.kind._value_ == "message"
        and change.direction._value_ == "inbound"
        and change.author_kind._value_ == "customer"
    ]
    waits = [*coming, *([] if found is None else [found])]
    return min(waits) if waits else None


def _beside(batch: Batch, change: EventAppend, at: int, ticket: Ticket | None, customer_id: int) -> None:
    """What an event of a colleague says outside the timeline: a wrap-up code, a tier, a promise, a fact."""
    kind, data = change.kind._value_, change.data
    if kind == "fact" and data.get("name"):
        batch.db.execute(
            "INSERT INTO fact (customer_id, name, value, at, author) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (customer_id, name) DO UPDATE SET value = excluded.value, at = excluded.at,"
            " author = excluded.author WHERE excluded.at > at",
            (customer_id, str(data["name"]), str(data.get("value") or "yes"), at, change.author),
        )
        batch.moved_customers.add(customer_id)
    if kind == "promise" and ticket is not None:
        _promise(batch, change, at, ticket)
    if ticket is None or ticket.id in batch.pending:
        return
    latest = ticket.newest_event is None or at >= ticket.newest_event >> SHIFT
    if kind == "wrap_up" and data.get("code") and latest:
        ticket.wrap_up = str(data["code"])
        if data.get("reason"):
            ticket.reason = str(data["reason"])
    elif kind == "escalation" and data.get("to") in _TIERS and latest:
        ticket.tier = str(data["to"])


def _promise(batch: Batch, change: EventAppend, at: int, ticket: Ticket) -> None:
    """A follow-up that a colleague owes, or how one ended. Its id is that of the command that made it."""
    outcome, due = change.data.get("outcome"), change.data.get("due")
    if outcome in _OUTCOMES:
        batch.settled.append((outcome, at, str(change.data.get("promise"))))
        return
    try:
        moment = to_ms(datetime.fromisoformat(str(due)))
    except ValueError:
        return  # a promise without a moment stays an entry of the timeline
    promise = change.remote_id if change.command_id is None else str(change.command_id)
    what = str(change.data.get("what") or change.text)
    batch.promises.append((promise, ticket.id, moment, what, change.author, at))
