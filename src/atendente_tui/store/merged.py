"""Two tickets become one: events, promises and drafts of the one move into the other, and back when undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atendente_tui.store.assessing import reassess

if TYPE_CHECKING:
    from atendente_tui.store.writing import Tx

_TRAIL = ("first_reply", "last_inbound", "last_outbound", "waiting_since", "newest_event")
_DRAFT = ("slot", "ticket_id", "kind", "text", "cursor_line", "cursor_column", "extra", "updated")


def merge(tx: Tx, body: Mapping[str, Any]) -> dict[str, Any]:
    """Move everything of `ticket` to `into`; returns what `unmerge` needs."""
    gone, into = body["ticket"]["id"], body["into"]["id"]
    source, before = _trail(tx, gone), _trail(tx, into)
    keys = [found[0] for found in tx.db.execute("SELECT key FROM event WHERE ticket_id = ?", (gone,))]
    promises = [found[0] for found in tx.db.execute("SELECT id FROM promise WHERE ticket_id = ?", (gone,))]
    tx.db.execute("UPDATE event SET ticket_id = ? WHERE ticket_id = ?", (into, gone))
    tx.db.execute("UPDATE promise SET ticket_id = ? WHERE ticket_id = ?", (into, gone))
    drafts = _merge_drafts(tx, gone, into)
    after = {
        "first_reply": _least(before["first_reply"], source["first_reply"]),
        "last_inbound": _most(before["last_inbound"], source["last_inbound"]),
        "last_outbound": _most(before["last_outbound"], source["last_outbound"]),
        "waiting_since": _least(before["waiting_since"], source["waiting_since"]),
        "newest_event": tx.db.execute("SELECT max(key) FROM event WHERE ticket_id = ?", (into,)).fetchone()[
            0
        ],
    }
    moved = {name: [before[name], after[name]] for name in _TRAIL if before[name] != after[name]}
    _set(tx, into, {name: pair[1] for name, pair in moved.items()})
    return {"events": keys, "promises": promises, "drafts": drafts, "into": moved}


def unmerge(tx: Tx, body: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    gone, into = body["ticket"]["id"], body["into"]["id"]
    tx.db.executemany("UPDATE event SET ticket_id = ? WHERE key = ?", [(gone, key) for key in more["events"]])
    tx.db.executemany(
        "UPDATE promise SET ticket_id = ? WHERE id = ?", [(gone, one) for one in more["promises"]]
    )
    for _slot, old in more["drafts"]:
        kind = old[2]
        tx.db.execute("DELETE FROM draft WHERE slot IN (?, ?)", (f"{into}:{kind}", f"{gone}:{kind}"))
    for _slot, *rows in more["drafts"]:
        for row in rows:
            if row is not None:
                tx.db.execute(
                    f"INSERT OR REPLACE INTO draft ({', '.join(_DRAFT)}) VALUES (?,?,?,?,?,?,?,?)", row
                )
    now = _trail(tx, into)
    _set(tx, into, {name: old for name, (old, new) in more["into"].items() if now[name] == new})
    tx.touch("drafts", "promises")


def _merge_drafts(tx: Tx, gone: int, into: int) -> list[list[Any]]:
    """Unsent text goes along; where both have some, one stands below the other. Nothing is dropped."""
    moved: list[list[Any]] = []
    for row in tx.db.execute(
        f"SELECT {', '.join(_DRAFT)} FROM draft WHERE ticket_id = ?", (gone,)
    ).fetchall():
        slot = f"{into}:{row[2]}"
        there = tx.db.execute(f"SELECT {', '.join(_DRAFT)} FROM draft WHERE slot = ?", (slot,)).fetchone()
        text = row[3] if there is None or not there[3].strip() else f"{there[3]}\n\n{row[3]}"
        tx.db.execute("DELETE FROM draft WHERE slot = ?", (row[0],))
        tx.db.execute(
            f"INSERT OR REPLACE INTO draft ({', '.join(_DRAFT)}) VALUES (?,?,?,?,?,?,?,?)",
            (slot, into, row[2], text, row[4], row[5], row[6], max(row[7], tx.now)),
        )
        moved.append([slot, list(row), list(there) if there is not None else None])
    if moved:
        tx.touch("drafts")
    return moved


def _trail(tx: Tx, ticket_id: int) -> dict[str, Any]:
    found = tx.db.execute(f"SELECT {', '.join(_TRAIL)} FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return dict(zip(_TRAIL, found, strict=True))


def _set(tx: Tx, ticket_id: int, values: Mapping[str, Any]) -> None:
    if values:
        sets = ", ".join(f"{name} = ?" for name in values)
        tx.db.execute(f"UPDATE ticket SET {sets} WHERE id = ?", (*values.values(), ticket_id))
    reassess(tx, [ticket_id])
    tx.touch("queue", "promises", f"ticket:{ticket_id}")


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _most(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)
