"""Figures as people read them: values with their unit, what changed, what was aimed at. No data is a dash, never 0."""

from __future__ import annotations

from datetime import tzinfo

from atendente_tui import formats, labels
from atendente_tui.domain.instants import from_ms
from atendente_tui.i18n import _
from atendente_tui.metrics.scope import Figure, Unit, Window

NOTHING = "—"


def value_text(value: float | None, unit: Unit) -> str:
    """ "80,0 %", "+30", "12 min 00 s", "—"."""
    if value is None:
        return NOTHING
    if unit == "%":
        return f"{formats.number(value, 1)} %"
    if unit == "points":
        return f"{'+' if round(value) > 0 else ''}{formats.number(round(value))}"
    if unit == "seconds":
        days, rest = divmod(value, 86_400)
        return f"{int(days)} d {int(rest // 3600):02d} h" if value >= 2 * 86_400 else formats.duration(value)
    return formats.number(value, 0 if value == int(value) else 1)


def change_text(figure: Figure) -> str:
    """How it stands against the period before: "+2,0 p.p.", "−4 min 10 s"; a dash where one of both is missing."""
    before = None if figure.previous is None else figure.previous.value
    if before is None or figure.value is None:
        return NOTHING
    moved = figure.value - before
    sign = "−" if moved < 0 else "+"
    if figure.unit == "%":
        return f"{sign}{formats.number(abs(moved), 1)} {_('pp')}"
    text = value_text(abs(moved), "number" if figure.unit == "points" else figure.unit)
    return f"{sign}{text}"


def target_text(figure: Figure) -> str:
    """ "≥ 85,0 %", "3 min 00 s – 12 min 00 s"; "" without a target."""
    goal = figure.target
    if goal is None:
        return ""
    if goal.least is None:
        return f"≤ {value_text(goal.most, figure.unit)}"
    if goal.most is None:
        return f"≥ {value_text(goal.least, figure.unit)}"
    return f"{value_text(goal.least, figure.unit)} – {value_text(goal.most, figure.unit)}"


def window_text(window: Window, zone: tzinfo) -> str:
    return f"{formats.full(window.start, zone)} – {formats.full(window.end, zone)}"


def stretch_text(start: int, unit: str, zone: tzinfo) -> str:
    """What a stretch of a series is called: "10:00", "16/11/2026", "11/2026"."""
    at = from_ms(start).astimezone(zone)
    if unit == "month":
        return f"{at:%m/%Y}"
    day = formats.full(start, zone)[:10]
    return f"{day} {at:%H:%M}" if unit == "hour" else day


def group_text(dimension: str, value: str | None) -> str:
    """What a value of a dimension is called; a channel by its own word."""
    if value is None:
        return NOTHING
    if dimension == "channel":
        return labels.channel(value)
    if dimension == "direction":
        return {"inbound": _("inbound"), "outbound": _("outbound")}.get(value, value)
    return value
