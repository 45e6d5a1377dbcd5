"""Erasing a person from a store: their rows go, and what names them in other people's rows is blotted out.

The rows are only half of it; `scrubbing` sees to it that no byte stays behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui.privacy.personal import mask
from atendente_tui.store import counting, erased, tallies
from atendente_tui.store.kept import kept_text
from atendente_tui.store.subject import KEYS, MENTIONS, PLACES, Subject, mentions, poison_of

BLOT = "▒▒▒"
NOBODY = "titular anonimizado"
_OF_PERSON = (
    *("imported", "promise", "beside", "qa_step", "qa_answer", "qa_review"),
    *("attachment", "event", "outbox", "draft"),
)
"""What goes before the tickets, in an order that no reference stands in the way of."""


def erase(db: Connection, subject: Subject, now: int) -> dict[str, int]:
    """Delete everything the person's, blot out the rest; returns rows by place. In the caller's transaction."""
    bound = subject.bound()
    done = {"mentions": blot(db, subject), "poison": _poison(db, subject)}
    db.execute(
        "UPDATE ticket SET merged_into = NULL WHERE merged_into IN (SELECT value FROM json_each(:tickets))",
        bound,
    )
    for table in (
        "ticket_tag",
        *counting.TABLES,
    ):  # the figures' numbers would go too, but only when nobody waits
        db.execute(f"DELETE FROM {table} WHERE ticket_id IN (SELECT value FROM json_each(:tickets))", bound)
    for place in (*_OF_PERSON, "ticket", "fact", "identity"):
        done[place] = _delete(db, place, bound)
    db.execute(
        "UPDATE customer SET merged_into = NULL WHERE merged_into IN (SELECT value FROM json_each(:customers))",
        bound,
    )
    db.execute("DELETE FROM legal_hold WHERE customer_id IN (SELECT value FROM json_each(:customers))", bound)
    done["customer"] = _delete(db, "customer", bound)
    erased.remember(db, subject.remotes, now)
    tallies.recount(db)
    return done


def anonymise(db: Connection, subject: Subject) -> dict[str, int]:
    """Keep that and when something happened, and nothing of whom it happened to. In the caller's transaction."""
    bound = subject.bound()
    names = [
        part
        for row in db.execute(
            "SELECT name, social_name FROM customer WHERE id IN (SELECT value FROM json_each(:customers))",
            bound,
        )
        for name in row
        if name
        for part in (name, *name.split())
        if len(part) > 3
    ]
    hidden = _blotter([*subject.words, *names])
    done = {"mentions": blot(db, subject), "poison": _poison(db, subject)}
    for place, columns in MENTIONS.items():
        if place not in PLACES or place in ("fact", "draft"):
            continue
        table, where = PLACES[place]
        done[place] = len(
            rewrite(db, table, columns, where, bound, lambda text: mask(hidden(text)) if text else text)
        )
    db.execute("UPDATE event SET author = '' WHERE author_kind = 'customer' AND " + PLACES["event"][1], bound)
    for place in ("draft", "fact", "identity"):
        done[place] = _delete(db, place, bound)
    done["customer"] = int(
        db.execute(
            "UPDATE customer SET name = :nobody, social_name = NULL, language = NULL, preferred_channel = NULL"
            " WHERE id IN (SELECT value FROM json_each(:customers))",
            {**bound, "nobody": NOBODY},
        ).rowcount
    )
    return done


def mask_cards(db: Connection) -> dict[str, list[Any]]:
    """Mask card numbers that an earlier version or another program stored; keys of rows by table."""
    done = {}
    for table, columns in (*MENTIONS.items(), ("customer", ("name", "social_name"))):
        if table != "article":  # pages of ours may show how a card looks
            done[table] = rewrite(db, table, columns, "1", {}, kept_text)
    return done


def blot(db: Connection, subject: Subject) -> int:
    """Blot out their addresses and documents where other people's rows name them; returns how many rows."""
    hidden = _blotter(subject.words)
    found: dict[str, list[Any]] = {}
    for table, key in mentions(db, subject):
        found.setdefault(table, []).append(key)
    for table, keys in found.items():
        columns = KEYS[table].split(", ")
        where = " AND ".join(f"{column} = :k{at}" for at, column in enumerate(columns))
        for key in keys:
            rewrite(db, table, MENTIONS[table], where, {f"k{at}": one for at, one in enumerate(key)}, hidden)
    return sum(map(len, found.values()))


def rewrite(
    db: Connection,
    table: str,
    columns: Iterable[str],
    where: str,
    bound: dict[str, Any],
    change: Callable[[str], str],
) -> list[Any]:
    """Change the texts of those rows; returns the keys of rows in which anything changed."""
    changed = []
    key = KEYS.get(table, "id").split(", ")
    names = tuple(columns)
    rows = db.execute(f"SELECT {', '.join((*key, *names))} FROM {table} WHERE {where}", bound).fetchall()
    for row in rows:
        old = row[len(key) :]
        new = tuple(text_changed(one, change) for one in old)
        if new != old:
            db.execute(
                f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)}"
                f" WHERE {' AND '.join(f'{one} = ?' for one in key)}",
                (*new, *row[: len(key)]),
            )
            changed.append(row[: len(key)])
    return changed


def text_changed(value: Any, change: Callable[[str], str]) -> Any:
    """Plain text changed; of JSON its texts, so that it stays JSON."""
    if not isinstance(value, str):
        return value
    if value[:1] in ("{", "["):
        try:
            told = json.loads(value)
            new = _tree(told, change)
            return value if new == told else json.dumps(new, ensure_ascii=False, separators=(",", ":"))
        except ValueError:
            pass
    return change(value)


def _tree(told: Any, change: Callable[[str], str]) -> Any:
    if isinstance(told, str):
        return change(told)
    if isinstance(told, list):
        return [_tree(one, change) for one in told]
    if isinstance(told, dict):
        return {name: _tree(one, change) for name, one in told.items()}
    return told


def _blotter(words: Iterable[str]) -> Callable[[str], str]:
    some = sorted({word for word in words if word}, key=len, reverse=True)
    if not some:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, some)), re.IGNORECASE)
    return lambda text: pattern.sub(BLOT, text)


def _poison(db: Connection, subject: Subject) -> int:
    numbers = list(poison_of(db, subject))
    db.executemany("DELETE FROM poison WHERE n = ?", [(n,) for n in numbers])
    return len(numbers)


def _delete(db: Connection, place: str, bound: dict[str, str]) -> int:
    table, where = PLACES[place]
    return int(db.execute(f"DELETE FROM {table} WHERE {where}", bound).rowcount)
