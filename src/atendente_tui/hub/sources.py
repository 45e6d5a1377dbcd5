"""Who may send from outside: a name, one channel, a secret; and the signatures that were seen.

The secret must be readable here, unlike a token: a signature is checked by making it again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Channel
from atendente_tui.hub import tables
from atendente_tui.hub.signing import WINDOW

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
t = tables.source


class Source(NamedTuple):
    name: str
    channel: Channel
    team: str | None
    """Where its tickets go, unless a message names another team."""
    secrets: tuple[str, ...]
    """The newest first; two while one replaces the other."""
    active: bool
    created: int
    """Milliseconds since 1970."""


UNKNOWN = Source("", Channel.EMAIL, None, (secrets.token_urlsafe(32),), False, 0)
"""Checked against where there is no such source: so that it takes as long."""


def find(db: Connection, name: str) -> Source | None:
    row = db.execute(select(t).where(t.c.name == name)).one_or_none() if NAME.fullmatch(name) else None
    return None if row is None else _read(row)


def every(db: Connection) -> list[Source]:
    return [_read(row) for row in db.execute(select(t).order_by(t.c.name))]


def add(db: Connection, name: str, channel: Channel, team: str | None, now_ms: int) -> str:
    """A new source; its secret, to be shown once.

    Refused: source_name (found), source_exists (found), team_unknown (found).
    """
    if not NAME.fullmatch(name):
        raise Refused("source_name", found=name[:60])
    if find(db, name) is not None:
        raise Refused("source_exists", found=name)
    if team is not None and not db.execute(select(exists().where(tables.team.c.key == team))).scalar():
        raise Refused("team_unknown", found=team[:60])
    secret = secrets.token_urlsafe(32)
    row = {"name": name, "channel": str(channel), "team": team, "active": True, "created": now_ms}
    db.execute(insert(t), row | {"secret": secret})
    return secret


def rotate(db: Connection, name: str) -> str:
    """A new secret; the one before holds too until `settle`. Refused: source_unknown (found)."""
    source = _needed(db, name)
    secret = secrets.token_urlsafe(32)
    db.execute(update(t).where(t.c.name == name).values(secret=secret, older_secret=source.secrets[0]))
    return secret


def settle(db: Connection, name: str) -> None:
    """The older secret holds no more. Refused: source_unknown (found)."""
    _needed(db, name)
    db.execute(update(t).where(t.c.name == name).values(older_secret=None))


def revoke(db: Connection, name: str) -> None:
    """Nothing of it is taken any more; what came of it stays. Refused: source_unknown (found)."""
    _needed(db, name)
    db.execute(update(t).where(t.c.name == name).values(active=False))


def fresh(db: Connection, signature: str, timestamp: int, now: float) -> bool:
    """Whether a signature comes for the first time; from now on it is known. Moments in seconds since 1970.

    Those that their timestamp alone would refuse are forgotten.
    """
    s = tables.signature
    db.execute(delete(s).where(s.c.until < int(now)))
    row = {
        "hash": hashlib.sha256(signature.encode()).hexdigest(),
        "until": timestamp + 2 * WINDOW,  # once more than needed: our own clock may be set back
    }
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    added = dialect.insert(s).values(row).on_conflict_do_nothing().returning(s.c.hash)
    return db.execute(added).first() is not None


def _needed(db: Connection, name: str) -> Source:
    found = find(db, name)
    if found is None:
        raise Refused("source_unknown", found=name[:60])
    return found


def _read(row: Any) -> Source:
    older = () if row.older_secret is None else (row.older_secret,)
    return Source(row.name, Channel(row.channel), row.team, (row.secret, *older), row.active, row.created)
