"""What was erased stays away: the helpdesk tells it again with the next sync, and is not listened to.

Remembered is only a salted hash of what the helpdesk calls the person and their tickets. A ticket that the person opens
after the erasure is a new one: it comes in, and the person with it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from atendente_tui.domain.instants import to_ms

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.domain.change import Change
    from atendente_tui.store.writing import Tx


def remember(db: Connection, remotes: Iterable[str], now: int) -> None:
    """Do not take in what the helpdesk calls so any more. `now` in ms."""
    found = db.execute("SELECT salt FROM erased LIMIT 1").fetchone()
    salt = found[0] if found else secrets.token_hex(16)
    db.executemany(
        "INSERT INTO erased (hash, salt, at) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET at = excluded.at",
        [(_hash(salt, one), salt, now) for one in remotes],
    )


def without_erased(tx: Tx, changes: Sequence[Change]) -> Sequence[Change]:
    """The changes without those about what was erased."""
    found = tx.db.execute("SELECT salt FROM erased LIMIT 1").fetchone()
    if found is None:
        return changes
    salt = str(found[0])
    known: dict[str, int | None] = {}

    def erased(remote: str | None) -> int | None:
        """When it was erased, ms."""
        if remote is None:
            return None
        if remote not in known:
            row = tx.db.execute("SELECT at FROM erased WHERE hash = ?", (_hash(salt, remote),)).fetchone()
            known[remote] = row[0] if row else None
        return known[remote]

    for change in changes:
        one: Any = change
        if one.type == "ticket" and erased(one.remote_id) is None:
            since = erased(one.customer)
            if since is not None and to_ms(one.opened_at) > since:  # they wrote to us again
                tx.db.execute("DELETE FROM erased WHERE hash = ?", (_hash(salt, one.customer),))
                known[one.customer] = None
    return [change for change in changes if not _about_erased(change, erased)]


def _about_erased(change: Any, erased: Any) -> bool:
    match change.type:
        case "customer":
            return erased(change.remote_id) is not None
        case "ticket":
            return erased(change.remote_id) is not None or erased(change.customer) is not None
        case "event":
            if change.ticket is not None:
                return erased(change.ticket) is not None
            since = erased(change.customer)
            return since is not None and to_ms(change.at) <= since
    return False


def _hash(salt: str, remote: str) -> str:
    return hashlib.blake2b(remote.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
