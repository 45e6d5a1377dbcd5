"""The benchmark of the figures still measures what it says: its stores are counted rightly, its SQL by hand agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import figures, floor_data


def test_the_stores_and_the_sql_by_hand_agree_with_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "SMALL", 300)
    found = figures.run(tmp_path, 400, rounds=1)
    assert len(found) == 3
    assert all(one.value for one in found)


def test_a_store_counted_wrongly_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor_data, "_COUNTED", floor_data._COUNTED[:-1])
    with pytest.raises(SystemExit, match="counted_target"):
        floor_data.made(tmp_path, 20)
