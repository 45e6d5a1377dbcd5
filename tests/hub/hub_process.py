"""A hub in a process of its own, as `atendente hub start` runs it: what is loaded, measured and killed."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from atendente_tui.clock import SystemClock
from atendente_tui.domain.instants import to_ms
from atendente_tui.hub import accounts, tokens
from atendente_tui.hub.database import Database
from atendente_tui.hub.scope import Role
from atendente_tui.hub.writer import Writer

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds in which a hub must have begun, or ended."""


class HubProcess:
    """Any rate is allowed. The port stays the same when it starts again."""

    def __init__(self, url: str, folder: Path, *words: str) -> None:
        self.url, self.folder, self._words = url, folder, words
        self.port = 0
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    @property
    def log(self) -> str:
        return (self.folder / "hub.log").read_text("utf-8", "replace")

    def start(self) -> HubProcess:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {name: one for name, one in os.environ.items() if not name.startswith("ATENDENTE")}
        with (self.folder / "hub.log").open("ab") as log:
            self._running = subprocess.Popen(
                [
                    *(sys.executable, "-m", "atendente_tui", "hub", "start", "--json", "--rate", "0"),
                    *("--database", self.url, "--files", str(self.folder / "files")),
                    *("--port", str(self.port), *self._words),
                ],
                env=kept | {"ATENDENTE_DATA": str(self.folder), "PYTHONPATH": str(ROOT / "src")},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        told = json.loads(self._first_line())
        self.port = int(told["url"].rpartition(":")[2])
        return self

    def _first_line(self) -> str:
        assert self._running is not None
        assert self._running.stdout is not None
        until = time.monotonic() + PATIENCE
        told = b""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._running.stdout, selectors.EVENT_READ)
            while not told.endswith(b"}\n"):
                assert waiting.select(max(0.0, until - time.monotonic())), f"no hub began\n{self.log}"
                piece = os.read(self._running.stdout.fileno(), 4096)
                assert piece, f"the hub ended\n{self.log}"
                told += piece
        return told.decode()

    def kill(self) -> None:
        """At once, as a machine that fails does it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._running is None:
            return
        self._running.send_signal(how)
        try:
            self._running.wait(PATIENCE)
        finally:
            if self._running.poll() is None:
                self._running.kill()
                self._running.wait()
            assert self._running.stdout is not None
            self._running.stdout.close()
            self._running = None


@contextmanager
def running(url: str, folder: Path, *words: str) -> Iterator[HubProcess]:
    hub = HubProcess(url, folder, *words).start()
    try:
        yield hub
    finally:
        hub.stop()


@contextmanager
def writing(database: Database) -> Iterator[Writer]:
    """A writer beside the hub's own, as its command line has one."""
    writer = Writer(database, SystemClock())
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def people(
    database: Database, logins: Sequence[str], *, role: Role = "agent", teams: Sequence[str] = ()
) -> Mapping[str, str]:
    """Accounts with a token each, by login."""

    def join(recording: Any) -> None:
        for key in teams:
            accounts.put_team(recording, key)
        for login in logins:
            accounts.add_agent(recording, login, login.title(), role, teams)

    with writing(database) as writer:
        writer.submit(join).result(PATIENCE)
    now = to_ms(SystemClock().now())
    with database.write() as db:
        made = {login: tokens.create(db, login, "test", now).secret for login in logins}
    return {login: secret for login, secret in made.items() if secret is not None}
