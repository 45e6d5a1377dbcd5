"""A migration that is killed between any two statements leaves the old schema or the new one, and the next start ends it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.store import engine, health, migrate

KEY = b"k" * 32


class Killing:
    """A connection that ends its process before its `at`-th statement."""

    def __init__(self, db: Any, at: int) -> None:
        self._db, self._left = db, at

    def execute(self, sql: str, *more: Any) -> Any:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._db.execute(sql, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


def killed(file: Path, at: int) -> bool:
    """Migrate in a process of its own that is killed at that statement. Whether it came to that."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            migrate.migrate(Killing(engine.connect(file, KEY), at), file)
            os._exit(0)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def schema(file: Path) -> tuple[int, list[Any]]:
    with contextlib.closing(engine.connect(file, KEY)) as db:
        assert health.faults(db) == []
        told = db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
        return migrate.version(db), told


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a child of its own")
def test_old_or_new_and_never_between(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with contextlib.closing(engine.connect(old, KEY)) as db:
        migrate._apply(db, *migrate.migrations()[0])
    known = {1: schema(old)}
    step = tmp_path / "step.db"
    shutil.copy(old, step)
    for number, script in migrate.migrations():
        if number > 1:
            with contextlib.closing(engine.connect(step, KEY)) as db:
                migrate._apply(db, number, script)
            known[number] = schema(step)
    at, file = 1, tmp_path / "store.db"
    while True:
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        shutil.copy(old, file)
        ended = not killed(file, at)
        version, _tables = found = schema(file)
        assert found == known[version], f"killed at statement {at}"
        with contextlib.closing(engine.connect(file, KEY)) as db:
            migrate.migrate(db, file)
        assert schema(file) == known[migrate.latest()]
        if ended:
            break
        at += 1
    assert at > 10
