"""The company's rules out of its configuration: calendars and SLA targets; what it leaves unsaid is ours."""

from __future__ import annotations

from datetime import time, timedelta

from atendente_tui.config import CalendarConfig, Config
from atendente_tui.domain.calendar import BusinessCalendar
from atendente_tui.domain.holidays import PublicHolidays
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.sla import SlaPolicy


def rules_of(config: Config) -> Rules:
    """The rules in force. Policies of the file come before the built-in ones, which answer for the rest.

    Raises ValueError for hours that overlap (the configuration's own check finds the other faults).
    """
    if not config.calendars and not config.sla:
        return DEFAULT_RULES
    calendars = dict(DEFAULT_RULES.calendars) | {one.name: _calendar(one) for one in config.calendars}
    if "default" not in calendars:
        calendars["default"] = calendars["office"]
    own = tuple(
        SlaPolicy(
            one.name,
            _span(one.first),
            _span(one.next),
            _span(one.resolution),
            one.calendar,
            frozenset(one.channels),
            frozenset(one.priorities),
            frozenset(one.segments),
        )
        for one in config.sla
    )
    return Rules(calendars=calendars, policies=own + DEFAULT_RULES.policies)


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
