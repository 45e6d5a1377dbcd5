"""What the company's figures are judged by: numbers that the definitions leave open, and the goals (*metas*).

Standard library only, because the configuration has these and the first frame reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

FIGURES = (
    *(
        "csat",
        "nps",
        "fcr",
        "aht",
        "first_response",
        "resolution",
        "wait",
        "abandonment",
        "service_level",
        "sla_met",
    ),
    *("adherence", "occupancy", "tickets_per_agent", "by_tier", "amplification", "qa_score"),
)
"""Every figure that there is (`metrics.kpis`), by its key."""
SMALLER = frozenset({"aht", "first_response", "resolution", "wait", "abandonment"})
"""Those of which less is better: a goal that is a plain number is the most."""
DURATIONS = frozenset({"aht", "first_response", "resolution", "wait"})
"""Those told in seconds: their goals may be written as "15min"."""
MINUTE = 60.0
HOUR = 3_600.0

SERVICE: Mapping[str, float] = MappingProxyType(
    {"phone": 20.0, "chat": MINUTE, "app": MINUTE, "whatsapp": 5 * MINUTE, "default": HOUR}
)
"""Seconds within which a contact should be picked up, suggested until somebody sets them."""


class Goal(NamedTuple):
    """Where a figure should lie, bounds included and in the figure's own unit; None for an open end."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float | None) -> bool | None:
        """None where there is no figure to judge."""
        if value is None:
            return None
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class MetricsConfig(NamedTuple):
    """Numbers that the definitions leave to the business. `given` names those that somebody has set."""

    csat_positive: float = 4.0
    """Least score of five that counts as positive."""
    fcr_days: float = 7.0
    short_abandon: float = 5.0
    """Seconds: who gave up sooner is counted apart."""
    service: Mapping[str, float] = SERVICE
    """Seconds by channel, and under "default"."""
    session_gap: Mapping[str, float] = MappingProxyType({})
    """Seconds of silence, by channel, after which a conversation is another contact (`domain.contacts.GAPS`)."""
    idle_seconds: float = 120.0
    """Without a key for so long, nobody works on the ticket that stands open; 0: the screen counts no work at all."""
    goals: Mapping[str, Mapping[str, Goal]] = MappingProxyType({})
    """By team ("" for everybody) and by the key of the figure."""
    given: frozenset[str] = frozenset()

    def goal(self, key: str, team: str | None = None) -> Goal | None:
        """The team's own, else everybody's."""
        return self.goals.get(team or "", {}).get(key) or self.goals.get("", {}).get(key)
