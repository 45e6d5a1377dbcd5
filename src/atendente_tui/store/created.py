"""Tickets that were made here: born without a remote id, named by the backend later, never there twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.identities import normal
from atendente_tui.domain.instants import from_ms
from atendente_tui.domain.protocol import protocol as our_protocol
from atendente_tui.domain.words import AuthorKind, Direction, EventKind, IdentityKind, Status
from atendente_tui.store.assessing import reassess
from atendente_tui.store.columns import HELD, TRAIL, ms
from atendente_tui.store.events import append_event, bind_event, forget_event

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.store.writing import Tx


def next_ticket_id(db: Connection) -> int:
    """An id that no ticket has, nor had one that a command still names."""
    found = db.execute(
        "SELECT max(coalesce((SELECT max(id) FROM ticket), 0), coalesce((SELECT max(ticket_id) FROM outbox), 0)) + 1"
    ).fetchone()
    return int(found[0])


def create(tx: Tx, body: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket, its customer and their first message. Returns the undo record."""
    ticket_id, at, opened = body["ticket"]["id"], ms(body["at"]), ms(body["opened_at"])
    customer_id, more = _customer(tx, body, at)
    inbound = body["inbound"]
    tags = list(dict.fromkeys(body["tags"]))
    tx.db.execute(
        "INSERT INTO ticket (id, protocol, subject, customer_id, channel, status, priority, team, tags, opened, updated,"
        " last_inbound, waiting_since, first_reply, last_outbound) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            ticket_id,
            _free_protocol(tx.db, opened, ticket_id),
            body["subject"],
            customer_id,
            body["channel"],
            Status.NEW if inbound else Status.OPEN,
            body["priority"],
            body["team"],
            json.dumps(tags, ensure_ascii=False),
            opened,
            max(at, opened),
            *((opened, opened, None, None) if inbound else (None, None, at, at)),
        ),
    )
    tx.db.executemany(
        "INSERT INTO ticket_tag (tag, ticket_id) VALUES (?, ?)", [(tag, ticket_id) for tag in tags]
    )
    key = append_event(
        tx,
        ticket_id=ticket_id,
        customer_id=customer_id,
        at=opened if inbound else at,
        after=None,
        kind=EventKind.MESSAGE,
        channel=body["channel"],
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        author_kind=AuthorKind.CUSTOMER if inbound else AuthorKind.AGENT,
        author=body["customer_name"] if inbound else body["author"],
        public=True,
        text=body["text"],
        data={},
        command_id=body["id"],
    )
    tx.db.execute(
        "UPDATE ticket SET newest_event = :key, seen_event = :key WHERE id = :id",
        {"key": key, "id": ticket_id},
    )
    tx.tally(None, _place(tx.db, ticket_id))
    tx.reindex("ticket", ticket_id)
    reassess(tx, [ticket_id])
    tx.touch("queue", f"ticket:{ticket_id}", f"customer:{customer_id}")
    return {"@event": key, "@more": more}


def uncreate(tx: Tx, body: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """As if it had never been made; the customer stays when known before, or meanwhile known otherwise."""
    ticket_id = body["ticket"]["id"]
    found = tx.db.execute("SELECT customer_id FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    if found is None:
        return
    customer_id = found[0]
    tx.tally(_place(tx.db, ticket_id), None)
    forget_event(tx, body["id"])
    for table in ("draft", "outbox"):  # its id may be another ticket's one day
        tx.db.execute(f"UPDATE {table} SET ticket_id = NULL WHERE ticket_id = ?", (ticket_id,))
    tx.db.execute("DELETE FROM promise WHERE ticket_id = ?", (ticket_id,))
    tx.db.execute("DELETE FROM ticket WHERE id = ?", (ticket_id,))
    tx.reindex("gone_ticket", ticket_id)
    for kind, value in more.get("identities", ()):
        tx.db.execute(
            "DELETE FROM identity WHERE customer_id = ? AND kind = ? AND normal = ?",
            (customer_id, kind, value),
        )
    alone = not tx.db.execute(
        "SELECT 1 FROM ticket WHERE customer_id = :id UNION ALL SELECT 1 FROM event WHERE customer_id = :id LIMIT 1",
        {"id": customer_id},
    ).fetchone()
    if more.get("customer") == customer_id and alone:
        tx.db.execute("DELETE FROM customer WHERE id = ? AND remote_id IS NULL", (customer_id,))
        tx.reindex("gone_customer", customer_id)
    tx.touch("queue", f"ticket:{ticket_id}", f"customer:{customer_id}")


def rebind(tx: Tx, ticket_id: int, remote_id: str, protocol: str | None) -> dict[str, Any] | None:
    """Give our ticket the backend's id and number.

    When a pull brought the same ticket in before the answer came, its history moves to ours and the columns it
    had are returned, for the caller to lay under what is pending.
    """
    found = tx.db.execute(
        "SELECT remote_id, protocol, fields FROM ticket WHERE id = ?", (ticket_id,)
    ).fetchone()
    if found is None or found[0] is not None:
        return None
    doubled = _fold(tx, ticket_id, remote_id)
    number = protocol or (doubled or {}).get("protocol") or found[1]
    taken = tx.db.execute(
        "SELECT 1 FROM ticket WHERE protocol = ? AND id != ?", (number, ticket_id)
    ).fetchone()
    if taken:
        number = found[1]
    fields = json.loads(found[2])
    if number != found[1] and found[1]:
        fields["protocol_here"] = found[1]  # the customer may have been told this one
    tx.db.execute(
        "UPDATE ticket SET remote_id = ?, protocol = ?, fields = ? WHERE id = ?",
        (remote_id, number, json.dumps(fields, ensure_ascii=False), ticket_id),
    )
    tx.reindex("ticket", ticket_id)
    tx.touch("queue", f"ticket:{ticket_id}")
    return doubled


def _fold(tx: Tx, ticket_id: int, remote_id: str) -> dict[str, Any] | None:
    names = (
        "id",
        "customer_id",
        "protocol",
        "subject",
        "version",
        "remote_status",
        "gone",
        *HELD,
        *TRAIL,
        "last_inbound",
    )
    found = tx.db.execute(
        f"SELECT {', '.join(names)} FROM ticket WHERE remote_id = ?", (remote_id,)
    ).fetchone()
    if found is None:
        return None
    other = dict(zip(names, found, strict=True))
    first = tx.db.execute(
        "SELECT key, text FROM event WHERE ticket_id = ? AND command_id IS NOT NULL ORDER BY key LIMIT 1",
        (ticket_id,),
    ).fetchone()
    if first is not None:
        echo = tx.db.execute(
            "SELECT remote_id FROM event WHERE ticket_id = ? AND kind = 'message' AND command_id IS NULL AND text = ?"
            " AND remote_id IS NOT NULL ORDER BY key LIMIT 1",
            (other["id"], first[1]),
        ).fetchone()
        if echo is not None:
            bind_event(tx, first[0], echo[0])
    tx.tally(_place(tx.db, other["id"]), None)
    _readdress(tx, other["id"], ticket_id)
    for table in ("event", "promise", "outbox"):
        tx.db.execute(f"UPDATE {table} SET ticket_id = ? WHERE ticket_id = ?", (ticket_id, other["id"]))
    tx.db.execute("UPDATE ticket SET merged_into = ? WHERE merged_into = ?", (ticket_id, other["id"]))
    tx.db.execute("DELETE FROM ticket WHERE id = ?", (other["id"],))
    tx.reindex("gone_ticket", other["id"])
    tx.db.execute(
        "UPDATE ticket SET subject = :subject, version = :version, remote_status = :remote_status, gone = :gone,"
        " customer_id = :customer_id, newest_event = (SELECT max(key) FROM event WHERE ticket_id = :mine),"
        " last_inbound = max(coalesce(last_inbound, 0), coalesce(:last_inbound, 0)) WHERE id = :mine",
        {
            **{
                name: other[name]
                for name in ("subject", "version", "remote_status", "gone", "customer_id", "last_inbound")
            },
            "mine": ticket_id,
        },
    )
    for (customer_id,) in tx.db.execute(
        "SELECT DISTINCT customer_id FROM event WHERE ticket_id = ?", (ticket_id,)
    ).fetchall():
        fold_customer(tx, customer_id, other["customer_id"])
    tx.touch(f"ticket:{other['id']}")
    return other


def _readdress(tx: Tx, gone: int, kept: int) -> None:
    """What was given, and what was being written, about the one row is about the other from now on."""
    for name in ("ticket", "into", "other"):
        tx.db.execute(
            f"UPDATE outbox SET body = json_set(body, '$.{name}.id', :kept)"
            f" WHERE state NOT IN ('confirmed','undone','discarded') AND json_extract(body, '$.{name}.id') = :gone",
            {"gone": gone, "kept": kept},
        )
    drafts = tx.db.execute("SELECT slot, text FROM draft WHERE ticket_id = ?", (gone,)).fetchall()
    for slot, text in drafts:
        place = f"{kept}:{slot.partition(':')[2]}"
        there = tx.db.execute("SELECT text FROM draft WHERE slot = ?", (place,)).fetchone()
        if there is not None and there[0].strip():
            tx.db.execute("UPDATE draft SET text = ? WHERE slot = ?", (f"{there[0]}\n\n{text}", place))
            tx.db.execute("DELETE FROM draft WHERE slot = ?", (slot,))
        else:
            tx.db.execute("DELETE FROM draft WHERE slot = ?", (place,))
            tx.db.execute("UPDATE draft SET slot = ?, ticket_id = ? WHERE slot = ?", (place, kept, slot))


def fold_customer(tx: Tx, gone: int, kept: int) -> None:
    """The person we made a record for has one at the backend: what only we knew moves to it.

    Does nothing for a customer that the backend knows.
    """
    ours = tx.db.execute("SELECT 1 FROM customer WHERE id = ? AND remote_id IS NULL", (gone,)).fetchone()
    if ours is None or gone == kept:
        return
    for table in ("ticket", "event"):
        tx.db.execute(f"UPDATE {table} SET customer_id = ? WHERE customer_id = ?", (kept, gone))
    for table in ("identity", "fact"):
        tx.db.execute(f"UPDATE OR IGNORE {table} SET customer_id = ? WHERE customer_id = ?", (kept, gone))
    tx.db.execute("UPDATE customer SET merged_into = ? WHERE merged_into = ?", (kept, gone))
    tx.db.execute("DELETE FROM customer WHERE id = ?", (gone,))
    tx.reindex("gone_customer", gone)
    tx.reindex("customer", kept)
    tx.touch(f"customer:{gone}", f"customer:{kept}")


def _customer(tx: Tx, body: Mapping[str, Any], at: int) -> tuple[int, dict[str, Any]]:
    """The customer with one of these identities, else a new one; and what was added."""
    wanted = [
        (one["kind"], normal(IdentityKind(one["kind"]), one["value"]), one["value"])
        for one in body["identities"]
    ]
    known: int | None = None
    for kind, value, _ in wanted:
        found = tx.db.execute(
            "SELECT c.id FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.normal = ? AND i.kind = ?"
            " AND c.merged_into IS NULL ORDER BY c.id LIMIT 1",
            (value, kind),
        ).fetchone()
        if found is not None:
            known = found[0]
            break
    customer_id = known
    if customer_id is None:
        customer_id = int(
            tx.db.execute(
                "INSERT INTO customer (name, updated) VALUES (?, ?)", (body["customer_name"], at)
            ).lastrowid
        )
    added = [
        [kind, value]
        for kind, value, written in wanted
        if tx.db.execute(
            "INSERT OR IGNORE INTO identity (customer_id, kind, normal, value) VALUES (?, ?, ?, ?)",
            (customer_id, kind, value, written),
        ).rowcount
    ]
    if known is None or added:
        tx.reindex("customer", customer_id)
    return customer_id, {"customer": None if known is not None else customer_id, "identities": added}


def _free_protocol(db: Connection, opened: int, number: int) -> str:
    year = from_ms(opened).year
    while db.execute("SELECT 1 FROM ticket WHERE protocol = ?", (our_protocol(year, number),)).fetchone():
        number += 1
    return our_protocol(year, number)


def _place(db: Connection, ticket_id: int) -> tuple[str, str | None, str | None]:
    found = db.execute("SELECT status, assignee, team FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return (found[0], found[1], found[2])
