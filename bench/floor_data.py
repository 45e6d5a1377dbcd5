"""The store of the floor's benchmark, of any size: ten events a ticket, five hundred tickets a day, so that today is as busy in all.

Made in bulk by plain SQL, the counted numbers with it; the newest are held to what counting makes of their events. Behind
the solved tickets stand the live ones: as many at any size, with deadlines, promises, angry words, moves and agents at work.
"""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.rules import Rules
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.metrics import Window
from atendente_tui.store import counting, engine, migrate
from atendente_tui.store.tallies import mark_due, recount
from atendente_tui.store.writing import Tx
from bench.dataset import NOW

SMALL = 1_000
VERSION = 1
"""Of what is generated here: another one makes the stores anew. A store made under older migrations is brought up to date."""
EVENTS = 10
_MINUTE = 60_000
_APART = 172_800
"""Milliseconds between two tickets: five hundred a day, so that few are today and the day before."""
_LAST = NOW - 70 * _MINUTE
TODAY = Window(NOW - 86_400_000, NOW)
RULES = Rules(policies=(SlaPolicy("p", timedelta(minutes=15), timedelta(minutes=15), timedelta(hours=4)),))
_TICKETS = (
    "INSERT INTO ticket (id, remote_id, protocol, subject, customer_id, channel, status, priority, assignee, team, tier, reason,"
    " opened, updated, solved, first_reply, newest_event)"
    " SELECT n, 't' || n, printf('B-%07d', n), 'Pedido ' || n, n, 'email', 'solved', 'normal', 'agente' || (n % 20),"
    " 'equipe' || (n % 5), 'N' || (1 + n % 3), 'motivo' || (n % 9), o, o + 3600000, o + 3600000, o + 300000, (o + 3720000) << 6 FROM made"
)
_STEPS = (
    (0, "message", "inbound", "customer", 1, "'{}'"),
    (1, "field_change", "internal", "agent", 0, "json_object('field', 'assignee', 'old', NULL, 'new', a)"),
    (5, "message", "outbound", "agent", 1, "'{}'"),
    (20, "message", "inbound", "customer", 1, "'{}'"),
    (30, "message", "outbound", "agent", 1, "'{}'"),
    (40, "message", "inbound", "customer", 1, "'{}'"),
    (45, "message", "outbound", "agent", 1, "'{}'"),
    (
        60,
        "field_change",
        "internal",
        "agent",
        0,
        "json_object('field', 'status', 'old', 'open', 'new', 'solved')",
    ),
    (
        61,
        "survey_answer",
        "inbound",
        "customer",
        1,
        "json_object('survey', 'csat', 'score', 1 + n % 5, 'of', 5)",
    ),
    (62, "wrap_up", "internal", "agent", 0, "json_object('code', 'ok', 'active', 300, 'after', 60)"),
)
_OF_TICKET = "'email', 'equipe' || (n % 5), 'N' || (1 + n % 3), 'motivo' || (n % 9), 'inbound', a"
_COUNTED = (
    f"INSERT INTO counted_ticket SELECT n, n, {_OF_TICKET}, o, o + 3600000, 1, 'N' || (1 + n % 3), 3600000, 3600000,"
    " 3600000, 3600000, 1, 0, 0 FROM made",
    f"INSERT INTO counted_contact SELECT n, 0, {_OF_TICKET}, o, o + 2700000, o + 60000, 1, 0, 60000, 300000, 0, 60000 FROM made",
    *(
        f"INSERT INTO counted_target SELECT n, '{kind}', {k}, {_OF_TICKET}, o + {since * _MINUTE}, o + {done * _MINUTE},"
        f" {(done - since) * _MINUTE}, {(done - since) * _MINUTE}, o + {due * _MINUTE}, o + {done * _MINUTE} FROM made"
        for kind, k, since, done, due in (
            ("first", 0, 0, 5, 15),
            ("next", 0, 20, 30, 35),
            ("next", 1, 40, 45, 55),
            ("resolution", 0, 0, 60, 240),
        )
    ),
)
_MADE = (
    "WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}),"
    f" made AS MATERIALIZED (SELECT n, {_LAST} - ({{count}} - n) * {_APART} AS o, 'agente' || (n % 20) AS a FROM numbers) "
)
_AT_ONCE = 10_000
"""Tickets written together: their rows lie side by side in every index."""

LIVE = 200
"""Live tickets, at any size: what a floor has in hand does not grow with its history."""
_HOUR = 60 * _MINUTE
_LIVE = (
    f"WITH RECURSIVE numbers (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM numbers WHERE k < {LIVE - 1}),"
    " made AS MATERIALIZED (SELECT k, {count} + 1 + k AS n,"
    f" iif(k % 25 = 3, {NOW} - 30 * {_HOUR} - k, {NOW} - k * {3 * _MINUTE} - {_MINUTE}) AS o, k % 3 = 0 OR k % 25 = 3 AS free FROM numbers) "
)
_LIVE_TICKETS = (
    "INSERT INTO ticket (id, remote_id, protocol, subject, customer_id, channel, status, priority, assignee, team, tier, reason,"
    " opened, updated, last_inbound, waiting_since, score, sla_due, sla_state)"
    " SELECT n, 't' || n, printf('B-%07d', n), 'Pedido ' || n, n, iif(k % 4, 'whatsapp', 'email'), iif(free, 'new', 'open'), 'normal',"
    " iif(free, NULL, 'agente' || (k % 20)), 'equipe' || (k % 5), 'N' || (1 + k % 3), iif(k < 18, 'entrega/atraso', 'motivo' || (k % 9)),"
    " o, o, o, o, 100 + k,"
    f" iif(k % 10 = 1, {NOW} + (k - 60) * {_MINUTE}, NULL), CASE WHEN k % 10 <> 1 THEN 'none' WHEN k < 60 THEN 'broken' ELSE 'at_risk' END"
    " FROM made"
)
_LIVE_EVENTS = (
    "INSERT INTO event (key, remote_id, ticket_id, customer_id, at, kind, channel, direction, author_kind, author, public, text, data)"
    " SELECT ((o + j.value * 1000) << 6) + 20 + j.value, printf('v%08d-%d', n, j.value), n, n, o + j.value * 1000,"
    " iif(moved, 'escalation', 'message'), 'whatsapp', iif(moved, 'internal', 'inbound'), iif(moved, 'agent', 'customer'),"
    " iif(moved, 'agente1', ''), NOT moved, iif(k % 4, 'E o meu pedido?', 'Isso é um absurdo, péssimo atendimento!'),"
    " iif(moved, json_object('from', 'N' || (1 + j.value % 2), 'to', 'N' || (2 - j.value % 2)), '{}')"
    " FROM (SELECT made.*, j.value, k % 8 = 0 AND j.value IN (3, 4, 5) AS moved FROM made, json_each('[0,1,2,3,4,5,6,7,8,9]') j) j"
)
_DAYS = (
    "WITH RECURSIVE days (d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM days WHERE d < {days}),"
    " agents (g) AS (SELECT 0 UNION ALL SELECT g + 1 FROM agents WHERE g < 19),"
    f" made AS MATERIALIZED (SELECT d, g, 'agente' || g AS a, {NOW} - d * 86400000 - 6 * {_HOUR} AS b FROM days, agents) "
)
_STATES = (
    "INSERT INTO agent_states (agent, since, until, state, reason)"
    f" SELECT a, b + j.value * {_HOUR // 2}, iif(d = 0 AND j.value = 11, NULL, b + (j.value + 1) * {_HOUR // 2}),"
    " CASE WHEN j.value = 5 OR d = 0 AND j.value = 11 AND g % 9 = 4 THEN 'paused' WHEN j.value % 2 THEN 'contact' ELSE 'available' END,"
    " iif(j.value = 5 OR d = 0 AND j.value = 11 AND g % 9 = 4, 'almoço', NULL)"
    " FROM made, json_each('[0,1,2,3,4,5,6,7,8,9,10,11]') j"
)
_SHIFTS = f"INSERT INTO shifts (agent, starts, ends) SELECT a, b, b + 8 * {_HOUR} FROM made"


def made(cache: Path, count: int) -> Path:
    """The folder of a store of so many tickets, kept below `cache`.

    Not encrypted: what is compared is the work, not the pages' cipher.
    """
    folder = cache / f"floor-{count}-v{VERSION}"
    if folder.exists():
        with closing(engine.connect(folder / "store.db", None)) as db:
            migrate.migrate(db, folder / "store.db")
        return folder
    for old in cache.glob(f"floor-{count}-*"):
        shutil.rmtree(old)
    making = cache / f"making-{count}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700, parents=True)
    begun = time.monotonic()
    print(f"making a floor of {count:,} tickets ...", file=sys.stderr, flush=True)
    file = making / "store.db"
    with closing(engine.connect(file, None)) as db:
        migrate.migrate(db, file)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(f"PRAGMA cache_size = -{1 << 20}")
        _fill(db, count)
        wrong = counting.miscounted(db, RULES, 500)
        if wrong:
            raise SystemExit(f"the store's counted numbers are not its events': {wrong[:5]}")
        db.execute("PRAGMA journal_mode = WAL")
    making.rename(folder)
    size = (folder / "store.db").stat().st_size / (1 << 30)
    print(f"... in {time.monotonic() - begun:.0f} s, {size:.1f} GiB", file=sys.stderr, flush=True)
    return folder


def _fill(db: Connection, count: int) -> None:
    triggers = db.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%counted%'"
    ).fetchall()
    for name, _sql in triggers:
        db.execute(f"DROP TRIGGER {name}")
    for first in range(1, count + 1, _AT_ONCE):
        _solved(db, _MADE.format(first=first, last=min(count, first + _AT_ONCE - 1), count=count))
    for _name, sql in triggers:
        db.execute(sql)
    db.execute("BEGIN")
    begin = _LIVE.format(count=count)
    db.execute(begin + "INSERT INTO customer (id, name, updated) SELECT n, 'Cliente ' || n, o FROM made")
    db.execute(begin + _LIVE_TICKETS)
    db.execute(begin + _LIVE_EVENTS)
    db.execute(
        "UPDATE ticket SET newest_event = (SELECT max(key) FROM event WHERE ticket_id = ticket.id) WHERE id > ?",
        (count,),
    )
    db.executemany(
        "INSERT INTO promise (id, ticket_id, due, what, author, made) VALUES (?, ?, ?, 'ligar de volta', 'agente1', ?)",
        [(f"p{n}", count + 1 + n, NOW + (n - 10) * 2 * _MINUTE, NOW - _HOUR) for n in range(20)],
    )
    db.executemany(
        "INSERT INTO directory (kind, key, label) VALUES ('agent', ?, ?)",
        [(f"agente{n}", f"Agente {n}") for n in range(20)],
    )
    days = _DAYS.format(days=max(10, count * _APART // 86_400_000))
    db.execute(days + _STATES)
    db.execute(days + _SHIFTS)
    mark_due(db, range(count + 1, count + 1 + LIVE))
    while counting.count_due(Tx(db, NOW, RULES)):
        pass
    recount(db)
    db.execute("COMMIT")


def _solved(db: Connection, begin: str) -> None:
    """One stretch of the tickets that are done with, their events and what those come to."""
    db.execute("BEGIN")
    db.execute(begin + "INSERT INTO customer (id, name, updated) SELECT n, 'Cliente ' || n, o FROM made")
    db.execute(begin + _TICKETS)
    for n, (minute, kind, direction, who, public, data) in enumerate(_STEPS):
        author = "a" if who == "agent" else "''"
        db.execute(
            begin
            + "INSERT INTO event (key, remote_id, ticket_id, customer_id, at, kind, channel, direction, author_kind, author,"
            f" public, text, data) SELECT ((o + {minute * _MINUTE}) << 6) + {n}, printf('e%08d-%d', n, {n}), n, n,"
            f" o + {minute * _MINUTE}, '{kind}', 'email', '{direction}', '{who}', {author}, {public},"
            f" 'O pedido ainda não chegou e o prazo já passou.', {data} FROM made"
        )
    for statement in _COUNTED:
        db.execute(begin + statement)
    db.execute("COMMIT")
