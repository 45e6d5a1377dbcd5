"""Plays are read with their faults, performed step by step, and fail where what they expect does not come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.i18n import choose
from atendente_tui.training.playing import Play, StepFailed, Until, load_play, perform

TEXT = """play: curto
title: Curto
scenario: loja.yaml
columns: 80
rows: 24
steps:
  - caption: Começa
    press: n
    until: {shows: [AÇÃO feita], figures: {pending: "0"}}
  - press: [s, enter]
    type: atraso
    fill: {tier: N2}
    passes: 1m30s
    until: {hides: erro, within: 1s}
    picture: fim
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


class Recorder:
    """A stage that writes down what is asked of it; what it shows comes true after so many looks."""

    def __init__(self, *screens: str, figures: Mapping[str, str] | None = None) -> None:
        self.screens = list(screens)
        self.told = dict(figures or {})
        self.done: list[object] = []

    async def press(self, *keys: str) -> None:
        self.done.append(keys)

    async def type(self, text: str) -> None:
        self.done.append(text)

    async def fill(self, values: Mapping[str, str]) -> None:
        self.done.append(dict(values))

    async def advance(self, step: timedelta) -> None:
        self.done.append(step)

    async def settle(self) -> None:
        if len(self.screens) > 1:
            del self.screens[0]

    def screen(self) -> str:
        return self.screens[0]

    def figures(self) -> Mapping[str, str]:
        return self.told

    def caption(self, text: str) -> None:
        self.done.append(f"# {text}")

    def picture(self, name: str) -> str:
        return f"{name}.svg"


def play(tmp_path: Path, text: str = TEXT) -> Play:
    path = tmp_path / "p.yaml"
    path.write_text(text, "utf-8")
    found, faults = load_play(path)
    assert faults == []
    assert found is not None
    return found


async def test_steps_are_done_in_order_and_waited_for(tmp_path: Path):
    stage = Recorder("nada", "nada", "a acao\nfeita", figures={"pending": "0"})
    transcript = await perform(play(tmp_path), stage)
    assert stage.done == ["# Começa", ("n",), ("s", "enter"), "atraso", {"tier": "N2"}, timedelta(seconds=90)]
    assert [(one.number, one.caption, one.did, one.picture) for one in transcript] == [
        (1, "Começa", "[n]", None),
        (2, "", "[s] [enter] 'atraso' tier='N2' +90s", "fim.svg"),
    ]


async def test_a_step_that_does_not_come_true_says_what_lacks(tmp_path: Path):
    text = TEXT.replace('pending: "0"}', 'pending: "0"}, within: 1s').replace("passes: 1m30s", "passes: 1s")
    with pytest.raises(StepFailed) as failed:
        await perform(play(tmp_path, text), Recorder("vazio", figures={"pending": "2"}))
    assert failed.value.lacking == ["not on the screen: AÇÃO feita", "pending is 2, wanted 0"]
    assert str(failed.value).startswith("p.yaml:7: step 1 failed: not on the screen")
    assert failed.value.screen == "vazio"


def test_faults_name_their_line(tmp_path: Path):
    path = tmp_path / "p.yaml"
    path.write_text(TEXT.replace("passes: 1m30s", "passes: logo").replace("rows: 24", "rows: 3"), "utf-8")
    found, faults = load_play(path)
    assert found is None
    assert sorted((fault.line, fault.field, fault.found) for fault in faults) == [
        (5, "rows", "3"),
        (13, "steps[2].passes", "logo"),
    ]
    path.write_text("play: x\ntitle: y\nscenario: z\n", "utf-8")
    assert [fault.field for fault in load_play(path)[1]] == ["steps"]


@pytest.mark.parametrize(
    ("wanted", "found", "holds"),
    [
        ("2", "2", True),
        ("2", "3", False),
        (">=2", "3", True),
        (">= 2", "1", False),
        ("<=2", "2", True),
        (">=2", "", False),
        ("!=ana", "bruno", True),
        ("!=ana", "ana", False),
        ("", "", True),
    ],
)
def test_figures_are_compared(wanted: str, found: str, holds: bool):
    assert (Until(figures={"x": wanted}).lacking("", {"x": found}) == []) is holds


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_on_the_screen_holds(before: str, text: str):
    screen = f"{before} {text} fim"
    assert Until(shows=(text,)).lacking(screen, {}) == []
    if text.strip():
        assert Until(hides=(text,)).lacking(screen, {}) != []
