"""Each promise taken away is noticed within fifty histories. `SIM_TELL=1` counts from the first seed, and says after how
many; otherwise the count begins where a history is known that meets what it takes, which is quicker."""

from __future__ import annotations

import os

import pytest

from tests.simulation.life import history
from tests.simulation.mutants import MUTANTS

SEEDS = 50
TELL = "SIM_TELL" in os.environ


def caught(name: str, patch: pytest.MonkeyPatch) -> tuple[int, str] | None:
    """After how many histories this mutant was noticed, and the first thing said about it."""
    mutant = MUTANTS[name]
    with patch.context() as here:
        for owner, attribute, value in mutant.patches:
            here.setattr(owner, attribute, value)
        first = 0 if TELL and mutant.first < SEEDS else mutant.first
        for seed in range(first, first + SEEDS):
            faults = history(seed, mutant.kind).faults
            if faults:
                return seed + 1 - first, faults[0]
    return None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", MUTANTS)
def test_it_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = caught(name, monkeypatch)
    assert told is not None, f"{name}: nobody noticed in {SEEDS} histories"
    seeds, said = told
    assert said.startswith(tuple(MUTANTS[name].says.split("|"))), said
    if TELL:
        print(f"\n{name}: after {seeds}: {said[:90]}")
