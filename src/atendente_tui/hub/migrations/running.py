"""Bring a hub's database to the newest schema: all steps in one transaction, or none of them.

Alembic on SQLite is not atomic by itself; here the connection's own BEGIN IMMEDIATE is, and PostgreSQL's DDL is anyway.
Two processes that start at once wait for one another.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, text

from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import tables

if TYPE_CHECKING:
    from atendente_tui.hub.database import Database

_LOCK = 0x6174656E64
"""Any number of our own: PostgreSQL's advisory lock while the schema changes."""


def upgrade(database: Database) -> None:
    """Raises Refused("hub_schema", found, known) for a database that a newer version made; it is left alone."""
    known = newest()
    with database.write() as db:
        if database.kind == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = revision(db)
        if found == known:
            return
        config = _config()
        if found is not None and found not in _known(config):
            raise Refused("hub_schema", found=found, known=known)
        config.attributes["connection"] = db
        command.upgrade(config, "head")
        if found is None:
            _begin(db)


def revision(db: Connection) -> str | None:
    """The schema's revision, None for an empty database."""
    return MigrationContext.configure(db).get_current_revision()


def newest() -> str:
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _known(config: Config) -> set[str]:
    return {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _begin(db: Connection) -> None:
    """What an empty hub has: its name, its epoch, and a clock at zero."""
    db.execute(insert(tables.clock), {"id": 1, "seq": 0, "ticket": 0, "customer": 0})
    db.execute(
        insert(tables.state),
        [{"key": "id", "value": str(uuid4())}, {"key": "epoch", "value": secrets.token_hex(4)}],
    )
