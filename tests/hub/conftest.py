"""Both databases: SQLite in a folder of the test's own, and a PostgreSQL started once and shared by the workers."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, delete, insert, text

from atendente_tui.clock import VirtualClock
from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from atendente_tui.hub.tables import metadata
from atendente_tui.hub.writer import Writer
from tests import postgres

ROOT = Path(__file__).parents[2]
TEMPLATE = "hub_begun"
BEGAN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a server, without a database. In CI it must be there."""
    base = tmp_path_factory.getbasetemp()
    worker = "PYTEST_XDIST_WORKER" in os.environ
    root = base.parent if worker else base
    told = root / "postgresql-url"
    with (root / "postgresql-lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not told.exists():
            try:
                address, folder = postgres.start()
            except postgres.Absent as absent:
                if os.environ.get("CI"):
                    pytest.fail(str(absent))
                pytest.skip(str(absent))
            _stop_with(os.getppid() if worker else os.getpid(), folder)
            _make_template(address)
            told.write_text(address)
    return told.read_text()


def _make_template(server: str) -> None:
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    admin.dispose()
    Database.open(f"{server}/{TEMPLATE}").close()


def _stop_with(session: int, folder: Path) -> None:
    """Stop the server when the test session's process ends, however it ends."""
    waiting = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from tests import postgres\n"
        "while Path(f'/proc/{sys.argv[1]}').exists():\n"
        "    time.sleep(0.5)\n"
        "postgres.stop(Path(sys.argv[2]))\n"
    )
    subprocess.Popen(
        [sys.executable, "-c", waiting, str(session), str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it, not even tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/hub/hub.db"
        return
    yield from new_database(request.getfixturevalue("postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a hub that has just begun: tables, nobody and nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{new_file(tmp_path / 'hub')}"
        return
    yield _begin_anew(request.getfixturevalue("postgresql_of_ours"))


@pytest.fixture(scope="session")
def postgresql_of_ours(postgresql: str) -> Iterator[str]:
    """One database a worker, emptied for each test: a new one each time would take longer than the tests."""
    yield from new_database(postgresql, template=True)


def _begin_anew(url: str) -> str:
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text("SET lock_timeout = '10s'"))
        for one in reversed(metadata.sorted_tables):  # where there is little, much quicker than TRUNCATE
            db.execute(delete(one))
        db.execute(insert(tables.clock), {"id": 1, "seq": 0, "ticket": 0, "customer": 0})
        rows = [{"key": name, "value": uuid4().hex[:8]} for name in ("id", "epoch")]
        db.execute(insert(tables.state), rows)
    engine.dispose()
    return url


@cache
def _begun() -> bytes:
    with TemporaryDirectory() as folder:
        Database.open(f"sqlite:///{folder}/hub.db").close()
        return (Path(folder) / "hub.db").read_bytes()


def new_file(folder: Path) -> Path:
    """A hub on SQLite that has just begun: making its tables anew would cost each test half a second."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "hub.db"
    file.write_bytes(_begun())
    file.chmod(0o600)
    with closing(sqlite3.connect(file)) as db, db:
        for name in ("id", "epoch"):
            db.execute("UPDATE hub_state SET value = ? WHERE key = ?", (uuid4().hex[:8], name))
    return file


def new_database(server: str, *, template: bool = False) -> Iterator[str]:
    """A database on the server, dropped afterwards; with a hub that has just begun where `template`."""
    name = f"hub_{uuid4().hex[:12]}"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {TEMPLATE}" if template else "")))
    try:
        yield f"{server}/{name}"
    finally:
        with admin.connect() as db:
            db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A hub's database with its tables, nobody and nothing in it."""
    opened = Database.open(database_url, migrate=False)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_database(postgresql_of_ours: str) -> Iterator[Database]:
    """For what only PostgreSQL can get wrong."""
    opened = Database.open(_begin_anew(postgresql_of_ours), migrate=False)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(BEGAN)


@pytest.fixture
def writer(database: Database, clock: VirtualClock) -> Iterator[Writer]:
    made = Writer(database, clock)
    made.start()
    yield made
    made.stop()
