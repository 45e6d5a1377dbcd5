from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import moving, owning
from atendente_tui.desk.agent_states import set_state
from atendente_tui.desk.desk import EVERY_COMMAND, Can, Desk
from atendente_tui.desk.shifts import import_shifts, read_shifts
from atendente_tui.domain.agent_state import ON_DUTY, after
from atendente_tui.domain.change import AgentStates, AgentStateSince, ChangePage
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.domain.words import AgentState, Status
from atendente_tui.store import agent_states, outbox, shifts
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store
from tests.builders import BACKEND, NOW
from tests.desk.conftest import desk_at
from tests.sizes import sized


def now_of(store: Store, agent: str = "ana") -> tuple[str, str | None] | None:
    with closing(store.reader()) as db:
        found = agent_states.current(db, agent)
    return None if found is None else (found.state, found.reason)


def free_ticket(store: Store) -> int:
    with closing(store.reader()) as db:
        return int(
            db.execute("SELECT id FROM ticket WHERE assignee IS NULL AND status = 'new' LIMIT 1").fetchone()[
                0
            ]
        )


def test_a_state_is_said_and_the_one_before_ends(desk: Desk, store: Store, clock: VirtualClock) -> None:
    set_state(desk, AgentState.AVAILABLE).result()
    clock.advance(timedelta(minutes=10))
    set_state(desk, AgentState.PAUSED, " almoço ").result()
    assert now_of(store) == ("paused", "almoço")
    with closing(store.reader()) as db:
        spans = agent_states.spans(db, "ana", 0, to_ms(NOW) * 2)
        assert [(one.state, one.since, one.until) for one in spans] == [
            ("available", to_ms(NOW), to_ms(NOW) + 600_000),
            ("paused", to_ms(NOW) + 600_000, None),
        ]
        assert db.execute("SELECT count(*) FROM audit WHERE action = 'agent_state'").fetchone() == (2,)
        assert outbox.pending(db) == []


def test_a_pause_needs_a_reason_and_the_same_is_no_news(desk: Desk, store: Store) -> None:
    with pytest.raises(Refused, match="pause_reason"):
        set_state(desk, AgentState.PAUSED, "  ").result()
    set_state(desk, AgentState.TRAINING).result()
    with pytest.raises(Refused, match="nothing_to_change"):
        set_state(desk, AgentState.TRAINING).result()
    with desk.trying() as dry:
        set_state(dry, AgentState.OFF).result()
    assert now_of(store) == ("training", None)


def test_a_helpdesk_that_keeps_states_is_told_at_once(store: Store) -> None:
    desk = desk_at(store, can=Can(EVERY_COMMAND | {"agent_state"}))
    set_state(desk, AgentState.AVAILABLE).result()
    assert now_of(store) == ("available", None)
    with closing(store.reader()) as db:
        assert [(one.type, one.state) for one in outbox.pending(db)] == [("agent_state", "queued")]


def test_work_moves_who_is_on_duty_and_nobody_else(desk: Desk, store: Store) -> None:
    ticket = free_ticket(store)
    owning.claim(desk, ticket).result()
    assert now_of(store) is None
    owning.release(desk, ticket).result()
    set_state(desk, AgentState.AVAILABLE).result()
    owning.claim(desk, ticket).result()
    assert now_of(store) == ("contact", None)
    moving.set_status(desk, ticket, Status.SOLVED).result()
    assert now_of(store) == ("after_contact", None)
    moving.wrap_up(desk, ticket, "resolvido", status=None).result()
    assert now_of(store) == ("available", None)
    set_state(desk, AgentState.PAUSED, "intervalo").result()
    owning.release(desk, ticket).result()
    owning.claim(desk, ticket).result()
    assert now_of(store) == ("paused", "intervalo")


@given(
    st.sampled_from(["claim", "reply", "note", "status", "wrapup", "tag"]),
    st.sampled_from([None, *Status]),
    st.sampled_from([None, *AgentState]),
)
def test_activity_never_ends_a_pause_nor_begins_a_duty(
    command: str, status: Status | None, state: AgentState | None
) -> None:
    moved = after(command, status, state)
    assert moved is None or (state in ON_DUTY and moved in ON_DUTY and moved is not state)


def test_what_colleagues_do_comes_in_and_twice_is_no_news(store: Store) -> None:
    told = AgentStates(
        agent="rui",
        states=(
            AgentStateSince(since=NOW - timedelta(hours=2), state=AgentState.AVAILABLE),
            AgentStateSince(since=NOW - timedelta(hours=1), state=AgentState.PAUSED, reason="almoço"),
        ),
    )
    for _again in range(2):
        applied = apply_in_slices(store, ChangePage(changes=(told,), cursor="1", caught_up=True), BACKEND)
    assert applied.unchanged == 1
    assert now_of(store, "rui") == ("paused", "almoço")


@settings(max_examples=sized(6, 60), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(["available", "contact", "off"])),
        min_size=1,
        max_size=12,
    )
)
def test_in_whatever_order_they_come_spans_follow_each_other(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, str]]
) -> None:
    store = Store.open(
        tmp_path_factory.mktemp("spans"), key=None, rules=DEFAULT_RULES, clock=VirtualClock(NOW)
    )
    try:
        for since, state in told:
            store.write(lambda tx, since=since, state=state: agent_states.lay(tx, "ana", since, state))  # type: ignore[misc]
        with closing(store.reader()) as db:
            spans = agent_states.spans(db, "ana", -1, 100)
    finally:
        store.close()
    assert [one.until for one in spans] == [*(one.since for one in spans[1:]), None]
    assert {one.since: one.state for one in spans} == dict(told)


ICS = """BEGIN:VCALENDAR
PRODID:-//escala//PT
VERSION:2.0
BEGIN:VEVENT
DTSTAMP:20261101T000000Z
UID:manha
DTSTART;TZID=America/Sao_Paulo:20261102T080000
DTEND;TZID=America/Sao_Paulo:20261102T120000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4
SUMMARY:Manhã
ATTENDEE;CN=Ana:mailto:ana@loja.example
ATTENDEE;CN=Rui:mailto:rui@loja.example
END:VEVENT
BEGIN:VEVENT
DTSTAMP:20261101T000000Z
UID:natal
DTSTART;VALUE=DATE:20261225
SUMMARY:Natal
END:VEVENT
END:VCALENDAR
"""


def test_shifts_are_read_from_a_calendar(desk: Desk, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "escala.ics"
    file.write_text(ICS, encoding="utf-8")
    assert import_shifts(desk, file) == (8, 8)
    assert import_shifts(desk, file) == (8, 0)
    with closing(store.reader()) as db:
        found = shifts.between(db, 0, to_ms(NOW) * 2, "rui")
    assert [(one.ends - one.starts) / 3_600_000 for one in found] == [4.0] * 4
    assert found[0].starts == to_ms(NOW.replace(day=2, hour=11))


def test_shifts_are_read_from_a_table_and_a_corrected_one_corrects(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "escala.csv"
    file.write_text(
        "agent;starts;ends\nana;2026-11-20T08:00;2026-11-20T12:00\nana;2026-11-20T13:00;2026-11-20T18:00\n"
    )
    assert import_shifts(desk, file) == (2, 2)
    file.write_text(
        "agent;starts;ends\nana;2026-11-20T08:00;2026-11-20T11:00\nana;2026-11-20T13:00;2026-11-20T18:00\n"
    )
    assert import_shifts(desk, file) == (2, 1)
    with closing(store.reader()) as db:
        assert len(shifts.between(db, 0, to_ms(NOW) * 2)) == 2


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.csv", "agent,starts\nana,2026-11-20T08:00\n", "1"),
        ("a.csv", "agent,starts,ends\nana,cedo,2026-11-20T12:00\n", "2: starts"),
        ("a.csv", "agent,starts,ends\n,2026-11-20T08:00,2026-11-20T12:00\n", "2: agent"),
        ("a.csv", "agent,starts,ends\nana,2026-11-20T12:00,2026-11-20T08:00\n", "2: ends"),
        ("a.ics", ICS.replace("DTSTART;TZID=America/Sao_Paulo:20261102T080000", "DTSTART:ontem"), ""),
        ("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", ""),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, name: str, text: str, where: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_shifts(file, NOW.tzinfo, NOW)  # type: ignore[arg-type]
    assert refused.value.code == "shifts_unreadable"
    assert refused.value.values["where"] == where
