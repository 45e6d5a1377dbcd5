"""Who works at this desk and by which rules: the configuration and what the backend said at the last login."""

from __future__ import annotations

from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui.clock import Clock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.desk.reviewing import settings_of
from atendente_tui.policies import rules_of
from atendente_tui.store.store import Store


def agent_of(config: Config, db: Connection) -> Agent:
    """The configuration's word first, then what the backend called this user, then the system's user."""
    told = _told(config, db, "identity")
    login = config.agent.login or told.get("login") or (config.backend.user if config.backend else None)
    if not login:
        import getpass

        login = getpass.getuser()
    return Agent(
        login=login,
        name=config.agent.name or told.get("name") or login,
        teams=config.agent.teams or tuple(told.get("teams", ())),
        tier=config.agent.tier,
        role=str(told.get("role", "")),
        supervisor=config.agent.supervisor,
    )


def can_of(config: Config, db: Connection) -> Can:
    """What the backend said it can do; everything, as long as it said nothing."""
    told = _told(config, db, "capabilities")
    if not told:
        return Can.everything()
    return Can(
        frozenset(told["commands"]),
        frozenset(told["local_only"]),
        frozenset(told.get("channels", ())),
        bool(told.get("copies")),
        bool(told.get("uploads")),
        bool(told.get("handling")),
    )


def as_told_now(desk: Desk, config: Config, db: Connection) -> Desk:
    """The same desk where nothing changed: at the first login of all, only now one knows who one is there."""
    if not _told(config, db, "identity"):
        return desk
    return desk._replace(agent=agent_of(config, db), can=can_of(config, db))


def desk_of(store: Store, agent: Agent, config: Config, clock: Clock, db: Connection) -> Desk:
    return Desk(
        store=store,
        agent=agent,
        rules=rules_of(config),
        clock=clock,
        holds=config.holds,
        can=can_of(config, db),
        zone=config.ui.zone,
        review=settings_of(config),
        signatures=config.signatures,
        survey_days=config.survey_days,
    )


def _told(config: Config, db: Connection, key: str) -> dict[str, Any]:
    if config.backend is None:
        return {}
    row = db.execute(
        "SELECT value FROM sync_state WHERE backend = ? AND key = ?", (config.backend.name, key)
    ).fetchone()
    if row is None:
        return {}
    import json

    told: dict[str, Any] = json.loads(row[0])
    return told
