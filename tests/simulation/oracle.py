"""What must be true of a life. Each function gives sentences about what is not; none is the answer wanted."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from atendente_tui.domain.change import EventAppend
from atendente_tui.store.tallies import verify_tallies
from tests.simulation.far_side import FarSide
from tests.simulation.operator import Operator

PENDING = "('held','queued','sent','unknown','refused','conflict')"
COLUMNS = ("subject", "status", "priority", "assignee", "team", "channel")


def always(db: Any, far_side: FarSide, operator: Operator) -> list[str]:
    """True between any two steps, and of what a kill leaves behind."""
    return [*saved(db, operator), *no_orphans(db), *cursor(db, far_side), *doubled(far_side, operator)]


def saved(db: Any, operator: Operator) -> list[str]:
    """What the screen called saved is in the outbox, with its text."""
    rows = {row[0]: row[1] for row in db.execute("SELECT command_id, body FROM outbox")}
    drafts = "\n".join(one[0] for one in db.execute("SELECT text FROM draft"))
    found = []
    for command, (kind, text) in operator.given.items():
        if command not in rows and command not in operator.dropped:
            found.append(f"lost: {kind} {text} {command}")
        elif command in rows and text and text not in rows[command]:
            found.append(f"text lost: {kind} {text} {command}")
    found += [f"draft lost: {text}" for text in operator.drafts if text not in drafts]
    return found


def no_orphans(db: Any) -> list[str]:
    """Every entry on a timeline that the backend has not told of belongs to a command that is not settled in vain."""
    told = db.execute(
        "SELECT e.text, o.state FROM event e LEFT JOIN outbox o ON o.command_id = e.command_id"
        " WHERE e.remote_id IS NULL AND (o.n IS NULL OR o.state IN ('undone','discarded'))"
    )
    return [f"orphan: {text} ({state})" for text, state in told]


def cursor(db: Any, far_side: FarSide) -> list[str]:
    """The cursor has not passed anything that is not here (or set aside)."""
    row = db.execute("SELECT value FROM sync_state WHERE key = 'cursor'").fetchone()
    here = {one[0] for one in db.execute("SELECT remote_id FROM event WHERE remote_id IS NOT NULL")}
    aside = {json.loads(one[0])["remote_id"] for one in db.execute("SELECT change FROM poison")}
    passed = far_side.log()[: int(row[0]) if row else 0]
    return [
        f"passed by the cursor: {one.remote_id}"
        for one in passed
        if isinstance(one, EventAppend)
        and not far_side.passed(one)
        and one.remote_id not in (aside if one.remote_id in far_side.poisoned else here)
    ]


def doubled(far_side: FarSide, operator: Operator) -> list[str]:
    times = Counter(command.id for _at, command in far_side.applied)
    return [f"doubled: {one} {n} times" for one, n in times.items() if n > 1]


def honoured(far_side: FarSide) -> list[str]:
    return [f"early: {one}" for one in far_side.early]


def in_the_end(db: Any, far_side: FarSide, operator: Operator) -> list[str]:
    """After everything healed and a person decided on what had come back."""
    rows = db.execute("SELECT n, command_id, type, state, ticket_id, body FROM outbox ORDER BY n").fetchall()
    applied = {str(command.id): n for n, (_at, command) in enumerate(far_side.applied)}
    found = []
    for _n, command, kind, state, _ticket, _body in rows:
        if state == "confirmed" and command not in applied:
            found.append(f"called delivered, and never was: {kind} {command}")
        if state == "undone" and command in applied:
            found.append(f"undone, and sent all the same: {kind} {command}")
        if state not in ("confirmed", "undone", "discarded"):
            found.append(f"stuck: {state} {kind} {command}")
    ours = {row[1]: row for row in rows}
    found += [f"a ghost: {one}" for one in applied if one not in ours]
    lines: dict[int, list[tuple[int, str]]] = {}
    for n, command, _kind, _state, ticket, _body in rows:
        if command in applied and ticket is not None:
            lines.setdefault(operator.lines.get(command, ticket), []).append((n, command))
    for ticket, line in lines.items():
        order = [applied[command] for _n, command in sorted(line)]
        if order != sorted(order):
            found.append(f"order on ticket {ticket}: {order}")
    return [*found, *the_same(db, far_side), *(f"tally: {one}" for one in verify_tallies(db))]


def the_same(db: Any, far_side: FarSide) -> list[str]:
    """The store holds what the far side holds: tickets, their columns, their timeline."""
    found = []
    here = {
        row[0]: row[1:]
        for row in db.execute(
            f"SELECT remote_id, {', '.join(COLUMNS)}, tags FROM ticket WHERE remote_id IS NOT NULL"
        )
    }
    there = {
        key: (*(getattr(one, name) for name in COLUMNS), tuple(sorted(one.tags or ())))
        for key, one in far_side.world.tickets.items()
    }
    # What a person wrote about a ticket that is gone keeps the ticket here, closed.
    kept = {key for key in here.keys() - there.keys() if here[key][1] == "closed" and _written(db, key)}
    for key in (here.keys() | there.keys()) - kept:
        mine = here.get(key)
        if mine is not None:
            mine = (
                *mine[:-1],
                tuple(sorted(json.loads(mine[-1])))
                if mine[-1].startswith("[")
                else tuple(sorted(mine[-1].split())),
            )
        if mine != there.get(key):
            found.append(f"ticket {key} here {mine} there {there.get(key)}")
    marks = ",".join("?" * len(kept))
    events = dict(
        db.execute(
            "SELECT e.remote_id, e.text FROM event e JOIN ticket t ON t.id = e.ticket_id"
            f" WHERE e.remote_id IS NOT NULL AND coalesce(t.remote_id, '') NOT IN ({marks})",
            tuple(kept),
        ).fetchall()
    )
    told = {
        one.remote_id: one.text
        for one in far_side.log()
        if isinstance(one, EventAppend)
        and one.remote_id not in far_side.poisoned
        and not far_side.passed(one)
    }
    if events.keys() ^ told.keys():
        found.append(
            f"events only here {sorted(events.keys() - told.keys())} only there {sorted(told.keys() - events.keys())}"
        )
    more = db.execute(
        "SELECT count(*) FROM event e JOIN ticket t ON t.id = e.ticket_id"
        f" WHERE e.remote_id IS NULL AND coalesce(t.remote_id, '') NOT IN ({marks})"
        # or about one that was never named, as only a person said that it had arrived
        " AND NOT (t.remote_id IS NULL AND t.status = 'closed' AND EXISTS (SELECT 1 FROM draft d WHERE d.ticket_id = t.id))"
        # or a change that a person said had arrived: where it changed nothing, nobody tells of it
        " AND NOT (e.kind = 'field_change' AND EXISTS (SELECT 1 FROM outbox o WHERE o.command_id = e.command_id"
        " AND o.state = 'confirmed' AND o.may_have_arrived))",
        tuple(kept),
    ).fetchone()[0]
    if more:
        found.append(f"{more} entries that the backend never told of")
    return found


def unnamed(db: Any) -> bool:
    """Whether a ticket made here still waits for the backend to name it."""
    return (
        db.execute("SELECT 1 FROM ticket WHERE remote_id IS NULL AND status <> 'closed'").fetchone()
        is not None
    )


def _written(db: Any, remote_id: str) -> bool:
    return bool(
        db.execute(
            "SELECT 1 FROM ticket t WHERE t.remote_id = ? AND (EXISTS (SELECT 1 FROM draft d WHERE d.ticket_id = t.id)"
            " OR EXISTS (SELECT 1 FROM outbox o WHERE o.ticket_id = t.id))",
            (remote_id,),
        ).fetchone()
    )
