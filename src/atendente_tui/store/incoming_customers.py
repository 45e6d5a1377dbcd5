"""People as the backend knows them: None says nothing, addresses and facts are added to those we have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from atendente_tui.domain.identities import normal
from atendente_tui.store.incoming import Batch, compact

if TYPE_CHECKING:
    from atendente_tui.domain.change import CustomerUpsert


def apply_customers(batch: Batch, changes: Sequence[CustomerUpsert]) -> int:
    """Write what is new about these people; returns how many had any."""
    if not changes:
        return 0
    db, now = batch.db, batch.tx.now
    known = {
        row[0]: row[1:]
        for row in db.execute(
            "SELECT c.remote_id, c.id, c.name, c.social_name, c.segment, c.preferred_channel, c.language"
            " FROM json_each(?) j CROSS JOIN customer c ON c.remote_id = j.value",
            (compact([change.remote_id for change in changes]),),
        )
    }
    batch.customers.update((remote_id, row[0]) for remote_id, row in known.items())
    addresses, facts = _known_addresses(batch, changes), _known_facts(batch, changes)
    next_id = int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM customer").fetchone()[0])

    added: list[tuple[object, ...]] = []
    updated: list[tuple[object, ...]] = []
    new_addresses: list[tuple[object, ...]] = []
    new_facts: list[tuple[object, ...]] = []
    moved: set[int] = set()
    for change in changes:
        segment = None if change.segment is None else change.segment._value_
        channel = None if change.preferred_channel is None else change.preferred_channel._value_
        old = known.get(change.remote_id)
        if old is None:
            customer_id = next_id
            next_id += 1
            batch.customers[change.remote_id] = customer_id
            moved.add(customer_id)
            added.append(
                (
                    customer_id,
                    change.remote_id,
                    change.name,
                    change.social_name,
                    segment,
                    channel,
                    change.language,
                    now,
                )
            )
        else:
            customer_id = old[0]
            row = (
                change.name,
                change.social_name if change.social_name is not None else old[2],
                segment if segment is not None else old[3],
                channel if channel is not None else old[4],
                change.language if change.language is not None else old[5],
            )
            if row != old[1:]:
                moved.add(customer_id)
                updated.append((*row, now, customer_id))
                if row[2] != old[3]:
                    batch.rejudge.update(one[0] for one in db.execute(_LIVE_OF, (customer_id,)))
        for identity in change.identities:
            kind, value = identity.kind._value_, identity.value
            if (customer_id, kind, value) not in addresses:
                new_addresses.append((customer_id, kind, normal(identity.kind, value), value))
                moved.add(customer_id)
        for name, value in change.facts.items():
            if facts.get((customer_id, name)) != value:
                new_facts.append((customer_id, name, value, now, batch.backend))
                moved.add(customer_id)
    if added:
        db.executemany(
            "INSERT INTO customer (id, remote_id, name, social_name, segment, preferred_channel, language, updated)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            added,
        )
    if updated:
        db.executemany(
            "UPDATE customer SET name = ?, social_name = ?, segment = ?, preferred_channel = ?, language = ?, updated = ?"
            " WHERE id = ?",
            updated,
        )
    if new_addresses:
        db.executemany(
            "INSERT INTO identity (customer_id, kind, normal, value) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (customer_id, kind, normal) DO UPDATE SET value = excluded.value",
            new_addresses,
        )
    if new_facts:
        db.executemany(
            "INSERT INTO fact (customer_id, name, value, at, author) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (customer_id, name) DO UPDATE SET value = excluded.value, at = excluded.at,"
            " author = excluded.author",
            new_facts,
        )
    if moved:
        batch.tx.reindex("customer", *moved)
        batch.moved_customers |= moved
        batch.tx.touch("queue")
    return len(moved)


_LIVE_OF = (
    "SELECT id FROM ticket WHERE customer_id = ? AND status IN ('new','open','pending','on_hold','snoozed')"
)


def _known_addresses(batch: Batch, changes: Sequence[CustomerUpsert]) -> set[tuple[int, str, str]]:
    ids = [
        batch.customers[one.remote_id]
        for one in changes
        if one.identities and one.remote_id in batch.customers
    ]
    if not ids:
        return set()
    return set(
        batch.db.execute(
            "SELECT i.customer_id, i.kind, i.value FROM json_each(?) j CROSS JOIN identity i ON i.customer_id = j.value",
            (json.dumps(ids),),
        ).fetchall()
    )


def _known_facts(batch: Batch, changes: Sequence[CustomerUpsert]) -> dict[tuple[int, str], str]:
    ids = [
        batch.customers[one.remote_id] for one in changes if one.facts and one.remote_id in batch.customers
    ]
    if not ids:
        return {}
    return {
        (row[0], row[1]): row[2]
        for row in batch.db.execute(
            "SELECT f.customer_id, f.name, f.value FROM json_each(?) j CROSS JOIN fact f ON f.customer_id = j.value",
            (json.dumps(ids),),
        )
    }
