"""Search over every message: the product's own against what plain SQL over the same full text costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from sqlcipher3.dbapi2 import Connection

from atendente_tui.store.search import parse, search
from bench.measuring import median, ms, percentile
from bench.options import Options
from bench.table import Ratio
from bench.words import COMMONEST

TYPED = (
    "pedido não chegou",
    "estorno cartão",
    "cobrança",
    "de entrega",
    "prazo da troca",
    "reclamação procon",
    "garantia",
    "senha do aplicativo",
    "transportadora",
    "orcamento",
)
LIMIT = 50
_ROWS = (
    "SELECT e.key, e.at, e.channel, e.ticket_id, e.text, t.protocol, t.subject, c.name FROM ({found}) f"
    " CROSS JOIN mirror.event e ON e.key = -f.r LEFT JOIN mirror.ticket t ON t.id = e.ticket_id"
    " LEFT JOIN mirror.customer c ON c.id = e.customer_id"
)
_BEST = _ROWS.format(
    found="SELECT rowid AS r, bm25(event_text) AS s FROM event_text WHERE event_text MATCH ?"
    f" ORDER BY s LIMIT {LIMIT}"
)
_RECENT = _ROWS.format(
    found=f"SELECT rowid AS r FROM event_text WHERE event_text MATCH ? ORDER BY rowid LIMIT {LIMIT}"
)


def run(options: Options) -> list[Ratio]:
    store = options.large.open(read_only=True)
    with closing(store.search_reader()) as mine, closing(store.search_reader()) as raw:
        events = raw.execute("SELECT count(*) FROM mirror.event").fetchone()[0]
        ratios = [_ranked(options, mine, raw, events), _typing(options, mine, raw, events)]
    store.close()
    return ratios


def _ranked(options: Options, mine: Connection, raw: Connection, events: int) -> Ratio:
    ours: list[float] = []
    plain: list[float] = []
    for _ in range(options.rounds(7, 5)):
        ours.append(_took(lambda: search(mine, COMMONEST, kinds=("event",), rank="best", limit=LIMIT)))
        plain.append(_took(lambda: raw.execute(_BEST, (f'"{COMMONEST}"',)).fetchall()))
    return Ratio(
        f'searching: plain bm25 of "{COMMONEST}" over {events:,} events against ours, ranked',
        median(plain) / median(ours),
        ">=",
        20,
        ms(median(ours)),
        ms(median(plain)),
    )


def _typing(options: Options, mine: Connection, raw: Connection, events: int) -> Ratio:
    """Each letter from the second on is a search, as the search screen does it."""
    ours: list[float] = []
    plain: list[float] = []
    for turn in range(options.rounds(7, 5) + 1):
        for text in TYPED:
            for end in range(2, len(text) + 1):
                asked = parse(text[:end])
                if asked is None:
                    continue
                jobs: list[tuple[list[float], Callable[[], object]]] = [
                    (ours, partial(search, mine, text[:end], kinds=("event",), limit=LIMIT)),
                    (plain, partial(_newest, raw, asked.match)),
                ]
                for found, job in jobs if turn % 2 else reversed(jobs):
                    took = _took(job)
                    if turn:  # the first turn fills the caches
                        found.append(took)
    return Ratio(
        f"searching: while typing p95 over {events:,} events, against the raw newest-first query",
        percentile(ours, 95) / percentile(plain, 95),
        "<=",
        1.3,
        f"p50 {ms(median(ours))} p95 {ms(percentile(ours, 95))} ({len(ours)})",
        f"p50 {ms(median(plain))} p95 {ms(percentile(plain, 95))}",
    )


def _newest(db: Connection, match: str) -> int:
    return len(db.execute(_RECENT, (match,)).fetchall())


def _took(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun
