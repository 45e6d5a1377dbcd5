"""The outbox: commands on their way out, in the order they were given.

A row is written in the same transaction as the effect a person sees, with the command's id made once and its
JSON as it will be sent. Its life:

    held ──► queued ──► sent ──► confirmed
      │         │  ▲       ├──► queued (may_have_arrived: looked up before it is sent again)
      ▼         ▼  └───────┼──► unknown | refused | conflict ──► a person: retry, edit, mark, discard
    undone    undone       └──► queued (certainly never left)

Only the oldest pending row of a ticket may be sent; rows of different tickets do not wait for each other. What
the backend said no to keeps its text, and the line of its ticket, until a person decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from atendente_tui.domain.words import PENDING_STATES, OutboxState
from atendente_tui.store import effects, gone, worked
from atendente_tui.store.rows import OutboxRow

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.domain.change import EventAppend
    from atendente_tui.domain.command import Command, Receipt
    from atendente_tui.store.store import Tx

KEPT_DAYS = 30
"""How long settled rows stay as the person's own record of what went out."""
_OF_LATE = 200
"""Rows, the newest, among which a claim that was just lost is looked for: the rest may be many thousand."""
_FIELDS = (
    "o.n, o.command_id, o.type, o.ticket_id, t.protocol, o.body, o.state, o.hold_until, o.attempts, o.next_try,"
    " o.error_code, o.error, o.current, o.created, o.events"
)
_FROM = f"SELECT {_FIELDS} FROM outbox o LEFT JOIN ticket t ON t.id = o.ticket_id"
_UNSETTLED = _FROM.replace("outbox o ", "outbox o INDEXED BY outbox_pending ")
_PENDING = (
    "('held','queued','sent','unknown','refused','conflict')"  # literal: it must match the partial index
)
_SET_BACK = 60_000
"""Milliseconds that a clock may be set back before the waits counted on it are void."""
# A row that was written after now was written by a clock that has been set back since: its waits would last as long.
# A moment that a person chose is no wait.
_VOID = f"(o.changed > :now + {_SET_BACK} AND json_extract(o.body, '$.not_before') IS NULL)"
_OVER = f"({_VOID} OR (o.hold_until <= :now AND o.next_try <= :now))"
_HELD_ENOUGH = f"({_VOID} OR o.hold_until <= :now)"
_FREE = (
    "o.state IN ('held','queued') AND (o.ticket_id IS NULL OR NOT EXISTS (SELECT 1 FROM outbox e"
    f" WHERE e.ticket_id = o.ticket_id AND e.n < o.n AND e.state IN {_PENDING}"
    # what was written to leave later lets what is said until then go first
    " AND NOT (e.state = 'held' AND json_extract(e.body, '$.not_before') IS NOT NULL)))"
)


class Outgoing(NamedTuple):
    """What the sender needs of a row that it has just taken."""

    n: int
    command_id: str
    type: str
    ticket_id: int | None
    body: str
    attempts: int
    """How often it was tried, this time included."""
    first_try: int
    may_have_arrived: bool


def add(tx: Tx, command: Command, hold_until: int, undo: Mapping[str, Any]) -> int:
    """Put a command in line; returns its number. `undo` is what `effects.perform` gave.

    hold_until   ms; until then it may be undone, and is not sent.
    """
    ticket = getattr(command, "ticket", None)
    state = OutboxState.HELD if hold_until > tx.now else OutboxState.QUEUED
    number = tx.db.execute(
        "INSERT INTO outbox (command_id, type, ticket_id, body, state, hold_until, undo, created, changed)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        (
            str(command.id),
            command.type,
            ticket.id if ticket else None,
            command.model_dump_json(),
            state,
            hold_until,
            json.dumps(undo, ensure_ascii=False),
            tx.now,
            tx.now,
        ),
    ).lastrowid
    _touch(tx, ticket.id if ticket else None)
    return int(number)


def row(db: Connection, command_id: str) -> OutboxRow | None:
    found = db.execute(f"{_FROM} WHERE o.command_id = ?", (command_id,)).fetchone()
    return OutboxRow(*found) if found else None


def due(db: Connection, now_ms: int, limit: int = 64) -> list[OutboxRow]:
    """The rows that may be sent now: each the oldest pending one of its ticket, hold and wait over."""
    return [
        OutboxRow(*found)
        for found in db.execute(
            f"{_UNSETTLED} WHERE o.state IN {_PENDING} AND {_FREE} AND {_OVER} ORDER BY o.n LIMIT :limit",
            {"now": now_ms, "limit": limit},
        )
    ]


def next_due(db: Connection, now_ms: int, *, tried: bool = False) -> int | None:
    """When the next row may be sent (ms, possibly past); None when every line is empty or waits for a person.

    tried   only rows that were sent before, in vain
    """
    found = db.execute(
        f"SELECT min(CASE WHEN {_OVER} THEN 0 ELSE max(o.hold_until, o.next_try) END) FROM outbox o"
        f" WHERE o.state IN {_PENDING} AND {_FREE}" + (" AND o.error_code IS NOT NULL" if tried else ""),
        {"now": now_ms},
    ).fetchone()
    return found[0] if found else None


def pending(db: Connection) -> list[OutboxRow]:
    """Everything that is not settled, oldest first."""
    return [
        OutboxRow(*found) for found in db.execute(f"{_UNSETTLED} WHERE o.state IN {_PENDING} ORDER BY o.n")
    ]


def conflicts(db: Connection, limit: int = 50) -> list[OutboxRow]:
    """Where somebody was faster, newest first: what a person has not decided yet, and claims that were lost of late."""
    rows = db.execute(
        f"SELECT * FROM ({_UNSETTLED} WHERE o.state IN {_PENDING} AND o.state = 'conflict' ORDER BY o.n DESC LIMIT :limit)"
        f" UNION ALL SELECT * FROM ({_FROM} WHERE o.n > (SELECT max(n) FROM outbox) - {_OF_LATE}"
        " AND o.state = 'discarded' AND o.error_code = 'conflict' ORDER BY o.n DESC LIMIT :limit)",
        {"limit": limit},
    )
    return sorted((OutboxRow(*found) for found in rows), reverse=True)[:limit]


def listing(
    db: Connection, states: Iterable[OutboxState] | None = None, limit: int = 1000
) -> list[OutboxRow]:
    """Rows in these states (default: all), newest first."""
    wanted = list(states) if states is not None else list(OutboxState)
    marks = ",".join("?" * len(wanted))
    return [
        OutboxRow(*found)
        for found in db.execute(
            f"{_FROM} WHERE o.state IN ({marks}) ORDER BY o.n DESC LIMIT ?", (*wanted, limit)
        )
    ]


def counts(db: Connection) -> dict[OutboxState, int]:
    """How many rows stand in each pending state."""
    found = db.execute(f"SELECT state, count(*) FROM outbox WHERE state IN {_PENDING} GROUP BY state")
    return {OutboxState(state): number for state, number in found}


def recover(tx: Tx) -> int:
    """At a start: what was in flight when the program ended may have arrived, or not. Returns how many."""
    changed = tx.db.execute(
        "UPDATE outbox SET state = 'queued', may_have_arrived = 1, hold_until = min(hold_until, :now),"
        " next_try = min(next_try, :now), changed = :now WHERE state = 'sent'",
        {"now": tx.now},
    ).rowcount
    if changed:
        tx.touch("outbox")
    return int(changed)


def mark_sent(tx: Tx, n: int) -> Outgoing | None:
    """Take a row for sending; None when it is no longer free (undone, edited, or another stands before it)."""
    found = tx.db.execute(
        f"SELECT o.command_id, o.type, o.ticket_id, o.body, o.attempts, o.first_try, o.may_have_arrived"
        f" FROM outbox o WHERE o.n = :n AND {_FREE} AND {_HELD_ENOUGH}",
        {"n": n, "now": tx.now},
    ).fetchone()
    if found is None:
        return None
    command_id, kind, ticket_id, body, attempts, first_try, maybe = found
    tx.db.execute(
        "UPDATE outbox SET state = 'sent', attempts = attempts + 1, first_try = coalesce(first_try, :now),"
        " hold_until = min(hold_until, :now), changed = :now WHERE n = :n",
        {"n": n, "now": tx.now},
    )
    _touch(tx, ticket_id)
    return Outgoing(n, command_id, kind, ticket_id, body, attempts + 1, first_try or tx.now, bool(maybe))


def requeue(
    tx: Tx,
    n: int,
    next_try: int,
    *,
    may_have_arrived: bool,
    error_code: str,
    error: str = "",
    counted: bool = True,
) -> None:
    """Back in line until `next_try` (ms). `counted` False takes the attempt back (asked to wait, not logged in)."""
    tx.db.execute(
        "UPDATE outbox SET state = 'queued', next_try = ?, may_have_arrived = ?, error_code = ?, error = ?, changed = ?,"
        " hold_until = min(hold_until, ?), attempts = attempts - ? WHERE n = ? AND state = 'sent'",
        (next_try, int(may_have_arrived), error_code, error, tx.now, tx.now, 0 if counted else 1, n),
    )
    tx.touch("outbox")


def settle(tx: Tx, receipt: Receipt) -> bool:
    """The backend applied it. False when the row is unknown or already settled."""
    found = _pending_row(tx, str(receipt.command_id))
    if found is None:
        return False
    n, ticket_id = found
    lost = (
        ticket_id is not None and receipt.ticket is not None and gone.was_told(tx, ticket_id, receipt.ticket)
    )
    effects.confirmed(tx, n, receipt)
    _end(tx, n, OutboxState.CONFIRMED, receipt=receipt.model_dump_json())
    if ticket_id is not None and lost:
        gone.let_go(tx, ticket_id, pending=ticket_id in effects.pending_tickets(tx))
    if receipt.ticket is not None:
        gone.forget(tx)
    _touch(tx, ticket_id)
    return True


def settle_seen(tx: Tx, n: int) -> None:
    """A person saw that it arrived, though no answer came. The row keeps that nobody else said so (`gone`)."""
    effects.counted_in(tx, n)
    settle_here(tx, n)
    tx.db.execute("UPDATE outbox SET may_have_arrived = 1 WHERE n = ?", (n,))


def settle_here(tx: Tx, n: int) -> None:
    """Confirm a command that never leaves this store: the backend has no such thing."""
    ticket_id = tx.db.execute("SELECT ticket_id FROM outbox WHERE n = ?", (n,)).fetchone()[0]
    _end(tx, n, OutboxState.CONFIRMED)
    _touch(tx, ticket_id)


def unknown(tx: Tx, n: int, error: str = "") -> None:
    """No answer came and nobody can tell whether it arrived. What is seen stays; a person decides."""
    _stop(tx, n, OutboxState.UNKNOWN, "unknown", error, None, maybe=True)


def refuse(tx: Tx, n: int, code: str, reason: str = "") -> None:
    """A lasting no. The fields go back to what they were; text and reason stay."""
    effects.withdraw(tx, n)
    _stop(tx, n, OutboxState.REFUSED, code, reason, None, maybe=False)


def conflict(
    tx: Tx, n: int, detail: str, current: Mapping[str, str | None], events: Sequence[EventAppend] = ()
) -> bool:
    """Somebody was faster. The fields show how it stands now (`current`, by name); both versions are kept.

    A claim ends here: the ticket has its holder, nothing is left to decide, and what was given after it may go.
    True when something is left to decide.

    events   what was said since, where that is why
    """
    effects.withdraw(tx, n, current)
    kind, ticket_id = tx.db.execute("SELECT type, ticket_id FROM outbox WHERE n = ?", (n,)).fetchone()
    if kind == "claim" and current.get("assignee"):
        effects.efface(tx, n)
        _end(tx, n, OutboxState.DISCARDED)
        tx.db.execute(
            "UPDATE outbox SET error_code = 'conflict', error = ?, current = ? WHERE n = ?",
            (detail, json.dumps(dict(current), ensure_ascii=False), n),
        )
        _touch(tx, ticket_id)
        return False
    _stop(tx, n, OutboxState.CONFLICT, "conflict", detail, dict(current), maybe=False)
    if events:
        told = json.dumps([one.model_dump(mode="json") for one in events], ensure_ascii=False)
        tx.db.execute("UPDATE outbox SET events = ? WHERE n = ?", (told, n))
    return True


def release(tx: Tx, n: int, *, may_have_arrived: bool) -> None:
    """A person wants it tried again: from the front of its line, with every attempt ahead of it."""
    effects.renew(tx, n)
    tx.db.execute(
        "UPDATE outbox SET state = 'queued', attempts = 0, first_try = NULL, next_try = 0, may_have_arrived = :maybe,"
        " hold_until = min(hold_until, :now), error_code = NULL, error = NULL, current = NULL, events = NULL,"
        " changed = :now WHERE n = :n",
        {"maybe": int(may_have_arrived), "now": tx.now, "n": n},
    )
    _touch(tx, tx.db.execute("SELECT ticket_id FROM outbox WHERE n = ?", (n,)).fetchone()[0])


def replace(tx: Tx, n: int, command: Command, hold_until: int) -> None:
    """Put an edited command, with its own new id, in the place of one that was never applied."""
    effects.rewrite(tx, n, command)
    tx.db.execute(
        "UPDATE outbox SET command_id = ?, body = ?, state = ?, hold_until = ?, attempts = 0, first_try = NULL,"
        " next_try = 0, may_have_arrived = 0, error_code = NULL, error = NULL, current = NULL, events = NULL, changed = ?"
        " WHERE n = ?",
        (
            str(command.id),
            command.model_dump_json(),
            OutboxState.HELD if hold_until > tx.now else OutboxState.QUEUED,
            hold_until,
            tx.now,
            n,
        ),
    )
    effects.renew(tx, n)
    _touch(tx, tx.db.execute("SELECT ticket_id FROM outbox WHERE n = ?", (n,)).fetchone()[0])


def take_back(tx: Tx, n: int, state: OutboxState) -> None:
    """Undo what it did here and end it as undone or discarded. The caller knows that it may."""
    ticket_id, body = tx.db.execute("SELECT ticket_id, body FROM outbox WHERE n = ?", (n,)).fetchone()
    effects.undo(tx, n)
    worked.give_back(tx, json.loads(body))
    _end(tx, n, state)
    _touch(tx, ticket_id)


def later(db: Connection, n: int) -> list[int]:
    """Numbers of the pending rows of the same ticket that were given after this one, newest first."""
    return [
        found[0]
        for found in db.execute(
            f"SELECT e.n FROM outbox o JOIN outbox e ON e.ticket_id = o.ticket_id AND e.n > o.n"
            f" AND e.state IN {_PENDING} WHERE o.n = ? ORDER BY e.n DESC",
            (n,),
        )
    ]


def prune(tx: Tx) -> int:
    """Forget rows that were settled more than `KEPT_DAYS` ago; returns how many."""
    ended = [str(state) for state in OutboxState if state not in PENDING_STATES]
    return int(
        tx.db.execute(
            f"DELETE FROM outbox WHERE state IN ({','.join('?' * len(ended))}) AND changed < ?",
            (*ended, tx.now - KEPT_DAYS * 86_400_000),
        ).rowcount
    )


def _pending_row(tx: Tx, command_id: str) -> tuple[int, int | None] | None:
    found = tx.db.execute(
        f"SELECT n, ticket_id FROM outbox WHERE command_id = ? AND state IN {_PENDING}", (command_id,)
    ).fetchone()
    return (found[0], found[1]) if found else None


def _end(tx: Tx, n: int, state: OutboxState, receipt: str | None = None) -> None:
    # An empty undo holds no field against what the backend says next.
    tx.db.execute(
        "UPDATE outbox SET state = ?, undo = '{}', receipt = ?, error_code = NULL, error = NULL, events = NULL, may_have_arrived = 0,"
        " changed = ? WHERE n = ?",
        (state, receipt, tx.now, n),
    )


def _stop(
    tx: Tx,
    n: int,
    state: OutboxState,
    code: str,
    error: str,
    current: dict[str, str | None] | None,
    *,
    maybe: bool,
) -> None:
    tx.db.execute(
        "UPDATE outbox SET state = ?, error_code = ?, error = ?, current = ?, events = NULL, may_have_arrived = ?,"
        " changed = ? WHERE n = ?",
        (
            state,
            code,
            error,
            json.dumps(current, ensure_ascii=False) if current is not None else None,
            maybe,
            tx.now,
            n,
        ),
    )
    _touch(tx, tx.db.execute("SELECT ticket_id FROM outbox WHERE n = ?", (n,)).fetchone()[0])


def _touch(tx: Tx, ticket_id: int | None) -> None:
    tx.touch("outbox")
    if ticket_id is not None:
        tx.touch("queue", f"ticket:{ticket_id}")
