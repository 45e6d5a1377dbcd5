"""The assessment of a ticket: explained to the point, constant until its recheck, honest about its targets."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.domain.assess import Assessment, TicketFacts, assess
from atendente_tui.domain.calendar import ALWAYS, BusinessCalendar
from atendente_tui.domain.holidays import PublicHolidays
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.priority import PARTS
from atendente_tui.domain.rules import DEFAULT_RULES, Rules
from atendente_tui.domain.sla import SlaPolicy
from atendente_tui.domain.words import LIVE, Channel, Impact, Priority, Segment, SlaState, SlaTarget, Status

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

STRICT = Rules(
    calendars={
        "always": ALWAYS,
        "lunch": BusinessCalendar(
            "lunch",
            "America/Sao_Paulo",
            {day: ((time(8), time(12)), (time(13), time(18))) for day in range(5)},
            PublicHolidays("BR", "SP"),
        ),
    },
    policies=(
        SlaPolicy(
            "vip",
            first=timedelta(minutes=20),
            next=timedelta(minutes=40),
            resolution=timedelta(hours=9),
            calendar="lunch",
            segments=frozenset({Segment.VIP}),
        ),
        SlaPolicy("rest", first=timedelta(hours=4), resolution=timedelta(days=2)),
    ),
)


def at(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo")))


NOON = at("2026-11-17T12:00")
EMAIL = TicketFacts(
    status="new", priority="normal", channel="email", opened=NOON, waiting_since=NOON, last_inbound=NOON
)


def points(found: Assessment) -> dict[str, int]:
    return dict(found.why)


def test_a_fresh_email_has_a_day() -> None:
    found = assess(EMAIL, DEFAULT_RULES, NOON)
    assert (found.target, found.due, found.state) == (SlaTarget.FIRST, NOON + DAY, SlaState.OK)
    assert found.recheck == NOON + 5 * MINUTE
    assert points(found) == {"urgency": 5}
    assert found.score == 5


@pytest.mark.parametrize(
    ("later", "state", "sla"),
    [
        (12 * HOUR - 1, SlaState.OK, None),
        (12 * HOUR, SlaState.OK, 10),
        (18 * HOUR, SlaState.AT_RISK, 20),
        (22 * HOUR, SlaState.AT_RISK, 30),
        (24 * HOUR, SlaState.AT_RISK, 30),
        (24 * HOUR + 1, SlaState.BROKEN, 40),
    ],
)
def test_the_nearer_the_deadline_the_higher(later: int, state: SlaState, sla: int | None) -> None:
    found = assess(EMAIL, DEFAULT_RULES, NOON + later)
    assert found.state is state
    assert points(found).get("sla") == sla


def test_chat_counts_opening_hours_only() -> None:
    evening = at("2026-11-13T17:58")
    found = assess(
        EMAIL._replace(channel="chat", opened=evening, waiting_since=evening), DEFAULT_RULES, evening
    )
    assert found.due == at("2026-11-16T08:03")


def test_after_the_first_answer_the_next_one_is_owed() -> None:
    wrote = NOON + 2 * DAY
    facts = EMAIL._replace(status="open", first_reply=NOON + HOUR, waiting_since=wrote, last_inbound=wrote)
    found = assess(facts, DEFAULT_RULES, wrote)
    assert (found.target, found.due) == (SlaTarget.NEXT, wrote + DAY)


def test_nothing_is_owed_while_nobody_waits() -> None:
    facts = EMAIL._replace(status="open", first_reply=NOON + HOUR, waiting_since=None)
    found = assess(facts, DEFAULT_RULES, NOON + 9 * DAY)
    assert (found.target, found.due, found.state, found.recheck) == (None, None, SlaState.NONE, None)


def test_the_nearest_target_is_the_one_shown() -> None:
    facts = EMAIL._replace(priority="normal", first_reply=None)
    assert assess(facts, STRICT, NOON).target is SlaTarget.FIRST
    answered = facts._replace(status="open", first_reply=NOON + HOUR, waiting_since=None)
    found = assess(answered, STRICT, NOON + 2 * HOUR)
    assert (found.target, found.due) == (SlaTarget.RESOLUTION, NOON + 2 * DAY)


def test_waiting_on_the_customer_pauses_and_their_message_resumes() -> None:
    paused = EMAIL._replace(status="pending", waiting_since=None, paused_since=NOON + HOUR)
    found = assess(paused, DEFAULT_RULES, NOON + 40 * HOUR)
    assert (found.state, found.due, found.recheck) == (SlaState.PAUSED, None, None)
    wrote = paused._replace(last_inbound=NOON + 3 * HOUR, waiting_since=NOON + 3 * HOUR)
    found = assess(wrote, DEFAULT_RULES, NOON + 3 * HOUR)
    assert (found.state, found.due) == (SlaState.OK, NOON + 26 * HOUR)


def test_a_target_broken_before_the_pause_stays_broken() -> None:
    late = EMAIL._replace(status="pending", waiting_since=None, paused_since=NOON + 30 * HOUR)
    found = assess(late, DEFAULT_RULES, NOON + 31 * HOUR)
    assert (found.state, found.due) == (SlaState.BROKEN, NOON + DAY)


def test_reasons_come_in_a_fixed_order_and_sum_to_the_score() -> None:
    facts = EMAIL._replace(priority="urgent", channel="whatsapp", impact="many", segment="vip")
    found = assess(facts, STRICT, NOON + 5 * HOUR)
    assert [part.name for part in found.why] == ["sla", "urgency", "impact", "segment", "waiting", "channel"]
    assert found.score == sum(part.points for part in found.why)


def test_whose_turn_it_is_not_goes_down() -> None:
    urgent = EMAIL._replace(status="pending", priority="urgent", channel="phone", waiting_since=None)
    found = assess(urgent, DEFAULT_RULES, NOON)
    assert points(found)["turn"] == -30
    assert assess(urgent._replace(waiting_since=NOON), DEFAULT_RULES, NOON).score > found.score
    assert assess(urgent._replace(priority="low", channel="email"), DEFAULT_RULES, NOON).score == 0


@pytest.mark.parametrize(
    ("first_reply", "solved", "state", "target"),
    [
        (NOON + 4 * HOUR, NOON + 2 * DAY, SlaState.MET, SlaTarget.RESOLUTION),
        (NOON + 4 * HOUR + 1000, NOON + DAY, SlaState.BROKEN, SlaTarget.FIRST),
        (NOON + HOUR, NOON + 2 * DAY + 1000, SlaState.BROKEN, SlaTarget.RESOLUTION),
        (None, NOON + DAY, SlaState.MET, SlaTarget.RESOLUTION),
        (None, None, SlaState.NONE, None),
    ],
)
def test_the_verdict_on_what_is_done(
    first_reply: int | None, solved: int | None, state: SlaState, target: SlaTarget | None
) -> None:
    done = EMAIL._replace(status="solved", first_reply=first_reply, solved=solved, waiting_since=None)
    found = assess(done, STRICT, NOON + 90 * DAY)
    assert (found.score, found.why, found.recheck) == (0, (), None)
    assert (found.state, found.target) == (state, target)


def test_words_nobody_foresaw_do_no_harm() -> None:
    odd = TicketFacts(
        status="parked", priority="p9", channel="fax", opened=NOON, segment="gold", impact="cosmic"
    )
    found = assess(odd, DEFAULT_RULES, NOON)
    assert found.score == 0
    assert found.target is SlaTarget.FIRST


moments = st.integers(NOON - 6 * DAY, NOON + 6 * DAY)


@st.composite
def facts(draw: st.DrawFn) -> TicketFacts:
    opened = draw(moments)
    after = st.none() | st.integers(opened, opened + 4 * DAY)
    marks = sorted(draw(st.lists(st.integers(opened, opened + 3 * DAY), max_size=4, unique=True)))
    return TicketFacts(
        status=draw(st.sampled_from(Status)),
        priority=draw(st.sampled_from(Priority)),
        channel=draw(st.sampled_from(Channel)),
        opened=opened,
        impact=draw(st.none() | st.sampled_from(Impact)),
        segment=draw(st.none() | st.sampled_from(Segment)),
        first_reply=draw(after),
        waiting_since=draw(after),
        last_inbound=draw(after),
        solved=draw(after),
        paused_since=draw(after),
        pauses=tuple(zip(marks[::2], marks[1::2], strict=False)),
    )


rules = st.sampled_from([DEFAULT_RULES, STRICT])


@given(facts(), rules, moments)
@settings(max_examples=300, deadline=None)
def test_the_parts_sum_to_the_score(ticket: TicketFacts, company: Rules, now: int) -> None:
    found = assess(ticket, company, now)
    assert found.score == sum(part.points for part in found.why) >= 0
    names = [part.name for part in found.why]
    assert names == [name for name in PARTS if name in names]
    assert all(part.points for part in found.why)
    assert found.recheck is None or (found.recheck > now and ticket.status in LIVE)
    if found.state is SlaState.PAUSED:
        assert found.due is None
    if found.state in (SlaState.OK, SlaState.AT_RISK, SlaState.BROKEN, SlaState.MET):
        assert found.due is not None or found.state is SlaState.MET


@given(facts(), rules, moments, st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_nothing_changes_before_the_recheck(
    ticket: TicketFacts, company: Rules, now: int, share: float
) -> None:
    for _ in range(40):
        found = assess(ticket, company, now)
        end = found.recheck if found.recheck is not None else now + 400 * DAY
        for moment in (now + int((end - now - 1) * share), end - 1):
            assert assess(ticket, company, moment) == found
        if found.recheck is None:
            return
        now = found.recheck
        assert assess(ticket, company, now) != found, "a recheck is worth its while"
    pytest.fail("the rechecks never end")


@given(facts(), rules, moments)
@settings(max_examples=100, deadline=None)
def test_the_same_question_has_the_same_answer(ticket: TicketFacts, company: Rules, now: int) -> None:
    plain = ticket._replace(
        status=str(ticket.status), priority=str(ticket.priority), channel=str(ticket.channel)
    )
    assert assess(ticket, company, now) == assess(plain, company, now)
