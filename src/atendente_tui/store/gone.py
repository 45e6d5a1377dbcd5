"""Tickets that the helpdesk says are no more, those made here among them whose number there is not known yet.

The answer to `create` may get lost, and the ticket may vanish over there before we learn which it was. Its going is
told once, under an id that no row has: it is remembered while a `create` is on its way, so that what is bound to that
id later goes, too. Where nobody but a person could say that it had arrived, no id will ever be bound: a while after that
word, what no pull has brought is taken for gone.

What a person wrote keeps such a ticket here. Its row bears the mark `gone` then: below whatever is still to be said about it
lies "closed" and nothing else (`effects`), until the helpdesk tells of it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atendente_tui.store import effects

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx

_GONE = "gone:"
"""Before a remote id, the key under which `sync_state` remembers it."""
LOST = 600_000
"""Milliseconds for which pulls may still bring a ticket that a person said had arrived."""
_UNBOUND = (
    "SELECT t.id FROM ticket t JOIN outbox o ON o.ticket_id = t.id WHERE t.remote_id IS NULL"
    " AND o.type = 'create' AND o.state = 'confirmed' AND o.may_have_arrived"
)
_LONG_AGO = f"(o.changed <= :now - {LOST} OR o.changed > :now + {LOST})"
"""The second where the clock was set back meanwhile."""
_CREATING = f"SELECT 1 FROM outbox WHERE state IN {effects.PENDING} AND type = 'create' LIMIT 1"


def let_go(tx: Tx, ticket_id: int, *, pending: bool) -> bool:
    """Remove a ticket; what a person wrote and nobody has got yet keeps it here, closed. Whether anything changed.

    pending   whether commands about it are not settled
    """
    place = "SELECT status, assignee, team FROM ticket WHERE id = ?"
    status, assignee, team = tx.db.execute(place, (ticket_id,)).fetchone()
    kept = pending or _written(tx, ticket_id)
    if kept:
        # Without the digest: should it come back as it was, that is news.
        marked = "UPDATE ticket SET gone = coalesce(gone, ?), mark = NULL WHERE id = ?"
        tx.db.execute(marked, (tx.now, ticket_id))
        effects.lay_under(tx, ticket_id, {})
        if tx.db.execute(place, (ticket_id,)).fetchone() == (status, assignee, team):
            return False
    else:
        tx.tally((status, assignee, team), None)
        forget_ticket(tx, ticket_id)
    tx.touch("queue", "promises", f"ticket:{ticket_id}")
    return True


def remember(tx: Tx, backend: str, remote_id: str) -> None:
    """A ticket is gone over there: should one made here turn out to be it, that one is gone as well."""
    if tx.db.execute(_CREATING).fetchone():
        tx.db.execute(
            "INSERT OR IGNORE INTO sync_state (backend, key, value) VALUES (?, ?, '')",
            (backend, f"{_GONE}{remote_id}"),
        )


def was_told(tx: Tx, ticket_id: int, remote_id: str) -> bool:
    """Whether this ticket, made here, is to be bound to an id that was told gone and has not come back since."""
    found = tx.db.execute(
        "SELECT 1 FROM sync_state s JOIN ticket t ON t.id = :ticket WHERE s.key = :key AND t.remote_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM ticket WHERE remote_id = :remote AND gone IS NULL)",
        {"ticket": ticket_id, "key": f"{_GONE}{remote_id}", "remote": remote_id},
    ).fetchone()
    return found is not None


def forget(tx: Tx) -> None:
    """Once nothing made here waits for its number, no id has to be remembered."""
    if not tx.db.execute(_CREATING).fetchone():
        tx.db.execute(f"DELETE FROM sync_state WHERE key GLOB '{_GONE}*'")


def awaited(db: Connection) -> bool:
    """Whether there are tickets that a person said had arrived, and no pull has brought."""
    return db.execute(f"{_UNBOUND} LIMIT 1").fetchone() is not None


def is_lost(db: Connection, ticket_id: int, now: int) -> bool:
    """Whether this is one of them, and was waited for long enough."""
    found = db.execute(
        f"{_UNBOUND} AND {_LONG_AGO} AND t.id = :ticket", {"now": now, "ticket": ticket_id}
    ).fetchone()
    return found is not None


def let_lost_go(tx: Tx) -> None:
    """After a pull that came to its end: what it has not brought in all that time is no more."""
    found = tx.db.execute(f"{_UNBOUND} AND {_LONG_AGO}", {"now": tx.now}).fetchall()
    pending = effects.pending_tickets(tx) if found else frozenset()
    for (ticket_id,) in found:
        let_go(tx, ticket_id, pending=ticket_id in pending)


def forget_ticket(tx: Tx, ticket_id: int) -> None:
    """Remove a ticket with its events, tags and promises. The caller moves the tally."""
    db = tx.db
    events = [row[0] for row in db.execute("SELECT key FROM event WHERE ticket_id = ?", (ticket_id,))]
    db.execute("DELETE FROM event WHERE ticket_id = ?", (ticket_id,))
    db.execute("DELETE FROM promise WHERE ticket_id = ?", (ticket_id,))
    db.execute("UPDATE ticket SET merged_into = NULL WHERE merged_into = ?", (ticket_id,))
    db.execute("DELETE FROM ticket WHERE id = ?", (ticket_id,))
    tx.reindex("gone_event", *events)
    tx.reindex("gone_ticket", ticket_id)


def _written(tx: Tx, ticket_id: int) -> bool:
    found = tx.db.execute("SELECT 1 FROM draft WHERE ticket_id = ? AND text <> ''", (ticket_id,)).fetchone()
    return found is not None
