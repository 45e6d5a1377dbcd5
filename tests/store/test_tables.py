from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy.pool import StaticPool
from sqlcipher3.dbapi2 import Connection
from sqlmodel import Session, SQLModel, create_engine, select

from atendente_tui.store import engine, figure_tables, migrate, quality_tables, tables  # noqa: F401 - all of them
from atendente_tui.store.store import Store


def shape(db: Connection) -> dict[str, object]:
    """Everything about the tables that matters, however it was written down."""
    found: dict[str, object] = {}
    names = [
        row[0]
        for row in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    for name in names:
        sql = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]
        columns = [
            (column, kind, bool(needed) or bool(key), default, key)
            for _, column, kind, needed, default, key, _ in db.execute(f"PRAGMA table_xinfo({name})")
        ]
        indexes = set()
        for _, index, unique, origin, partial in db.execute(f"PRAGMA index_list({name})"):
            parts = tuple(row[2:4] for row in db.execute(f"PRAGMA index_xinfo({index})") if row[5])
            said = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (index,)).fetchone()
            where = re.sub(r"\s+", " ", said[0].split("WHERE")[1]).strip() if partial else ""
            if origin != "pk":
                indexes.add((index if origin == "c" else "", unique, parts, where))
        keys = {row[2:7] for row in db.execute(f"PRAGMA foreign_key_list({name})")}
        keys = {(to, own, theirs or "id", *rest) for to, own, theirs, *rest in keys}
        found[name] = (columns, indexes, keys, "WITHOUT ROWID" in sql, "AUTOINCREMENT" in sql)
    return found


def test_the_tables_are_those_of_the_migrations(tmp_path: Path) -> None:
    migrated = engine.connect(tmp_path / "migrated.db", None)
    migrate.migrate(migrated, tmp_path / "migrated.db")
    made = engine.connect(tmp_path / "made.db", None)
    SQLModel.metadata.create_all(create_engine("sqlite://", creator=lambda: made, poolclass=StaticPool))
    ours = {name: one for name, one in shape(made).items() if name in shape(migrated)}
    assert ours == shape(migrated)


def test_a_session_reads_the_store(shop: Store) -> None:
    with Session(tables.sql_engine(shop)) as session:
        found = session.exec(select(tables.Ticket).where(tables.Ticket.team == "loja")).all()
    assert len(found) == 150
    assert found[0].subject
