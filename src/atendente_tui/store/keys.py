"""Keys of timeline events: milliseconds shifted left by six bits, counted up where taken.

So they order the timeline, and, negated, they are rowids of the full text that come out newest first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlcipher3.dbapi2 import Connection

SHIFT = 6
_TAKEN = (
    "SELECT j.value, (SELECT max(e.key) FROM event e WHERE e.key >= j.value AND e.key < j.value + 64)"
    " FROM json_each(?) j"
)


class Keys:
    """Hands out free keys inside one transaction; same moments come out in the order asked."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._next: dict[int, int] = {}
        newest = db.execute("SELECT max(key) FROM event").fetchone()[0]
        self._newest: int = -(1 << 62) if newest is None else newest

    def look_up(self, moments: Iterable[int]) -> None:
        """Learn what is taken around many moments in one question, so that `take` need not ask for each."""
        bases = {at << SHIFT for at in moments}
        asked = [base for base in bases if base <= self._newest and base not in self._next]
        if asked:
            for base, last in self._db.execute(_TAKEN, (json.dumps(asked),)).fetchall():
                self._next[base] = base if last is None else last + 1

    def take(self, at: int) -> int:
        """A free key for an event at `at` (ms)."""
        base = at << SHIFT
        key = self._next.get(base)
        if key is None:
            key = base if base > self._newest else self._free(base)
        elif key > base + 62:  # the millisecond is full: its neighbours may have keys of their own there
            key = self._free(base, key)
        self._next[base] = key + 1
        if key > self._newest:
            self._newest = key
        return key

    def behind(self, key: int) -> int:
        """The next free key after `key`."""
        return self._free(key + 1)

    def _free(self, base: int, least: int | None = None) -> int:
        least = base if least is None else least
        width = 64
        while True:
            last = self._db.execute(
                "SELECT max(key) FROM event WHERE key >= ? AND key < ?", (base, base + width)
            ).fetchone()[0]
            key = least if last is None else max(least, last + 1)
            if key < base + width:
                return key
            width *= 2


def free_key(db: Connection, at: int, after: int | None = None) -> int:
    """One free key for an event at `at` (ms), behind the key `after`, whatever the clocks of others said."""
    keys = Keys(db)
    key = keys.take(at)
    return key if after is None or key > after else keys.behind(after)
