"""What others said on a ticket, and what of it an author has not seen.

A key tells when something was said, not when it came in here: a mail that was late stands above what was read long
ago. So `Seen` remembers which entries there were, the newest of them by key and the others by their number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

BY_KEY = 50
"""Entries remembered each by its key. Before those a late one is noticed all the same, but not which it is."""
_OTHERS = (
    "ticket_id = :ticket AND kind IN ('message','note','call','bot_turn')"
    " AND NOT (author_kind = 'agent' AND author = :login) AND NOT (command_id IS NOT NULL AND remote_id IS NULL)"
)


class Seen(NamedTuple):
    """What was there when an author looked."""

    newest: int
    """Key of the newest entry of any kind, 0 for none."""
    keys: tuple[int, ...]
    """Of what others said, the newest `BY_KEY`, newest first."""
    before: int
    """How many more of them there were."""


class News(NamedTuple):
    number: int
    newest: int | None
    """Key of the newest of them; None when only their number tells that something came in."""


def seen(db: Connection, ticket_id: int, login: str, *, until: int | None = None) -> Seen:
    """What somebody who looks at the ticket now has seen; `until`: of it only what stands at that key or above it."""
    values = {"ticket": ticket_id, "login": login, "until": until if until is not None else 1 << 62}
    newest = db.execute(
        "SELECT max(key) FROM event WHERE ticket_id = :ticket AND key <= :until", values
    ).fetchone()[0]
    rows = db.execute(
        f"SELECT key FROM event WHERE {_OTHERS} AND key <= :until ORDER BY key DESC LIMIT {BY_KEY}", values
    )
    keys = tuple(int(key) for (key,) in rows)
    return Seen(newest or 0, keys, _before(db, values, keys))


def news(db: Connection, ticket_id: int, login: str, known: Seen) -> News:
    """What others said that is not among what was seen, wherever on the timeline it stands."""
    all_by_key = len(known.keys) < BY_KEY
    values = {
        "ticket": ticket_id,
        "login": login,
        "from": -(1 << 62) if all_by_key else known.keys[-1],
        "keys": json.dumps(known.keys),
    }
    number, newest = db.execute(
        f"SELECT count(*), max(key) FROM event WHERE {_OTHERS} AND key >= :from"
        " AND key NOT IN (SELECT value FROM json_each(:keys))",
        values,
    ).fetchone()
    late = 0 if all_by_key else max(0, _before(db, values, known.keys) - known.before)
    return News(number + late, newest)


def seen_there(db: Connection, ticket_id: int, login: str) -> str:
    """For the backend: the remote id of the last thing that others said and is here; "0" for nothing at all.

    Ids that are numbers grow with what is said, whatever time it bears; of others the newest on the timeline counts.
    """
    found = db.execute(
        f"SELECT remote_id FROM event WHERE {_OTHERS} AND remote_id IS NOT NULL ORDER BY"
        " remote_id NOT GLOB '*[^0-9]*' DESC,"
        " CASE WHEN remote_id GLOB '*[^0-9]*' THEN key ELSE length(remote_id) END DESC,"
        " CASE WHEN remote_id GLOB '*[^0-9]*' THEN '' ELSE remote_id END DESC LIMIT 1",
        {"ticket": ticket_id, "login": login},
    ).fetchone()
    return "0" if found is None else str(found[0])


def latest(seen: str, told: Sequence[str]) -> str:
    """The last of such ids: what was seen, and what was told since, oldest first."""
    ids = (seen, *told)
    if all(one.isascii() and one.isdigit() for one in ids):
        return max(ids, key=lambda one: (len(one), one))
    return ids[-1]


def _before(db: Connection, values: dict[str, object], keys: tuple[int, ...]) -> int:
    if len(keys) < BY_KEY:
        return 0
    found = db.execute(
        f"SELECT count(*) FROM event WHERE {_OTHERS} AND key < :first", {**values, "first": keys[-1]}
    ).fetchone()
    return int(found[0])
