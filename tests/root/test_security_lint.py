"""Bandit finds nothing in the product that nobody has looked at, and every exception says why at its place."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "atendente_tui"
STORE, METRICS = SRC / "store", SRC / "metrics"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param([str(SRC), "--exclude", f"{STORE},{METRICS}"], id="all but the store"),
        # As for ruff (S608): its SQL is put together from constants, and values are always bound.
        pytest.param([str(STORE), str(METRICS), "--skip", "B608"], id="the store"),
    ],
)
def test_bandit_finds_nothing(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--recursive", *words],
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


def test_every_exception_names_its_rule_and_its_reason() -> None:
    found = [
        (file.name, line.strip())
        for file in SRC.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if "nosec" in line
    ]
    assert found
    bare = [one for one in found if not re.search(r"# nosec B\d{3} # \w+", one[1])]
    assert not bare
