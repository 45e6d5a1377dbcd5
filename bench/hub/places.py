"""A database with a hub and a bare server on it, each in a process of its own; filled by plain SQL with as many tickets as asked."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from tests import postgres
from tests.hub.hub_process import HubProcess, people

from atendente_tui.domain.change import CustomerUpsert, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.words import Channel, IdentityKind, Status
from atendente_tui.hub.database import Database
from bench.options import ROOT, child_environment

AGENTS = 25
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Place:
    """`tokens` are of agents who see all that is there."""

    kind: str
    url: str
    hub: HubProcess
    tokens: Sequence[str]
    tickets: int
    bare_port: int = 0
    bare_pid: int = 0

    def load(self, what: str, timeout: float = 600.0, **told: Any) -> Any:
        """Run a load generator (`bench.hub.load`) and give what it measured."""
        given = {"tokens": list(self.tokens), "tickets": self.tickets, **told}
        given.setdefault("port", self.hub.port)
        done = subprocess.run(
            [sys.executable, "-m", "bench.hub.load", what],
            input=json.dumps(given),
            env=child_environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{what}: {done.stderr[-2_000:]}")
        return json.loads(done.stdout)


@contextmanager
def databases(scratch: Path, kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    """By kind, how to make a new one: a function of a name."""
    made: dict[str, Any] = {}
    folder = None
    if "sqlite" in kinds:
        made["sqlite"] = lambda name: f"sqlite:///{scratch / name}/hub.db"
    if "postgresql" in kinds:
        server, folder = postgres.start(durable=True)

        def create(name: str) -> str:
            admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
            with admin.connect() as db:
                db.execute(text(f"CREATE DATABASE {name}"))
            admin.dispose()
            return f"{server}/{name}"

        made["postgresql"] = create
    try:
        yield made
    finally:
        if folder is not None:
            postgres.stop(folder)


@contextmanager
def place(kind: str, url: str, scratch: Path, tickets: int, *, bare: bool = True) -> Iterator[Place]:
    database = Database.open(url)
    fill(database, tickets)
    tokens = people(database, [f"agent{n}" for n in range(AGENTS)])
    database.close()
    hub = HubProcess(url, scratch / f"hub-{kind}-{tickets}").start()
    made = Place(kind, url, hub, list(tokens.values()), tickets)
    try:
        if bare:
            with _bare(url, made):
                yield made
        else:
            yield made
    finally:
        hub.stop()


@contextmanager
def _bare(url: str, made: Place) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.bare_port = listening.getsockname()[1]
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.hub.bare", url, str(listening.fileno())],
            env=child_environment(),
            cwd=ROOT,
            pass_fds=[listening.fileno()],
        )
    made.bare_pid = child.pid
    try:
        _until_it_answers(made.bare_port)
        yield
    finally:
        child.kill()
        child.wait()


def _until_it_answers(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as line:
                line.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
                if line.recv(100):
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the bare server did not begin")


def fill(database: Database, tickets: int) -> None:
    """A person for every fourth ticket, one message each; everything has its number in the log, as the hub writes it."""
    people_ = max(1, tickets // 4)
    customer = CustomerUpsert(
        remote_id="@C@",
        name="Maria Oliveira @C@",
        identities=(Identity(kind=IdentityKind.EMAIL, value="c@C@@exemplo.com.br"),),
    ).model_dump_json(exclude_none=True)
    ticket = TicketUpsert(
        remote_id="@N@",
        protocol="@P@",
        subject="Pedido não chegou",
        customer="@C@",
        channel=Channel.EMAIL,
        status=Status.OPEN,
        opened_at=AT,
        updated_at=AT,
        version="1",
    ).model_dump_json(exclude_none=True)
    event = EventAppend(
        remote_id="@E@",
        ticket="@N@",
        customer="@C@",
        at=AT,
        kind="message",
        channel=Channel.EMAIL,
        text="Cadê meu pedido? Já faz uma semana que espero e ninguém responde.",
    ).model_dump_json(exclude_none=True)
    if database.kind == "postgresql":
        series = "generate_series(1, :count) AS s(n)"
    else:
        series = "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count) SELECT n FROM s) AS s"
    number, who = "CAST(n AS TEXT)", f"(n % {people_} + 1)"
    seq = f"({people_} + 2 * n)"
    ms = int(AT.timestamp() * 1000)

    def put(db: Any, into: str, values: str, count: int, **told: Any) -> None:
        db.execute(text(f"INSERT INTO {into} SELECT {values} FROM {series}"), {"count": count, **told})

    with database.write() as db:
        put(db, "customer (id, body)", f"n, replace(:body, '@C@', {number})", people_, body=customer)
        put(
            db,
            "identity (kind, normal, customer)",
            f"'email', 'c' || {number} || '@exemplo.com.br', n",
            people_,
        )
        put(
            db,
            "ticket (id, customer, protocol, channel, status, team, updated, body)",
            f"n, {who}, 'P' || {number}, 'email', 'open', NULL, :ms,"
            f" replace(replace(replace(:body, '@P@', 'P' || {number}), '@N@', {number}), '@C@', CAST({who} AS TEXT))",
            tickets,
            body=ticket,
            ms=ms,
        )
        put(
            db,
            "event (id, ticket, customer, talk, author, command, body)",
            f"{seq}, n, {who}, {'TRUE' if database.kind == 'postgresql' else '1'}, '', NULL,"
            f" replace(replace(replace(:body, '@E@', CAST({seq} AS TEXT)), '@N@', {number}), '@C@', CAST({who} AS TEXT))",
            tickets,
            body=event,
        )
        put(db, "log (seq, kind, customer)", "n, 'customer', n", people_)
        put(db, "log (seq, kind, ticket, customer)", f"{seq} - 1, 'new', n, {who}", tickets)
        put(db, "log (seq, kind, ticket, customer)", f"{seq}, 'event', n, {who}", tickets)
        last = people_ + 2 * tickets
        db.execute(
            text("UPDATE clock SET seq = :seq, ticket = :ticket, customer = :customer"),
            {"seq": last, "ticket": tickets, "customer": people_},
        )
    if database.kind == "postgresql":
        with database.engine.connect() as db, db.execution_options(isolation_level="AUTOCOMMIT"):
            db.execute(text("VACUUM ANALYZE"))  # so that no autovacuum comes in between
    else:
        with database.write() as db:
            db.execute(text("ANALYZE"))
