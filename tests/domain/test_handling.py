"""Work told from keys: never more than passed, never more than the idle stretch after a key, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.handling import Spent, Watch, passed, phase

IDLE = 120_000


@given(st.lists(st.tuples(st.integers(0, 600_000), st.booleans()), max_size=10), st.integers(0, 600_000))
def test_what_counts_is_the_time_between_keys_up_to_the_idle_stretch(
    steps: list[tuple[int, bool]], last: int
) -> None:
    """A step is the time until something, and whether that was a key or only a look at the clock."""
    now = 0
    watch, counted, keys = Watch(0, 0), 0, [0]
    for after, key in (*steps, (last, False)):
        now += after
        amount = passed(watch, now, IDLE)
        counted += amount
        watch = watch._replace(counted=watch.counted + amount)
        if key:
            watch = Watch(now, now)
            keys.append(now)
    ends = [*keys[1:], now]
    assert counted == sum(min(b - a, IDLE) for a, b in zip(keys, ends, strict=True))


def test_a_clock_that_was_put_back_counts_nothing() -> None:
    assert passed(Watch(50_000, 50_000), 10_000, IDLE) == 0


@pytest.mark.parametrize(
    ("status", "channel", "wrapping", "told"),
    [
        ("open", "email", False, "active"),
        ("pending", "email", False, "active"),
        ("pending", "chat", False, "hold"),
        ("on_hold", "phone", False, "hold"),
        ("open", "phone", False, "active"),
        ("solved", "chat", False, "after"),
        ("open", "chat", True, "after"),
    ],
)
def test_what_working_on_a_ticket_is(status: str, channel: str, wrapping: bool, told: str) -> None:
    assert phase(status, channel, wrapping=wrapping) == told


def test_parts_add_up() -> None:
    assert Spent().of("hold", 1_400).more(Spent(600, 200, 0)).seconds == (1, 2, 0)
