"""Tokens: what a workstation shows to prove who sits at it. 256 random bits, shown once, kept as their SHA-256.

A fast hash is enough: there is nothing to guess. Who is looked up is as they stand at that moment, so a token that was
revoked and an account that was closed end with the next request.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import tables
from atendente_tui.hub.scope import Actor

PREFIX = "atd_"
DAYS = 30
MOST_DAYS = 366
LABEL = 80
"""Characters of what a token is called."""
DAY = 86_400_000
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")

Reason = Literal["token_unknown", "token_revoked", "token_expired", "agent_inactive"]
_t, _a, _m = tables.token, tables.agent, tables.member


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token proved somebody to be, and which token it was."""

    actor: Actor
    token: str
    """The token's id, fit to be shown."""
    hash: str
    expires: int | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as people are told of it. Moments are ms since 1970."""

    id: str
    login: str
    label: str
    created: int
    expires: int | None
    revoked: int | None
    secret: str | None = None
    """Only of one just made."""

    def state(self, now: int) -> Literal["valid", "expired", "revoked"]:
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "valid"


_columns = (
    _t.c.hash,
    _t.c.id,
    _t.c.expires,
    _t.c.revoked,
    _a.c.login,
    _a.c.name,
    _a.c.role,
    _a.c.all_teams,
    _a.c.active,
    _a.c.scope,
    _m.c.team,
)
_joined = select(*_columns).select_from(
    _t.join(_a, _a.c.login == _t.c.login).outerjoin(_m, _m.c.login == _t.c.login)
)
_one = _joined.where(_t.c.hash == bindparam("hash"))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def well_formed(token: str) -> bool:
    """Whether it could be one of ours at all."""
    return _FORM.fullmatch(token) is not None


def find(db: Connection, token: str, now: int) -> Holder | Reason:
    """Who holds it, as they stand now (ms since 1970), or why it does not hold. One indexed query."""
    if not well_formed(token):
        return "token_unknown"
    rows = db.execute(_one, {"hash": hash_of(token)}).mappings().all()
    return _held(rows, now) if rows else "token_unknown"


def find_hashed(db: Connection, hashes: Collection[str], now: int) -> dict[str, Holder]:
    """Of many at once, by their hashes: those that hold."""
    rows = db.execute(_joined.where(_t.c.hash.in_(sorted(hashes)))).mappings()
    found: dict[str, list[RowMapping]] = {}
    for row in rows:
        found.setdefault(row["hash"], []).append(row)
    held = {key: _held(of_one, now) for key, of_one in found.items()}
    return {key: one for key, one in held.items() if isinstance(one, Holder)}


def _held(rows: Any, now: int) -> Holder | Reason:
    first = rows[0]
    if first["revoked"] is not None:
        return "token_revoked"
    if first["expires"] is not None and first["expires"] <= now:
        return "token_expired"
    if not first["active"]:
        return "agent_inactive"
    actor = Actor(
        login=first["login"],
        name=first["name"],
        role=first["role"],
        teams=tuple(sorted(row["team"] for row in rows if row["team"] is not None)),
        all_teams=bool(first["all_teams"]),
        scope=first["scope"],
    )
    return Holder(actor, first["id"], first["hash"], first["expires"])


def create(db: Connection, login: str, label: str, now: int, days: int = DAYS) -> Issued:
    """A new token of an agent; its secret is in the answer and nowhere else.

    Raises Refused("agent_unknown"), Refused("agent_closed"), Refused("token_days").
    """
    if not 1 <= days <= MOST_DAYS:
        raise Refused("token_days", found=days, most=MOST_DAYS)
    active = db.execute(select(_a.c.active).where(_a.c.login == login)).scalar()
    if active is None:
        raise Refused("agent_unknown", found=login)
    if not active:
        raise Refused("agent_closed", found=login)
    secret = PREFIX + secrets.token_urlsafe(32)
    made = Issued(secrets.token_hex(4), login, _label(label), now, now + days * DAY, None, secret)
    db.execute(
        insert(_t),
        {
            "hash": hash_of(secret),
            "id": made.id,
            "login": login,
            "label": made.label,
            "created": now,
            "expires": made.expires,
            "revoked": None,
        },
    )
    return made


def listing(db: Connection, login: str | None = None) -> list[Issued]:
    """All of them, or an agent's, oldest first."""
    asked = select(_t).order_by(_t.c.created, _t.c.id)
    if login is not None:
        asked = asked.where(_t.c.login == login)
    return [_issued(row) for row in db.execute(asked).mappings()]


def revoke(db: Connection, token_id: str, now: int) -> Issued:
    """It ends at once. One that was revoked before stays so. Raises Refused("token_unknown")."""
    found = _by_id(db, token_id)
    db.execute(update(_t).where(_t.c.id == token_id, _t.c.revoked.is_(None)).values(revoked=now))
    return _by_id(db, found.id)


def rotate(db: Connection, token_id: str, now: int, days: int = DAYS) -> Issued:
    """A new one in its place; the old one ends at once. Raises Refused as `create`, and for one that does not hold."""
    found = _by_id(db, token_id)
    if found.state(now) != "valid":
        raise Refused("token_ended", found=token_id)
    made = create(db, found.login, found.label, now, days)
    db.execute(update(_t).where(_t.c.id == token_id).values(revoked=now))
    return made


def revoke_all(db: Connection, login: str, now: int) -> int:
    """How many ended."""
    done = db.execute(update(_t).where(_t.c.login == login, _t.c.revoked.is_(None)).values(revoked=now))
    return int(done.rowcount)


def _by_id(db: Connection, token_id: str) -> Issued:
    row = db.execute(select(_t).where(_t.c.id == token_id)).mappings().first()
    if row is None:
        raise Refused("token_unknown", found=token_id)
    return _issued(row)


def _issued(row: RowMapping) -> Issued:
    return Issued(row["id"], row["login"], row["label"], row["created"], row["expires"], row["revoked"])


def _label(text: str) -> str:
    from atendente_tui.domain.change import received

    plain = " ".join(received(text).split())
    return "".join(one for one in plain if one.isprintable())[:LABEL]
