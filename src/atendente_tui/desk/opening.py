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
    )


def desk_of(store: Store, agent: Agent, config: Config, clock: Clock, db: Connection) -> Desk:
    told = _told(config, db, "capabilities")
    can = Can.everything()
    if told:
        channels = frozenset(told.get("channels", ()))
        can = Can(
            frozenset(told["commands"]),
            frozenset(told["local_only"]),
            channels,
            bool(told.get("copies")),
            bool(told.get("uploads")),
        )
    return Desk(
        store=store,
        agent=agent,
        rules=rules_of(config),
        clock=clock,
        holds=config.holds,
        can=can,
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
