"""The hub's database: SQLite or PostgreSQL behind two doors, one for reading and one for writing.

On SQLite the driver is sqlcipher3, for the SQLite it brings (the system's may have the WAL-reset fault); the file is plain.
A read is one snapshot. Writes take their turn: in this process by a lock, between processes by BEGIN IMMEDIATE on SQLite
and by the row of `clock` on PostgreSQL (see `writer`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from atendente_tui import paths
from atendente_tui.domain.refusal import Refused

BUSY = 10.0
"""Seconds a write waits for another process on SQLite."""


class Database:
    """Use `open`. Connections are made when needed; any thread may use both doors."""

    def __init__(
        self, url: str, kind: Literal["sqlite", "postgresql"], reading: Engine, writing: Engine
    ) -> None:
        self.url = url
        """Without a password: fit to be shown."""
        self.kind = kind
        self.engine = writing
        self._reading = reading
        self._turn: Any = threading.Lock() if kind == "sqlite" else nullcontext()

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> Database:
        """`sqlite:///FILE` or `postgresql+psycopg://...`. Makes the file and its folder, private, and the tables.

        Raises Refused("hub_database", found, why), Refused("hub_schema", found, known) and SQLAlchemy's own errors.
        """
        try:
            parts = make_url(url)
        except ArgumentError:
            raise Refused("hub_database", found=url.split("@")[-1][:80], why="no address") from None
        shown = parts.render_as_string(hide_password=True)
        if parts.get_backend_name() == "sqlite" and parts.database not in (None, "", ":memory:"):
            made = cls(shown, "sqlite", *_sqlite(Path(str(parts.database))))
        elif parts.get_backend_name() == "postgresql" and parts.get_driver_name() == "psycopg":
            made = cls(shown, "postgresql", *_postgresql(url))
        else:
            raise Refused("hub_database", found=shown, why="sqlite:///FILE, postgresql+psycopg://...")
        if migrate:
            from atendente_tui.hub.migrations.running import upgrade

            upgrade(made)
        return made

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look; nothing can be written through it."""
        with self._reading.connect() as db, db.begin():
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction of its own, committed at the end. What readers are to be told of goes through `Writer`."""
        with self._turn, self.engine.connect() as db, db.begin():
            yield db

    def close(self) -> None:
        self._reading.dispose()
        self.engine.dispose()


def _postgresql(url: str) -> tuple[Engine, Engine]:
    reading = create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )
    return reading, create_engine(url, pool_size=4, max_overflow=8)


def _sqlite(path: Path) -> tuple[Engine, Engine]:
    from sqlcipher3 import dbapi2

    paths.private_dir(path.parent)
    path.touch(mode=0o600)

    def connect() -> Any:
        db = dbapi2.connect(str(path), timeout=BUSY, isolation_level=None, check_same_thread=False)
        for pragma in (
            "cipher_log_level = NONE",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cache_size = -32768",
        ):
            db.execute(f"PRAGMA {pragma}").close()
        return db

    def made(begin: str, size: int) -> Engine:
        engine = create_engine(
            "sqlite://", module=dbapi2, creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=16
        )
        # The driver's own transactions are off (isolation_level None): these are the only ones.
        event.listen(engine, "begin", lambda db: db.exec_driver_sql(begin))
        return engine

    reading = made("BEGIN", 8)
    event.listen(reading, "connect", lambda db, _record: db.execute("PRAGMA query_only = ON").close())
    return reading, made("BEGIN IMMEDIATE", 2)
