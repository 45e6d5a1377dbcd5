"""Tickets on their way in: their rows in memory, what the backend says laid over them, and one write at the end.

The backend tells the whole ticket, None where it has no such field. Its status overrules ours only when it is
another than it told last time: so what a backend cannot represent (snoozed, on hold) survives the next pull.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.assess import TicketFacts
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import KEEP_SNOOZED
from atendente_tui.store import effects
from atendente_tui.store.assessing import judge, pauses_of
from atendente_tui.store.created import fold_customer
from atendente_tui.store.incoming import Batch, compact

if TYPE_CHECKING:
    from atendente_tui.domain.change import EventAppend, TicketUpsert

TOLD = (
    "protocol",
    "subject",
    "customer_id",
    "channel",
    "status",
    "remote_status",
    "priority",
    "impact",
    "assignee",
    "team",
    "tier",
    "reason",
    "wrap_up",
    "tags",
    "fields",
    "opened",
    "updated",
    "solved",
    "snoozed_until",
    "keep_snoozed",
    "merged_into",
    "version",
    "mark",
    "gone",
)
TRAIL = (
    "first_reply",
    "last_inbound",
    "last_outbound",
    "waiting_since",
    "paused_since",
    "pauses",
    "newest_event",
)
JUDGED = ("score", "why", "sla_target", "sla_due", "sla_state", "recheck")
ROW = ("id", "remote_id", *TOLD, *TRAIL, *JUDGED)
_told, _trail, _judged, _row = attrgetter(*TOLD), attrgetter(*TRAIL), attrgetter(*JUDGED), attrgetter(*ROW)
_place = attrgetter("status", "assignee", "team")
_AT = {name: ROW.index(name) for name in ROW}
_TOLD_AT = slice(_AT[TOLD[0]], _AT[TOLD[-1]] + 1)
_TRAIL_AT = slice(_AT[TRAIL[0]], _AT[TRAIL[-1]] + 1)
_JUDGED_AT = slice(_AT[JUDGED[0]], _AT[JUDGED[-1]] + 1)
LIVE = frozenset({"new", "open", "pending", "on_hold", "snoozed"})


@dataclass(slots=True, eq=False)
class Ticket:
    """A ticket's row while its changes are laid over it; the columns in the order of `ROW`."""

    id: int
    remote_id: str
    protocol: str | None
    subject: str
    customer_id: int
    channel: str
    status: str
    remote_status: str | None
    priority: str
    impact: str | None
    assignee: str | None
    team: str | None
    tier: str | None
    reason: str | None
    wrap_up: str | None
    tags: str
    fields: str
    opened: int
    updated: int
    solved: int | None
    snoozed_until: int | None
    keep_snoozed: int
    merged_into: int | None
    version: str | None
    mark: int | None
    """Digest of what the backend last said of it."""
    gone: int | None
    first_reply: int | None
    last_inbound: int | None
    last_outbound: int | None
    waiting_since: int | None
    paused_since: int | None
    pauses: str
    newest_event: int | None
    score: int
    why: str
    sla_target: str | None
    sla_due: int | None
    sla_state: str
    recheck: int | None
    was: tuple[Any, ...] | None = field(default=None, kw_only=True)
    """The columns as they are in the file; None for a ticket that is not there yet."""
    incoming: dict[str, Any] = field(default_factory=dict)
    """Values of fields that a command on its way out holds: they go under it."""
    stale_wait: bool = False
    """An answer came in that lies before the customer's newest message: look up who waits since when."""


def _blank(ticket_id: int, remote_id: str, customer_id: int, at: int) -> Ticket:
    """A ticket that something names before its own change came: kept out of the queue until it does."""
    return Ticket(
        id=ticket_id,
        remote_id=remote_id,
        protocol=None,
        subject="",
        customer_id=customer_id,
        channel="portal",
        status="closed",
        remote_status=None,
        priority="normal",
        impact=None,
        assignee=None,
        team=None,
        tier=None,
        reason=None,
        wrap_up=None,
        tags="[]",
        fields="{}",
        opened=at,
        updated=at,
        solved=None,
        snoozed_until=None,
        keep_snoozed=0,
        merged_into=None,
        version=None,
        mark=None,
        gone=None,
        first_reply=None,
        last_inbound=None,
        last_outbound=None,
        waiting_since=None,
        paused_since=None,
        pauses="[]",
        newest_event=None,
        score=0,
        why="[]",
        sla_target=None,
        sla_due=None,
        sla_state="none",
        recheck=None,
    )


def read_tickets(batch: Batch, changes: Sequence[TicketUpsert], events: Sequence[EventAppend]) -> None:
    """Load every ticket that the changes or events name into `batch.tickets`, and lay the changes over them."""
    if not changes and not events:
        return
    _bind_own(batch, events)
    marks = {one.remote_id: _mark(one) for one in changes}
    same = _known_marks(batch, marks)
    changes = [one for one in changes if same.get(one.remote_id) != marks[one.remote_id]]
    known = _load(
        batch, {one.remote_id for one in changes} | {one.ticket for one in events if one.ticket is not None}
    )
    named = [one.customer for one in changes] + [one.customer for one in events]
    batch.find_customers(one for one in named if one is not None)
    swallowers = {one.merged_into for one in changes if one.merged_into is not None}
    if swallowers:
        known |= _load(batch, swallowers - known.keys())
        batch.db.execute(
            "PRAGMA defer_foreign_keys = ON"
        )  # until the commit: one may be written before the other
    next_id = _Ids(batch)
    for change in changes:
        remote_id = change.remote_id
        if change.customer is not None:
            customer_id = batch.customer(change.customer)
        elif remote_id in known:
            customer_id = known[remote_id].customer_id
        else:
            customer_id = batch.new_customer(f"?ticket:{remote_id}", "")
        ticket = known.get(remote_id)
        if ticket is None:
            ticket = _blank(next_id.take(), remote_id, customer_id, to_ms(change.opened_at))
            known[remote_id] = ticket
        batch.tickets[remote_id] = ticket
        swallower = None
        if change.merged_into is not None:
            if change.merged_into not in known:
                known[change.merged_into] = _blank(
                    next_id.take(), change.merged_into, customer_id, to_ms(change.opened_at)
                )
            batch.tickets[change.merged_into] = known[change.merged_into]
            swallower = known[change.merged_into].id
        _lay(batch, ticket, change, customer_id, swallower)
        ticket.mark = None if ticket.id in batch.pending else marks[remote_id]
    for event in events:
        if event.ticket is None:
            continue
        if event.ticket not in known:
            customer_id = batch.customer(event.customer or f"?ticket:{event.ticket}")
            known[event.ticket] = _blank(next_id.take(), event.ticket, customer_id, to_ms(event.at))
        batch.tickets[event.ticket] = known[event.ticket]


def _mark(change: TicketUpsert) -> int:
    """63 bits that tell one account of a ticket from another."""
    told = change.__pydantic_serializer__.to_json(change)  # as model_dump_json, without a way through str
    digest = blake2b(told, digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _known_marks(batch: Batch, remote_ids: Iterable[str]) -> dict[str, int]:
    return dict(
        batch.db.execute(
            "SELECT t.remote_id, t.mark FROM json_each(?) j CROSS JOIN ticket t ON t.remote_id = j.value"
            " WHERE t.mark IS NOT NULL",
            (compact(list(remote_ids)),),
        ).fetchall()
    )


class _Ids:
    """Ids for new rows, asked of the table once."""

    def __init__(self, batch: Batch) -> None:
        self._next = int(batch.db.execute("SELECT coalesce(max(id), 0) FROM ticket").fetchone()[0])

    def take(self) -> int:
        self._next += 1
        return self._next


def _bind_own(batch: Batch, events: Sequence[EventAppend]) -> None:
    """A ticket made here whose first event comes back by its command's id is the backend's: before its row doubles."""
    marks = {
        str(one.command_id): one.ticket
        for one in events
        if one.command_id is not None and one.ticket is not None
    }
    if not marks:
        return
    own = batch.db.execute(
        "SELECT e.command_id, t.id FROM json_each(?) j CROSS JOIN event e ON e.command_id = j.value"
        " JOIN ticket t ON t.id = e.ticket_id WHERE t.remote_id IS NULL",
        (json.dumps(list(marks)),),
    ).fetchall()
    for command_id, ticket_id in own:
        effects.rebind(batch.tx, ticket_id, marks[command_id])


def _load(batch: Batch, remote_ids: Iterable[str]) -> dict[str, Ticket]:
    rows = batch.db.execute(
        f"SELECT {', '.join('t.' + name for name in ROW)} FROM json_each(?) j CROSS JOIN ticket t ON t.remote_id = j.value",
        (compact(list(remote_ids)),),
    )
    return {row[1]: Ticket(*row, was=row) for row in rows.fetchall()}


def _lay(batch: Batch, ticket: Ticket, change: TicketUpsert, customer_id: int, swallower: int | None) -> None:
    status = change.status._value_
    updated = to_ms(change.updated_at)
    news: dict[str, Any] = {
        "priority": change.priority._value_,
        "assignee": change.assignee or None,
    }
    # None where the backend has no such field: what is known here stays.
    if change.impact is not None:
        news["impact"] = change.impact._value_
    if change.team is not None:
        news["team"] = change.team
    if change.tier is not None:
        news["tier"] = change.tier._value_
    if change.reason is not None:
        news["reason"] = change.reason
    if change.tags is not None:
        news["tags"] = compact(change.tags)
    if swallower is not None:
        news["merged_into"] = swallower
    if status != ticket.remote_status or ticket.gone is not None:
        news["status"] = status
        ticket.remote_status, ticket.gone = status, None
    here = news.get("status", ticket.status)
    if change.solved_at is not None:
        news["solved"] = to_ms(change.solved_at)
    elif here in LIVE:
        news["solved"] = None
    elif ticket.solved is None:
        news["solved"] = updated
    if change.snoozed_until is not None:
        news["snoozed_until"] = to_ms(change.snoozed_until)
        news["keep_snoozed"] = int(change.fields.get(KEEP_SNOOZED) == "yes")
    elif here != "snoozed":
        news["snoozed_until"] = None
    if ticket.id in batch.pending:
        ticket.incoming |= news
    else:
        for name, value in news.items():
            setattr(ticket, name, value)
    if change.protocol is not None:
        ticket.protocol = change.protocol
    ticket.subject = change.subject
    ticket.customer_id = customer_id
    ticket.channel = change.channel._value_
    ticket.opened = to_ms(change.opened_at)
    ticket.updated = updated if ticket.id not in batch.pending else max(updated, ticket.updated)
    ticket.fields = compact({name: value for name, value in change.fields.items() if name != KEEP_SNOOZED})
    if change.version is not None:
        ticket.version = change.version


def write_tickets(batch: Batch) -> int:
    """Judge and write the tickets of the batch; returns how many rows changed."""
    tickets = list(batch.tickets.values())
    if not tickets:
        return 0
    for ticket in tickets:
        _settle_pause(ticket)
    new = [one for one in tickets if one.was is None]
    moved = [(one, was) for one in tickets if (was := one.was) is not None and _changed(one, was)]
    if new or moved:
        _judge(batch, [*new, *(one for one, _ in moved)])
        _free_protocols(batch, tickets)
        _insert(batch, new)
        _update(batch, moved)
        ids = [one.id for one in new] + [one.id for one, _ in moved]
        batch.tx.touch("queue", *(f"ticket:{one}" for one in ids))
    _lay_under(batch, tickets)
    return len(new) + len(moved)


def _changed(one: Ticket, was: tuple[Any, ...]) -> bool:
    return _told(one) != was[_TOLD_AT] or _trail(one) != was[_TRAIL_AT]


def _insert(batch: Batch, new: Sequence[Ticket]) -> None:
    if not new:
        return
    batch.db.executemany(_INSERT, [_row(one) for one in new])
    _insert_tags(batch, new)
    for one in new:
        batch.tx.tally(None, _place(one))
    batch.tx.reindex("ticket", *(one.id for one in new))
    batch.moved_customers.update(one.customer_id for one in new)


def _update(batch: Batch, moved: Sequence[tuple[Ticket, tuple[Any, ...]]]) -> None:
    db = batch.db
    told = [(one, was) for one, was in moved if _told(one) != was[_TOLD_AT]]
    trail = [one for one, was in moved if _trail(one) != was[_TRAIL_AT]]
    judged = [one for one, was in moved if _judged(one) != was[_JUDGED_AT]]
    if told:
        db.executemany(_UPDATE_TOLD, [(*_told(one), one.id) for one, _ in told])
    if trail:
        db.executemany(_UPDATE_TRAIL, [(*_trail(one), one.id) for one in trail])
    if judged:
        db.executemany(_UPDATE_JUDGED, [(*_judged(one), one.id) for one in judged])
    for one, was in told:
        before = was[_AT["status"]], was[_AT["assignee"]], was[_AT["team"]]
        if before != _place(one):
            batch.tx.tally(before, _place(one))
        if (
            was[_AT["customer_id"]] != one.customer_id
        ):  # the placeholder has got its name: its history goes along
            db.execute("UPDATE event SET customer_id = ? WHERE ticket_id = ?", (one.customer_id, one.id))
            fold_customer(batch.tx, was[_AT["customer_id"]], one.customer_id)
            batch.moved_customers.add(was[_AT["customer_id"]])
        if was[_AT["tags"]] != one.tags:
            db.execute("DELETE FROM ticket_tag WHERE ticket_id = ?", (one.id,))
            _insert_tags(batch, [one])
        if (was[_AT["subject"]], was[_AT["protocol"]], was[_AT["tags"]]) != (
            one.subject,
            one.protocol,
            one.tags,
        ):
            batch.tx.reindex("ticket", one.id)
    batch.moved_customers.update(one.customer_id for one, _ in moved)


def _lay_under(batch: Batch, tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        if ticket.incoming:
            effects.lay_under(batch.tx, ticket.id, ticket.incoming)


def _settle_pause(ticket: Ticket) -> None:
    """Make the pause agree with the status, where no event told when it began or ended."""
    if ticket.status == "pending":
        if ticket.paused_since is None:
            ticket.paused_since = ticket.updated
    elif ticket.paused_since is not None:
        if ticket.updated > ticket.paused_since:
            ticket.pauses = compact([*pauses_of(ticket.pauses), (ticket.paused_since, ticket.updated)])
        ticket.paused_since = None


def _judge(batch: Batch, moved: Sequence[Ticket]) -> None:
    segments = dict(
        batch.db.execute(
            "SELECT c.id, c.segment FROM json_each(?) j CROSS JOIN customer c ON c.id = j.value"
            " WHERE c.segment IS NOT NULL",
            (json.dumps([one.customer_id for one in moved]),),
        ).fetchall()
    )
    rules, now = batch.tx.rules, batch.tx.now
    for one in moved:
        facts = TicketFacts(
            one.status,
            one.priority,
            one.channel,
            one.opened,
            one.impact,
            segments.get(one.customer_id),
            one.first_reply,
            one.waiting_since,
            one.last_inbound,
            one.solved,
            one.paused_since,
            pauses_of(one.pauses),
            one.reason,
        )
        one.score, one.why, one.sla_target, one.sla_due, one.sla_state, one.recheck = judge(facts, rules, now)


def _free_protocols(batch: Batch, tickets: Sequence[Ticket]) -> None:
    """A number that another ticket has already stays with that one; ours goes by its id."""
    wanted: dict[str, Ticket] = {}
    for one in tickets:
        if one.protocol is None or (one.was is not None and one.protocol == one.was[_AT["protocol"]]):
            continue
        if wanted.setdefault(one.protocol, one) is not one:
            one.protocol = None
    if not wanted:
        return
    for protocol, ticket_id in batch.db.execute(
        "SELECT t.protocol, t.id FROM json_each(?) j CROSS JOIN ticket t ON t.protocol = j.value",
        (compact(list(wanted)),),
    ).fetchall():
        if wanted[protocol].id != ticket_id:
            wanted[protocol].protocol = None


def _insert_tags(batch: Batch, tickets: Sequence[Ticket]) -> None:
    rows = [(tag, one.id) for one in tickets if one.tags != "[]" for tag in json.loads(one.tags)]
    if rows:
        batch.db.executemany("INSERT OR IGNORE INTO ticket_tag (tag, ticket_id) VALUES (?, ?)", rows)


def _sets(names: Iterable[str]) -> str:
    return ", ".join(f"{name} = ?" for name in names)


_INSERT = f"INSERT INTO ticket ({', '.join(ROW)}) VALUES ({', '.join('?' * len(ROW))})"
_UPDATE_TOLD = f"UPDATE ticket SET {_sets(TOLD)} WHERE id = ?"
_UPDATE_TRAIL = f"UPDATE ticket SET {_sets(TRAIL)} WHERE id = ?"
_UPDATE_JUDGED = f"UPDATE ticket SET {_sets(JUDGED)} WHERE id = ?"
