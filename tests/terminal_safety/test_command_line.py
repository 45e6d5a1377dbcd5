"""The same strings over the command line: tables, texts and JSON hold no byte that commands a terminal."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from atendente_tui.cli import app as command_line
from atendente_tui.domain.change import received
from atendente_tui.privacy.safe import is_clean
from tests.terminal_safety.stream import leaked
from tests.terminal_safety.touring import Tour
from tests.terminal_safety.world import COMMON, environment

COMMANDS: list[tuple[str, ...]] = [
    ("queue", "--view", "todos", "--limit", "2000"),
    ("show", "1"),
    ("show", "3"),
    ("show", "400"),
    ("history", "c1"),
    ("search", COMMON, "--limit", "1000"),
    ("search", "negrito"),
    ("promises", "list"),
    ("outbox", "list"),
    ("problems", "list"),
    ("kb", "search", COMMON),
    ("kb", "search", "a"),
    ("kb", "show", "1"),
    ("scripts", "search", COMMON),
    ("doctor",),
]


@pytest.fixture
def at_home(profile: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environment(profile).items():
        monkeypatch.setenv(name, value)
    return profile


def _run(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error, as UTF-8 text."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command_line.run(words)
    return code, out.getvalue(), err.getvalue()


def _check(text: str, strings: Sequence[str], words: Sequence[str]) -> None:
    foul = [line for line in text.split("\n") if not is_clean(line)]
    assert not foul, (words, foul[:3])
    assert not leaked(text.encode("utf-8", "surrogatepass"), strings), words


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_answers_for_people_and_for_pipes(at_home: Path, strings: list[str], words: tuple[str, ...]) -> None:
    code, out, err = _run(*words)
    assert code in (0, 1), err
    _check(out, strings, words)
    _check(err, strings, words)
    code, out, err = _run(*words, "--json")
    assert code in (0, 1), err
    _check(out, strings, words)
    json.loads(out)


def test_json_gives_back_what_was_written(at_home: Path, strings: list[str]) -> None:
    code, out, _err = _run("queue", "--view", "todos", "--limit", "2000", "--json")
    assert code == 0
    subjects = {row["subject"] for row in json.loads(out)}
    assert {received(text) for text in strings} <= subjects


def test_refusals_and_wrong_usage_repeat_nothing_harmful(at_home: Path, strings: list[str]) -> None:
    ways = (("show", "--"), ("queue", "--view"), (), ("kb", "show", "--"))
    for n, text in enumerate(strings[383:]):
        if "\0" in text or not text:
            continue  # no argument can hold that
        words = (*ways[n % 4], text)
        _code, out, err = _run(*words)
        _check(out + err, [text], words)


def test_a_hostile_file_to_import(at_home: Path, strings: list[str]) -> None:
    """Columns, values and lines of a file that somebody sent."""
    rows = [
        {"nº": str(n), text or "vazio": text, "t": text, "quando": text} for n, text in enumerate(strings)
    ]
    (at_home / "linhas.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (at_home / "mapa.toml").write_text(
        'format = "jsonl"\n[fields]\nexternal_id = "nº"\nsubject = "t"\ncustomer = "t"\nchannel = {const = "email"}\n'
        'status = {column = "t", map = {a = "open"}}\nopened_at = "quando"\n',
        encoding="utf-8",
    )
    (at_home / "colunas.csv").write_text(
        ",".join(
            '"' + text.replace('"', '""') + '"' for text in strings if "\n" not in text and "\r" not in text
        ),
        encoding="utf-8",
        errors="replace",
    )
    for words in (
        ("import", str(at_home / "linhas.jsonl"), "--map", str(at_home / "mapa.toml"), "--dry-run"),
        ("import", str(at_home / "colunas.csv"), "--map", str(at_home / "mapa.toml")),
        ("kb", "lint", str(at_home)),
    ):
        _code, out, err = _run(*words)
        _check(out + err, strings, words)


def test_at_a_terminal_too(profile: Path, strings: list[str]) -> None:
    """Where the table meets a real terminal, only its own colours may be there."""
    with Tour(profile, "queue", "--view", "todos", "--limit", "700", columns=120, rows=40) as tour:
        assert tour.wait(20) == 0
    raw = bytes(tour.raw)
    assert b"\x1b]" not in raw
    assert not leaked(raw, strings)
    plain = tour.drawn().replace("\r", "")
    foul = [line for line in plain.split("\n") if not is_clean(line)]
    assert not foul, foul[:3]


def test_through_a_real_pipe(profile: Path, strings: list[str]) -> None:
    import os

    done = subprocess.run(
        [sys.executable, "-m", "atendente_tui", "search", COMMON, "--limit", "500"],
        env={**os.environ, **environment(profile)},
        capture_output=True,
        timeout=60,
        check=True,
    )
    _check(done.stdout.decode() + done.stderr.decode(), strings, ("search",))
    assert len(done.stdout.splitlines()) > 400
