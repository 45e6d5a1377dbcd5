"""The test vectors of the definitions: they are part of each figure (docs/metrics.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from atendente_tui import metrics
from atendente_tui.domain.change import DirectoryEntry, DirectoryGone
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.goals import Goal, MetricsConfig
from atendente_tui.metrics import Scope
from atendente_tui.metrics.kpi import excellent, formula_of
from atendente_tui.metrics.kpis import KPIS
from tests.metrics.floor import START, WEEK, Floor, at


def survey(floor: Floor, kind: str, *scores: int) -> None:
    for n, score in enumerate(scores):
        answer = floor.event(
            "survey_answer",
            at(hours=3),
            data={"survey": kind, "score": score, "of": 5 if kind == "csat" else 10},
        )
        floor.ticket(f"{kind}{n}", floor.asked(START), answer)


def test_csat(floor: Floor) -> None:
    survey(floor, "csat", 5, 5, 5, 5, 4, 4, 4, 4, 3, 1)
    found = floor.figure("csat")
    assert found.value == 80.0
    assert not excellent("csat", found.value)
    assert excellent("csat", 80.1)
    assert found.parts["answers"] == 10
    assert floor.figure("csat", MetricsConfig(csat_positive=5)).value == 40.0


def test_no_answers_is_no_csat(floor: Floor) -> None:
    found = floor.figure("csat")
    assert found.value is None
    assert found.count == 0
    assert set(found.parts.values()) == {None}


def test_nps(floor: Floor) -> None:
    survey(floor, "nps", 9, 10, 9, 10, 10, 7, 8, 7, 6, 0)
    assert floor.figure("nps").value == 30.0


def test_fcr(floor: Floor) -> None:
    for n in range(10):
        solved = at(hours=1)
        events = [floor.asked(START), floor.answered(at(minutes=5)), floor.status(solved, "open", "solved")]
        if n >= 6:  # a second contact
            events += [
                floor.asked(at(hours=2)),
                floor.status(at(hours=2), "solved", "open", by=""),
                floor.status(at(hours=3), "open", "solved"),
            ]
        if n == 0:
            events.append(floor.status(at(days=3), "solved", "open", by=""))
        floor.ticket(
            f"t{n}",
            *events,
            status="open" if n == 0 else "solved",
            solved_at=None if n == 0 else solved if n < 6 else at(hours=3),
        )
    assert floor.figure("fcr").value == 50.0


@pytest.mark.parametrize(
    ("opened", "reason", "value"),
    [(at(days=6), "entrega", 50.0), (at(days=9), "entrega", 100.0), (at(days=6), "troca", 100.0)],
    ids=["again", "later", "about something else"],
)
def test_a_new_ticket_about_the_same_is_no_resolution(
    floor: Floor, opened: object, reason: str, value: float
) -> None:
    done = floor.status(at(hours=1), "open", "solved")
    common = {"customer": "c", "status": "solved", "solved_at": at(hours=1)}
    floor.ticket("first", floor.asked(START), done, reason="entrega", **common)
    later = {"opened_at": opened, "updated_at": opened, "solved_at": at(days=10), "reason": reason}
    floor.ticket("second", floor.asked(opened), **{**common, **later})
    assert floor.figure("fcr").value == value


def test_aht(floor: Floor) -> None:
    for n, (active, hold, after) in enumerate([(300, 0, 60), (240, 30, 30), (600, 0, 0)]):
        call = floor.call(START, active=active, hold=hold, after=after, outcome="answered")
        floor.ticket(f"t{n}", call, channel="phone")
    found = floor.figure("aht", MetricsConfig(goals={"": {"aht": Goal(300, 400)}}))
    assert found.value == 420.0
    assert found.parts == {"active": 380.0, "hold": 10.0, "after": 30.0}
    assert found.met is False


def test_first_response(floor: Floor) -> None:
    bot = floor.event("bot_turn", at(seconds=5), direction="outbound", author_kind="bot")
    automatic = floor.event("message", at(seconds=6), direction="outbound", author_kind="system")
    floor.ticket("t", floor.asked(START), bot, automatic, floor.answered(at(minutes=12)), channel="chat")
    assert floor.figure("first_response").value == 12 * 60


def test_after_a_reopening_it_is_the_next_response(floor: Floor) -> None:
    floor.ticket(
        "t",
        floor.asked(START),
        floor.answered(at(minutes=12)),
        floor.status(at(hours=1), "open", "solved"),
        floor.status(at(hours=5), "solved", "open", by=""),
        floor.answered(at(hours=5, minutes=30)),
    )
    found = floor.figure("first_response")
    assert (found.value, found.count, found.parts["next"]) == (12 * 60, 1, 30 * 60)


def test_resolution(floor: Floor) -> None:
    events = [
        floor.asked(START),
        floor.status(at(hours=2), "open", "solved"),
        floor.status(at(hours=3), "solved", "open", by=""),
        floor.status(at(hours=4), "open", "pending"),
        floor.status(at(hours=9), "pending", "open"),
        floor.status(at(hours=26), "open", "solved"),
    ]
    floor.ticket("t", *events, status="solved", solved_at=at(hours=26))
    assert floor.figure("resolution").value == 26 * 3600
    assert floor.figure("resolution", net=True).value == 21 * 3600
    # Monday 07:00 to Tuesday 09:00 of São Paulo, open from 08:00 to 18:00; then less the two hours of waiting in them.
    assert floor.figure("resolution", clock="business").value == 11 * 3600


def test_wait(floor: Floor) -> None:
    for n, wait in enumerate([10, 20, 30]):
        floor.ticket(f"t{n}", floor.call(START, wait=wait, outcome="answered"), channel="phone")
    floor.ticket("lost", floor.call(START, wait=90, outcome="abandoned"), channel="phone")
    found = floor.figure("wait")
    assert (found.value, found.parts["abandoned"], found.count) == (20.0, 90.0, 3)


def test_picked_up_by_whoever_claims_or_answers_first(floor: Floor) -> None:
    claim = floor.event(
        "field_change",
        at(minutes=4),
        direction="internal",
        author_kind="agent",
        author="bia",
        public=False,
        data={"field": "assignee", "old": None, "new": "bia"},
    )
    floor.ticket("t", floor.asked(START), claim, floor.answered(at(minutes=9), by="ana"))
    assert floor.figure("wait").value == 240.0
    assert floor.behind("wait")[0].agent == "bia"


def offered(floor: Floor, *waits: tuple[float, bool]) -> None:
    for n, (wait, lost) in enumerate(waits):
        call = floor.call(START, wait=wait, outcome="abandoned" if lost else "answered")
        floor.ticket(f"t{n}", call, channel="phone")


def test_abandonment(floor: Floor) -> None:
    offered(floor, *[(10, False)] * 92, *[(60, True)] * 6, *[(4.9, True)] * 2)
    found = floor.figure("abandonment")
    assert found.value == pytest.approx(100 * 6 / 98)
    assert f"{found.value:.1f}" == "6.1"
    assert (found.parts["abandoned"], found.parts["offered"], found.parts["short"]) == (6, 98, 2)


def test_service_level(floor: Floor) -> None:
    offered(floor, *[(20, False)] * 80, *[(20.001, False)] * 12, *[(60, True)] * 6, *[(1, True)] * 2)
    found = floor.figure("service_level")
    assert f"{found.value:.1f}" == "81.6"
    assert found.parts["offered"] == 98


def test_at_the_deadline_is_met(tmp_path: Path) -> None:
    hour = timedelta(hours=1)
    policy = SlaPolicy("p", first=hour, next=hour, resolution=3 * hour)
    floor = Floor(tmp_path, Rules(calendars=DEFAULT_RULES.calendars, policies=(policy,)))
    floor.ticket("met", floor.asked(START), floor.answered(at(hours=1)))
    floor.ticket("broken", floor.asked(START), floor.answered(at(hours=1, seconds=1)))
    floor.ticket("nobody answered", floor.asked(START))
    ended = floor.status(at(hours=2), "open", "solved")
    floor.ticket("solved", floor.asked(START), ended, status="solved", solved_at=at(hours=2))
    soon = floor.figure("sla_met", now=to_ms(at(hours=1)))
    assert (soon.value, soon.parts["first_response"], soon.count) == (100.0, 100.0, 1)
    later = floor.figure("sla_met", now=to_ms(at(hours=1, seconds=2)))
    assert (later.value, later.count) == (pytest.approx(100 / 3), 3)
    last = floor.figure("sla_met")
    assert last.parts["resolution"] == 25.0
    assert last.parts["next_response"] is None


def shift(floor: Floor, starts: float, ends: float) -> None:
    floor.write("shifts", {"agent": "ana", "starts": to_ms(at(hours=starts)), "ends": to_ms(at(hours=ends))})


def state(floor: Floor, name: str, minutes: float, after: float) -> None:
    since, until = to_ms(at(minutes=after)), to_ms(at(minutes=after + minutes))
    floor.write(
        "agent_states", {"agent": "ana", "since": since, "until": until, "state": name, "reason": None}
    )


def test_adherence(floor: Floor) -> None:
    shift(floor, 8, 12)
    state(floor, "off", 8.5 * 60, 0)
    state(floor, "available", 4 * 60, 8.5 * 60)
    state(floor, "off", 60, 12.5 * 60)
    found = floor.figure("adherence")
    assert found.value == 87.5
    assert floor.figure("adherence", agent=("bia",)).value is None
    assert floor.figure("adherence", channel=("email",)).unknown == "channel"


def test_occupancy(floor: Floor) -> None:
    state(floor, "contact", 300, 0)
    state(floor, "after_contact", 60, 300)
    state(floor, "available", 90, 360)
    state(floor, "paused", 30, 450)
    assert floor.figure("occupancy").value == 80.0


def test_an_agents_own_time_is_told_apart_by_team_and_tier(floor: Floor) -> None:
    """Who is in two teams counts in each, and once in both together; who is in none counts where no team is asked for."""
    for login, tier, teams in (
        ("ana", "N1", ["loja", "trocas"]),
        ("bia", "N2", ["loja"]),
        ("caio", None, None),
    ):
        floor.tell(DirectoryEntry(kind="agent", key=login, label=login, tier=tier, teams=teams))
    for login, contact in (("ana", 3), ("bia", 1), ("caio", 2)):
        floor.write(
            "agent_states",
            *(
                {"agent": login, "since": to_ms(at(hours=a)), "until": to_ms(at(hours=b)), "state": state}
                for state, a, b in (("contact", 0, contact), ("available", contact, 4))
            ),
        )
        floor.write(
            "shifts", {"agent": login, "starts": to_ms(at(hours=0)), "ends": to_ms(at(hours=4 + contact))}
        )
    for key, told in (
        ("occupancy", {"loja": 50.0, "trocas": 75.0, None: 50.0}),
        ("adherence", {"loja": 100 * 8 / 12, "trocas": 100 * 4 / 7, None: 100 * 4 / 6}),
    ):
        found = metrics.by(floor.db, key, Scope(WEEK), "team")
        assert {team: one.value for team, one in found.items()} == pytest.approx(told)
        for teams in (("loja",), ("trocas",), ("loja", "trocas")):
            one = floor.figure(key, team=teams)
            assert one.value == pytest.approx(told[teams[0]])
            assert sum(row.contribution for row in floor.behind(key, team=teams)) == pytest.approx(one.value)
    assert floor.figure("occupancy", tier=("N2",)).value == 25.0
    floor.tell(DirectoryGone(kind="agent", key="bia"))
    assert floor.figure("occupancy", team=("loja",)).value == 75.0


def test_tickets_per_agent(floor: Floor) -> None:
    for n, who in enumerate(["ana", "ana", "bia"]):
        done = floor.status(at(hours=1), "open", "solved", by=who)
        floor.ticket(f"t{n}", floor.asked(START), done, status="solved", solved_at=at(hours=1))
    floor.ticket("touched", floor.asked(START), floor.answered(at(hours=1), by="bia"))
    found = floor.figure("tickets_per_agent")
    assert (found.value, found.parts) == (1.5, {"solved": 3, "agents": 2, "touched": 4})
    assert floor.figure("tickets_per_agent", agent=("bia",)).parts["touched"] == 2


def test_by_tier(floor: Floor) -> None:
    up = floor.event(
        "escalation", at(minutes=5), author_kind="agent", author="ana", data={"from": "N1", "to": "N2"}
    )
    down = floor.event(
        "escalation", at(minutes=9), author_kind="agent", author="bia", data={"from": "N2", "to": "N1"}
    )
    up_again = floor.event(
        "escalation", at(minutes=5), author_kind="agent", author="ana", data={"from": "N1", "to": "N2"}
    )
    done = {"status": "solved", "solved_at": at(hours=1)}
    floor.ticket("back", floor.asked(START), up, down, tier="N1", **done)
    floor.ticket("up", floor.asked(START), up_again, tier="N2", **done)
    floor.ticket("a", floor.asked(START), tier="N1", **done)
    floor.ticket("b", floor.asked(START), tier="N1", **done)
    found = floor.figure("by_tier")
    assert (found.value, found.parts) == (75.0, {"N1": 75.0, "N2": 25.0, "N3": 0.0, "handbacks": 1})


def test_amplification(floor: Floor) -> None:
    whole = {"key": "amplification", "starts": WEEK.start, "ends": WEEK.start + 30 * 86_400_000, "value": 120}
    floor.write("imported_figures", whole)
    assert floor.figure("amplification").value == 120


def review(floor: Floor, name: str, *items: tuple[float, float | None, int]) -> None:
    for n, (weight, value, fatal) in enumerate(items):
        item = {
            "review": name,
            "item": str(n),
            "agent": "ana",
            "at": to_ms(START),
            "weight": weight,
            "value": value,
        }
        floor.write("qa_scores", {**item, "critical": int(n == 0), "fatal": fatal})


def test_qa_score(floor: Floor) -> None:
    review(floor, "r", (1, 1, 0), (1, 0, 0), (2, 1, 0), (4, None, 0))
    found = floor.figure("qa_score")
    assert (found.value, found.parts["critical"]) == (75.0, 100.0)
    review(floor, "fatal", (1, 1, 0), (9, 0, 1))
    again = floor.figure("qa_score")
    assert (again.value, again.parts["failed"]) == (37.5, 1)


def test_the_period_before_and_the_goal_of_a_team(floor: Floor) -> None:
    survey(floor, "csat", 5, 1)
    config = MetricsConfig(goals={"": {"csat": Goal(40)}, "loja": {"csat": Goal(90)}})
    day = 86_400_000
    late = WEEK._replace(start=to_ms(START) + day, end=to_ms(START) + 2 * day)
    found = floor.figure("csat", config, previous=True, window=late)
    assert found.value is None
    assert found.previous is not None
    assert (found.previous.value, found.previous.met) == (50.0, True)
    assert floor.figure("csat", config, team=("loja",)).target == Goal(90)


def test_every_figure_reads_out_its_formula_and_says_what_is_suggested() -> None:
    plain = {key: formula_of(kpi, MetricsConfig()) for key, kpi in KPIS.items()}
    assert all(plain.values())
    assert "padrão sugerido" in plain["fcr"]
    assert "em 3 dias" in formula_of(KPIS["fcr"], MetricsConfig(fcr_days=3, given=frozenset({"fcr_days"})))
    assert "padrão sugerido" not in formula_of(KPIS["fcr"], MetricsConfig(given=frozenset({"fcr_days"})))


def test_a_call_that_the_telephone_tells_of_by_the_customers_line(floor: Floor) -> None:
    data = {"seconds": 95, "wait": 12, "hold": 5, "after": 20, "outcome": "answered", "agent": "bia"}
    call = floor.event("call", START, channel="phone", data=data)
    floor.ticket("t", call, channel="phone")
    assert floor.figure("aht").value == 120.0
    assert floor.figure("wait").value == 12.0
    assert floor.behind("wait")[0].agent == "bia"


def test_a_message_is_no_work_and_an_unknown_number_no_figure(floor: Floor) -> None:
    floor.ticket(
        "t", floor.asked(START, data={"active": "muito"}), floor.answered(at(minutes=1), data={"hold": True})
    )
    assert floor.figure("aht").value is None
