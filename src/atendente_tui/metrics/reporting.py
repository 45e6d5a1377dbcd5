"""A report put together: the figures asked for, told apart as asked, with the rows behind them where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.goals import MetricsConfig
from atendente_tui.metrics.kpi import Kpi, formula_of
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.metrics.measuring import behind, by, measure, series
from atendente_tui.metrics.periods import UNITS, edges, unit_for
from atendente_tui.metrics.scope import DIMENSIONS, Figure, Row, Scope
from atendente_tui.metrics.wording import group_text, stretch_text

TIME = "time"
"""Apart by the unit that fits the window."""
BY = (*DIMENSIONS, *UNITS, TIME)


class Group(NamedTuple):
    """`key` as stored (a channel, a login, ms of the beginning), `label` as people read it."""

    key: str | int | None
    label: str
    figure: Figure


class Told(NamedTuple):
    """One figure of a report. `over` is the series that a chart draws, in the unit that fits the window."""

    kpi: Kpi
    figure: Figure
    formula: str
    groups: tuple[Group, ...] = ()
    rows: tuple[Row, ...] = ()
    over: tuple[Group, ...] = ()


def report(
    db: Connection,
    keys: Sequence[str],
    scope: Scope,
    config: MetricsConfig,
    zone: tzinfo,
    *,
    apart: str | None = None,
    rows: int | None = 0,
    charts: bool = False,
) -> list[Told]:
    """Every figure named, with the period before.

    apart  one of `BY`; a unit of time is that of the charts, too
    rows   so many rows behind each; None for all
    Raises KeyError for a figure, ValueError for an `apart` that nobody knows (or of more than 1,000 stretches).
    """
    unit = apart if apart in UNITS else unit_for(scope.window)
    apart = unit if apart == TIME else apart
    found = []
    for key in keys:
        kpi = KPIS[key]
        figure = measure(db, key, scope, config, previous=True)
        found.append(
            Told(
                kpi,
                figure,
                formula_of(kpi, config, clock=scope.clock, net=scope.net),
                _groups(db, key, scope, config, zone, apart) if apart else (),
                tuple(behind(db, key, scope, config, limit=rows)) if rows != 0 else (),
                _stretches(db, key, scope, config, zone, unit) if charts else (),
            )
        )
    return found


def _groups(
    db: Connection, key: str, scope: Scope, config: MetricsConfig, zone: tzinfo, apart: str
) -> tuple[Group, ...]:
    if apart in UNITS:
        return _stretches(db, key, scope, config, zone, apart)
    told = by(db, key, scope, apart, config)
    return tuple(Group(value, group_text(apart, value), figure) for value, figure in told.items())


def _stretches(
    db: Connection, key: str, scope: Scope, config: MetricsConfig, zone: tzinfo, unit: str
) -> tuple[Group, ...]:
    cuts = edges(scope.window, unit, zone)
    found = series(db, key, scope, cuts, config)
    return tuple(
        Group(start, stretch_text(start, unit, zone), one) for start, one in zip(cuts, found, strict=False)
    )
