"""Random histories: the rows behind a figure add up to it, and counting as it comes equals counting from scratch."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atendente_tui import metrics
from atendente_tui.domain.change import CustomerUpsert
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.domain.words import Segment
from atendente_tui.metrics import Scope
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.metrics.scope import DIMENSIONS
from atendente_tui.store import counting
from atendente_tui.store.events import append_event
from atendente_tui.store.writing import Tx
from tests.metrics.floor import PLAIN, START, WEEK, Floor
from tests.sizes import sized

STEPS = (
    "asked",
    "answered",
    "bot",
    "solved",
    "reopened",
    "pending",
    "call",
    "lost",
    "claim",
    "up",
    "down",
    "csat",
    "nps",
)
SCRIPTS = st.lists(
    st.tuples(
        st.integers(0, 4),  # whose
        st.sampled_from(STEPS),
        st.integers(0, 60 * 60 * 50),  # seconds after the one before
        st.sampled_from(("ana", "bia")),
    ),
    max_size=30,
)
FIELDS = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(("email", "chat", "phone")),
        "team": st.sampled_from((None, "loja")),
        "tier": st.sampled_from((None, "N1", "N2")),
        "reason": st.sampled_from((None, "entrega", "entrega/atraso")),
        "customer": st.sampled_from(("c1", "c2")),
    }
)


def step(floor: Floor, what: str, moment: Any, who: str, seconds: int) -> Any:
    inside = {"direction": "internal", "author_kind": "agent", "author": who, "public": False}
    match what:
        case "asked":
            return floor.asked(moment)
        case "answered":
            return floor.answered(moment, who, data={"active": seconds % 900})
        case "bot":
            return floor.event("bot_turn", moment, direction="outbound", author_kind="bot")
        case "solved":
            return floor.status(moment, "open", "solved", who)
        case "reopened":
            return floor.status(moment, "solved", "open", "")
        case "pending":
            return floor.status(moment, "open", "pending", who)
        case "call":
            return floor.call(moment, who, wait=seconds % 60, seconds=seconds % 500, outcome="answered")
        case "lost":
            return floor.call(moment, wait=seconds % 60, outcome="abandoned")
        case "claim":
            return floor.event(
                "field_change", moment, data={"field": "assignee", "old": None, "new": who}, **inside
            )
        case "up" | "down":
            ends = ("N1", "N2") if what == "up" else ("N2", "N1")
            return floor.event(
                "escalation", moment, data=dict(zip(("from", "to"), ends, strict=True)), **inside
            )
    top = 5 if what == "csat" else 10
    return floor.event("survey_answer", moment, data={"survey": what, "score": 1 + seconds % top, "of": top})


def play(floor: Floor, script: Any, fields: list[dict[str, Any]], slices: int) -> None:
    """The script in slices, some of them counted in between, as news come in."""
    moment, numbers = START, count()
    done: dict[int, Any] = {}
    size = max(1, len(script) // slices)
    for begin in range(0, len(script), size):
        told: dict[int, list[Any]] = {}
        for whose, what, after, who in script[begin : begin + size]:
            moment += timedelta(seconds=after)
            told.setdefault(whose, []).append(step(floor, what, moment, who, after + next(numbers)))
            if what in ("solved", "reopened"):
                done[whose] = moment if what == "solved" else None
        for whose, events in told.items():
            solved = done.get(whose)
            floor.ticket(
                f"t{whose}",
                *events,
                status="open" if solved is None else "solved",
                solved_at=solved,
                updated_at=moment,
                **fields[whose],
            )
        if begin % 2 == 0:
            floor.count(limit=2)


@settings(max_examples=sized(20, 400), deadline=None, suppress_health_check=list(HealthCheck))
@given(SCRIPTS, st.lists(FIELDS, min_size=5, max_size=5), st.integers(1, 4), st.integers(0, 40))
def test_the_rows_add_up_and_nothing_is_miscounted(
    script: Any, fields: list[dict[str, Any]], slices: int, hours: int
) -> None:
    with TemporaryDirectory() as folder:
        floor = Floor(Path(folder))
        play(floor, script, fields, slices)
        floor.count()
        assert counting.uncounted(floor.db) == 0
        assert counting.miscounted(floor.db, floor.rules) == []
        window = WEEK._replace(start=to_ms(START + timedelta(hours=hours)))
        scope = Scope(window)
        for key, kpi in KPIS.items():
            narrowed = [scope, scope._replace(channel=("email", "chat"), clock="business", net=True)]
            narrowed.append(scope._replace(reason=("entrega",), team=("loja",), agent=("ana",)))
            for one in narrowed:
                figure = metrics.measure(floor.db, key, one)
                rows = list(metrics.behind(floor.db, key, one))
                assert len(rows) == figure.count
                assert math.isclose(sum(row.contribution for row in rows), figure.value or 0, abs_tol=1e-6)
                assert (figure.value is None) == (not rows)
                paged: list[metrics.Row] = []
                while page := list(
                    metrics.behind(
                        floor.db, key, one, PLAIN, limit=2, after=paged[-1].after if paged else None
                    )
                ):
                    paged += page
                assert paged == rows
            for dimension in kpi.source.dimensions:
                told = metrics.by(floor.db, key, scope, dimension)
                assert sum(one.count for one in told.values()) == metrics.measure(floor.db, key, scope).count
        rows_before = _all(floor)
        counting.recount(floor.db)
        floor.count()
        assert _all(floor) == rows_before
        floor.db.close()


def _all(floor: Floor) -> list[Any]:
    return [
        floor.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in counting.TABLES
    ]


def test_each_dimension_narrows_to_what_it_tells_apart(floor: Floor) -> None:
    for n, who in enumerate(("ana", "bia", "bia")):
        floor.ticket(
            f"t{n}", floor.asked(START), floor.answered(START + timedelta(minutes=n + 1), who), team=f"x{n}"
        )
    floor.count()
    for dimension in DIMENSIONS:
        told = metrics.by(floor.db, "first_response", Scope(WEEK), dimension)
        for value, figure in told.items():
            if value is not None:
                one = metrics.measure(floor.db, "first_response", Scope(WEEK, **{dimension: (value,)}))
                assert (one.value, one.count) == (figure.value, figure.count)
    assert metrics.by(floor.db, "first_response", Scope(WEEK), "agent")["bia"].value == 150.0


def test_what_goes_is_counted_off(floor: Floor) -> None:
    floor.ticket("t", floor.asked(START), floor.answered(START + timedelta(minutes=1)))
    assert floor.figure("first_response").count == 1
    floor.db.execute("DELETE FROM event")
    floor.db.execute("DELETE FROM ticket")
    assert floor.figure("first_response").count == 0
    assert not any(floor.db.execute(f"SELECT 1 FROM {table}").fetchone() for table in counting.TABLES)


def test_a_kept_number_that_is_wrong_is_found(floor: Floor) -> None:
    floor.ticket("t", floor.asked(START), floor.answered(START + timedelta(minutes=1)))
    floor.count()
    floor.db.execute("UPDATE counted_target SET took = took + 1")
    assert [one.table for one in counting.miscounted(floor.db, floor.rules)] == ["counted_target"]


def test_a_customer_of_another_segment_is_counted_by_other_targets(tmp_path: Path) -> None:
    quick = SlaPolicy("vip", first=timedelta(minutes=1), segments=frozenset({Segment.VIP}))
    rest = SlaPolicy("rest", first=timedelta(hours=9))
    floor = Floor(tmp_path, Rules(policies=(quick, rest), calendars=DEFAULT_RULES.calendars))
    floor.ticket("t", floor.asked(START), floor.answered(START + timedelta(minutes=5)))
    floor.tell(
        CustomerUpsert(remote_id="c-t", name="c-t", segment=Segment.REGULAR)
    )  # while it waits to be counted
    assert floor.figure("sla_met").value == 100.0
    floor.tell(CustomerUpsert(remote_id="c-t", name="c-t", segment=Segment.VIP))
    assert floor.figure("sla_met").value == 0.0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET data = '{\"active\": 1}'",
        "UPDATE event SET ticket_id = NULL",
        "DELETE FROM event",
        "UPDATE ticket SET team = 'loja'",
        "UPDATE ticket SET status = 'solved', solved = 1",
        "UPDATE ticket SET merged_into = id",
        "UPDATE ticket SET pauses = '[[1, 2]]'",
        "UPDATE customer SET segment = 'vip'",
        "INSERT INTO meta (key, value) VALUES ('rules', 'a') ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ],
)
def test_whatever_changes_a_ticket_has_it_counted_again(floor: Floor, statement: str) -> None:
    floor.ticket("t", floor.asked(START))
    floor.db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('rules', '')")
    floor.count()
    assert counting.uncounted(floor.db) == 0
    for _again in range(2):  # marked already, too
        floor.db.execute(statement)
        assert counting.uncounted(floor.db) == 1


def test_what_says_nothing_of_the_figures_has_nothing_counted(floor: Floor) -> None:
    floor.ticket("t", floor.asked(START))
    floor.count()
    floor.db.execute("UPDATE ticket SET score = 9, seen_event = 1, subject = 'x'")
    floor.db.execute("UPDATE event SET text = 'x'")
    assert counting.uncounted(floor.db) == 0


def test_an_event_alone_is_counted_whoever_brings_it(floor: Floor) -> None:
    floor.ticket("t", floor.asked(START))
    floor.count()
    floor.tell(floor.answered(START + timedelta(minutes=3)).model_copy(update={"ticket": "t"}))
    assert counting.uncounted(floor.db) == 1
    assert floor.figure("first_response").value == 180.0
    ours = {"kind": "note", "channel": None, "direction": "internal", "author_kind": "agent", "author": "ana"}
    append_event(
        Tx(floor.db, 0, floor.rules),
        **ours,
        ticket_id=1,
        customer_id=1,
        at=0,
        after=None,
        public=False,
        text="",
        data={},
        command_id="c",
    )
    assert counting.uncounted(floor.db) == 1
