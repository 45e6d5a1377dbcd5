"""The adapter that docs/backends.md teaches with: it is what the page shows, it keeps its promises, it can be installed."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from atendente_tui.backends.conformance import CHECKS, Trial, run
from atendente_tui.backends.port import BackendSettings, ProtocolError, Unreachable
from atendente_tui.clock import SystemClock
from atendente_tui.domain.command import Create, Note, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "adapter"
PAGE = (ROOT / "docs" / "backends.md").read_text("utf-8")
PATIENCE = 240


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("atendente_caderno", EXAMPLE / "atendente_caderno.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


EXAMPLE_MODULE = loaded()


def caderno(folder: Path, user: str = "ana") -> Any:
    return EXAMPLE_MODULE.Caderno(BackendSettings("caderno", str(folder), user))


def create(text: str = "Oi") -> Create:
    now = datetime.now(UTC)
    common = {"id": new_id(now), "at": now, "author": "ana", "ticket": TicketRef(id=1)}
    return Create(**common, customer_name="Zé", channel=Channel.EMAIL, subject="s", text=text, opened_at=now)


def note(remote: str | None) -> Note:
    now = datetime.now(UTC)
    return Note(id=new_id(now), at=now, author="ana", ticket=TicketRef(id=1, remote=remote), text="Anotado.")


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


# -- the page --------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_whole_of_it() -> None:
    (section,) = re.findall(r"^## Writing an adapter\n(.*?)^### Manners", PAGE, re.MULTILINE | re.DOTALL)
    python = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    *parts, test = python
    assert lines("".join(parts)) == lines((EXAMPLE / "atendente_caderno.py").read_text("utf-8"))
    assert test == (EXAMPLE / "test_caderno.py").read_text("utf-8")
    assert re.findall(r"^```toml\n(.*?)^```", section, re.MULTILINE | re.DOTALL) == [
        (EXAMPLE / "pyproject.toml").read_text("utf-8")
    ]


# -- the adapter -----------------------------------------------------------------------------------------------------


async def test_it_keeps_every_promise_it_makes_and_declares_the_rest_absent(tmp_path: Path) -> None:
    one, other, twin = (caderno(tmp_path, user) for user in ("ana", "bruno", "ana"))
    for _n in range(EXAMPLE_MODULE.PAGE + 10):  # more than a page
        await one.push(create())
    outcomes = [outcome async for outcome in run(Trial(one, SystemClock(), other, twin), writes=True)]
    assert [(one.check, one.detail) for one in outcomes if one.state == "fails"] == []
    states = {outcome.check: outcome.state for outcome in outcomes}
    assert {name for name, state in states.items() if state == "untried"} == {"status_undeclared"}
    undeclared = {"articles", "settings", "attachments", "hints", "presence", "uploads", "stale_replies"}
    assert {name for name, state in states.items() if state == "absent"} == {
        check.name
        for check in CHECKS
        if check.commands - one.capabilities.commands or set(check.able) & undeclared
    }


async def test_half_a_line_was_never_written(tmp_path: Path) -> None:
    backend = caderno(tmp_path)
    receipt = await backend.push(create())
    file = tmp_path / "caderno.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"receipt": {"command_id"')
    pages = [page async for page in backend.pull(None)]
    assert pages[-1].caught_up
    again = note(receipt.ticket)
    await backend.push(again)
    assert file.read_bytes().startswith(whole + b'{"receipt":')
    assert (await caderno(tmp_path).find(again.id)).command_id == again.id


async def test_what_is_not_as_it_should_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProtocolError):
        EXAMPLE_MODULE.Caderno(BackendSettings("caderno", "", "ana"))
    with pytest.raises(Unreachable) as nowhere:
        await caderno(tmp_path / "nowhere").identify()
    assert not nowhere.value.sent
    (tmp_path / "caderno.lock").touch()
    monkeypatch.setattr(EXAMPLE_MODULE, "time", SimpleNamespace(sleep=lambda _seconds: None))
    with pytest.raises(Unreachable, match=r"caderno\.lock") as locked:
        await caderno(tmp_path).push(create())
    assert not locked.value.sent
    (tmp_path / "caderno.jsonl").write_text("nothing of ours\n")
    with pytest.raises(ProtocolError):
        await caderno(tmp_path).identify()


# -- the package -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as pip installs it, in a folder of its own; nothing is fetched."""
    target = tmp_path_factory.mktemp("installed")
    words = ["--no-deps", "--no-build-isolation", "--no-index", "--no-compile", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *words, "--target", target, EXAMPLE],
        check=True,
        timeout=PATIENCE,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    return target


def test_whoever_installs_it_can_check_it_from_the_command_line(installed: Path, tmp_path: Path) -> None:
    def check(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "atendente_tui", "backend", "check", "caderno", *words],
            env=os.environ
            | {"PYTHONPATH": str(installed), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    folder = tmp_path / "caderno"
    folder.mkdir()
    there = ["--url", str(folder), "--user", "ana"]
    told = check(*there, "--other-user", "bruno", "--writes", "--json")
    assert told.returncode == 0, told.stderr + told.stdout
    (answer,) = json.loads(told.stdout)
    assert (answer["name"], answer["ok"]) == ("caderno", True)
    assert {one["check"] for one in answer["checks"]} == {one.name for one in CHECKS}
    states = {one["check"]: one["state"] for one in answer["checks"]}
    assert (states["claims_at_once"], states["once_at_once"], states["reply"]) == ("holds", "holds", "absent")
    words = check(*there)
    assert words.returncode == 0
    assert "Não experimentado" in words.stdout
    assert "--writes" in words.stdout
    assert "Traceback" not in words.stderr
    assert check("--url", str(tmp_path / "nowhere"), "--user", "ana").returncode == 3
    assert check("--url", str(folder)).returncode == 2


def test_its_own_tests_pass_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    words = ["-q", "-c", os.devnull, "--rootdir", tmp_path, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, EXAMPLE / "test_caderno.py"],
        env=os.environ | {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
