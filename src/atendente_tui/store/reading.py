"""What the panes ask for: plain SQL into small typed rows, every query bounded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.words import IdentityKind
from atendente_tui.store import queue
from atendente_tui.store.rows import (
    ArticleRow,
    AttachmentRow,
    CustomerRow,
    DraftRow,
    EventRow,
    FactRow,
    IdentityRow,
    PromiseRow,
    QueueRow,
    SettingRow,
    TicketRow,
)

_TICKET = ", ".join(
    "coalesce(protocol, '#' || id)" if name == "protocol" else name for name in TicketRow._fields
)
_EVENT = (
    "e.key, e.ticket_id, e.customer_id, e.at, e.kind, e.channel, e.direction, e.author_kind, e.author, e.public,"
    " e.text, e.data, e.command_id,"
    " (SELECT o.state FROM outbox o WHERE o.command_id = e.command_id"
    "   AND o.state NOT IN ('confirmed','undone','discarded')),"
    " (SELECT count(*) FROM attachment a WHERE a.event_key = e.key), e.remote_id"
)


def ticket(db: Connection, ticket_id: int) -> TicketRow | None:
    row = db.execute(f"SELECT {_TICKET} FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return None if row is None else TicketRow._make(row)


def find_ticket(db: Connection, text: str) -> int | None:
    """Our id of the ticket that a person named by id or protocol number, "#" allowed.

    A bare number is our id first, and a protocol only where there is no such id: adapters and imports make protocols
    that are not bare numbers, but nobody can make a helpdesk do so.
    """
    name = text.strip()
    bare = name.removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) < 19:
        found = db.execute("SELECT id FROM ticket WHERE id = ?", (int(bare),)).fetchone()
        if found is not None:
            return int(found[0])
    found = db.execute("SELECT id FROM ticket WHERE protocol IN (?, ?) LIMIT 1", (name, bare)).fetchone()
    return None if found is None else int(found[0])


def customer(db: Connection, customer_id: int) -> CustomerRow | None:
    row = db.execute(
        f"SELECT {', '.join(CustomerRow._fields)} FROM customer WHERE id = ?",
        (customer_id,),
    ).fetchone()
    return None if row is None else CustomerRow._make(row)


def identities(db: Connection, customer_id: int) -> list[IdentityRow]:
    rows = db.execute(
        "SELECT kind, value FROM identity WHERE customer_id = ? ORDER BY kind, value", (customer_id,)
    )
    return [IdentityRow._make(row) for row in rows]


def facts(db: Connection, customer_id: int) -> list[FactRow]:
    rows = db.execute(
        "SELECT name, value, at, author FROM fact WHERE customer_id = ? ORDER BY name", (customer_id,)
    )
    return [FactRow._make(row) for row in rows]


def customer_by_identity(db: Connection, kind: str, value: str) -> int | None:
    """The customer who has this address, judged by its normal form; the first known where several share it."""
    from atendente_tui.domain.identities import normal

    row = db.execute(
        "SELECT min(customer_id) FROM identity WHERE normal = ? AND kind = ?",
        (normal(IdentityKind(kind), value), kind),
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def tickets_of(db: Connection, customer_id: int, *, limit: int = 200) -> list[QueueRow]:
    """Newest first."""
    rows = db.execute(
        f"SELECT {queue.COLUMNS}{queue.FROM.format('')} WHERE t.customer_id = ? ORDER BY t.opened DESC, t.id DESC LIMIT ?",
        (customer_id, limit),
    )
    return [QueueRow._make(row) for row in rows]


def _timeline_where(
    ticket_id: int | None,
    customer_id: int | None,
    channels: Collection[str] | None,
    kinds: Collection[str] | None,
) -> tuple[str, list[object]]:
    if (ticket_id is None) is (customer_id is None):
        raise ValueError("a timeline is of one ticket or of one customer")
    where = "e.ticket_id = ?" if ticket_id is not None else "e.customer_id = ?"
    values: list[object] = [ticket_id if ticket_id is not None else customer_id]
    for column, wanted in (("channel", channels), ("kind", kinds)):
        if wanted is not None:
            where += f" AND e.{column} IN ({','.join('?' * len(wanted))})"
            values += wanted
    return where, values


def timeline(
    db: Connection,
    ticket_id: int | None = None,
    customer_id: int | None = None,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 100,
    channels: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
) -> list[EventRow]:
    """Events in ascending order: the newest `limit`, or those next to the key `before` or `after`."""
    where, values = _timeline_where(ticket_id, customer_id, channels, kinds)
    if after is not None:
        rows = db.execute(
            f"SELECT {_EVENT} FROM event e WHERE {where} AND e.key > ? ORDER BY e.key LIMIT ?",
            (*values, after, limit),
        ).fetchall()
    else:
        until = " AND e.key < ?" if before is not None else ""
        rows = db.execute(
            f"SELECT {_EVENT} FROM event e WHERE {where}{until} ORDER BY e.key DESC LIMIT ?",
            (*values, *(() if before is None else (before,)), limit),
        ).fetchall()[::-1]
    return [_event(row) for row in rows]


def event(db: Connection, key: int) -> EventRow | None:
    row = db.execute(f"SELECT {_EVENT} FROM event e WHERE e.key = ?", (key,)).fetchone()
    return None if row is None else _event(row)


def _event(row: Sequence[Any]) -> EventRow:
    return EventRow._make((*row[:9], bool(row[9]), *row[10:]))


def event_count(
    db: Connection,
    ticket_id: int | None = None,
    customer_id: int | None = None,
    *,
    channels: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
) -> int:
    where, values = _timeline_where(ticket_id, customer_id, channels, kinds)
    return int(db.execute(f"SELECT count(*) FROM event e WHERE {where}", values).fetchone()[0])


def attachments(db: Connection, event_key: int) -> list[AttachmentRow]:
    rows = db.execute(
        f"SELECT {', '.join(AttachmentRow._fields)} FROM attachment WHERE event_key = ? ORDER BY n",
        (event_key,),
    )
    return [AttachmentRow._make(row) for row in rows]


def attachments_of(db: Connection, ticket_id: int, *, limit: int = 500) -> list[AttachmentRow]:
    """Every attachment of a ticket, oldest first; the newest of very many."""
    columns = ", ".join(f"a.{name}" for name in AttachmentRow._fields)
    rows = db.execute(
        f"SELECT {columns} FROM event e JOIN attachment a ON a.event_key = e.key WHERE e.ticket_id = ?"
        " ORDER BY e.key DESC, a.n DESC LIMIT ?",
        (ticket_id, limit),
    ).fetchall()
    return [AttachmentRow._make(row) for row in reversed(rows)]


_PROMISE = (
    "SELECT p.id, p.ticket_id, coalesce(t.protocol, '#' || t.id), coalesce(c.social_name, c.name), p.due, p.what,"
    " p.author, p.outcome FROM promise p JOIN ticket t ON t.id = p.ticket_id JOIN customer c ON c.id = t.customer_id"
)


def promises(db: Connection, login: str | None = None, *, limit: int = 500) -> list[PromiseRow]:
    """Promises still owed, by this agent or by anybody, the next due first."""
    mine = "" if login is None else " AND p.author = ?"
    rows = db.execute(
        f"{_PROMISE} WHERE p.outcome IS NULL{mine} ORDER BY p.due LIMIT ?",
        (*(() if login is None else (login,)), limit),
    )
    return [PromiseRow._make(row) for row in rows]


def promises_of(db: Connection, ticket_id: int) -> list[PromiseRow]:
    """Every promise of a ticket, open ones first."""
    rows = db.execute(f"{_PROMISE} WHERE p.ticket_id = ? ORDER BY p.outcome IS NOT NULL, p.due", (ticket_id,))
    return [PromiseRow._make(row) for row in rows]


def orders(db: Connection, customer_id: int, *, limit: int = 50) -> list[EventRow]:
    """What was told about the customer's orders, newest last; one order may be told of several times."""
    return timeline(db, customer_id=customer_id, kinds=("order",), limit=limit)


_ARTICLE = ", ".join(ArticleRow._fields)


def articles(db: Connection, *, limit: int = 2_000) -> list[ArticleRow]:
    rows = db.execute(f"SELECT {_ARTICLE} FROM article ORDER BY title, id LIMIT ?", (limit,))
    return [ArticleRow._make(row) for row in rows]


def article(db: Connection, ref_or_id: str | int) -> ArticleRow | None:
    """By our id when a number is given, else by its `ref`."""
    column = "id" if isinstance(ref_or_id, int) else "ref"
    row = db.execute(f"SELECT {_ARTICLE} FROM article WHERE {column} = ?", (ref_or_id,)).fetchone()
    return None if row is None else ArticleRow._make(row)


def directory(db: Connection, kind: str) -> list[tuple[str, str]]:
    """(key, label) of agents, teams, wrap-up codes, reasons or tags that pick-lists offer."""
    rows = db.execute("SELECT key, label FROM directory WHERE kind = ? ORDER BY label, key", (kind,))
    return [(str(key), str(label)) for key, label in rows]


def settings(db: Connection, *kinds: str) -> list[SettingRow]:
    """The team's shared configuration of these kinds, as the backend keeps it."""
    rows = db.execute(
        f"SELECT kind, key, body FROM setting WHERE kind IN ({','.join('?' * len(kinds))}) ORDER BY kind, key",
        kinds,
    )
    return [SettingRow._make(row) for row in rows]


_DRAFT = ", ".join(DraftRow._fields)


def draft(db: Connection, slot: str) -> DraftRow | None:
    row = db.execute(f"SELECT {_DRAFT} FROM draft WHERE slot = ?", (slot,)).fetchone()
    return None if row is None else DraftRow._make(row)


def drafts(db: Connection) -> list[DraftRow]:
    """Newest first."""
    return [DraftRow._make(row) for row in db.execute(f"SELECT {_DRAFT} FROM draft ORDER BY updated DESC")]


def sync_state(db: Connection, backend: str) -> dict[str, str]:
    """What sync remembers of this backend, by key."""
    return dict(db.execute("SELECT key, value FROM sync_state WHERE backend = ?", (backend,)).fetchall())
