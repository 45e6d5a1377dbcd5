"""Agents, teams, and who belongs to which: every change goes through a `Recording`, so that workstations are told.

What an agent may see is their teams, or all of them. Each change of it counts `agent.scope` up and keeps what it was, so
that their workstation takes back what is out of their sight (`changes`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from atendente_tui.domain.change import DirectoryEntry
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import LIVE, Tier
from atendente_tui.hub import tables, tokens
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Role

LENGTH = 64
"""Characters of a login, a name, a team's key or label."""
ROLES: tuple[Role, ...] = get_args(Role)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_a, _m, _team = tables.agent, tables.member, tables.team


@dataclass(frozen=True, slots=True)
class Account:
    login: str
    name: str
    role: Role
    teams: tuple[str, ...]
    all_teams: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Team:
    key: str
    label: str
    tier: Tier | None
    members: int = 0


# -- agents --------------------------------------------------------------------------------------------------------------


def add_agent(
    recording: Recording,
    login: str,
    name: str,
    role: Role = "agent",
    teams: Collection[str] = (),
    *,
    all_teams: bool = False,
) -> Account:
    """A new account, or a closed one opened again. Administrators always see all teams.

    Raises Refused("login_unfit"), ("agent_exists"), ("role_unknown"), ("name_unfit"), ("no_such_team").
    """
    if _LOGIN.fullmatch(login) is None:
        raise Refused("login_unfit", found=login)
    known = account(recording.db, login)
    if known is not None and known.active:
        raise Refused("agent_exists", found=login)
    wanted = Account(login, _name(name), _role(role), _teams(recording, teams), all_teams, active=True)
    wanted = _whole(wanted)
    if known is None:
        recording.db.execute(
            insert(_a),
            {
                "login": login,
                "name": wanted.name,
                "role": wanted.role,
                "all_teams": wanted.all_teams,
                "active": True,
                "scope": 1,
            },
        )
        _join(recording.db, login, wanted.teams)
    else:
        _change(recording, known, wanted)
    _told(recording, wanted)
    return wanted


def set_agent(
    recording: Recording,
    login: str,
    *,
    name: str | None = None,
    role: Role | None = None,
    teams: Collection[str] | None = None,
    all_teams: bool | None = None,
) -> Account:
    """Change what is said of an account and leave the rest. Raises Refused as `add_agent`, and ("agent_unknown")."""
    known = _known(recording.db, login)
    wanted = _whole(
        Account(
            login,
            known.name if name is None else _name(name),
            known.role if role is None else _role(role),
            known.teams if teams is None else _teams(recording, teams),
            known.all_teams if all_teams is None else all_teams,
            known.active,
        )
    )
    if known.role == "administrator" and wanted.role != "administrator":
        _not_the_last(recording.db, login)
    _change(recording, known, wanted)
    if wanted.active:
        _told(recording, wanted)
    return wanted


def close_agent(recording: Recording, login: str) -> Account:
    """They may not come in any more, and no list offers them; what they did stays theirs. Their tokens end for good.

    Raises Refused("agent_unknown"), Refused("last_administrator").
    """
    known = _known(recording.db, login)
    if known.role == "administrator" and known.active:
        _not_the_last(recording.db, login)
    closed = Account(login, known.name, known.role, known.teams, known.all_teams, active=False)
    _change(recording, known, closed)
    tokens.revoke_all(recording.db, login, recording.now_ms)
    recording.db.execute(delete(tables.presence).where(tables.presence.c.login == login))
    recording.drop_content("agent", login)
    return closed


def account(db: Connection, login: str) -> Account | None:
    return next(iter(_accounts(db, _a.c.login == login)), None)


def accounts(db: Connection) -> list[Account]:
    """All of them, closed ones too, by login."""
    return _accounts(db, True)


def _accounts(db: Connection, which: Any) -> list[Account]:
    rows = db.execute(
        select(_a.c.login, _a.c.name, _a.c.role, _a.c.all_teams, _a.c.active, _m.c.team)
        .select_from(_a.outerjoin(_m, _m.c.login == _a.c.login))
        .where(which)
        .order_by(_a.c.login, _m.c.team)
    ).all()
    found: dict[str, Account] = {}
    for row in rows:
        before = found[row.login].teams if row.login in found else ()
        teams = before if row.team is None else (*before, row.team)
        found[row.login] = Account(
            row.login, row.name, row.role, teams, bool(row.all_teams), bool(row.active)
        )
    return list(found.values())


def _known(db: Connection, login: str) -> Account:
    found = account(db, login)
    if found is None:
        raise Refused("agent_unknown", found=login)
    return found


def _not_the_last(db: Connection, login: str) -> None:
    others = select(func.count()).where(_a.c.role == "administrator", _a.c.active, _a.c.login != login)
    if not db.execute(others).scalar_one():
        raise Refused("last_administrator", found=login)


def _whole(wanted: Account) -> Account:
    if wanted.role != "administrator" or wanted.all_teams:
        return wanted
    return Account(wanted.login, wanted.name, wanted.role, wanted.teams, True, wanted.active)


def _change(recording: Recording, known: Account, wanted: Account) -> None:
    sight_before, sight = _sight(known), _sight(wanted)
    db = recording.db
    if sight != sight_before:
        _keep_past(db, known.login, sight_before)
    if set(known.teams) != set(wanted.teams):
        db.execute(delete(_m).where(_m.c.login == known.login))
        _join(db, known.login, wanted.teams)
    db.execute(
        update(_a)
        .where(_a.c.login == known.login)
        .values(name=wanted.name, role=wanted.role, all_teams=wanted.all_teams, active=wanted.active)
    )


def _sight(one: Account) -> frozenset[str] | None:
    """The teams they see; None: all."""
    return None if one.all_teams else frozenset(one.teams)


def _keep_past(db: Connection, login: str, sight: frozenset[str] | None) -> None:
    """Write down what they saw until now, and count their scope up."""
    number = db.execute(select(_a.c.scope).where(_a.c.login == login)).scalar_one()
    teams = None if sight is None else json.dumps(sorted(sight), ensure_ascii=False)
    db.execute(insert(tables.past_scope), {"login": login, "scope": number, "teams": teams})
    db.execute(update(_a).where(_a.c.login == login).values(scope=number + 1))


def _join(db: Connection, login: str, teams: Iterable[str]) -> None:
    rows = [{"login": login, "team": one} for one in teams]
    if rows:
        db.execute(insert(_m), rows)


def _told(recording: Recording, one: Account) -> None:
    entry = DirectoryEntry(kind="agent", key=one.login, label=one.name, teams=tuple(sorted(one.teams)))
    recording.put_content("agent", one.login, entry)


def tell_all(recording: Recording) -> None:
    """Tell of every open account as it stands: what an older hub told of them said nothing of their teams."""
    for one in accounts(recording.db):
        if one.active:
            _told(recording, one)


# -- teams ---------------------------------------------------------------------------------------------------------------


def put_team(recording: Recording, key: str, label: str | None = None, tier: str | None = None) -> Team:
    """A new team, or a known one under another label or at another level; what is not said of it stays.

    Raises Refused("name_unfit"), Refused("tier_unknown").
    """
    key = _name(key)
    if tier is not None and tier not in tuple(Tier):
        raise Refused("tier_unknown", found=tier, allowed=", ".join(Tier))
    known = next((one for one in teams(recording.db) if one.key == key), None)
    if known is None:
        made = Team(key, _name(label or key), None if tier is None else Tier(tier))
        recording.db.execute(insert(_team), {"key": key, "label": made.label, "tier": made.tier})
    else:
        made = Team(
            key,
            known.label if label is None else _name(label),
            known.tier if tier is None else Tier(tier),
            known.members,
        )
        recording.db.execute(update(_team).where(_team.c.key == key).values(label=made.label, tier=made.tier))
    entry = DirectoryEntry(kind="team", key=key, label=made.label, tier=made.tier)
    recording.put_content("team", key, entry)
    return made


def remove_team(recording: Recording, key: str) -> Team:
    """Its members belong to it no more. One that still has live tickets stays: nobody might see them any more.

    Raises Refused("no_such_team"), Refused("team_has_tickets", found, count).
    """
    known = next((one for one in teams(recording.db) if one.key == key), None)
    if known is None:
        raise _no_team(recording.db, key)
    t = tables.ticket
    live = select(func.count()).where(t.c.team == key, t.c.status.in_([str(one) for one in LIVE]))
    count = recording.db.execute(live).scalar_one()
    if count:
        raise Refused("team_has_tickets", found=key, count=count)
    for one in accounts(recording.db):
        if key in one.teams:
            rest = tuple(team for team in one.teams if team != key)
            left = Account(one.login, one.name, one.role, rest, one.all_teams, one.active)
            _change(recording, one, left)
            if left.active:
                _told(recording, left)
    recording.db.execute(delete(_team).where(_team.c.key == key))
    recording.drop_content("team", key)
    return known


def teams(db: Connection) -> list[Team]:
    """All of them with the number of their members, by key."""
    counted = (
        select(_team.c.key, _team.c.label, _team.c.tier, func.count(_m.c.login))
        .select_from(_team.outerjoin(_m, _m.c.team == _team.c.key))
        .group_by(_team.c.key, _team.c.label, _team.c.tier)
        .order_by(_team.c.key)
    )
    return [
        Team(key, label, None if tier is None else Tier(tier), count)
        for key, label, tier, count in db.execute(counted)
    ]


def _teams(recording: Recording, wanted: Collection[str]) -> tuple[str, ...]:
    known = {one.key for one in teams(recording.db)}
    for one in wanted:
        if one not in known:
            raise _no_team(recording.db, one)
    return tuple(sorted(set(wanted)))


def _no_team(db: Connection, found: str) -> Refused:
    allowed = ", ".join(one.key for one in teams(db)) or "—"
    return Refused("no_such_team", found=found, allowed=allowed)


def _name(text: str) -> str:
    """A name as lists show it. Raises Refused("name_unfit")."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not plain or len(plain) > LENGTH or not plain.isprintable():
        raise Refused("name_unfit", found=text, most=LENGTH)
    return plain


def _role(text: str) -> Role:
    if text not in ROLES:
        raise Refused("role_unknown", found=text, allowed=", ".join(ROLES))
    return text
