"""Moments relative to a start."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.knowledge.moments import Moment, read_length, read_moment

START = datetime(2026, 11, 18, 17, 20, tzinfo=UTC)
ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-4m", datetime(2026, 11, 18, 17, 16, tzinfo=UTC)),
        ("+1h30m", datetime(2026, 11, 18, 18, 50, tzinfo=UTC)),
        ("-1d2h", datetime(2026, 11, 17, 15, 20, tzinfo=UTC)),
        ("-2d@10:02", datetime(2026, 11, 16, 13, 2, tzinfo=UTC)),
        ("+1d@09:00:30", datetime(2026, 11, 19, 12, 0, 30, tzinfo=UTC)),
    ],
)
def test_reads(text: str, expected: datetime):
    assert read_moment(text).at(START, ZONE) == expected


@pytest.mark.parametrize(
    "text", ["", "4m", "-", "-4", "-m", "+4x", "-1h@10:00", "-1d@25:00", "-1d@1:00", "-1d @10:00"]
)
def test_refuses(text: str):
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


def test_a_time_of_day_is_the_zones():
    late = datetime(2026, 11, 19, 1, 0, tzinfo=UTC)  # still the 18th in São Paulo
    assert Moment(timedelta(days=-1), time(10, 0)).at(late, ZONE) == datetime(2026, 11, 17, 13, 0, tzinfo=UTC)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9_000)))
def test_a_length_reads_back(length: timedelta):
    whole = length - timedelta(microseconds=length.microseconds)
    hours, rest = divmod(whole.seconds, 3_600)
    assert read_length(f"{whole.days}d{hours}h{rest // 60}m{rest % 60}s") == whole
