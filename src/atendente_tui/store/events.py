"""Put what we did on a timeline, take it off again, and recognise it when the backend tells us about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.store.keys import SHIFT, free_key
from atendente_tui.store.tallies import mark_due

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx


def append_event(
    tx: Tx,
    *,
    ticket_id: int,
    customer_id: int,
    at: int,
    after: int | None,
    kind: str,
    channel: str | None,
    direction: str,
    author_kind: str,
    author: str,
    public: bool,
    text: str,
    data: Mapping[str, Any],
    command_id: str,
) -> int:
    """One entry of our own; returns its key. It stands behind `after`, whatever the clocks of others said."""
    key = free_key(tx.db, max(at, (after or 0) >> SHIFT), after)
    tx.db.execute(
        "INSERT INTO event (key, ticket_id, customer_id, at, kind, channel, direction, author_kind, author, public,"
        " text, data, command_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            ticket_id,
            customer_id,
            at,
            kind,
            channel,
            direction,
            author_kind,
            author,
            int(public),
            text,
            json.dumps(data, ensure_ascii=False),
            command_id,
        ),
    )
    tx.reindex("event", key)
    mark_due(tx.db, (ticket_id,))
    return key


def forget_event(tx: Tx, command_id: str) -> None:
    """Take what the command put on a timeline off again."""
    found = tx.db.execute("SELECT key FROM event WHERE command_id = ?", (command_id,)).fetchone()
    if found is not None:
        tx.db.execute("DELETE FROM event WHERE key = ?", found)
        tx.reindex("gone_event", found[0])


def bind_event(tx: Tx, key: int, remote_id: str) -> None:
    """Event `key` is the backend's `remote_id`. Where its echo came in first, the two become one."""
    echo = tx.db.execute("SELECT key, ticket_id FROM event WHERE remote_id = ?", (remote_id,)).fetchone()
    if echo is not None and echo[0] == key:
        return
    if echo is not None:
        tx.db.execute("UPDATE OR IGNORE attachment SET event_key = ? WHERE event_key = ?", (key, echo[0]))
        tx.db.execute("DELETE FROM event WHERE key = ?", (echo[0],))
        tx.reindex("gone_event", echo[0])
        if echo[1] is not None:
            step_back(tx, echo[1])
    tx.db.execute("UPDATE event SET remote_id = ? WHERE key = ?", (remote_id, key))


def step_back(tx: Tx, ticket_id: int) -> None:
    """After an event went: the ticket's newest is the newest there is."""
    tx.db.execute(
        "UPDATE ticket SET newest_event = (SELECT max(key) FROM event WHERE ticket_id = :id),"
        " seen_event = min(seen_event, (SELECT max(key) FROM event WHERE ticket_id = :id))"
        " WHERE id = :id AND newest_event > coalesce((SELECT max(key) FROM event WHERE ticket_id = :id), 0)",
        {"id": ticket_id},
    )
