from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.spikes import spikes


def test_more_than_usual_at_this_hour_is_a_spike() -> None:
    found = spikes(
        {"atraso": 31, "troca": 9}, {"atraso": [8, 6, 7, 7], "troca": [9, 8, 10, 9]}, sigmas=3, least=5
    )
    assert [(one.reason, one.number, one.usual) for one in found] == [("atraso", 31, 7.0)]
    assert round(found[0].sigmas, 1) == 9.1


def test_few_are_no_spike_and_a_busy_hour_every_week_is_none() -> None:
    assert spikes({"novo": 4}, {}, sigmas=3, least=5) == []
    assert [one.reason for one in spikes({"novo": 5}, {}, sigmas=3, least=5)] == ["novo"]
    assert spikes({"segunda": 40}, {"segunda": [38, 44, 41, 39]}, sigmas=3, least=5) == []


@given(st.integers(0, 200), st.lists(st.integers(0, 200), max_size=8))
def test_more_of_it_is_never_less_of_a_spike(count: int, weeks: list[int]) -> None:
    one = spikes({"x": count}, {"x": weeks}, sigmas=3, least=1)
    more = spikes({"x": count + 1}, {"x": weeks}, sigmas=3, least=1)
    assert bool(more) or not one
