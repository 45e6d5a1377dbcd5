"""Personas answer what they hear, lose patience once, and do the same again for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.flow.conversation import (
    HIGHEST,
    LOWEST,
    Conversation,
    Heard,
    Rate,
    Say,
    Solved,
    TimePassed,
    begin,
    holds,
    step,
)
from atendente_tui.flow.persona import Node, Persona, Turn, When

NOW = datetime(2026, 11, 18, 17, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

CALM = Turn(
    says=("ah, entendi", "obrigada"),
    when=When(contains_any=("desculpe",)),
    mood=2,
    goto="calma",
    after=(10 * SECOND, 20 * SECOND),
)
PERSONA = Persona(
    start="brava",
    nodes={
        "brava": Node(
            on_reply=(CALM, Turn(says=("isso eu já sei",), mood=-1, after=(5 * SECOND, 5 * SECOND))),
            patience=3 * MINUTE,
            impatient=Turn(says=("alguém aí?",), mood=-1, after=(SECOND, SECOND)),
        ),
        "calma": Node(on_solved=(Turn(rate="mood", after=(MINUTE, MINUTE)),)),
    },
    mood=-1,
    max_turns=4,
    seed=7,
)


def test_an_apology_is_heard_without_accents_and_case():
    state, effects = step(begin(PERSONA, NOW), Heard("DESCULPE a demora!"), NOW)
    assert [one.text for one in effects if isinstance(one, Say)] == ["ah, entendi", "obrigada"]
    first, second = (one.at for one in effects)
    assert 10 * SECOND <= first - NOW <= 20 * SECOND
    assert first < second
    assert (state.node, state.mood, state.turns, state.wakes) == ("calma", 1, 1, None)
    assert state.busy == second


def test_anything_else_takes_the_default_and_stays():
    state, effects = step(begin(PERSONA, NOW), Heard("Estamos verificando."), NOW)
    assert effects == (Say(NOW + 5 * SECOND, "isso eu já sei"),)
    assert (state.node, state.mood) == ("brava", -2)
    assert state.wakes == NOW + 5 * SECOND + 3 * MINUTE


def test_while_they_type_a_second_answer_changes_nothing():
    state, _ = step(begin(PERSONA, NOW), Heard("Verificando."), NOW)
    again, effects = step(state, Heard("Desculpe."), NOW + 2 * SECOND)
    assert (again.node, effects) == ("brava", ())
    _, effects = step(again, Heard("Desculpe."), NOW + 6 * SECOND)
    assert len(effects) == 2


def test_patience_ends_once():
    state = begin(PERSONA, NOW)
    assert step(state, TimePassed(), NOW + 3 * MINUTE - SECOND) == (state, ())
    state, effects = step(state, TimePassed(), NOW + 3 * MINUTE)
    assert effects == (Say(NOW + 3 * MINUTE + SECOND, "alguém aí?"),)
    assert state.wakes is None
    assert step(state, TimePassed(), NOW + 60 * MINUTE) == (state, ())


def test_an_answer_stops_the_wait():
    state, _ = step(begin(PERSONA, NOW), Heard("Desculpe!"), NOW + 2 * MINUTE)
    assert step(state, TimePassed(), NOW + 3 * MINUTE)[1] == ()


def test_the_survey_follows_the_mood():
    state, _ = step(begin(PERSONA, NOW), Heard("Desculpe!"), NOW)
    _, effects = step(state, Solved(), NOW + MINUTE)
    assert effects == (Rate(NOW + 2 * MINUTE, 4),)


def test_nobody_talks_for_ever():
    state = begin(PERSONA, NOW)
    said = 0
    for n in range(20):
        state, effects = step(state, Heard("Verificando."), NOW + n * MINUTE)
        said += len(effects)
    assert said == PERSONA.max_turns
    assert state.wakes is None


def test_conditions_all_count():
    when = When(("a", "b"), ("c",), ("d",), 4, -1, 1)
    assert holds(when, "a c x", 0)
    assert not holds(when, "c xx", 0)
    assert not holds(when, "a xx", 0)
    assert not holds(when, "a c d", 0)
    assert not holds(when, "a c", 0)
    assert not holds(when, "a c x", 2)
    assert not holds(when, "a c x", -2)


@given(
    st.lists(
        st.one_of(st.text(max_size=20).map(Heard), st.just(Solved()), st.just(TimePassed())), max_size=30
    )
)
def test_the_same_story_twice(story: list[Heard | Solved | TimePassed]):
    def told() -> list[tuple[Conversation, tuple[Say | Rate, ...]]]:
        state = begin(PERSONA, NOW)
        steps = []
        for n, event in enumerate(story):
            state, effects = step(state, event, NOW + n * 90 * SECOND)
            steps.append((state, effects))
        return steps

    first = told()
    assert first == told()
    for n, (state, effects) in enumerate(first):
        assert LOWEST <= state.mood <= HIGHEST
        assert state.turns <= PERSONA.max_turns
        assert all(one.at >= NOW + n * 90 * SECOND for one in effects)
