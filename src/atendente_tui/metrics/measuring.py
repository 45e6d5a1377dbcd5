"""Figures out of the store: value, parts, the period before, and the rows behind it, all from one declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.words import Channel
from atendente_tui.goals import MetricsConfig
from atendente_tui.metrics.kpi import Kpi, Part
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.metrics.scope import DIMENSIONS, Figure, Row, Scope, Window

DAY = 86_400_000
PLAIN = MetricsConfig()
_SUM = "sum(den)"


def measure(
    db: Connection, key: str, scope: Scope, config: MetricsConfig = PLAIN, *, previous: bool = False
) -> Figure:
    """One figure. `previous` also measures the period of equal length before. Raises KeyError for a key nobody knows."""
    kpi = KPIS[key]
    team = scope.team[0] if len(scope.team) == 1 else None
    goal = config.goal(key, team)
    before = None
    if previous:
        before = measure(db, key, scope._replace(window=scope.window.before()), config)
    unknown = _unknown(kpi, scope)
    if unknown is not None:
        return Figure(key, None, kpi.unit, dict.fromkeys(kpi.parts), 0, before, goal, unknown)
    values = parameters(scope, config)
    total, numbers, count, *parts = db.execute(statement(kpi, scope), values).fetchone()
    value = None if not total or numbers is None else kpi.scale * numbers / total
    told = dict(zip([name for name, part in kpi.parts.items() if not part.alone], parts, strict=True))
    if not count:
        told = dict.fromkeys(told)
    beside = {
        name: told[name] if name in told else db.execute(_alone(part, kpi, scope), values).fetchone()[0]
        for name, part in kpi.parts.items()
    }
    return Figure(key, value, kpi.unit, beside, int(count or 0), before, goal)


def series(
    db: Connection, key: str, scope: Scope, edges: Sequence[int], config: MetricsConfig = PLAIN
) -> list[Figure]:
    """The figure of every stretch between two neighbouring edges (ms, upwards)."""
    return [
        measure(db, key, scope._replace(window=Window(start, end)), config) for start, end in pairwise(edges)
    ]


def by(
    db: Connection, key: str, scope: Scope, dimension: str, config: MetricsConfig = PLAIN
) -> dict[str | None, Figure]:
    """The figure for each value of a dimension that has rows in the window; None for rows without one.

    Empty where the figure does not know the dimension. Raises ValueError for what is no dimension.
    """
    if dimension not in DIMENSIONS:
        raise ValueError(f"figures are not told apart by {dimension!r}")
    kpi = KPIS[key]
    if dimension not in kpi.source.dimensions or _unknown(kpi, scope) is not None:
        return {}
    column = kpi.source.column(dimension)
    values = parameters(scope, config)
    aggregates = ", ".join(part.sql for part in kpi.parts.values() if not part.alone)
    rows = db.execute(
        f"SELECT {column} AS told, {_total(kpi)}, sum({kpi.num}), sum(({kpi.den}) <> 0){', ' + aggregates if aggregates else ''}"
        f" FROM {kpi.source.told_apart(dimension)} WHERE {_where(kpi, scope)} GROUP BY told ORDER BY told",
        values,
    ).fetchall()
    names = [name for name, part in kpi.parts.items() if not part.alone]
    return {
        told: Figure(
            key,
            None if not total or numbers is None else kpi.scale * numbers / total,
            kpi.unit,
            dict(zip(names, parts, strict=True)),
            int(count or 0),
            None,
            config.goal(key, told if dimension == "team" else None),
        )
        for told, total, numbers, count, *parts in rows
    }


def behind(
    db: Connection,
    key: str,
    scope: Scope,
    config: MetricsConfig = PLAIN,
    *,
    limit: int | None = None,
    after: tuple[int, int | str] | None = None,
) -> Iterator[Row]:
    """The rows of a figure, newest first. The sum of `contribution` over all of them is the figure.

    limit, after  a page: so many rows behind the one whose `Row.after` it is
    """
    kpi = KPIS[key]
    if _unknown(kpi, scope) is not None:
        return
    values = parameters(scope, config)
    total = db.execute(
        f"SELECT {_total(kpi)} FROM {kpi.source.tables} WHERE {_where(kpi, scope)}", values
    ).fetchone()[0]
    if not total:
        return
    source = kpi.source
    page = ""
    if after is not None:
        page = f" AND ({source.at} < :after_at OR ({source.at} = :after_at AND {source.id} > :after_id))"
        values |= {"after_at": after[0], "after_id": after[1]}
    rows = db.execute(
        f"SELECT {source.ticket}, (SELECT t.protocol FROM ticket t WHERE t.id = {source.ticket}), {kpi.num}, {kpi.den},"
        f" {source.at} AS decided, {source.agent}, {source.id} AS mark"
        f" FROM {source.tables} WHERE {_where(kpi, scope)} AND ({kpi.den}) <> 0{page}"
        f" ORDER BY decided DESC, mark LIMIT {-1 if limit is None else int(limit)}",
        values,
    )
    for ticket, protocol, number, weight, at, agent, mark in rows:
        plain = number / weight if kpi.total == _SUM and weight else number
        yield Row(ticket, protocol, kpi.scale * number / total, at, plain, agent, (at, mark))


def statement(kpi: Kpi, scope: Scope) -> str:
    """The SQL of a figure: total, sum of the numbers, rows, then its parts."""
    aggregates = [part.sql for part in kpi.parts.values() if not part.alone]
    told = ", ".join([_total(kpi), f"sum({kpi.num})", f"sum(({kpi.den}) <> 0)", *aggregates])
    return f"SELECT {told} FROM {kpi.source.tables} WHERE {_where(kpi, scope)}"


def parameters(scope: Scope, config: MetricsConfig) -> dict[str, Any]:
    """What the statements of every figure are bound with."""
    window = scope.window
    bound: dict[str, Any] = {
        "start": window.start,
        "end": window.end,
        "now": window.end if scope.now is None else scope.now,
        "positive": config.csat_positive,
        "fcr": int(config.fcr_days * DAY),
        "short": config.short_abandon * 1_000,
        **{
            f"service_{one}": config.service.get(one, config.service["default"])
            for one in (*Channel, "default")
        },
        "business": scope.clock == "business",
        "net": scope.net,
    }
    for name in DIMENSIONS:
        bound[name] = json.dumps(list(getattr(scope, name)))
    return bound


def _total(kpi: Kpi) -> str:
    return f"sum({kpi.den})" if kpi.total == _SUM else kpi.total


def _unknown(kpi: Kpi, scope: Scope) -> str | None:
    """The first filter that the figure does not know."""
    return next(
        (name for name in DIMENSIONS if getattr(scope, name) and name not in kpi.source.dimensions), None
    )


def _where(kpi: Kpi, scope: Scope) -> str:
    at = kpi.source.at
    conditions = [kpi.source.long or f"{at} >= :start AND {at} < :end", *filter(None, [kpi.where])]
    return " AND ".join(conditions) + _filters(scope, kpi)


def _filters(scope: Scope, kpi: Kpi) -> str:
    found = ""
    for name in DIMENSIONS:
        if not getattr(scope, name):
            continue
        column = kpi.source.column(name)
        beside = kpi.source.beside.get(name)
        if beside is not None:  # once, however many of the values asked for a row has
            found += (
                f" AND EXISTS (SELECT 1 FROM {beside.table} WHERE {beside.on}"
                f" AND {column} IN (SELECT value FROM json_each(:{name})))"
            )
        elif name == "reason":
            found += (
                f" AND EXISTS (SELECT 1 FROM json_each(:{name}) j WHERE {column} = j.value"
                f" OR substr({column}, 1, length(j.value) + 1) = j.value || '/')"
            )
        else:
            found += f" AND {column} IN (SELECT value FROM json_each(:{name}))"
    return found


def _alone(part: Part, kpi: Kpi, scope: Scope) -> str:
    """A part that is a query of its own, under the same filters."""
    filters = _filters(scope, kpi)
    if filters and "event e" in part.sql:  # of an event its author, of its ticket the rest
        own = _filters(Scope(scope.window, agent=scope.agent), kpi).replace("f.agent", "e.author")
        rest = _filters(scope._replace(agent=()), kpi)
        filters = own + (
            f" AND EXISTS (SELECT 1 FROM counted_ticket f WHERE f.ticket_id = e.ticket_id{rest})"
            if rest
            else ""
        )
    return part.sql.replace("{filters}", filters)
