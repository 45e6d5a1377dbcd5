"""What the monitor watches for: thresholds and alerts, section `[monitor]` of the configuration. Standard library only."""

from __future__ import annotations

from typing import NamedTuple

HEADLINE = ("service_level", "first_response", "aht", "abandonment")
"""Figures on the monitor's first line."""


class MonitorConfig(NamedTuple):
    refresh_seconds: float = 5.0
    kpis: tuple[str, ...] = (
        *HEADLINE,
        *("csat", "nps", "fcr", "sla_met", "occupancy"),
    )
    waiting_minutes: float = 30.0
    """A customer who waits longer is at risk."""
    promise_minutes: float = 30.0
    """A promise due within this is at risk."""
    pause_minutes: float = 20.0
    """A pause longer than this is told apart."""
    stale_hours: float = 24.0
    """A ticket that nobody has, without a promise and unmoved for so long, is forgotten."""
    spike_sigmas: float = 3.0
    spike_least: int = 5
    """Fewer tickets in an hour than this are no spike, however unusual."""
    spike_weeks: int = 4
    """The same hour of so many weeks before is what an hour is compared with."""
    ping_pong: int = 3
    """So many moves between teams or tiers are told."""
    rotate_seconds: float = 15.0
    """How long each page of the wall stands."""
    bell: bool = False
    desktop: bool = False
    """Notifications of the desktop, by notify-send where there is one."""
