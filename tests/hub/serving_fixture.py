"""A hub served over loopback in this process, as `atendente hub start` serves it.

    from tests.hub.serving_fixture import Served, served  # noqa: F401

`served` asks for the fixtures `database` and `clock` (a clock that stands still until it is told).
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from httpx_sse import connect_sse
from sqlalchemy import select

from atendente_tui.clock import Clock, VirtualClock
from atendente_tui.domain.change import TicketUpsert
from atendente_tui.hub import accounts, tables, tokens
from atendente_tui.hub.database import Database
from atendente_tui.hub.parts import HubParts, Settings
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Role
from atendente_tui.hub.serving import Door, Server, address, bound
from tests.hub import world

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To read the system's certificates for each client takes longer than most tests."""

T = TypeVar("T")
PATIENCE = 30.0


@dataclass
class Served:
    """A running hub. Its clients are closed with it."""

    parts: HubParts
    door: Door = field(default_factory=lambda: Door(port=0))
    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    """Of each login the last one made."""
    _clients: list[httpx.Client] = field(default_factory=list)

    def start(self) -> Served:
        ready = threading.Event()
        listening = bound(self.door)
        self.url = address(self.door, listening)
        self.server = Server(self.parts, self.door, ready.set)
        self.thread = threading.Thread(
            target=lambda: asyncio.run(self.server.serve(sockets=[listening])), name="hub", daemon=True
        )
        self.thread.start()
        assert ready.wait(PATIENCE), "the hub did not start"
        return self

    def stop(self) -> None:
        for one in self._clients:
            one.close()
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the hub did not stop"

    # -- people --------------------------------------------------------------------------------------------------------

    def do(self, job: Callable[[Recording], T]) -> T:
        return self.parts.writer.submit(job).result(PATIENCE)

    def team(self, *keys: str) -> None:
        for key in keys:
            self.do(lambda recording, key=key: accounts.put_team(recording, key))  # type: ignore[misc]

    def agent(self, login: str, *teams: str, role: Role = "agent", all_teams: bool = False) -> str:
        """A new account with a token, which is given."""
        self.team(*teams)
        self.do(lambda r: accounts.add_agent(r, login, login.title(), role, teams, all_teams=all_teams))
        return self.token(login)

    def token(self, login: str, days: int = 30) -> str:
        with self.parts.database.write() as db:
            made = tokens.create(db, login, "test", self.parts.now(), days)
        assert made.secret is not None
        self.tokens[login] = made.secret
        return made.secret

    def token_id(self, login: str) -> str:
        """Of the last one."""
        t = tables.token
        with self.parts.database.read() as db:
            found = db.execute(select(t.c.id).where(t.c.hash == tokens.hash_of(self.tokens[login])))
            return str(found.scalar_one())

    def ticket(self, team: str | None = None) -> TicketUpsert:
        return self.do(lambda recording: world.opened(recording, team=team))

    # -- asking --------------------------------------------------------------------------------------------------------

    def client(self, login: str | None = None, **headers: str) -> httpx.Client:
        """Shows the login's last token."""
        if login is not None:
            headers["Authorization"] = f"Bearer {self.tokens[login]}"
        made = httpx.Client(
            base_url=f"{self.url}/v1", headers=headers, timeout=PATIENCE, trust_env=False, verify=NO_TLS
        )
        self._clients.append(made)
        return made

    def hints(self, login: str) -> Hints:
        return Hints(self, login)


class Hints:
    """A line of hints, read by a thread; `until` waits for what it is to have brought."""

    def __init__(self, served: Served, login: str) -> None:
        self.told: list[tuple[str, Any]] = []
        self.ended = False
        self._stirred = threading.Condition()
        self._client = served.client(login)
        self._thread = threading.Thread(target=self._read, name=f"hints-{login}", daemon=True)
        self._thread.start()
        self.until(lambda told: ("hello", {}) in told)

    def _read(self) -> None:
        try:
            with connect_sse(self._client, "GET", "hints") as line:
                for said in line.iter_sse():
                    with self._stirred:
                        self.told.append((said.event, json.loads(said.data)))
                        self._stirred.notify_all()
        except (httpx.HTTPError, RuntimeError):
            pass
        finally:
            with self._stirred:
                self.ended = True
                self._stirred.notify_all()

    def until(self, seen: Callable[[list[tuple[str, Any]]], bool]) -> list[tuple[str, Any]]:
        """What was told so far, once that is what was waited for."""
        with self._stirred:
            assert self._stirred.wait_for(lambda: seen(self.told) or self.ended, PATIENCE), self.told
            assert seen(self.told), self.told
            return list(self.told)

    def until_ended(self) -> None:
        with self._stirred:
            assert self._stirred.wait_for(lambda: self.ended, PATIENCE), "the line did not end"

    def forget(self) -> None:
        with self._stirred:
            self.told.clear()


def note(ticket: TicketUpsert | str, text: str = "Anotado.", **changed: Any) -> dict[str, Any]:
    """The JSON of a command."""
    remote = ticket if isinstance(ticket, str) else ticket.remote_id
    return {
        "type": "note",
        "id": str(uuid4()),
        "at": "2026-11-23T12:00:00Z",
        "author": "somebody",
        "ticket": {"id": 1, "remote": remote},
        "text": text,
    } | changed


def walked(client: httpx.Client) -> list[dict[str, Any]]:
    """All that a reader who begins now is told."""
    told: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    for _page in range(1_000):
        page = client.get("changes", params=after).json()
        told += page["changes"]
        after = {"after": page["cursor"]}
        if page["caught_up"]:
            return told
    raise AssertionError("never caught up")


def serving(database: Database, files: Path, clock: Clock | None = None, **settings: Any) -> Served:
    return Served(HubParts(database, Settings(files=files, **settings), clock)).start()


@pytest.fixture
def served(database: Database, clock: VirtualClock, tmp_path: Path) -> Iterator[Served]:
    """As often asked as the test likes."""
    running = serving(database, tmp_path / "files", clock, rate=0, failures=0)
    yield running
    running.stop()
