"""What the figures cost: all of today's at many tickets against few, against the same SQL by hand, and one new event.

The stores are made in bulk: ten events a ticket, five hundred tickets a day, so that today is as busy in both; their counted
numbers are written with them, and the newest are held to what counting makes of the events.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlcipher3.dbapi2 import Connection

from atendente_tui import metrics
from atendente_tui.domain.rules import Rules
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.metrics import Scope, Window
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.metrics.measuring import parameters
from atendente_tui.store import counting, engine, migrate
from atendente_tui.store.tallies import mark_due
from atendente_tui.store.writing import Tx
from bench.dataset import NOW
from bench.measuring import median, ms
from bench.table import Ratio

SMALL = 1_000
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
    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}),"
    f" made AS MATERIALIZED (SELECT n, {_LAST} - ({{count}} - n) * {_APART} AS o, 'agente' || (n % 20) AS a FROM numbers) "
)

_TOLD_OF_TARGETS = "100.0 * sum(kind = '{0}' AND done <= due) / nullif(sum(kind = '{0}'), 0)"
BY_HAND = {
    "csat": (
        "SELECT 100.0 * sum(score >= 4) / count(*), count(*), sum(score >= 4), avg(score) FROM survey_answers"
        " WHERE kind = 'csat' AND at >= :start AND at < :end"
    ),
    "fcr": (
        "SELECT 100.0 * sum(episodes = 1 AND NOT reopened AND NOT EXISTS (SELECT 1 FROM counted_ticket o"
        " WHERE o.customer_id = f.customer_id AND o.opened > f.opened AND o.opened <= f.solved + 604800000"
        " AND o.reason IS f.reason)) / count(*), count(*), sum(reopened) FROM counted_ticket f WHERE solved >= :start AND solved < :end"
    ),
    "aht": (
        "SELECT avg(active + hold + after) / 1000, avg(active) / 1000, avg(hold) / 1000, avg(after) / 1000, count(*)"
        " FROM counted_contact WHERE active IS NOT NULL AND ended >= :start AND ended < :end"
    ),
    "first_response": (
        "SELECT avg(took) / 1000, max(took) / 1000, count(*), (SELECT avg(took) / 1000 FROM counted_target WHERE kind = 'next'"
        " AND done >= :start AND done < :end) FROM counted_target WHERE kind = 'first' AND done >= :start AND done < :end"
    ),
    "resolution": (
        "SELECT avg(took) / 1000, max(took) / 1000, count(*) FROM counted_ticket"
        " WHERE solved >= :start AND solved < :end AND standing"
    ),
    "wait": (
        "SELECT sum(iif(picked, waited, 0)) / 1000.0 / sum(picked), avg(iif(abandoned, waited, NULL)), max(waited)"
        " FROM counted_contact WHERE decided >= :start AND decided < :end"
    ),
    "abandonment": (
        "SELECT 100.0 * sum(abandoned AND waited >= 5000) / count(*), count(*), sum(abandoned) FROM counted_contact"
        " WHERE decided >= :start AND decided < :end"
    ),
    "service_level": (
        "SELECT 100.0 * sum(picked AND waited <= 3600000) / count(*), count(*) FROM counted_contact"
        " WHERE decided >= :start AND decided < :end"
    ),
    "sla_met": (
        "SELECT 100.0 * sum(done <= due) / count(*), "
        + ", ".join(_TOLD_OF_TARGETS.format(kind) for kind in ("first", "next", "resolution"))
        + " FROM counted_target WHERE decided >= :start AND decided < :end"
    ),
    "tickets_per_agent": (
        "SELECT 1.0 * count(*) / count(DISTINCT agent), count(*), (SELECT count(*) FROM (SELECT DISTINCT ticket_id, author"
        " FROM event WHERE author_kind = 'agent' AND ticket_id IS NOT NULL AND key >= :start << 6 AND key < :end << 6))"
        " FROM counted_ticket WHERE solved >= :start AND solved < :end AND standing"
    ),
    "by_tier": (
        "SELECT 100.0 * sum(solved_tier = 'N1') / count(*), 100.0 * sum(solved_tier = 'N2') / count(*),"
        " 100.0 * sum(solved_tier = 'N3') / count(*), sum(handbacks) FROM counted_ticket WHERE solved >= :start AND solved < :end"
    ),
}
"""The figures this store has data for, as somebody would write them down for this one question."""


def made(cache: Path, count: int) -> Path:
    """A store of so many tickets, kept below `cache`. Not encrypted: what is compared is the work, not the pages' cipher."""
    file = cache / f"figures-{count}.db"
    if file.exists():
        return file
    cache.mkdir(parents=True, exist_ok=True)
    making = file.with_suffix(".making")
    making.unlink(missing_ok=True)
    with closing(engine.connect(making, None)) as db:
        migrate.migrate(db, making)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = MEMORY")
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%counted%'"
        ).fetchall()
        db.execute("BEGIN")
        for name, _sql in triggers:
            db.execute(f"DROP TRIGGER {name}")
        begin = _MADE.format(count=count)
        db.execute(begin + "INSERT INTO customer (id, name, updated) SELECT n, 'Cliente ' || n, o FROM made")
        db.execute(begin + _TICKETS)
        for n, (minute, kind, direction, who, public, data) in enumerate(_STEPS):
            author = "a" if who == "agent" else "''"
            db.execute(
                begin
                + "INSERT INTO event (key, remote_id, ticket_id, customer_id, at, kind, channel, direction, author_kind, author,"
                f" public, text, data) SELECT ((o + {minute * _MINUTE}) << 6) + {n}, 'e' || n || '-{n}', n, n, o + {minute * _MINUTE},"
                f" '{kind}', 'email', '{direction}', '{who}', {author}, {public}, 'O pedido ainda não chegou e o prazo já passou.', {data}"
                " FROM made"
            )
        for statement in _COUNTED:
            db.execute(begin + statement)
        for _name, sql in triggers:
            db.execute(sql)
        db.execute("COMMIT")
        wrong = counting.miscounted(db, RULES, 500)
        if wrong:
            raise SystemExit(f"the store's counted numbers are not its events': {wrong[:5]}")
        db.execute("PRAGMA journal_mode = WAL")
    making.rename(file)
    return file


def run(cache: Path, tickets: int, rounds: int = 15) -> list[Ratio]:
    few, many = made(cache, SMALL), made(cache, tickets)
    scope = Scope(TODAY, now=NOW)
    with closing(engine.connect(few, None)) as small, closing(engine.connect(many, None)) as large:
        values = parameters(scope, metrics.measuring.PLAIN)
        for key, sql in BY_HAND.items():
            ours, theirs = metrics.measure(large, key, scope).value, large.execute(sql, values).fetchone()[0]
            if ours is None or abs(ours - theirs) > 1e-6:
                raise SystemExit(f"{key}: {ours} is not {theirs}")
        refresh = _compared(rounds, lambda: _all(small, scope), lambda: _all(large, scope))
        same = _compared(
            rounds,
            lambda: [large.execute(sql, values).fetchone() for sql in BY_HAND.values()],
            lambda: [metrics.measure(large, key, scope) for key in BY_HAND],
        )
        news = _compared(rounds * 4, lambda: _news(small, SMALL), lambda: _news(large, tickets))
    name = f"{tickets:,} tickets, {tickets * EVENTS:,} events"
    return [
        Ratio(f"all figures of today and the day before: {name} against {SMALL:,}", *_ratio(refresh, 1.5)),
        Ratio(f"figures against the same SQL by hand: {name}", *_ratio(same, 1.5)),
        Ratio(f"one new event, counted: {name} against {SMALL:,}", *_ratio(news, 1.5)),
    ]


def _all(db: Connection, scope: Scope) -> None:
    for key in KPIS:
        metrics.measure(db, key, scope, previous=True)


def _news(db: Connection, ticket: int) -> None:
    """A message of the newest ticket's customer, and its numbers made anew; taken back, so that every round is the same."""
    db.execute("BEGIN IMMEDIATE")
    db.execute(
        "INSERT INTO event (key, ticket_id, customer_id, at, kind, channel, direction, author_kind, author, public, text)"
        " VALUES (?, ?, ?, ?, 'message', 'email', 'inbound', 'customer', '', 1, 'E agora?')",
        (NOW << 6, ticket, ticket, NOW),
    )
    mark_due(db, (ticket,))
    if counting.count_due(Tx(db, NOW, RULES)) != 1:
        raise SystemExit("something else was to be counted")
    db.execute("ROLLBACK")


def _compared(rounds: int, theirs: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    """Medians of the CPU time of (theirs, ours), in turns, after one of each that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for one in range(rounds + 1):
        for work, found in zip((theirs, ours), times, strict=True):
            gc.collect()
            begun = time.thread_time()
            work()
            if one:
                found.append(time.thread_time() - begun)
    return median(times[0]), median(times[1])


def _ratio(found: tuple[float, float], limit: float) -> tuple[float, str, float, str, str]:
    theirs, ours = found
    return ours / theirs, "<=", limit, ms(ours), ms(theirs)
