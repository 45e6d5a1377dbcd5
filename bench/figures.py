"""What the figures cost: all of today's at many tickets against few, against the same SQL by hand, and one new event."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlcipher3.dbapi2 import Connection

from atendente_tui import metrics
from atendente_tui.metrics import Scope
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.metrics.measuring import parameters
from atendente_tui.store import counting, engine
from atendente_tui.store.tallies import mark_due
from atendente_tui.store.writing import Tx
from bench.dataset import NOW
from bench.floor_data import EVENTS, LIVE, RULES, SMALL, TODAY, made
from bench.measuring import median, ms
from bench.table import Ratio

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


def run(cache: Path, tickets: int, rounds: int = 15) -> list[Ratio]:
    few, many = made(cache, SMALL), made(cache, tickets)
    scope = Scope(TODAY, now=NOW)
    with (
        closing(engine.connect(few / "store.db", None)) as small,
        closing(engine.connect(many / "store.db", None)) as large,
    ):
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
        news = _compared(rounds * 4, lambda: _news(small, SMALL + LIVE), lambda: _news(large, tickets + LIVE))
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
