"""Score and SLA state of tickets, kept in their rows: computed when something of theirs changes, and when time does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.domain.assess import TicketFacts, assess
from atendente_tui.domain.words import LIVE

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.domain.rules import Rules
    from atendente_tui.store.writing import Tx

_SELECT = (
    "SELECT t.id, t.customer_id, t.status, t.priority, t.impact, t.channel, c.segment, t.opened, t.first_reply,"
    " t.waiting_since, t.last_inbound, t.solved, t.paused_since, t.pauses,"
    " t.score, t.why, t.sla_target, t.sla_due, t.sla_state, t.recheck, t.reason"
    " FROM json_each(?) j CROSS JOIN ticket t ON t.id = j.value CROSS JOIN customer c ON c.id = t.customer_id"
)


class Judged(NamedTuple):
    """The columns of a ticket that the rules fill. `why` is JSON."""

    score: int
    why: str
    sla_target: str | None
    sla_due: int | None
    sla_state: str
    recheck: int | None


def judge(facts: TicketFacts, rules: Rules, now: int) -> Judged:
    """What the rules say of a ticket. One that is done has no score and no deadline to be sorted by."""
    told = assess(facts, rules, now)
    live = facts.status in LIVE
    return Judged(
        told.score if live else 0,
        _why(told.why) if live and told.why else "[]",
        None if told.target is None else told.target._value_,
        told.due if live else None,
        told.state._value_,
        told.recheck if live else None,
    )


def _why(parts: Iterable[Any]) -> str:
    return "[" + ",".join(f'["{part.name}",{part.points}]' for part in parts) + "]"


def pauses_of(text: str) -> tuple[tuple[int, int], ...]:
    return () if text == "[]" else tuple((int(start), int(end)) for start, end in json.loads(text))


def reassess(tx: Tx, ticket_ids: Iterable[int]) -> int:
    """Judge these tickets as of now; returns how many rows changed."""
    changed = []
    rows = tx.db.execute(_SELECT, (json.dumps(list(ticket_ids)),)).fetchall()
    for row in rows:
        facts = TicketFacts(
            status=row[2],
            priority=row[3],
            impact=row[4],
            channel=row[5],
            segment=row[6],
            opened=row[7],
            first_reply=row[8],
            waiting_since=row[9],
            last_inbound=row[10],
            solved=row[11],
            paused_since=row[12],
            pauses=pauses_of(row[13]),
            reason=row[20],
        )
        judged = judge(facts, tx.rules, tx.now)
        if judged != row[14:20]:
            changed.append((*judged, row[0]))
            tx.touch(f"ticket:{row[0]}")
    if changed:
        tx.db.executemany(
            "UPDATE ticket SET score = ?, why = ?, sla_target = ?, sla_due = ?, sla_state = ?, recheck = ? WHERE id = ?",
            changed,
        )
        tx.touch("queue")
    return len(changed)


def judged_by_time(db: Connection) -> list[int]:
    """Tickets whose score and deadline the rules still decide: those that are neither solved nor closed."""
    rows = db.execute(
        "SELECT id FROM ticket WHERE status IN ('new','open','pending','on_hold')"
        " UNION ALL SELECT id FROM ticket WHERE status = 'snoozed'"
    )
    return [row[0] for row in rows]


DUE = 200
"""Tickets that are looked at in one transaction."""


def reassess_due(tx: Tx, limit: int = DUE) -> int:
    """What time alone changed: snoozed tickets whose moment came go back to open, scores and SLA states move on.

    Handles at most `limit` of each; returns how many it looked at, so that a full one asks for another round.
    """
    woken = tx.db.execute(
        "SELECT id, assignee, team, customer_id FROM ticket WHERE status = 'snoozed' AND snoozed_until <= ?"
        " ORDER BY snoozed_until LIMIT ?",
        (tx.now, limit),
    ).fetchall()
    for ticket_id, assignee, team, customer_id in woken:
        tx.db.execute(
            "UPDATE ticket SET status = 'open', snoozed_until = NULL, keep_snoozed = 0 WHERE id = ?",
            (ticket_id,),
        )
        tx.tally(("snoozed", assignee, team), ("open", assignee, team))
        tx.touch("queue", f"ticket:{ticket_id}", f"customer:{customer_id}")
    due = tx.db.execute(
        "SELECT id FROM ticket WHERE recheck <= ? ORDER BY recheck LIMIT ?", (tx.now, limit)
    ).fetchall()
    ids = {row[0] for row in woken} | {row[0] for row in due}
    if ids:
        reassess(tx, ids)
    return len(ids)
