"""SLA targets: due moments with pauses, the deadline itself, and which policy applies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.domain.calendar import ALWAYS, BusinessCalendar
from atendente_tui.domain.holidays import PublicHolidays
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.sla import SlaPolicy, choose, due, ladder, state
from atendente_tui.domain.words import Channel, Priority, Segment, SlaState, SlaTarget

MINUTE, HOUR = 60_000, 3_600_000
OFFICE = BusinessCalendar(
    "office",
    "America/Sao_Paulo",
    {day: ((time(8), time(12)), (time(13), time(18))) for day in range(5)},
    PublicHolidays("BR"),
)


def at(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo")))


def test_waiting_on_the_customer_from_minute_3_for_two_hours_moves_the_deadline_two_hours() -> None:
    opened = at("2026-11-16T09:00")
    plain = due(OFFICE, opened, 20 * MINUTE)
    assert plain == at("2026-11-16T09:20")
    pause = (opened + 3 * MINUTE, opened + 3 * MINUTE + 2 * HOUR)
    assert due(OFFICE, opened, 20 * MINUTE, [pause]) == plain + 2 * HOUR
    assert due(ALWAYS, opened, 20 * MINUTE, [pause]) == opened + 20 * MINUTE + 2 * HOUR


def test_a_pause_over_the_closed_hours_costs_no_working_time() -> None:
    opened = at("2026-11-16T17:50")
    overnight = (at("2026-11-16T18:00"), at("2026-11-17T07:00"))
    assert due(OFFICE, opened, 20 * MINUTE, [overnight]) == at("2026-11-17T08:10")


def test_the_clock_stands_while_the_customer_is_waited_for() -> None:
    opened = at("2026-11-16T09:00")
    assert due(OFFICE, opened, 20 * MINUTE, (), opened + 3 * MINUTE) is None
    assert due(OFFICE, opened, 20 * MINUTE, (), opened + 20 * MINUTE) == at("2026-11-16T09:20"), "already due"
    assert due(OFFICE, opened, 20 * MINUTE, (), opened - MINUTE) == at("2026-11-16T09:20"), "an older wait"


def test_the_deadline_itself_is_met_and_a_second_later_is_not() -> None:
    deadline = at("2026-11-16T18:00")
    assert state(deadline, deadline, deadline) is SlaState.MET
    assert state(deadline, deadline, deadline + 1000) is SlaState.BROKEN
    assert state(deadline, deadline) is SlaState.OK
    assert state(deadline, deadline + 1000) is SlaState.BROKEN
    assert state(deadline, deadline, risk_from=deadline - 1000) is SlaState.AT_RISK
    assert state(None, deadline) is SlaState.NONE
    assert state(None, deadline, paused=True) is SlaState.PAUSED


def test_a_ladder_goes_from_calm_to_broken() -> None:
    made = ladder(timedelta(minutes=100), 0.25, ((0.5, 10), (0.1, 30), (0.0, 40)))
    assert [(rung.amount // MINUTE, rung.late, rung.points, rung.state) for rung in made.rungs] == [
        (50, 0, 10, SlaState.OK),
        (75, 0, 10, SlaState.AT_RISK),
        (90, 0, 30, SlaState.AT_RISK),
        (100, 1, 40, SlaState.BROKEN),
    ]


def test_the_first_policy_that_applies_is_chosen() -> None:
    vip = SlaPolicy("vip", segments=frozenset({Segment.VIP}))
    urgent = SlaPolicy("urgent", priorities=frozenset({Priority.URGENT}), channels=frozenset({Channel.CHAT}))
    rest = SlaPolicy("rest")
    policies = (vip, urgent, rest)
    assert choose(policies, "email", "urgent", "vip") is vip
    assert choose(policies, "chat", "urgent", None) is urgent
    assert choose(policies, "email", "urgent", "regular") is rest
    assert choose((vip,), "email", "urgent", None) is None


def test_what_the_business_gave_and_what_is_only_suggested() -> None:
    email = DEFAULT_RULES.plan("email", "normal", None).policy
    chat = DEFAULT_RULES.plan("chat", "normal", None).policy
    assert email is not None
    assert chat is not None
    assert (email.first, email.calendar) == (timedelta(hours=24), "always")
    assert (chat.first, chat.calendar) == (timedelta(minutes=5), "office")
    for policy in DEFAULT_RULES.policies:
        given = {SlaTarget.FIRST} if policy in (email, chat) else set()
        assert set(SlaTarget) - policy.suggested >= given
        assert (SlaTarget.FIRST in policy.suggested) == (not given)


def test_every_channel_has_a_plan() -> None:
    for channel in Channel:
        assert DEFAULT_RULES.plan(channel, Priority.NORMAL, None).policy is not None


def test_rules_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="no calendar night"):
        Rules(policies=(SlaPolicy("late", calendar="night"),))
    with pytest.raises(ValueError, match="risk share"):
        Rules(risk_share=1.5)


@st.composite
def pauses(draw: st.DrawFn) -> list[tuple[int, int]]:
    marks = sorted(draw(st.lists(st.integers(0, 3 * 24 * 60), max_size=8, unique=True)))
    return [(a * MINUTE, b * MINUTE) for a, b in zip(marks[::2], marks[1::2], strict=False)]


@given(pauses(), st.integers(1, 2 * 24 * 60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_due_agrees_with_counting_minutes(waits: list[tuple[int, int]], wanted: int, office: bool) -> None:
    calendar = OFFICE if office else ALWAYS
    start = at("2026-11-11T09:00")
    moved = [(start + a, start + b) for a, b in waits]
    moment, run = start, 0
    while run < wanted:
        paused = any(a <= moment < b for a, b in moved)
        run += not paused and calendar.between_ms(moment, moment + MINUTE) == MINUTE
        moment += MINUTE
    assert due(calendar, start, wanted * MINUTE, moved) == moment


def test_a_contact_reason_lays_its_targets_over_the_others():
    policies = (
        SlaPolicy("of a reason", resolution=timedelta(days=2), reasons=frozenset({"entrega"})),
        SlaPolicy("nearer", first=timedelta(minutes=1), reasons=frozenset({"entrega/atraso"})),
        *DEFAULT_RULES.policies,
    )
    rules = replace(DEFAULT_RULES, policies=policies)
    plain = rules.plan("email", "normal", None)
    assert plain == rules.plan("email", "normal", None, "entregas")
    assert plain.first is not None
    assert plain.resolution is None
    wide = rules.plan("email", "normal", None, "entrega/extravio")
    assert wide.first == plain.first
    assert wide.resolution is not None
    assert wide.resolution.amount == timedelta(days=2) // timedelta(milliseconds=1)
    near = rules.plan("email", "normal", None, "entrega/atraso")
    assert near.first is not None
    assert near.first.amount == 60_000
    assert (near.next, near.resolution) == (plain.next, None)
    assert choose(policies, "email", "normal", None) == DEFAULT_RULES.policies[0]
