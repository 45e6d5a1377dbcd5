"""Sync takes its time and its chance from outside, or no seed could tell a history again."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import atendente_tui.sync
from tests.parsed import parsed

FILES = sorted(Path(atendente_tui.sync.__path__[0]).glob("*.py"))
FORBIDDEN = {
    "time": {"time", "monotonic", "sleep", "time_ns", "monotonic_ns", "perf_counter"},
    "datetime": {"now", "utcnow", "today"},
    "random": {"random", "randint", "uniform", "choice", "SystemRandom", "randrange"},
    "uuid": {"uuid1", "uuid4"},
    "os": {"urandom"},
    "secrets": {"token_hex", "token_bytes", "choice", "randbelow"},
}


def taken(tree: ast.AST) -> list[str]:
    """Names of forbidden things that the code imports or calls."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN:
            found += [one.name for one in node.names if one.name in FORBIDDEN[node.module]]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found += [f"{node.value.id}.{node.attr}"] * (node.attr in FORBIDDEN.get(node.value.id, ()))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_time_and_no_chance_of_its_own(file: Path) -> None:
    assert taken(parsed(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    ["import time\ntime.time()", "from uuid import uuid4", "datetime.now()", "from random import uniform"],
)
def test_the_check_sees(code: str) -> None:
    assert taken(parsed(code))
