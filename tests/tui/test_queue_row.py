"""One ticket as one line: exact widths, a sign for everything a colour says, clocks that seldom change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.tui.shell_world import HOSTILE

from atendente_tui.privacy.safe import is_clean
from atendente_tui.store.rows import QueueRow
from atendente_tui.tui import glyphs
from atendente_tui.tui.widgets import queue_row

NOW = 1_800_000_000_000
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
ROW = QueueRow(
    1, "2026-000001", "Pedido não chegou", 1, "Maria Oliveira", "whatsapp", "open", "urgent", 80, "[]", "ana",
    "loja", "N1", "first_response", NOW + 134 * SECOND, "at_risk", NOW - HOUR, NOW - MINUTE, NOW - HOUR, None, True, 0, "[]",
)  # fmt: skip


def text(row: QueueRow, width: int, **looks: bool) -> str:
    cells = queue_row.cells(row, queue_row.columns(width), glyphs.UNICODE, NOW, **looks)
    return "".join(cell.text for cell in cells)


def test_the_line_says_what_the_sketch_says() -> None:
    assert text(ROW, 80, cursor=True).split() == [
        "›", "!!", "!02:14", "wpp", "•Maria", "Oliveira", "Pedido", "não", "chegou",
    ]  # fmt: skip


@given(
    width=st.integers(20, 200),
    subject=st.text(max_size=80),
    customer=st.text(max_size=60),
    pending=st.integers(0, 2),
)
def test_every_line_fits_and_is_clean(width: int, subject: str, customer: str, pending: int) -> None:
    line = text(ROW._replace(subject=subject, customer=customer, pending=pending), width)
    assert is_clean(line)
    assert "\n" not in line
    assert cell_len(line) <= max(width, 40)


def test_columns_line_up_whatever_is_in_them() -> None:
    plain = text(ROW._replace(subject="x"), 120)
    for name in ("李小龍", HOSTILE, "e\u0301" * 30, "👩‍👩‍👧 Silva", ""):
        line = text(ROW._replace(customer=name, subject="x"), 120)
        assert cell_len(line) == cell_len(plain)


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"sla_state": "ok"}, "02:14"),
        ({"sla_state": "at_risk"}, "!02:14"),
        ({"sla_state": "broken", "sla_due": NOW - 5 * MINUTE}, "-05:00"),
        ({"sla_state": "paused"}, "pausa"),
        ({"sla_state": "met"}, ""),
        ({"sla_due": None, "sla_state": "none"}, ""),
        ({"status": "snoozed", "snoozed_until": NOW + 3 * HOUR}, "z 3 h"),
        ({"status": "solved"}, "1 min"),
    ],
)
def test_the_time_column_needs_no_colour(changed: dict[str, object], shown: str) -> None:
    assert queue_row.clock(ROW._replace(**changed), NOW)[0] == shown


def test_clocks_tick_by_the_second_only_near_a_deadline() -> None:
    at = [
        queue_row.next_change(ROW._replace(sla_due=NOW + left), NOW)
        for left in (30 * SECOND, 10 * MINUTE, 3 * HOUR)
    ]
    assert at == [SECOND, 15 * SECOND, MINUTE]
    assert queue_row.next_change(ROW._replace(sla_due=None), NOW) is None
    assert queue_row.next_change(ROW._replace(status="solved"), NOW) is None


def test_ascii_set_is_ascii() -> None:
    assert all(sign.isascii() for sign in glyphs.ASCII if isinstance(sign, str))
    assert all(len(sign) == 2 for one in glyphs.SETS.values() for sign in (one.urgent, one.high, one.low))
