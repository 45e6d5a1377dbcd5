"""Both databases: SQLite in a folder of the test's own, and a PostgreSQL started once and shared by the workers."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from atendente_tui.clock import VirtualClock
from atendente_tui.hub.database import Database
from atendente_tui.hub.writer import Writer
from tests import postgres

ROOT = Path(__file__).parents[2]
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
            told.write_text(address)
    return told.read_text()


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
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/hub/hub.db"
        return
    yield from new_database(request.getfixturevalue("postgresql"))


def new_database(server: str) -> Iterator[str]:
    """A database on the server, dropped afterwards."""
    name = f"hub_{uuid4().hex[:12]}"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield f"{server}/{name}"
    finally:
        with admin.connect() as db:
            db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A hub's database with its tables, nobody and nothing in it."""
    opened = Database.open(database_url)
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
