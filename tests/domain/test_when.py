"""Moments as people type them. The clock says Friday 20 November 2026, 10:00 in São Paulo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.when import parse_when

SP = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SP)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        # spans
        ("2h", "2026-11-20T12:00"),
        ("30min", "2026-11-20T10:30"),
        ("30 minutos", "2026-11-20T10:30"),
        ("1h30", "2026-11-20T11:30"),
        ("1h30min", "2026-11-20T11:30"),
        ("2 horas e 15 minutos", "2026-11-20T12:15"),
        ("2 hours and 15 minutes", "2026-11-20T12:15"),
        ("meia hora", "2026-11-20T10:30"),
        ("em uma hora", "2026-11-20T11:00"),
        ("daqui a 2 horas", "2026-11-20T12:00"),
        ("em 8h", "2026-11-20T18:00"),
        ("in 2 hours", "2026-11-20T12:00"),
        ("48h", "2026-11-22T10:00"),
        ("em 3 dias", "2026-11-23T10:00"),
        ("3d", "2026-11-23T10:00"),
        ("3d4h", "2026-11-23T14:00"),
        ("em 2 dias e 3 horas", "2026-11-22T13:00"),
        ("1 semana", "2026-11-27T10:00"),
        ("in 2 weeks", "2026-12-04T10:00"),
        ("em um mês", "2026-12-20T10:00"),
        # hours of the day
        ("14h", "2026-11-20T14:00"),
        ("9h30", "2026-11-21T09:30"),
        ("10:00", "2026-11-21T10:00"),
        ("às 2h", "2026-11-21T02:00"),
        ("às 14", "2026-11-20T14:00"),
        ("3pm", "2026-11-20T15:00"),
        ("12am", "2026-11-21T00:00"),
        ("8 da noite", "2026-11-20T20:00"),
        ("2h da tarde", "2026-11-20T14:00"),
        ("meio-dia", "2026-11-20T12:00"),
        ("à tarde", "2026-11-20T14:00"),
        # days
        ("hoje", "2026-11-20T18:00"),
        ("hoje 16h", "2026-11-20T16:00"),
        ("amanhã", "2026-11-21T09:00"),
        ("AMANHA 9h", "2026-11-21T09:00"),
        ("amanhã às 14h30", "2026-11-21T14:30"),
        ("9h10 amanhã", "2026-11-21T09:10"),
        ("amanhã de manhã", "2026-11-21T09:00"),
        ("depois de amanhã, 10:00", "2026-11-22T10:00"),
        ("tomorrow at 9", "2026-11-21T09:00"),
        ("em 3 dias às 9h", "2026-11-23T09:00"),
        ("in 3 days at 9:00", "2026-11-23T09:00"),
        ("sex 14h", "2026-11-20T14:00"),
        ("sex 9h", "2026-11-27T09:00"),
        ("próxima sexta 14h", "2026-11-27T14:00"),
        ("segunda-feira", "2026-11-23T09:00"),
        ("seg que vem 8h", "2026-11-23T08:00"),
        ("sábado 10hs", "2026-11-21T10:00"),
        ("friday 14:00", "2026-11-20T14:00"),
        ("next monday", "2026-11-23T09:00"),
        ("semana que vem", "2026-11-23T09:00"),
        # dates
        ("25/12 10:00", "2026-12-25T10:00"),
        ("25/12", "2026-12-25T09:00"),
        ("no dia 5/12 às 8h", "2026-12-05T08:00"),
        ("01/01", "2027-01-01T09:00"),
        ("20/11/27 10h", "2027-11-20T10:00"),
        ("29/02", "2028-02-29T09:00"),
        ("2026-12-25T10:00", "2026-12-25T10:00"),
        ("1º de janeiro", "2027-01-01T09:00"),
        ("25 dez 10h", "2026-12-25T10:00"),
        ("dec 25 10:00", "2026-12-25T10:00"),
    ],
)
def test_readable(text: str, moment: str) -> None:
    assert parse_when(text, NOW, SP) == datetime.fromisoformat(moment).replace(tzinfo=SP)


@pytest.mark.parametrize("text", ["hoje 9h", "20/11/2026 9h", "2026-11-20", "25/12/25", "hoje 10:00"])
def test_what_is_over_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_when(text, NOW, SP)
    assert (refused.value.code, refused.value.values) == ("when_past", {"found": text})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "banana",
        "ontem",
        "0h",
        "31/02",
        "sex 25/12",
        "amanhã hoje",
        "2h 2h",
        "às 25h",
        "13pm",
        "25/12/2206",
        "em",
        "em 9999 dias",
        "e",
        "2h em 25/12 30min",
        "99999999999999999999h",
        "9h 10:00",
        "2026-13-01",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_when(text, NOW, SP)
    assert (refused.value.code, refused.value.values) == ("when_unreadable", {"found": text})


def test_the_zone_is_the_operators() -> None:
    manaus = parse_when("amanhã 9h", NOW, "America/Manaus")
    assert manaus.astimezone(UTC) == datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert manaus.utcoffset() == timedelta(hours=-4)


def test_an_hour_that_daylight_saving_skips_becomes_a_real_one() -> None:
    new_york = ZoneInfo("America/New_York")
    evening = datetime(2026, 3, 7, 20, tzinfo=new_york)
    assert parse_when("tomorrow 2:30", evening, new_york).isoformat() == "2026-03-08T03:30:00-04:00"
    assert parse_when("em 1 dia", evening, new_york).hour == 20, "a day keeps the hour"
    assert parse_when("em 24h", evening, new_york).hour == 21, "24 hours do not"


words = st.sampled_from(
    [
        "2h",
        "9h",
        "14h30",
        "30min",
        "amanhã",
        "hoje",
        "sex",
        "25/12",
        "às",
        "em",
        "e",
        "3",
        "dias",
        "10:00",
        "8",
        "da",
        "noite",
        "de",
        "manhã",
        "próxima",
        "2026-12-25",
        "x",
    ]
)


@given(st.lists(words, max_size=6).map(" ".join) | st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_text_is_a_future_moment_or_refused(text: str) -> None:
    try:
        moment = parse_when(text, NOW, SP)
    except Refused as refused:
        code = refused.code
    else:
        code = "ok" if moment > NOW and moment.tzinfo is SP else "wrong"
    assert code in ("ok", "when_unreadable", "when_past")
