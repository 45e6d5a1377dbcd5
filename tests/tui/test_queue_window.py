"""The window on the queue: what it holds is always a true stretch of the list, whatever is asked in which order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from hypothesis import given, settings
from hypothesis import strategies as st

from atendente_tui.store.rows import QueueRow
from atendente_tui.tui.widgets import queue_window
from atendente_tui.tui.widgets.queue_window import HELD, PAGE, QueueWindow


def row(ticket_id: int, score: int = 0) -> QueueRow:
    blank = dict.fromkeys(QueueRow._fields)
    return QueueRow(**(blank | {"id": ticket_id, "score": score}))  # type: ignore[arg-type]


class Memory:
    """A list in memory that answers as a view of the store does."""

    def __init__(self, scores: dict[int, int]) -> None:
        self.rows: list[QueueRow] = []
        self.asked = 0
        self.set(scores)

    def set(self, scores: dict[int, int]) -> None:
        self.rows = sorted((row(one, score) for one, score in scores.items()), key=self.key)
        self.keys = [self.key(one) for one in self.rows]

    def key(self, row: QueueRow) -> tuple[int, int, int]:
        return 0, -row.score, row.id

    def after(self, key: tuple[int, int, int] | None, limit: int) -> list[QueueRow]:
        self.asked += 1
        start = 0 if key is None else bisect_right(self.keys, key)
        return self.rows[start : start + limit]

    def before(self, key: tuple[int, int, int] | None, limit: int) -> list[QueueRow]:
        self.asked += 1
        end = len(self.rows) if key is None else bisect_left(self.keys, key)
        return self.rows[max(0, end - limit) : end]

    def at(self, offset: int, limit: int) -> list[QueueRow]:
        return self.rows[offset : offset + limit]

    def row(self, ticket_id: int) -> QueueRow | None:
        return next((one for one in self.rows if one.id == ticket_id), None)

    def rank(self, row: QueueRow) -> int:
        return bisect_left(self.keys, self.key(row))

    def count(self) -> int:
        return len(self.rows)


def is_a_stretch(window: QueueWindow, source: Memory) -> bool:
    held = [one.id for one in window.rows]
    everything = [one.id for one in source.rows]
    return not held or held == everything[everything.index(held[0]) :][: len(held)]


def test_short_list_is_held_whole() -> None:
    window = QueueWindow(Memory(dict.fromkeys(range(10), 1)))
    window.open()
    assert window.total == 10
    assert [one.id for one in window.rows] == list(range(10))
    assert window.row(10) is None


def test_empty_list() -> None:
    window = QueueWindow(Memory({}))
    window.open()
    window.to_end()
    window.reload(0)
    assert window.ensure(0, 20) == 0
    assert window.total == 0


def test_walking_down_a_long_list_holds_little_and_asks_little() -> None:
    source = Memory(dict.fromkeys(range(20000), 0))
    window = QueueWindow(source)
    window.open()
    for top in range(0, 19_990, 20):
        assert window.ensure(top, top + 20) == 0
        assert window.row(top).id == top  # type: ignore[union-attr]
        assert len(window.rows) <= HELD
    assert source.asked < 20_000 / PAGE + 10


def test_the_end_and_back_by_pages() -> None:
    source = Memory(dict.fromkeys(range(5000), 0))
    window = QueueWindow(source)
    window.open()
    window.to_end()
    assert window.row(window.total - 1).id == 4_999  # type: ignore[union-attr]
    top = window.total - 20
    while top > 0:
        top = max(0, top - 50)
        top += window.ensure(top, top + 20)
        assert window.holds(top, top + 20)
    assert window.row(0).id == 0  # type: ignore[union-attr]


@settings(deadline=None)
@given(
    scores=st.dictionaries(st.integers(0, 3_000), st.integers(0, 5), max_size=1_500),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["ensure", "end", "open", "jump", "reload", "seek", "shuffle"]),
            st.integers(0, 3_000),
        ),
        max_size=20,
    ),
)
def test_whatever_is_asked_it_holds_a_true_stretch(
    scores: dict[int, int], steps: list[tuple[str, int]]
) -> None:
    source = Memory(scores)
    window = QueueWindow(source)
    window.open()
    for what, number in steps:
        top = min(number, max(0, window.total - 1))
        if what == "ensure" and window.reaches(top, top + 20):
            top += window.ensure(top, top + 20)
            assert window.holds(top, top + 20)
        elif what == "end":
            window.to_end()
        elif what == "open":
            window.open()
        elif what == "jump":
            window.jump(top, source.at(top, 2 * PAGE), 2 * PAGE)
        elif what == "reload":
            window.reload(top)
        elif what == "seek":
            found = window.seek(number)
            assert (found is not None) == (number in scores)
            assert found is None or window.row(found).id == number  # type: ignore[union-attr]
        elif what == "shuffle":
            scores = {one: score + one * number % 7 for one, score in scores.items() if (one + number) % 11}
            source.set(scores)
            window.reload(min(top, max(0, window.total - 1)))
        assert is_a_stretch(window, source)
        assert window.first >= 0
        assert window.total >= len(window.rows)
        if len(source.rows) <= queue_window.PAGE:
            window.open()
            assert window.total == len(source.rows)
