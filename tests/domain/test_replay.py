from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.replay import FIELDS, Told, before_all, fold, replay, step, turn

VALUES = st.sampled_from([None, "a", "b", "c"])
START = st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES))


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, Any], list[Told], list[dict[str, Any]]]:
    """How a ticket began, what was told of it, and how it stood after each event, kept by other means than a fold."""
    start = draw(START)
    standing, events, states = dict(start), [], []
    key = 0
    for kind in draw(
        st.lists(st.sampled_from(["message", "field_change", "escalation", "note"]), max_size=20)
    ):
        key += draw(st.integers(1, 5))
        data: dict[str, Any] = {}
        if kind == "field_change":
            name = draw(st.sampled_from([*FIELDS, "subject"]))
            data = {"field": name, "old": standing.get(name), "new": draw(VALUES)}
            if name in standing:
                standing[name] = data["new"]
        elif kind == "escalation":
            data = {"from": standing["tier"], "to": draw(VALUES)}
            standing["tier"] = data["to"]
        events.append(Told(key, kind, data))
        states.append(dict(standing))
    return start, events, states


@given(histories(), st.integers(-1, 120))
def test_as_it_was_is_the_fold_of_what_had_happened(
    history: tuple[dict[str, Any], list[Told], list[dict[str, Any]]], until: int
) -> None:
    start, events, states = history
    now = states[-1] if states else start
    happened = [one for one in events if one.key <= until]
    shown = replay(now, events, until)
    moved = {found.field for one in events if (found := turn(one)) is not None}
    wanted = states[len(happened) - 1] if happened else start
    assert shown == {name: wanted[name] if name in moved else now[name] for name in FIELDS}
    assert shown == fold(before_all(now, events), happened)


@given(histories(), st.integers(0, 20))
def test_stepping_on_is_one_more_event(
    history: tuple[dict[str, Any], list[Told], list[dict[str, Any]]], place: int
) -> None:
    start, events, states = history
    now = states[-1] if states else start
    if place < len(events):
        before = replay(now, events, events[place].key - 1)
        assert replay(now, events, events[place].key) == step(before, events[place])


def test_after_the_last_event_it_is_as_it_is() -> None:
    events = [Told(1, "field_change", {"field": "status", "old": "new", "new": "open"})]
    now = dict.fromkeys(FIELDS) | {"status": "open", "team": "loja"}
    assert replay(now, events, 9) == now
    assert replay(now, events, 0) == now | {"status": "new"}


def test_what_fits_no_field_moves_nothing() -> None:
    state = dict.fromkeys(FIELDS, "a")
    for data in ({}, {"field": "status"}, {"field": "outro", "new": "b"}):
        assert step(state, Told(1, "field_change", data)) == state
    assert step(state, Told(1, "escalation", {})) == state
