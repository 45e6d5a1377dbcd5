"""What shells and terminals do to words: bytes that are not UTF-8, terminals that are not, completion, questions."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

Made = Callable[..., int]
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A terminal that knows no accents, and a Python that is not told to know better."""


def raw(*words: bytes, **variables: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"atendente_tui", *words],
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="words are bytes only on POSIX")
@pytest.mark.parametrize("words", [b"show \xff", b"history \xff", b"search \xff", b"note 1 --text \xff"])
def test_words_that_are_not_utf8_are_refused(words: bytes) -> None:
    code, out, err = raw(*words.split())
    assert (code, out) == (2, b"")
    assert "não está em UTF-8" in err.decode()


@pytest.mark.skipif(os.name != "posix", reason="words are bytes only on POSIX")
def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[fields]\nexternal_id="id"\nsubject="id"\nchannel={const="sms"}\ncustomer="id"\n'
    )
    name = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    with open(name, "wb") as file:
        file.write(b"id\n1\n")
    assert raw(b"import", name, b"--map", os.fsencode(tmp_path / "m.toml"))[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="a POSIX locale")
def test_a_terminal_without_accents_takes_and_gives_what_it_can(made: Made, cli: Cli) -> None:
    ticket = made("Orçamento não chegou")
    code, out, _err = raw(b"queue", b"--view", b"todos", **ASCII)
    assert code == 0
    assert b"Or?amento n?o chegou" in out
    assert raw(b"search", "orçamento".encode(), **ASCII)[0] == 0
    assert raw(b"note", str(ticket).encode(), b"--text", "Olá, Zé: 10 €".encode(), **ASCII)[0] == 0
    assert cli("show", ticket, "--json").json()["events"][-1]["text"] == "Olá, Zé: 10 €"


def test_text_of_another_system_loses_its_marks_but_no_words(made: Made, cli: Cli) -> None:
    ticket = made()
    assert cli("note", ticket, "--text", "-", given=b"\xef\xbb\xbfum\r\ndois\r\n").code == 0
    assert cli("show", ticket, "--json").json()["events"][-1]["text"] == "um\ndois"


class Terminal(io.TextIOWrapper):
    """Standard input of somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("s", 0), ("Sim", 0), ("y", 0), ("n", 1), ("", 1)])
def test_a_question_is_answered_in_the_language_it_is_asked_in(
    typed: str, code: int, made: Made, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = made()
    command = cli("note", ticket, "--text", "x", "--json").json()["command_id"]
    from atendente_tui.cli import app

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", Terminal(io.BytesIO(f"{typed}\n".encode())))
        assert app.run(["outbox", "discard", command]) == code
    assert len(cli("outbox", "--json").json()) == 1 + (code == 1)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown_and_installed(
    shell: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: shell)
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = cli("--show-completion")
    assert shown.code == 0
    assert "_ATENDENTE_COMPLETE=complete_" + shell in shown.out
    installed = cli("--install-completion")
    assert (installed.code, installed.out) == (0, "")
    assert f"O {shell} já completa" in installed.err
    assert any("atendente" in file.name for file in tmp_path.rglob("*"))


def test_an_unknown_shell_is_told_which_ones_there_are(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "sh")
    for word in ("--show-completion", "--install-completion"):
        answer = cli(word)
        assert (answer.code, answer.out) == (2, "")
        assert "bash, zsh, fish" in answer.err
