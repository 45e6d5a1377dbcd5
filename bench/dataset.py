"""Stores of any size with made-up tickets, the same every time, kept below `.cache/bench` and used again.

A quarter as many customers as tickets; a message for every ticket, an answer for every tenth; the newest
twentieth of the tickets is live; the newest 20 tickets are `LOGIN`'s and have 50 messages each. Nothing in it is due for a
second look by time alone (`recheck` is empty), so that a store at rest stays as it was made.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui.clock import SystemClock
from atendente_tui.domain.assess import TicketFacts
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import engine, indexing
from atendente_tui.store.assessing import judge
from atendente_tui.store.store import Store
from atendente_tui.store.tallies import recount
from bench.words import Writer

NOW = to_ms(datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
SPAN = 3 * 365 * 24 * 3600 * 1000
KEY = bytes(range(32))
"""The stores are encrypted, as a working profile is."""
LOGIN = "ana"
AGENTS = (LOGIN, *(f"agente{n:02d}" for n in range(1, 20)))
TEAMS = ("Varejo", "Atacado", "Cobrança", "Entregas", "Trocas")
CHANNELS = ("whatsapp", "email", "portal", "chat", "phone", "instagram")
LONG, MESSAGES = 20, 50
VERSION = "1"
"""Of what is generated here and in `words`: another one makes the stores anew."""
_FIRST = (
    "Ana",
    "João",
    "Inês",
    "Caio",
    "Zélia",
    "Túlio",
    "Bia",
    "Otávio",
    "Lúcia",
    "Davi",
    "Noêmia",
    "Raí",
    "Íris",
    "Mário",
    "Célia",
    "Jonas",
)
_LAST = (
    "Conceição",
    "Araújo",
    "Lima",
    "Guimarães",
    "Prado",
    "Muniz",
    "Sá",
    "Assunção",
    "Teles",
    "Brandão",
    "Viana",
    "Peçanha",
    "Rocha",
)
_CONFIG = """
[store]
encryption = "on"

[agent]
login = "{login}"
name = "Ana Souza"
teams = ["Varejo", "Atacado"]

[ui]
language = "pt-BR"
"""


@dataclass(frozen=True, slots=True)
class World:
    """A profile on disk: the data directory with its store, its configuration and its key."""

    data: Path
    tickets: int

    @property
    def store(self) -> Path:
        return self.data / "store"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ATENDENTE_DATA": str(self.data),
            "ATENDENTE_CONFIG": str(self.data / "config.toml"),
            "ATENDENTE_STORE_KEY_FILE": str(self.data / "store.key"),
            "ATENDENTE_LANG": "pt-BR",
        }

    @property
    def longest(self) -> int:
        """Id of the newest ticket, which has `MESSAGES` messages."""
        return self.tickets

    @property
    def shows(self) -> bytes:
        """What stands on the screen as soon as its queue does: the beginning of a customer's name."""
        return name(self.longest // 4 + 1)[:9].encode()

    def open(self, *, read_only: bool = False) -> Store:
        return Store.open(self.store, key=KEY, rules=DEFAULT_RULES, clock=SystemClock(), read_only=read_only)

    def copy(self, data: Path) -> World:
        """A copy to write into."""
        data.mkdir(mode=0o700, parents=True)
        for name in ("config.toml", "store.key", "store/store.db", "store/search.db"):
            (data / name).parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copy(self.data / name, data / name)
        return World(data, self.tickets)


def world(cache: Path, tickets: int) -> World:
    """The store with so many tickets, made when it is not there."""
    found = World(cache / f"{tickets}-{_digest()}", tickets)
    if (found.data / "ready").exists():
        return found
    for old in cache.glob(f"{tickets}-*"):
        shutil.rmtree(old)
    print(f"making a store of {tickets:,} tickets ...", file=sys.stderr, flush=True)
    found.store.mkdir(mode=0o700, parents=True)
    (found.data / "config.toml").write_text(_CONFIG.format(login=LOGIN), encoding="utf-8")
    key = found.data / "store.key"
    key.touch(mode=0o600)
    key.write_text(KEY.hex() + "\n", encoding="ascii")
    found.open().close()
    for file in found.store.glob("search.db*"):
        file.unlink()
    _fill(found)
    store = found.open()  # which makes the full text of what it finds
    if not store.wait_indexed(3_600):
        raise RuntimeError("the full text of the benchmark's store was not finished")
    store.close(60)
    (found.data / "ready").touch()
    return found


def _digest() -> str:
    """Of everything that decides what is in a store."""
    told = hashlib.blake2b(f"{VERSION} {indexing.VERSION}".encode(), digest_size=4)
    migrations = Path(engine.__file__).parent / "migrations"
    for file in sorted(migrations.glob("*.sql")):
        told.update(file.read_bytes())
    return told.hexdigest()


def _fill(found: World) -> None:
    with contextlib.closing(engine.connect(found.store / "store.db", KEY)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -262144")
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO directory (kind, key, label) VALUES (?, ?, ?)",
            [("agent", one, one.capitalize()) for one in AGENTS] + [("team", one, one) for one in TEAMS],
        )
        _insert(db, "customer", _customers(found.tickets // 4 + 1))
        _insert(db, "identity", _identities(found.tickets // 4 + 1))
        _insert(db, "ticket", _tickets(found.tickets))
        _insert(db, "event", _events(found.tickets))
        db.execute(
            "UPDATE ticket SET newest_event = (SELECT max(key) FROM event WHERE ticket_id = ticket.id)"
        )
        recount(db)
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(db: Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    names = ", ".join(first)
    sql = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(first))})"
    db.execute(sql, tuple(first.values()))
    db.executemany(sql, (tuple(row.values()) for row in rows))


def _customers(count: int) -> Iterator[dict[str, Any]]:
    for n in range(1, count + 1):
        yield {"id": n, "remote_id": f"c{n}", "name": name(n), "updated": NOW - SPAN}


def name(n: int) -> str:
    return f"{_FIRST[n % len(_FIRST)]} {_LAST[n // 16 % len(_LAST)]} {n}"


def _identities(count: int) -> Iterator[dict[str, Any]]:
    for n in range(1, count + 1):
        mail = f"cliente{n}@exemplo.com.br"
        yield {"customer_id": n, "kind": "email", "normal": mail, "value": mail}


def opened(n: int, tickets: int) -> int:
    """When ticket `n` of so many came in: evenly over three years, the last at `NOW`."""
    return NOW - (tickets - n) * (SPAN // tickets)


def _tickets(count: int) -> Iterator[dict[str, Any]]:
    writer = Writer(1)
    live_from = count - count // 20
    for n in range(1, count + 1):
        at = opened(n, count)
        live, long = n > live_from and n % 5 < 3, n > count - LONG
        status = ("new", "open", "pending")[n % 3] if live else ("solved", "closed")[n % 2]
        status = "open" if long else status
        assignee = LOGIN if long else AGENTS[n % 20] if status != "new" and n % 4 else None
        values: dict[str, Any] = {
            "id": n,
            "remote_id": f"t{n}",
            "protocol": protocol(n),
            "subject": writer.subject(),
            "customer_id": n // 4 + 1,
            "channel": CHANNELS[n % 6],
            "status": status,
            "remote_status": status,
            "priority": ("normal", "low", "normal", "high", "normal", "urgent", "normal")[n % 7],
            "assignee": assignee,
            "team": TEAMS[n % 5],
            "opened": at,
            "updated": at,
            "solved": None if live or long else at + 3_600_000,
            "last_inbound": at,
            "waiting_since": at if live or long else None,
            "paused_since": at if status == "pending" else None,
            "score": 0,
            "why": "[]",
            "sla_target": None,
            "sla_due": None,
            "sla_state": "none",
        }
        if live or long:
            values |= _judged(values)
        yield values


def protocol(n: int) -> str:
    return f"2026-{n:07d}"


def _judged(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = TicketFacts(
        status=row["status"],
        priority=row["priority"],
        channel=row["channel"],
        opened=row["opened"],
        waiting_since=row["waiting_since"],
        last_inbound=row["last_inbound"],
        paused_since=row["paused_since"],
    )
    told = judge(facts, DEFAULT_RULES, NOW)._asdict()
    del told["recheck"]
    return told


def _events(count: int) -> Iterator[dict[str, Any]]:
    writer = Writer(2)
    for n in range(1, count + 1):
        at, customer, channel = opened(n, count), n // 4 + 1, CHANNELS[n % 6]
        yield _message(n, 0, at << 6, customer, channel, writer, inbound=True)
        if n % 10 == 0:
            yield _message(n, 1, (at + 30_000 << 6) + 1, customer, channel, writer, inbound=False)
    for n in range(max(1, count - LONG + 1), count + 1):
        for one in range(1, MESSAGES - (n % 10 == 0)):
            # Hours apart, so that they lie on as many pages of the file.
            at = opened(n, count) + one * 5_400_000 + n
            channel = CHANNELS[n % 6]
            yield _message(n, one + 1, (at << 6) + 2, n // 4 + 1, channel, writer, inbound=one % 2 == 0)


def _message(
    ticket: int, n: int, key: int, customer: int, channel: str, writer: Writer, *, inbound: bool
) -> dict[str, Any]:
    return {
        "key": key,
        "remote_id": f"e{ticket}-{n}",
        "ticket_id": ticket,
        "customer_id": customer,
        "at": key >> 6,
        "kind": "message",
        "channel": channel,
        "direction": "inbound" if inbound else "outbound",
        "author_kind": "customer" if inbound else "agent",
        "author": name(customer) if inbound else LOGIN,
        "public": 1,
        "text": writer.message(),
    }


PEOPLE = 45
"""People on a page: each with two tickets of four messages, which makes 495 changes."""
TALK = 4


def pages(cache: Path, rows: int) -> Path:
    """A file with about so many changes of a helpdesk, newest first: one `ChangePage` as JSON on each line."""
    found = cache / f"pages-{rows}-{_digest()}.jsonl"
    if not found.exists():
        for old in cache.glob(f"pages-{rows}-*"):
            old.unlink()
        count = -(-rows // (PEOPLE * (1 + 2 * (1 + TALK))))
        making = found.with_suffix(".making")
        with making.open("w", encoding="utf-8") as file:
            for n in range(count):
                file.write(json.dumps(_page(n, count), ensure_ascii=False) + "\n")
        making.rename(found)
    return found


def _page(n: int, count: int) -> dict[str, Any]:
    writer = Writer(1_000 + n)
    changes: list[dict[str, Any]] = []
    for person in range(n * PEOPLE, (n + 1) * PEOPLE):
        mail = {"kind": "email", "value": f"pessoa{person}@exemplo.com.br"}
        told = {"type": "customer", "remote_id": f"s{person}", "name": name(person), "identities": [mail]}
        changes.append(told)
        for ticket in (person * 2, person * 2 + 1):
            changes += _ticket_changes(ticket, person, writer)
    return {"changes": changes, "cursor": str(n + 1), "done": n, "total": count, "caught_up": n + 1 == count}


def _ticket_changes(ticket: int, person: int, writer: Writer) -> Iterator[dict[str, Any]]:
    at = NOW - ticket * 610_000 - TALK * 60_000
    channel, agent = CHANNELS[ticket % 6], AGENTS[ticket % 20]
    live = ticket % 20 == 0
    yield {
        "type": "ticket",
        "remote_id": f"s{ticket}",
        "protocol": f"S-{ticket:07d}",
        "subject": writer.subject(),
        "customer": f"s{person}",
        "channel": channel,
        "status": "open" if live else "solved",
        "assignee": agent,
        "team": TEAMS[ticket % 5],
        "opened_at": _iso(at),
        "updated_at": _iso(at + TALK * 60_000),
        "solved_at": None if live else _iso(at + TALK * 60_000),
    }
    for one in range(TALK):
        answer = one % 2 == 1
        yield {
            "type": "event",
            "remote_id": f"s{ticket}-{one}",
            "ticket": f"s{ticket}",
            "at": _iso(at + one * 60_000),
            "kind": "message",
            "channel": channel,
            "direction": "outbound" if answer else "inbound",
            "author_kind": "agent" if answer else "customer",
            "author": agent if answer else f"s{person}",
            "text": writer.message(),
        }


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat()
