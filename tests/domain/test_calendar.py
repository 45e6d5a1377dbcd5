"""Business calendars: the vectors of the metrics paper, zones with and without daylight saving, and laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.domain.calendar import ALWAYS, BusinessCalendar, Hours
from atendente_tui.domain.holidays import PublicHolidays, known

LUNCH = ((time(8), time(12)), (time(13), time(18)))
WEEK: Hours = dict.fromkeys(range(5), LUNCH)
OFFICE = BusinessCalendar("office", "America/Sao_Paulo", WEEK, PublicHolidays("BR"))
SP = ZoneInfo("America/Sao_Paulo")


def at(text: str, zone: str = "America/Sao_Paulo") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("opened", "minutes", "due"),
    [
        pytest.param("2026-11-13T17:50", 20, "2026-11-16T08:10", id="friday evening: monday morning"),
        pytest.param("2026-04-20T17:50", 20, "2026-04-22T08:10", id="eve of Tiradentes: the day after it"),
        pytest.param("2026-11-19T17:50", 20, "2026-11-23T08:10", id="holiday on a friday: monday"),
        pytest.param("2025-12-24T17:50", 20, "2025-12-26T08:10", id="christmas"),
        pytest.param("2026-11-16T11:55", 10, "2026-11-16T13:05", id="over lunch"),
        pytest.param("2026-11-16T12:30", 10, "2026-11-16T13:10", id="opened at lunch"),
        pytest.param("2026-11-14T10:00", 1, "2026-11-16T08:01", id="opened on a saturday"),
        pytest.param("2026-11-16T17:50", 10, "2026-11-16T18:00", id="the closing minute is still today"),
        pytest.param("2026-11-16T11:00", 60, "2026-11-16T12:00", id="the minute before lunch too"),
        pytest.param("2026-11-16T08:00", 9 * 60, "2026-11-16T18:00", id="a whole day"),
        pytest.param(
            "2026-11-16T08:00", 5 * 9 * 60, "2026-11-23T18:00", id="five days, a holiday among them"
        ),
        pytest.param("2026-11-16T06:00", 0, "2026-11-16T06:00", id="nothing to wait for"),
    ],
)
def test_due_moments(opened: str, minutes: int, due: str) -> None:
    assert OFFICE.add(at(opened), timedelta(minutes=minutes)) == at(due)


def test_between_counts_open_time_only() -> None:
    assert OFFICE.between(at("2026-11-13T17:00"), at("2026-11-16T09:00")) == timedelta(hours=2)
    assert OFFICE.between(at("2026-11-14T00:00"), at("2026-11-15T23:59")) == timedelta(0)
    assert OFFICE.between(at("2026-11-16T10:00"), at("2026-11-16T09:00")) == timedelta(0)
    # 250 working days of 2026 in São Paulo without its own holidays: 261 weekdays less the national ones on them.
    days = sum(
        1
        for n in range(365)
        if (day := date(2026, 1, 1) + timedelta(days=n)).weekday() < 5 and not PublicHolidays("BR")(day)
    )
    assert OFFICE.between(at("2026-01-01T00:00"), at("2027-01-01T00:00")) == timedelta(hours=9 * days)


def test_open_or_closed() -> None:
    assert OFFICE.is_open(at("2026-11-16T08:00"))
    assert not OFFICE.is_open(at("2026-11-16T12:00"))
    assert not OFFICE.is_open(at("2026-11-20T10:00")), "Consciência Negra"
    assert ALWAYS.is_open(at("2026-11-15T03:00"))


@pytest.mark.parametrize(
    "zone", ["America/Sao_Paulo", "America/Manaus", "Asia/Kolkata", "UTC", "Pacific/Kiritimati"]
)
def test_wall_clock_of_the_zone(zone: str) -> None:
    office = BusinessCalendar("office", zone, WEEK)
    due = office.add(at("2026-11-13T17:50", zone), timedelta(minutes=20))
    assert due == at("2026-11-16T08:10", zone)


def test_daylight_saving_shortens_and_lengthens_the_day() -> None:
    daily = BusinessCalendar("daily", "America/New_York", {day: ((time(0), time(0)),) for day in range(7)})
    assert daily.between(
        at("2026-03-08", "America/New_York"), at("2026-03-09", "America/New_York")
    ) == timedelta(hours=23)
    assert daily.between(
        at("2026-11-01", "America/New_York"), at("2026-11-02", "America/New_York")
    ) == timedelta(hours=25)
    office = BusinessCalendar("office", "America/New_York", WEEK)
    assert office.add(at("2026-03-06T17:50", "America/New_York"), timedelta(minutes=20)) == at(
        "2026-03-09T08:10", "America/New_York"
    )


def test_a_clock_put_forward_at_midnight_counts_nothing_twice() -> None:
    night = BusinessCalendar(
        "night", "America/Sao_Paulo", {day: ((time(0), time(0, 30)), (time(1), time(2))) for day in range(7)}
    )
    # 4 November 2018 began at 01:00 in São Paulo: the first interval does not exist, the second does.
    start, end = datetime(2018, 11, 4, 2, tzinfo=UTC), datetime(2018, 11, 4, 5, tzinfo=UTC)
    assert night.between(start, end) == timedelta(hours=1)


def test_midnight_closes_the_day() -> None:
    late = BusinessCalendar(
        "late", "America/Sao_Paulo", {0: ((time(22), time(0)),), 1: ((time(0), time(2)),)}
    )
    assert late.add(at("2026-11-16T23:30"), timedelta(hours=1)) == at("2026-11-17T00:30")


@pytest.mark.parametrize(
    ("hours", "wrong"),
    [
        ({}, "at least one"),
        ({0: ()}, "at least one"),
        ({7: LUNCH}, "at least one"),
        ({0: ((time(12), time(8)),)}, "ends before"),
        ({0: ((time(8), time(12)), (time(11), time(18)))}, "overlap"),
        ({0: ((time(13), time(0)), (time(14), time(18)))}, "overlap"),
    ],
)
def test_impossible_hours(hours: Hours, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        BusinessCalendar("bad", "UTC", hours)


def test_a_calendar_that_never_opens_says_so() -> None:
    never = BusinessCalendar("never", "UTC", WEEK, holidays=bool)
    with pytest.raises(ValueError, match="never"):
        never.add_ms(0, 1)


def test_holidays_of_state_and_company() -> None:
    assert not PublicHolidays("BR")(date(2026, 7, 9))
    assert PublicHolidays("BR", "SP")(date(2026, 7, 9)), "Revolução Constitucionalista"
    assert not PublicHolidays("BR")(date(2026, 2, 17))
    assert PublicHolidays("BR", optional=True)(date(2026, 2, 17)), "Carnaval"
    ours = PublicHolidays("BR", closed=frozenset({date(2026, 12, 24)}), worked=frozenset({date(2026, 11, 2)}))
    assert ours(date(2026, 12, 24))
    assert not ours(date(2026, 11, 2))


def test_places_without_holidays_are_told_beforehand() -> None:
    assert known("BR")
    assert known("BR", "SP")
    assert not known("BR", "XX")
    assert not known("ZZ")


moments = st.integers(1_700_000_000_000, 1_830_000_000_000)
amounts = st.integers(0, 40 * 24 * 3_600_000)
zones = st.sampled_from(["America/Sao_Paulo", "America/New_York", "Asia/Kolkata", "UTC"])
minutes = st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True).map(sorted)


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    hours = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        marks = [time(one // 60, one % 60) for one in draw(minutes)]
        hours[day] = tuple(zip(marks[::2], marks[1::2], strict=False))
    closed = draw(st.booleans())
    return BusinessCalendar("any", draw(zones), hours, (lambda day: day.day % 9 == 0) if closed else None)


@given(calendars(), moments, amounts)
@settings(max_examples=60, deadline=None)
def test_add_and_between_are_inverse(calendar: BusinessCalendar, start: int, amount: int) -> None:
    due = calendar.add_ms(start, amount)
    assert due >= start
    assert calendar.between_ms(start, due) == amount
    if amount:
        assert calendar.between_ms(start, due - 1) == amount - 1, "the due moment is the first that fits"


@given(calendars(), st.lists(moments, min_size=3, max_size=3).map(sorted))
@settings(max_examples=60, deadline=None)
def test_between_adds_up(calendar: BusinessCalendar, three: list[int]) -> None:
    a, b, c = three
    assert calendar.between_ms(a, b) + calendar.between_ms(b, c) == calendar.between_ms(a, c)


@given(calendars(), moments, st.integers(1, 10 * 24 * 60))
@settings(max_examples=25, deadline=None)
def test_between_agrees_with_looking_at_every_minute(
    calendar: BusinessCalendar, start: int, length: int
) -> None:
    start -= start % 60_000
    zone = ZoneInfo(calendar.zone)
    counted = 0
    for n in range(length):
        wall = datetime.fromtimestamp(start // 1000 + 60 * n, zone)
        if calendar.holidays is not None and calendar.holidays(wall.date()):
            continue
        clock = wall.time()
        assert calendar.hours is not None
        counted += any(begin <= clock < end for begin, end in calendar.hours.get(wall.weekday(), ()))
    # The repeated hour of autumn is in one of two places; whole minutes elsewhere.
    slack = 60 * 60_000 if calendar.zone == "America/New_York" else 0
    assert abs(calendar.between_ms(start, start + 60_000 * length) - 60_000 * counted) <= slack


def test_always_is_plain_arithmetic() -> None:
    moment = datetime(2026, 11, 15, 3, tzinfo=UTC)
    assert ALWAYS.add(moment, timedelta(hours=24)) == moment + timedelta(hours=24)
    assert ALWAYS.between(moment, moment + timedelta(days=2)) == timedelta(days=2)
    assert ALWAYS.always
    assert not OFFICE.always
