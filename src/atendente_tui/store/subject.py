"""Everything this store holds about one person: which rows, in which tables, and where else their addresses are named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.identities import normal
from atendente_tui.domain.words import IdentityKind

KINDS = (*IdentityKind, "customer", "name")
"""By which a person can be named: an address or a document, our own number, the exact name."""
SHORTEST = 5
"""Characters of an address below which it is not looked for in texts: it would be found in anything."""

_TICKETS = "(SELECT t.id FROM json_each(:tickets) j CROSS JOIN ticket t ON t.id = j.value)"
_REVIEWED = "{} IN (SELECT q.id FROM json_each(:tickets) j CROSS JOIN qa_review q ON q.ticket_id = j.value)"  # by its index
PLACES: Mapping[str, tuple[str, str]] = {
    "customer": ("customer", "id IN (SELECT value FROM json_each(:customers))"),
    "identity": ("identity", "customer_id IN (SELECT value FROM json_each(:customers))"),
    "fact": ("fact", "customer_id IN (SELECT value FROM json_each(:customers))"),
    "ticket": ("ticket", "id IN (SELECT value FROM json_each(:tickets))"),
    "event": (
        "event",
        f"key IN (SELECT key FROM event WHERE ticket_id IN {_TICKETS} UNION"
        " SELECT key FROM event WHERE customer_id IN (SELECT value FROM json_each(:customers)))",
    ),
    "attachment": (
        "attachment",
        f"event_key IN (SELECT key FROM event WHERE ticket_id IN {_TICKETS} UNION"
        " SELECT key FROM event WHERE customer_id IN (SELECT value FROM json_each(:customers)))",
    ),
    "promise": ("promise", "ticket_id IN (SELECT value FROM json_each(:tickets))"),
    "beside": ("beside", "ticket_id IN (SELECT value FROM json_each(:tickets))"),
    "outbox": ("outbox", "ticket_id IN (SELECT value FROM json_each(:tickets))"),
    "draft": ("draft", "ticket_id IN (SELECT value FROM json_each(:tickets))"),
    "imported": ("imported", "ticket_id IN (SELECT value FROM json_each(:tickets))"),
    "qa_review": ("qa_review", _REVIEWED.format("id")),
    "qa_answer": ("qa_answer", _REVIEWED.format("review")),
    "qa_step": ("qa_step", _REVIEWED.format("review")),
    "audit": (
        "audit",
        "ticket_id IN (SELECT value FROM json_each(:tickets))"
        " OR detail ->> 'customer' IN (SELECT value FROM json_each(:customers))",
    ),
}
"""By what a report calls it: the table, and which of its rows are the person's."""
MENTIONS: Mapping[str, tuple[str, ...]] = {
    "ticket": ("subject", "fields"),
    "event": ("text", "data", "author"),
    "attachment": ("name",),
    "promise": ("what",),
    "beside": ("value",),
    "outbox": ("body", "undo", "error", "current", "events", "receipt"),
    "draft": ("text", "extra"),
    "poison": ("change", "error"),
    "article": ("title", "body"),
    "fact": ("value",),
    "qa_answer": ("comment",),
    "qa_step": ("text",),
}
"""Where somebody else's row may name the person: tables with their columns of free text."""


class Subject(NamedTuple):
    """A person as this store knows them. Ids are ours."""

    customers: tuple[int, ...]
    tickets: tuple[int, ...]
    words: tuple[str, ...]
    """Their addresses and documents, as written and as compared: what names them in other people's texts."""
    remotes: tuple[str, ...]
    """What the helpdesk calls them and their tickets."""

    def bound(self) -> dict[str, str]:
        return {"customers": json.dumps(self.customers), "tickets": json.dumps(self.tickets)}


def subject_of(db: Connection, kind: str, value: str) -> Subject | None:
    """The person who is named so, with everybody found to be the same one; None when nobody is."""
    found = _customers(db, kind, value)
    if not found:
        return None
    return subject_with(db, found)


def subject_with(db: Connection, customers: set[int]) -> Subject:
    """The same for customers that are known by number, those merged with them included."""
    whole: set[int] = set()
    more = set(customers)
    while more:
        whole |= more
        rows = db.execute(
            "SELECT id, merged_into FROM customer WHERE merged_into IN (SELECT value FROM json_each(:all))"
            " OR id IN (SELECT value FROM json_each(:all))",
            {"all": json.dumps(sorted(whole))},
        ).fetchall()
        more = {one for row in rows for one in row if one is not None} - whole
    customers = whole
    asked = (json.dumps(sorted(customers)),)
    own = db.execute(
        "SELECT id, remote_id FROM ticket WHERE customer_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        asked,
    ).fetchall()
    words = {
        one
        for row in db.execute(
            "SELECT value, normal FROM identity WHERE customer_id IN (SELECT value FROM json_each(?))"
            " AND kind <> 'external'",
            asked,
        )
        for one in row
        if len(one) >= SHORTEST
    }
    names = db.execute("SELECT remote_id FROM customer WHERE id IN (SELECT value FROM json_each(?))", asked)
    remotes = {row[0] for row in names if row[0]} | {row[1] for row in own if row[1]}
    return Subject(
        tuple(sorted(customers)),
        tuple(row[0] for row in own),
        tuple(sorted(words, key=lambda one: (-len(one), one))),
        tuple(sorted(remotes)),
    )


def _customers(db: Connection, kind: str, value: str) -> set[int]:
    if kind == "customer":
        rows = db.execute("SELECT id FROM customer WHERE id = ?", (int(value) if value.isdecimal() else -1,))
    elif kind == "name":
        rows = db.execute("SELECT id FROM customer WHERE name = ?1 OR social_name = ?1", (value,))
    else:
        kinds = ("phone", "whatsapp") if kind in ("phone", "whatsapp") else (kind,)
        rows = db.execute(
            f"SELECT customer_id FROM identity WHERE normal = ? AND kind IN ({','.join('?' * len(kinds))})",
            (normal(IdentityKind(kind), value), *kinds),
        )
    return {row[0] for row in rows}


def event_keys(db: Connection, subject: Subject) -> list[int]:
    table, where = PLACES["event"]
    return [row[0] for row in db.execute(f"SELECT key FROM {table} WHERE {where}", subject.bound())]


def counts(db: Connection, subject: Subject) -> dict[str, int]:
    """How many rows are the person's, by place; and under "mentions" how many others name them."""
    bound = subject.bound()
    found = {
        place: int(db.execute(f"SELECT count(*) FROM {table} WHERE {where}", bound).fetchone()[0])
        for place, (table, where) in PLACES.items()
    }
    found["poison"] = sum(1 for _ in poison_of(db, subject))
    found["mentions"] = sum(1 for _ in mentions(db, subject))
    return found


def poison_of(db: Connection, subject: Subject) -> Iterator[int]:
    """Numbers of the changes set aside that are about the person or a ticket of theirs."""
    wanted = set(subject.remotes)
    for n, change in db.execute("SELECT n, change FROM poison"):
        try:
            told = json.loads(change)
        except ValueError:
            continue
        if isinstance(told, dict) and wanted & {
            str(told.get(key)) for key in ("remote_id", "ticket", "customer")
        }:
            yield n


def mentions(db: Connection, subject: Subject) -> Iterator[tuple[str, Any]]:
    """(table, key) of every row of somebody else's whose text names an address or document of the person."""
    bound = subject.bound()
    for table, columns in MENTIONS.items():
        key = KEYS[table]
        own = f"AND NOT ({PLACES[table][1]})" if table in PLACES else ""
        where = " OR ".join(f"instr(lower({column}), :word)" for column in columns)
        seen: set[Any] = set()
        for word in subject.words:
            for row in db.execute(
                f"SELECT {key} FROM {table} WHERE ({where}) {own}", {**bound, "word": word.lower()}
            ):
                if row not in seen:
                    seen.add(row)
                    yield table, row


KEYS = {
    "ticket": "id",
    "event": "key",
    "attachment": "event_key, n",
    "promise": "id",
    "beside": "ticket_id, kind, name",
    "outbox": "n",
    "draft": "slot",
    "poison": "n",
    "article": "id",
    "fact": "customer_id, name",
    "qa_answer": "review, revision, item",
    "qa_step": "id",
}


def rows_of(db: Connection, subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, row) of everything the person is entitled to see: whole rows, oldest first."""
    bound = subject.bound()
    for place, (table, where) in PLACES.items():
        cursor = db.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY 1, 2", bound)
        columns = [one[0] for one in cursor.description]
        for row in cursor:
            yield place, dict(zip(columns, row, strict=True))
