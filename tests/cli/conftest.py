"""The command line at work: in this process where that is enough, in one of its own where the boundary matters."""

from __future__ import annotations

import gettext
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from atendente_tui import i18n
from atendente_tui.cli.app import run

PATIENCE = 300


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one document on standard output. Fails on anything beside it."""
        return json.loads(self.out)


Cli = Callable[..., Answer]


@pytest.fixture(autouse=True)
def a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An encrypted profile with its key in a file, and no keyring."""
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "keys" / "store.key"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.chdir(tmp_path)
    domain = gettext.textdomain()
    yield tmp_path
    gettext.textdomain(domain)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command here. `given` is standard input."""

    def call(*arguments: object, given: str | bytes = "") -> Answer:
        raw = given if isinstance(given, bytes) else given.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        i18n.choose()
        capsys.readouterr()
        code = int(run([str(one) for one in arguments]))
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return Answer(code, told.out, told.err)

    return call


@pytest.fixture
def program() -> Cli:
    """Run a command in a process of its own."""

    def call(*arguments: object, given: str | bytes = "", **variables: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "atendente_tui", *map(str, arguments)],
            input=given if isinstance(given, bytes) else given.encode(),
            capture_output=True,
            timeout=PATIENCE,
            env=os.environ | variables,
            check=False,
        )
        told = done.stderr.decode()
        assert "Traceback" not in told
        return Answer(done.returncode, done.stdout.decode(), told)

    return call


@pytest.fixture
def made(cli: Cli) -> Callable[..., int]:
    """Open a ticket and say its id."""

    def make(subject: str = "Geladeira não gela", *options: str, **changed: str) -> int:
        values = {
            "customer": "Zé da Silva",
            "channel": "email",
            "text": "Comprei ontem e não gela.",
        } | changed
        named = [word for name, value in values.items() for word in (f"--{name}", value)]
        answer = cli("create", "--subject", subject, *named, *options, "--json")
        assert answer.code == 0, answer.err
        return int(answer.json()["ticket"])

    return make
