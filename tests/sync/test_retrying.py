"""Delays, pauses and the breaker."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.clock import VirtualClock
from atendente_tui.sync.retrying import BASE, CAP, LONGEST_PAUSE, Gate, asked, delay, spent
from tests.builders import NOW


@given(attempts=st.integers(1, 10_000), seed=st.integers(0, 2**32))
def test_a_delay_stays_below_its_bound(attempts: int, seed: int) -> None:
    assert 0 <= delay(attempts, Random(seed)) <= min(CAP, BASE * 2 ** min(attempts, 20))


def test_the_jitter_is_full() -> None:
    """Drawn evenly from the whole of the range: Kolmogorov-Smirnov against the uniform, p > 0.01."""
    rng = Random(7)
    drawn = sorted(delay(8, rng) / (BASE * 2**8) for _ in range(2_000))
    n = len(drawn)
    distance = max(max((i + 1) / n - value, value - i / n) for i, value in enumerate(drawn))
    assert distance < 1.63 / n**0.5
    assert abs(mean(drawn) - 0.5) < 0.03


@given(told=st.one_of(st.none(), st.floats(-1e6, 1e9, allow_nan=False)), seed=st.integers(0, 99))
def test_what_the_server_asks_for_within_reason(told: float | None, seed: int) -> None:
    wait = asked(told, 1, Random(seed))
    assert 0 <= wait <= LONGEST_PAUSE
    if told is not None and 0 <= told <= LONGEST_PAUSE:
        assert wait >= told


def test_spent_needs_both_number_and_time() -> None:
    day = 86_400_000
    assert spent(12, 0, day)
    assert not spent(12, 0, day - 1)
    assert not spent(11, 0, 9 * day)


def test_the_breaker_doubles_up_to_ten_minutes() -> None:
    clock = VirtualClock(NOW)
    gate = Gate(clock)
    for _ in range(4):
        assert gate.enter()
        gate.failed()
    assert gate.wait() == 0
    gate.failed()
    waits = []
    for _ in range(8):
        waits.append(gate.wait())
        assert not gate.enter()
        clock.advance(timedelta(seconds=gate.wait()))
        assert gate.enter()
        assert not gate.enter()  # one probe at a time
        gate.failed()
    assert waits == [30, 60, 120, 240, 480, 600, 600, 600]
    clock.advance(timedelta(minutes=10))
    assert gate.enter()
    gate.ok()
    assert gate.wait() == 0
    assert gate.enter()
    assert gate.enter()


def test_a_person_opens_the_breaker_but_not_the_servers_pause() -> None:
    clock = VirtualClock(NOW)
    gate = Gate(clock)
    gate.logged_out = True
    gate.pause(20)
    gate.open_now()
    assert gate.wait() == 20
