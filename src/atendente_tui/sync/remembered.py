"""What sync remembers between runs, in `sync_state`: cursor, the server's pause, who we are there, how it stands."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from atendente_tui.backends.port import BackendError
from atendente_tui.store import members

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.backends.port import AgentIdentity, Capabilities
    from atendente_tui.store.writing import Tx

State = Literal["idle", "pulling", "pushing", "offline", "unauthorized", "paused", "off"]


@dataclass(frozen=True, slots=True)
class SyncStatus:
    state: State = "off"
    last_ok: int | None = None
    """ms; when the store last equalled the backend."""
    done: int = 0
    """Tickets of `total` that a first sync has brought in."""
    total: int | None = None
    error: str | None = None
    """A code: unreachable, unauthorized, forbidden, rate_limited, protocol, rejected, mass_disappearance, other_helpdesk,
    backend."""
    detail: str = ""
    """In English, for the log; foreign text."""
    gone: int = 0
    """Tickets of `known` that a pull said are gone: so many that it was stopped (mass_disappearance)."""
    known: int = 0

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def recall(db: Connection, backend: str, key: str) -> str | None:
    found = db.execute(
        "SELECT value FROM sync_state WHERE backend = ? AND key = ?", (backend, key)
    ).fetchone()
    return None if found is None else str(found[0])


def keep(tx: Tx, backend: str, key: str, value: str) -> None:
    tx.db.execute(
        "INSERT INTO sync_state (backend, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (backend, key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        (backend, key, value),
    )
    tx.touch("sync")


class OtherHelpdesk(BackendError):
    """The helpdesk that answers is not the one whose tickets are here: its numbers would be taken for the other's."""


def is_other(db: Connection, backend: str, origin: str | None) -> bool:
    """Whether tickets are here, and of a helpdesk with another name than this one."""
    before = json.loads(recall(db, backend, "identity") or "{}").get("origin")
    if before is None or origin is None or before == origin:
        return False
    return db.execute("SELECT 1 FROM ticket WHERE remote_id IS NOT NULL LIMIT 1").fetchone() is not None


def keep_identity(tx: Tx, backend: str, identity: AgentIdentity, capabilities: Capabilities) -> None:
    """Who we are there and what can be done, so that the desk knows it offline as well. Raises OtherHelpdesk."""
    if is_other(tx.db, backend, identity.origin):
        raise OtherHelpdesk(f"the tickets here are not of {identity.origin}")
    keep(tx, backend, "identity", json.dumps(asdict(identity), ensure_ascii=False))
    if identity.teams:
        members.put(tx, {identity.login: identity.teams})
    told: dict[str, Any] = {
        "commands": sorted(capabilities.commands),
        "local_only": sorted(capabilities.local_only),
        "idempotency": capabilities.idempotency,
        "statuses": sorted(capabilities.statuses),
        "channels": sorted(capabilities.channels),
        "attachments": capabilities.attachments,
        "articles": capabilities.articles,
        "hints": capabilities.hints,
        "stale_replies": capabilities.stale_replies,
        "presence": capabilities.presence,
        "uploads": capabilities.uploads,
        "copies": capabilities.copies,
        "handling": capabilities.handling,
        "settings": capabilities.settings,
    }
    keep(tx, backend, "capabilities", json.dumps(told))


def status_of(db: Connection, backend: str) -> SyncStatus:
    """As it was last said; "off" when never."""
    text = recall(db, backend, "status")
    return SyncStatus(**json.loads(text)) if text is not None else SyncStatus()
