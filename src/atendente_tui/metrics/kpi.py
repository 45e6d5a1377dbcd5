"""The shape of a figure's declaration, and how its formula reads. The figures themselves are in `kpis`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from atendente_tui.goals import MetricsConfig
from atendente_tui.i18n import _
from atendente_tui.metrics.scope import DIMENSIONS, Unit

Level = Literal["contact", "ticket", "agent", "customer"]


class Beside(NamedTuple):
    """A dimension that stands in another table: `column` of the rows of `table` that belong by `on` (perhaps several)."""

    table: str
    on: str
    column: str


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that a figure is made of. `at` is when one was decided; `id` tells rows of one moment apart."""

    tables: str
    at: str
    id: str
    ticket: str = "f.ticket_id"
    agent: str = "f.agent"
    dimensions: tuple[str, ...] = DIMENSIONS
    long: str = ""
    """What takes the place of "`at` lies in the window" for rows that last."""
    beside: Mapping[str, Beside] = field(default_factory=dict)

    def column(self, dimension: str) -> str:
        if dimension in self.beside:
            return self.beside[dimension].column
        return self.agent if dimension == "agent" else f"f.{dimension}"

    def told_apart(self, dimension: str) -> str:
        """The tables with what a dimension is read from: a row of several values of it stands once for each."""
        beside = self.beside.get(dimension)
        return self.tables if beside is None else f"{self.tables} LEFT JOIN {beside.table} ON {beside.on}"


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs beside a figure: an aggregate over the same rows, or (`alone`) a query of its own, with a place for `{filters}`."""

    label: str
    sql: str
    unit: Unit = "number"
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Kpi:
    """`label`, `formula` and the parts' labels are marked for translation; `formula_of` fills the formula in.

    level   what one row is; `when` says by which moment it falls into a window
    better  "band": too little is as bad as too much
    where   which rows of the source count; of them those whose `den` is not 0 are listed
    """

    key: str
    label: str
    formula: str
    level: Level
    when: str
    direction: Literal["any", "inbound"]
    unit: Unit
    better: Literal["more", "less", "band", ""]
    source: Source
    num: str
    den: str = "1"
    total: str = "sum(den)"
    where: str = ""
    scale: float = 1.0
    parts: Mapping[str, Part] = field(default_factory=dict)
    clocked: bool = False
    """A duration, which may be told in business hours too."""
    uses: tuple[str, ...] = ()
    """Numbers of `MetricsConfig` that it depends on."""


def formula_of(kpi: Kpi, config: MetricsConfig, *, clock: str = "calendar", net: bool = False) -> str:
    """The formula in the person's language, with the numbers that hold; those nobody has set are called suggested."""
    told = {
        "csat_positive": f"{config.csat_positive:g}",
        "fcr_days": f"{config.fcr_days:g}",
        "short_abandon": f"{config.short_abandon:g}",
        "service": ", ".join(f"{name} {seconds:g} s" for name, seconds in sorted(config.service.items())),
    }
    text = _(kpi.formula).format(**told)
    if kpi.clocked:
        text += "; " + (_("business hours") if clock == "business" else _("calendar hours"))
    if net and kpi.key == "resolution":
        text += "; " + _("less the time spent waiting on the customer")
    if any(name not in config.given for name in kpi.uses):
        text += f" ({_('suggested default')})"
    return text


EXCELLENT = 80.0


def excellent(key: str, value: float | None) -> bool:
    """Whether customers' satisfaction lies strictly above what the business calls excellent."""
    return key == "csat" and value is not None and value > EXCELLENT
