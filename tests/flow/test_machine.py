"""The interpreter: the same again for the same events, kept and found again, every reachable step reached, never a raise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.flow.guides import TOKEN, guides

from atendente_tui.flow import machine
from atendente_tui.flow.condition import Every, Look, Never, Op, Some, holds, names
from atendente_tui.flow.graph import BACK, ENTER, LEARN, TIME, Graph, Out, Place, Way, ending, reached
from atendente_tui.flow.guide import (
    CHOOSE,
    NEXT,
    SKIP,
    Branch,
    Choice,
    Guide,
    Step,
    graph_of,
    may_skip,
    offered,
)
from atendente_tui.flow.machine import Event, State, begin, dump, load, step

NOW = datetime(2026, 11, 18, 17, 20, tzinfo=UTC)

EVENTS = st.builds(
    Event,
    st.sampled_from([NEXT, CHOOSE, SKIP, BACK, LEARN, TIME, ENTER, "unheard of"]),
    st.sampled_from(["", "a", "b", "c", "why not", "\x00", "🙂" * 50]),
    st.sampled_from(["", "?Até quando", "pedido.numero"]),
    st.dictionaries(
        st.sampled_from([TOKEN, "mood", ""]), st.tuples(st.sampled_from(["s1.0", "s2.1", "é"])), max_size=2
    ),
)


def told(graph: Graph, events: list[Event]) -> list[tuple[State, tuple[machine.Effect, ...]]]:
    state = begin(graph, NOW)
    steps = []
    for n, event in enumerate(events):
        state, effects = step(state, event, NOW + timedelta(seconds=n))
        steps.append((state, effects))
    return steps


@given(guides(), st.lists(EVENTS, max_size=25))
def test_the_same_events_give_the_same_and_nothing_raises(guide: Guide, events: list[Event]) -> None:
    graph = graph_of(guide)
    first = told(graph, events)
    assert first == told(graph_of(guide), events)
    for state, _effects in first:
        assert state.place in guide.steps or state.place == "lost"


@given(guides(), st.lists(EVENTS, max_size=25))
def test_a_state_is_kept_and_goes_on_as_if_it_had_not_been(guide: Guide, events: list[Event]) -> None:
    graph = graph_of(guide)
    state = begin(graph, NOW)
    for n, event in enumerate(events):
        kept = load(graph, dump(state))
        assert kept == state if state.place in graph.places else kept is None
        state = step(kept or state, event, NOW + timedelta(seconds=n))[0]
    assert [state] == [one for one, _ in told(graph, events)[-1:]] or not events


@given(st.text() | st.just("{}") | st.just('{"place": "s0"}'))
def test_what_is_no_state_is_none(text: str) -> None:
    assert load(Graph("s0", {"s0": Place()}), text) is None


@given(guides())
def test_every_step_that_lint_calls_reachable_is_come_to(guide: Guide) -> None:
    """For each step there are events, and facts, that lead to it; and to no other than those."""
    graph = graph_of(guide)
    assume("lost" not in {way.goto for place in graph.places.values() for way in place.ways})
    deciding = [one for one in guide.steps.values() if one.branches]
    worlds = [
        {TOKEN: tuple(chosen)}
        for chosen in product(*([f"{one.name}.{n}" for n in range(len(one.branches))] for one in deciding))
    ]
    found, ahead = set[str](), [begin(graph, NOW, world) for world in worlds]
    while ahead:
        state = ahead.pop()
        if state.place in found:
            continue
        found.add(state.place)
        for world in worlds:
            for event in (Event(NEXT), *(Event(CHOOSE, key) for key in "abc"), Event(SKIP, "why")):
                after = step(state, Event(event.kind, event.value, known=world), NOW)[0]
                found |= {one.place for one in after.trail}
                ahead.append(after)
    circles = {name for name in reached(graph) if guide.steps[name].decides}
    assert reached(graph) - circles <= found <= reached(graph)


SIMPLE = Guide(
    "hello",
    {
        "hello": Step("hello", "Hello", text="oi", next="who"),
        "who": Step(
            "who",
            "Who",
            text="quem?",
            choices=(
                Choice("a", "confirmou", "late", fact="identity_confirmed"),
                Choice("b", "não", "end"),
                Choice("c", "vip", "end", when=Look("cliente.segmento", "is", ("VIP",))),
            ),
            next="end",
        ),
        "late": Step(
            "late",
            "Late?",
            branches=(Branch("sorry", Look("pedido.atrasado", "is", ("sim",))), Branch("end")),
        ),
        "sorry": Step("sorry", "Sorry", text="desculpe", required=False, next="end"),
        "end": Step("end", "End", text="tchau", end=True),
    },
)


def test_a_call_from_hello_to_goodbye():
    state = begin(graph_of(SIMPLE), NOW)
    state, _ = step(state, Event(NEXT), NOW)
    assert state.place == "who"
    assert step(state, Event(NEXT), NOW)[0] == state, "a choice must be made"
    assert [one.key for one in offered(SIMPLE.steps["who"], state, {})] == ["a", "b"]
    late = {"pedido.atrasado": ("sim",)}
    state, effects = step(state, Event(CHOOSE, "a", known=late), NOW)
    assert [(one.kind, one.data["name"]) for one in effects] == [("fact", "identity_confirmed")]
    assert (state.place, state.known["resposta.who"]) == ("sorry", "a")
    assert [one.mark for one in state.trail] == ["done", "done", "decided"]
    state, effects = step(state, Event(SKIP), NOW)
    assert (state.place, state.ended, effects) == ("end", True, ())
    assert state.trail[-1].mark == "skipped"


def test_back_passes_over_what_decided_by_itself():
    late = {"pedido.atrasado": ("sim",)}
    state = begin(graph_of(SIMPLE), NOW)
    for event in (Event(NEXT), Event(CHOOSE, "a", known=late), Event(BACK)):
        state, _ = step(state, event, NOW)
    assert (state.place, [one.place for one in state.trail]) == ("who", ["hello"])
    state, _ = step(step(state, Event(BACK), NOW)[0], Event(BACK), NOW)
    assert (state.place, state.trail) == ("hello", ())


def test_a_required_step_is_left_out_with_a_reason_only():
    state = begin(graph_of(SIMPLE), NOW)
    assert step(state, Event(SKIP), NOW) == (state, ())
    assert step(state, Event(SKIP, "  "), NOW) == (state, ())
    state, effects = step(state, Event(SKIP, "o cliente tem pressa"), NOW)
    assert [(one.kind, one.data["step"], one.data["value"]) for one in effects] == [
        ("deviation", "hello", "o cliente tem pressa")
    ]
    assert (state.trail[0].mark, state.trail[0].value) == ("skipped", "o cliente tem pressa")
    assert [may_skip(one) for one in SIMPLE.steps.values()] == [True, True, False, True, False]


def test_what_is_learnt_is_looked_at():
    graph = Graph(
        "a",
        {
            "a": Place((Way(NEXT, when=Look("pedido.numero", "known"), goto="b"),)),
            "b": Place(ends=True),
        },
    )
    state = begin(graph, NOW)
    assert step(state, Event(NEXT), NOW)[0].place == "a"
    state, _ = step(state, Event(LEARN, "88213", "pedido.numero"), NOW)
    assert step(state, Event(NEXT), NOW)[0].place == "b"


def test_a_circle_that_decides_by_itself_stops():
    graph = Graph("a", {"a": Place((Way(ENTER, goto="b"),)), "b": Place((Way(ENTER, goto="a"),))})
    assert begin(graph, NOW).turns == 2
    assert (reached(graph), ending(graph)) == (frozenset("ab"), frozenset())


def test_draws_stay_within_their_lengths_and_follow_the_seed():
    out = Out("say", {}, (timedelta(seconds=1), timedelta(seconds=900)))
    made = [
        step(begin(Graph("a", {"a": Place((Way(NEXT, outs=(out,)),))}, seed=seed), NOW), Event(NEXT), NOW)[1][
            0
        ]
        for seed in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]
    assert all(timedelta(seconds=1) <= one.at - NOW <= timedelta(seconds=900) for one in made)


@pytest.mark.parametrize(
    ("op", "values", "held", "not_held"),
    [
        ("is", ("São Paulo",), ("sao paulo",), ("rio",)),
        ("is_not", ("vip",), ("novo",), ("VIP",)),
        ("known", (), ("x",), ("  ",)),
        ("unknown", (), (), ("x",)),
        ("at_least", ("3",), ("3",), ("2,9",)),
        ("at_most", ("3",), ("3",), ("3,1",)),
        ("above", ("1000",), ("R$ 1.000,01",), ("1.000,00",)),
        ("below", ("0",), ("-1",), ("x",)),
        ("has_any", ("desculpe",), ("DESCULPE a demora",), ("oi",)),
        ("has_all", ("a", "b"), ("b a",), ("a",)),
        ("has_none", ("a",), ("b",), ("á",)),
        ("longer_than", ("3",), ("abc",), ("ab",)),
    ],
)
def test_conditions(op: Op, values: tuple[str, ...], held: tuple[str, ...], not_held: tuple[str, ...]):
    test = Look("x", op, values)
    assert holds(test, {"x": held})
    assert not holds(test, {"x": not_held})
    assert holds(Never(test), {"x": not_held})
    assert holds(Some((test, Every())), {"x": not_held})
    assert not holds(Every((test, Some())), {"x": held})
    assert list(names(Every((test, Never(Some((test,))))))) == ["x", "x"]
