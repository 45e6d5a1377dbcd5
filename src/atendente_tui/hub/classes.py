"""Classes: a scenario that several trainees play at once, how far each is, and what their trainer sends them.

A class is seen by its trainees, by who started it, and by supervisors, trainers and administrators who may see the team of any
of its trainees. What a trainee tells and what a trainer sends is kept once: by a number that grows, and by an id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from atendente_tui.hub import tables
from atendente_tui.hub.scope import Actor

STAFF = ("supervisor", "trainer", "administrator")
STARTERS = ("trainer", "administrator")
LISTED = 100
"""Classes that are told at once, the newest."""
MOST_MESSAGES = 2_000
"""That a class can be sent."""
_c, _t, _m = tables.training_class, tables.class_trainee, tables.class_message
_class = _t.c["class"]


class Unknown(Exception):
    """It is not there, or not for them to see."""


class NotTheirs(Exception):
    """They see the class, and this is for others to do."""


class Reused(Exception):
    """The id is of something else already."""


class Full(Exception):
    """The class was sent as much as it can be."""


class Strangers(Exception):
    """Nobody of these names works here, or in this class."""

    def __init__(self, logins: Sequence[str]) -> None:
        super().__init__(", ".join(logins))
        self.logins = tuple(logins)


class Started(NamedTuple):
    """What a class is made of."""

    name: str
    version: int
    title: str
    digest: str
    scenario: str
    mode: str
    trainees: tuple[str, ...]


def start(db: Connection, actor: Actor, key: str, given: Started, now: int) -> dict[str, Any]:
    """Begin it; started again with the same content it is the same. Raises Reused, Strangers."""
    _one_at_a_time(db)
    fields = given._asdict()
    trainees = tuple(sorted(set(fields.pop("trainees"))))
    found = db.execute(select(_c).where(_c.c.id == key)).mappings().first()
    if found is not None:
        same = found["started_by"] == actor.login and all(found[name] == fields[name] for name in fields)
        if not same or trainees != tuple(sorted(_logins(db, key))):
            raise Reused
        return _told(db, dict(found), actor)
    active = set(
        db.execute(
            select(tables.agent.c.login).where(tables.agent.c.login.in_(trainees), tables.agent.c.active)
        ).scalars()
    )
    if missing := [one for one in trainees if one not in active]:
        raise Strangers(missing)
    db.execute(insert(_c), {"id": key, **fields, "started_by": actor.login, "began": now})
    db.execute(
        insert(_t),
        [
            {"class": key, "login": one, "seq": 0, "state": "invited", "progress": "{}", "result": None}
            for one in trainees
        ],
    )
    return _told(db, _row(db, actor, key), actor)


def listed(db: Connection, actor: Actor) -> list[dict[str, Any]]:
    """The classes that somebody may see, the newest first."""
    asked = select(_c).order_by(_c.c.began.desc(), _c.c.id).limit(LISTED)
    seen = _visible(actor)
    if seen is not None:
        asked = asked.where(seen)
    return [_told(db, dict(one), actor) for one in db.execute(asked).mappings().all()]


def shown(db: Connection, actor: Actor, key: str) -> dict[str, Any]:
    """Raises Unknown."""
    return _told(db, _row(db, actor, key), actor)


def scenario(db: Connection, actor: Actor, key: str) -> dict[str, str]:
    """What is played, and its digest. Raises Unknown."""
    found = _row(db, actor, key)
    return {"name": found["name"], "digest": found["digest"], "text": found["scenario"]}


def result(db: Connection, actor: Actor, key: str, login: str) -> str:
    """What a trainee came to, as JSON. Raises Unknown."""
    _row(db, actor, key)
    if actor.role not in STAFF and login != actor.login:
        raise Unknown
    found = db.execute(select(_t.c.result).where(_class == key, _t.c.login == login)).scalar_one_or_none()
    if found is None:
        raise Unknown
    return str(found)


def tell(
    db: Connection,
    actor: Actor,
    key: str,
    seq: int,
    state: str,
    progress: Mapping[str, Any],
    ended: Mapping[str, Any] | None,
    now: int,
) -> None:
    """How far a trainee is. What is older than what was told already says nothing. Raises Unknown, NotTheirs."""
    _row(db, actor, key)
    mine = (_class == key, _t.c.login == actor.login)
    row = db.execute(select(_t.c.seq, _t.c.state).where(*mine).with_for_update()).first()
    if row is None:
        raise NotTheirs
    changed: dict[str, Any] = {"seen": now}
    if seq > row.seq and row.state != "finished":
        changed |= {"seq": seq, "state": state, "progress": json.dumps(progress, ensure_ascii=False)}
        if ended is not None:
            changed["result"] = json.dumps(ended, ensure_ascii=False)
    db.execute(update(_t).where(*mine).values(changed))


def send(
    db: Connection, actor: Actor, key: str, message: str, kind: str, text: str, to: str | None, now: int
) -> None:
    """A hint or an event, for one or for all; sent again it is the same one. Raises Unknown, Reused, Strangers, Full."""
    _one_at_a_time(db)
    _row(db, actor, key)
    if to is not None and to not in _logins(db, key):
        raise Strangers((to,))
    told = {"class": key, "kind": kind, "text": text, "login": to}
    found = db.execute(select(_m).where(_m.c.id == message)).mappings().first()
    if found is not None:
        if any(found[name] != value for name, value in told.items()):
            raise Reused
        return
    last = db.execute(select(func.coalesce(func.max(_m.c.n), 0)).where(_m.c["class"] == key)).scalar_one()
    if last >= MOST_MESSAGES:
        raise Full
    db.execute(insert(_m), {"id": message, "n": last + 1, "at": now, **told})


def messages(db: Connection, actor: Actor, key: str, after: int) -> dict[str, Any]:
    """What was sent since, and whether the class is over. Raises Unknown."""
    found = _row(db, actor, key)
    asked = select(_m).where(_m.c["class"] == key, _m.c.n > after).order_by(_m.c.n)
    if actor.role not in STAFF:
        asked = asked.where((_m.c.login == None) | (_m.c.login == actor.login))  # noqa: E711 # it becomes SQL
    return {
        "ended": found["ended"] is not None,
        "messages": [
            {
                "id": one["id"],
                "n": one["n"],
                "to": one["login"],
                "kind": one["kind"],
                "text": one["text"],
                "at": one["at"],
            }
            for one in db.execute(asked).mappings()
        ],
    }


def end(db: Connection, actor: Actor, key: str, now: int) -> None:
    """It is over; said again nothing changes. Raises Unknown."""
    _row(db, actor, key)
    db.execute(update(_c).where(_c.c.id == key, _c.c.ended == None).values(ended=now))  # noqa: E711


def _one_at_a_time(db: Connection) -> None:
    """Where two of a kind may be made at once, the second waits and sees the first."""
    db.execute(select(tables.clock.c.id).with_for_update()).one()


def _row(db: Connection, actor: Actor, key: str) -> Mapping[str, Any]:
    asked = select(_c).where(_c.c.id == key)
    seen = _visible(actor)
    if seen is not None:
        asked = asked.where(seen)
    found = db.execute(asked).mappings().first()
    if found is None:
        raise Unknown
    return dict(found)


def _visible(actor: Actor) -> Any:
    """The condition under which somebody sees a class; None for all."""
    if actor.role == "administrator" or (actor.role in STAFF and actor.all_teams):
        return None
    mine = _c.c.id.in_(select(_class).where(_t.c.login == actor.login)) | (_c.c.started_by == actor.login)
    if actor.role not in STAFF:
        return mine
    member = tables.member
    theirs = select(_class).join(member, member.c.login == _t.c.login).where(member.c.team.in_(actor.teams))
    return mine | _c.c.id.in_(theirs)


def _logins(db: Connection, key: str) -> list[str]:
    return [str(one) for one in db.execute(select(_t.c.login).where(_class == key)).scalars()]


def _told(db: Connection, row: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    asked = (
        select(_t.c.login, tables.agent.c.name, _t.c.state, _t.c.seen, _t.c.progress, _t.c.result)
        .join(tables.agent, tables.agent.c.login == _t.c.login)
        .where(_class == row["id"])
        .order_by(tables.agent.c.name, _t.c.login)
    )
    if actor.role not in STAFF:
        asked = asked.where(_t.c.login == actor.login)
    told = {
        name: row[name] for name in ("id", "name", "version", "title", "digest", "mode", "began", "ended")
    }
    return {
        **told,
        "by": row["started_by"],
        "trainees": [
            {
                "login": one.login,
                "name": one.name,
                "state": one.state,
                "seen": one.seen,
                "has_result": one.result is not None,
                **_EMPTY,
                **json.loads(one.progress),
            }
            for one in db.execute(asked)
        ],
    }


_EMPTY: Mapping[str, Any] = {"seconds": 0, "score": None, "passed": None, "last": "", "expectations": []}
"""Of a trainee nothing was heard of yet."""
