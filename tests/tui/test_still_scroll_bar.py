from __future__ import annotations

import pytest
from textual.geometry import Size

from atendente_tui.tui.widgets.still_scroll_bar import StillScrollBar


def bar(rows: int) -> StillScrollBar:
    made = StillScrollBar()
    made._size = Size(1, 20)
    made.set_reactive(StillScrollBar.window_virtual_size, rows)
    made.set_reactive(StillScrollBar.window_size, 20)
    return made


@pytest.mark.parametrize("position", [0, 19, 6_000])
def test_what_cannot_be_seen_does_not_move_it(position: int) -> None:
    assert bar(1_000_000).validate_position(position) == 0


def test_it_moves_with_what_can_be_seen_and_reaches_the_end() -> None:
    assert 0 < bar(1_000_000).validate_position(6_300) <= 6_300
    assert bar(1_000_000).validate_position(999_980) == 999_980
    assert bar(100).validate_position(3) == 3
