"""The company's rules out of its configuration: calendars and SLA targets; what it leaves unsaid is ours.

A team may share calendars and policies by its backend, too: they stand below those of the configuration file, of which
one with the same name wins, and above ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.config import CalendarConfig, Config, SlaConfig
from atendente_tui.config_shared import read_table
from atendente_tui.config_tables import ConfigError, Fault, one_of
from atendente_tui.domain.calendar import BusinessCalendar
from atendente_tui.domain.holidays import PublicHolidays
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.i18n import _

if TYPE_CHECKING:
    from atendente_tui.store.rows import SettingRow

SHARED = ("calendar", "sla_policy")
"""The kinds of shared settings that are rules."""


class Governed(NamedTuple):
    rules: Rules
    faults: tuple[Fault, ...] = ()
    """What of the shared settings cannot be used, and was left out."""


def rules_of(config: Config) -> Rules:
    """The rules of the configuration alone. Policies of the file come before the built-in ones, which answer for the rest.

    Raises ValueError for hours that overlap (the configuration's own check finds the other faults).
    """
    return governed(config, ()).rules


def governed(config: Config, shared: Iterable[SettingRow]) -> Governed:
    """The rules of the configuration and of what the team shares (`SHARED`). Raises as `rules_of`, for the file only."""
    own = {one.name: _calendar(one) for one in config.calendars}
    calendars, sla, faults = _shared(shared)
    theirs: dict[str, BusinessCalendar] = {}
    for place, one in calendars:
        try:
            theirs[one.name] = _calendar(one)
        except ValueError as error:
            faults.append(Fault(place, 0, one.name, str(error), _("hours that do not overlap")))
    gaps = {channel: round(seconds * 1_000) for channel, seconds in config.metrics.session_gap.items()}
    if not own and not theirs and not config.sla and not sla and not faults and not gaps:
        return Governed(DEFAULT_RULES)
    names = dict(DEFAULT_RULES.calendars) | theirs | own
    if "default" not in names:
        names["default"] = names["office"]
    policies = [_policy(one) for one in config.sla]
    mine = {one.name for one in config.sla}
    for place, policy in sla:
        if policy.calendar not in names:
            faults.append(Fault(place, 0, "calendar", policy.calendar, one_of(sorted(names))))
        elif policy.name not in mine:
            policies.append(_policy(policy))
    rules = Rules(calendars=names, policies=(*policies, *DEFAULT_RULES.policies), session_gaps=gaps)
    return Governed(rules, tuple(faults))


def _shared(
    rows: Iterable[SettingRow],
) -> tuple[list[tuple[Path, CalendarConfig]], list[tuple[Path, SlaConfig]], list[Fault]]:
    """What can be read of them, each with the name its faults bear."""
    calendars: list[tuple[Path, CalendarConfig]] = []
    sla: list[tuple[Path, SlaConfig]] = []
    faults: list[Fault] = []
    for row in rows:
        place = Path(f"{row.kind}:{row.key}")
        try:
            made = read_table("calendars" if row.kind == "calendar" else "sla", row.key, row.body, place)
        except ConfigError as error:
            faults += error.faults
            continue
        if isinstance(made, CalendarConfig):
            calendars.append((place, made))
        else:
            sla.append((place, made))
    return calendars, sla, faults


def _policy(one: SlaConfig) -> SlaPolicy:
    return SlaPolicy(
        one.name,
        _span(one.first),
        _span(one.next),
        _span(one.resolution),
        one.calendar,
        frozenset(one.channels),
        frozenset(one.priorities),
        frozenset(one.segments),
    )


def _calendar(config: CalendarConfig) -> BusinessCalendar:
    hours = {day: tuple(_interval(one) for one in spans) for day, spans in enumerate(config.hours) if spans}
    country, _, state = (config.holidays or "").partition("-")
    holidays = PublicHolidays(country, state or None) if country else None
    return BusinessCalendar(config.name, config.zone, hours, holidays)


def _interval(text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    return _clock(start), _clock(end)


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(0) if hour == "24" else time(int(hour), int(minute))


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
