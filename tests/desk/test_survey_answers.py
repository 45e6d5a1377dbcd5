from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui import metrics
from atendente_tui.desk.desk import Desk
from atendente_tui.desk.survey_answers import due, read_answers, store_answers
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.surveying import DAY, which
from atendente_tui.metrics import Scope, Window
from atendente_tui.store import reading
from atendente_tui.store.counting import count_due
from atendente_tui.store.store import Store
from tests.builders import NOW

ZONE = ZoneInfo("America/Sao_Paulo")
HEAD = "id,survey,score,at,ticket,customer,comment,agent\n"


def read(store: Store, file: Path, text: str):  # type: ignore[no-untyped-def]
    file.write_text(text, encoding="utf-8")
    with closing(store.reader()) as db:
        return read_answers(db, file, ZONE)


def test_answers_stand_on_the_timeline_and_count_in_the_figures(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    with closing(store.reader()) as db:
        protocol, customer = db.execute("SELECT protocol, customer_id FROM ticket WHERE id = 3").fetchone()
        address = db.execute(
            "SELECT value FROM identity WHERE customer_id = ? AND kind = 'email'", (customer,)
        ).fetchone()[0]
    text = (
        HEAD
        + f"1,csat,5,2026-11-20T09:00,{protocol},,Ótimo; 4111 1111 1111 1111,ana\n2,nps,10,2026-11-20T09:05,,{address},,\n"
    )
    found = read(store, tmp_path / "r.csv", text)
    assert found.skipped == ()
    assert store_answers(desk, found.good) == 2
    assert store_answers(desk, found.good) == 0
    while store.write(lambda tx: count_due(tx)):
        pass
    with closing(store.reader()) as db:
        told = [
            one
            for one in reading.timeline(db, customer_id=customer, limit=500)
            if one.kind == "survey_answer"
        ]
        assert [(json.loads(one.data)["survey"], json.loads(one.data)["score"]) for one in told] == [
            ("csat", 5),
            ("nps", 10),
        ]
        assert "4111 1111 1111 1111" not in told[0].text
        assert told[0].ticket_id == 3
        assert db.execute("SELECT agent, kind, score, scale FROM survey_answers ORDER BY at").fetchall() == [
            ("ana", "csat", 5, 5),
            (None, "nps", 10, 10),
        ]
        day = Scope(Window(to_ms(NOW) - DAY, to_ms(NOW) + 1))
        assert metrics.measure(db, "csat", day).value == 100.0
        assert metrics.measure(db, "nps", day).value == 100.0


@pytest.mark.parametrize(
    ("line", "code", "found"),
    [
        ("1,csat,6,2026-11-20T09:00,3,,,", "surveys_unreadable", "6"),
        ("1,csat,0,2026-11-20T09:00,3,,,", "surveys_unreadable", "0"),
        ("1,nps,onze,2026-11-20T09:00,3,,,", "surveys_unreadable", "onze"),
        ("1,ces,5,2026-11-20T09:00,3,,,", "surveys_unreadable", "ces"),
        ("1,csat,5,ontem,3,,,", "surveys_unreadable", "ontem"),
        ("1,csat,5,2026-11-20T09:00,999999,,,", "no_such_ticket", "999999"),
        ("1,csat,5,2026-11-20T09:00,,ninguem@exemplo.com.br,,", "no_such_customer", "ninguem@exemplo.com.br"),
        ("1,csat,5,2026-11-20T09:00,,,,", "no_such_customer", ""),
    ],
)
def test_a_bad_line_says_what_is_wrong(
    store: Store, tmp_path: Path, line: str, code: str, found: str
) -> None:
    answers = read(store, tmp_path / "r.csv", HEAD + line + "\n")
    assert answers.good == ()
    (skipped,) = answers.skipped
    assert (skipped.line, skipped.why.code, skipped.why.values["found"]) == (2, code, found)


def test_what_is_no_such_table_is_not_read(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="surveys_unreadable"):
        read(store, tmp_path / "r.csv", "nota\n5\n")


MOMENT = st.none() | st.integers(0, 400).map(lambda days: to_ms(NOW) - days * DAY)


@given(MOMENT, MOMENT, st.integers(0, 90), st.none() | st.integers(0, 365))
def test_nobody_is_asked_twice_within_the_span_by_either(
    asked: int | None, nps: int | None, days: int, nps_days: int | None
) -> None:
    now = to_ms(NOW)
    survey = which(asked, nps, now, days, nps_days)
    if asked is not None and now - asked < days * DAY:
        assert survey is None
    elif survey == "nps":
        assert nps_days is not None
        assert nps is None or now - nps >= nps_days * DAY
    else:
        assert survey == "csat"


def test_who_may_be_asked_is_asked_by_one_of_both(desk: Desk, store: Store, tmp_path: Path) -> None:
    now = to_ms(NOW)
    since = to_ms(NOW - timedelta(days=30))
    store.write(
        lambda tx: tx.db.execute(
            "UPDATE ticket SET status = 'solved', solved = ? WHERE id IN (3, 5, 9)", (now,)
        )
    )
    with closing(store.reader()) as db:
        customers = [
            row[0] for row in db.execute("SELECT customer_id FROM ticket WHERE id IN (3, 5, 9) ORDER BY id")
        ]
        assert {one.survey for one in due(db, 30, None, now, since, 100)} == {"csat"}
        before = {one.customer_id: one.survey for one in due(db, 30, 180, now, since, 100)}
    assert {before[one] for one in customers} == {"nps"}
    answers = "1,nps,9,2026-11-10T09:00,3,,,\n2,nps,9,2026-09-01T09:00,5,,,\n"
    store_answers(desk, read(store, tmp_path / "r.csv", HEAD + answers).good)
    with closing(store.reader()) as db:
        after = {one.customer_id: one.survey for one in due(db, 30, 180, now, since, 100)}
    assert (customers[0] in after, after.get(customers[1]), after.get(customers[2])) == (False, "csat", "nps")
