"""Keeps what the figures are computed from: the numbers that each ticket's events come to, made anew when they change.

A change marks its ticket in the same transaction (triggers of migration 6; of new events `tallies.mark_due`); the writer makes the numbers when nobody waits.
So news cost the same however many tickets there are, and what is not counted yet is known (`uncounted`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.contacts import Case, Counted, Happened, count
from atendente_tui.store.assessing import pauses_of

if TYPE_CHECKING:
    from atendente_tui.domain.rules import Rules
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

STEP = 50
"""Tickets counted in one transaction: a person's own write waits no longer than that."""
TABLES = ("counted_ticket", "counted_contact", "counted_target")
TOPIC = "figures"
"""Announced when numbers changed."""
_CASES = (
    "SELECT t.id, t.customer_id, t.channel, t.team, t.tier, t.reason, t.priority, c.segment, t.status, t.assignee, t.opened,"
    " t.solved, t.pauses, t.paused_since FROM json_each(?) j CROSS JOIN ticket t ON t.id = j.value"
    " CROSS JOIN customer c ON c.id = t.customer_id WHERE t.merged_into IS NULL"
)
_EVENTS = (
    "SELECT at, kind, channel, direction, author_kind, author, public, data FROM event WHERE ticket_id = ?"
    " AND kind IN ('message','call','bot_turn','field_change','escalation','note','wrap_up') ORDER BY key"
)
_INSERT = {
    "counted_ticket": f"INSERT INTO counted_ticket VALUES ({', '.join('?' * 19)})",
    "counted_contact": f"INSERT INTO counted_contact VALUES ({', '.join('?' * 17)})",
    "counted_target": f"INSERT INTO counted_target VALUES ({', '.join('?' * 15)})",
}


class Rows(NamedTuple):
    """Rows of the three tables, in the order of their columns."""

    tickets: list[tuple[Any, ...]]
    contacts: list[tuple[Any, ...]]
    targets: list[tuple[Any, ...]]


class Miscount(NamedTuple):
    table: str
    ticket_id: int


def counted(db: Connection, ticket_ids: Iterable[int], rules: Rules) -> Rows:
    """What the events of these tickets come to; nothing for one that is gone or merged into another."""
    rows = Rows([], [], [])
    for case in db.execute(_CASES, (json.dumps(list(ticket_ids)),)).fetchall():
        ticket_id, customer_id, channel, team, tier, reason, priority, segment, status, assignee, opened = (
            case[:11]
        )
        events = [
            Happened._make((*row[:6], bool(row[6]), {} if row[7] == "{}" else _read(row[7])))
            for row in db.execute(_EVENTS, (ticket_id,))
        ]
        told = count(
            Case(
                *(channel, priority, segment, reason, status, assignee, tier, opened, case[11]),
                pauses_of(case[12]),
                case[13],
            ),
            events,
            rules,
        )
        _add(rows, told, ticket_id, customer_id, channel, team, tier, reason, opened)
    return rows


def _read(text: str) -> dict[str, Any]:
    with suppress(ValueError):
        told = json.loads(text)
        if isinstance(told, dict):
            return told
    return {}


def _add(rows: Rows, told: Counted, ticket_id: int, customer_id: int, *ticket: Any) -> None:
    channel, team, tier, reason, opened = ticket
    rows.tickets.append(
        (
            *(
                ticket_id,
                customer_id,
                channel,
                team,
                tier,
                reason,
                told.direction,
                told.agent,
                opened,
                told.solved,
            ),
            *(int(told.standing), told.solved_tier, told.took, told.business, told.net, told.net_business),
            *(len(told.contacts), int(told.reopened), told.handbacks),
        )
    )
    for n, one in enumerate(told.contacts):
        rows.contacts.append(
            (
                *(
                    ticket_id,
                    n,
                    one.channel,
                    team,
                    tier,
                    reason,
                    one.direction,
                    one.agent,
                    one.started,
                    one.ended,
                ),
                *(
                    one.decided,
                    int(one.picked),
                    int(one.abandoned),
                    one.waited,
                    one.active,
                    one.hold,
                    one.after,
                ),
            )
        )
    for target in told.targets:
        rows.targets.append(
            (
                *(
                    ticket_id,
                    target.kind,
                    target.n,
                    channel,
                    team,
                    tier,
                    reason,
                    told.direction,
                    target.agent,
                ),
                *(target.started, target.done, target.took, target.business, target.due, target.decided),
            )
        )


def count_due(tx: Tx, limit: int = STEP) -> int:
    """Count what is marked, oldest ticket first, at most `limit`; returns how many tickets were looked at."""
    ids = [row[0] for row in tx.db.execute("SELECT ticket_id FROM count_due LIMIT ?", (limit,))]
    if ids:
        _write(tx.db, ids, counted(tx.db, ids, tx.rules))
        tx.touch(TOPIC)
    return len(ids)


def _write(db: Connection, ids: Sequence[int], rows: Rows) -> None:
    asked = (json.dumps(list(ids)),)
    for table, made in zip(TABLES, rows, strict=True):
        db.execute(f"DELETE FROM {table} WHERE ticket_id IN (SELECT value FROM json_each(?))", asked)
        db.executemany(_INSERT[table], made)
    db.execute("DELETE FROM count_due WHERE ticket_id IN (SELECT value FROM json_each(?))", asked)


def count_all(store: Store, lane: int | None = None) -> None:
    """Count everything that is marked, a few tickets in each transaction; blocks until done."""
    from atendente_tui.store.writing import Lane

    while store.write(count_due, Lane.IDLE if lane is None else Lane(lane)) >= STEP:
        pass


def uncounted(db: Connection) -> int:
    """Tickets whose numbers are still to be made: the figures do not know what happened in them last."""
    return int(db.execute("SELECT count(*) FROM count_due").fetchone()[0])


def miscounted(db: Connection, rules: Rules, newest: int = 2_000) -> list[Miscount]:
    """Where kept numbers differ from counting again, among the newest tickets; what is marked is known to differ."""
    ids = [
        row[0]
        for row in db.execute(
            "SELECT id FROM ticket WHERE id NOT IN (SELECT ticket_id FROM count_due) ORDER BY id DESC LIMIT ?",
            (newest,),
        )
    ]
    asked = (json.dumps(ids),)
    wrong: set[Miscount] = set()
    for table, made in zip(TABLES, counted(db, ids, rules), strict=True):
        kept = db.execute(
            f"SELECT * FROM {table} WHERE ticket_id IN (SELECT value FROM json_each(?))", asked
        ).fetchall()
        wrong |= {Miscount(table, row[0]) for row in set(map(tuple, kept)) ^ set(made)}
    return sorted(wrong)


def recount(db: Connection) -> None:
    """Forget every number and mark every ticket; inside the caller's transaction."""
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")
    db.execute("INSERT OR IGNORE INTO count_due SELECT id FROM ticket")
