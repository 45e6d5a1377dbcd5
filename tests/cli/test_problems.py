"""What could not be applied: listed, tried again, mended, handed on, thrown away, each by a word at a shell."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.clock import SystemClock
from atendente_tui.domain.change import EventAppend, TicketUpsert
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import ingest
from atendente_tui.store.store import Store
from tests.builders import BACKEND, event_change, ticket_change
from tests.cli.conftest import Cli
from tests.terminal import Terminal

Made = Callable[..., int]


@pytest.fixture
def set_aside(cli: Cli, made: Made, tmp_path: Path) -> dict[str, Any]:
    """An entry that names no ticket; one that it could belong to is there."""
    made()
    key = bytes.fromhex((tmp_path / "keys" / "store.key").read_text())
    store = Store.open(tmp_path / "data" / "store", key=key, rules=DEFAULT_RULES, clock=SystemClock())
    lost = event_change(7, 1)
    assert isinstance(lost, EventAppend)
    there = ticket_change(1)
    assert isinstance(there, TicketUpsert)
    store.write(
        lambda tx: ingest.apply_changes(
            tx, [there, lost.model_copy(update={"ticket": None, "customer": None})], BACKEND
        )
    )
    store.close()
    [row] = cli("problems", "list", "--json").json()
    assert "belongs to no ticket" in row["error"]
    return dict(row)


def test_tried_again_and_mended(cli: Cli, set_aside: dict[str, Any]) -> None:
    n = set_aside["n"]
    assert cli("problems", "retry", n, "--json").code == 1
    [row] = cli("problems", "list", "--json").json()
    n = row["n"]
    for broken in ("", "{", '{"type": "event"}', "[]", "\x00"):
        assert cli("problems", "edit", n, "--change", "-", given=broken).code == 1
        assert len(cli("problems", "list", "--json").json()) == 1
    mended = row["change"] | {"ticket": ticket_change(1).remote_id}
    answer = cli("problems", "edit", n, "--change", "-", "--json", given=json.dumps(mended))
    assert answer.json() == {"n": n, "applied": True}
    assert cli("problems", "list", "--json").json() == []


def test_handed_on(cli: Cli, set_aside: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "problemas.jsonl"
    assert cli("problems", "export", file, "--json").json() == {"file": str(file), "changes": 1}
    assert file.stat().st_mode & 0o777 == 0o600
    [line] = [json.loads(text) for text in file.read_text().splitlines()]
    assert line["change"] == set_aside["change"]
    assert line["error"] == set_aside["error"]
    assert cli("problems", "export", file).code == 1
    assert len(file.read_text().splitlines()) == 1


def test_thrown_away_only_when_somebody_says_so(cli: Cli, set_aside: dict[str, Any]) -> None:
    n = str(set_aside["n"])
    assert cli("problems", "forget", n).code == 2
    environment = {
        name: value for name, value in os.environ.items() if name.startswith(("ATENDENTE_", "PYTHON_KEY"))
    }
    for said, code, left in (("n\n", 1, 1), ("s\n", 0, 0)):
        words = (sys.executable, "-m", "atendente_tui", "problems", "forget", n)
        with Terminal(words, environment=environment) as at:
            at.wait_for("de vez?")
            at.type(said)
            assert at.wait(30) == code
        assert len(cli("problems", "list", "--json").json()) == left
