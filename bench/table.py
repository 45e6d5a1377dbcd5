"""One ratio with its target and verdict, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ratio:
    """`value` None: it could not be measured, `note` says why. `limit` None: only told, no target."""

    name: str
    value: float | None
    bound: Literal["<=", ">="] = "<="
    limit: float | None = None
    ours: str = ""
    theirs: str = ""
    note: str = ""
    unit: str = "×"

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "skipped"
        if self.limit is None:
            return ""
        met = self.value <= self.limit if self.bound == "<=" else self.value >= self.limit
        return "met" if met else "MISSED"

    @property
    def target(self) -> str:
        if self.limit is None:
            return "-"
        return f"{'≤' if self.bound == '<=' else '≥'} {self.limit:g}{self._unit}"

    @property
    def shown(self) -> str:
        return "-" if self.value is None else f"{_number(self.value)}{self._unit}"

    @property
    def _unit(self) -> str:
        return self.unit if self.unit == "×" else f" {self.unit}"


def skipped(names: Iterable[str], why: str) -> list[Ratio]:
    return [Ratio(name, None, note=why) for name in names]


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def printed(ratios: Sequence[Ratio]) -> str:
    """The table as text: what, target, value, verdict, and the figures behind the value."""
    rows = [("what", "target", "value", "verdict", "ours", "beside")]
    rows += [(one.name, one.target, one.shown, one.verdict, one.ours, one.theirs) for one in ratios]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"{one.name}: {one.note}" for one in ratios if one.note]
    return "\n".join(line.rstrip() for line in [*lines, *([""] if notes else []), *notes])
