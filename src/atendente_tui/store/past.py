"""A ticket as it was at a moment, out of its own events (`domain.replay`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.replay import FIELDS, KINDS, Told, replay
from atendente_tui.store.keys import SHIFT
from atendente_tui.store.reading import timeline
from atendente_tui.store.rows import TicketRow

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

MOST = 20_000
"""Events of one ticket that move a field, at most."""


def at_key(db: Connection, row: TicketRow, until: int) -> dict[str, Any]:
    """`FIELDS` after the event with that key, which need not be there; "tags": None where they changed since."""
    now: dict[str, str | None] = {name: getattr(row, name) for name in FIELDS}
    events = timeline(db, ticket_id=row.id, kinds=KINDS, after=0, limit=MOST)
    told = [Told(one.key, one.kind, _data(one.data)) for one in events]
    then = dict(replay(now, told, until))
    since = any(one.key > until and one.data.get("field") == "tags" for one in told)
    return {**then, "tags": None} if since else then


def at_moment(db: Connection, row: TicketRow, until: int) -> dict[str, Any]:
    """The same at a moment (ms), with what happened in it."""
    return at_key(db, row, ((until + 1) << SHIFT) - 1)


def _data(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
