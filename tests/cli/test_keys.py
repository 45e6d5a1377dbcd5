"""The verbs of the key, as a person gives them: shown on a terminal only, found again from paper, never half done."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from atendente_tui.keys import recovery
from tests.cli.conftest import Cli
from tests.terminal import Terminal

Made = Callable[..., int]
PASSPHRASE = "três pratos de trigo"


def terminal(*words: str) -> Terminal:
    names = [name for name in os.environ if name.startswith(("ATENDENTE_", "PYTHON_KEYRING"))]
    return Terminal(
        (sys.executable, "-m", "atendente_tui", *words),
        columns=100,
        environment={name: os.environ[name] for name in names},
    )


def code_shown(*more: str) -> str:
    with terminal("key", "show-recovery", *more) as at:
        at.wait(30)
        found = re.search(r"(?:[0-9A-Z]{5}-){10}[0-9A-Z]{5}", at.text())
        return found[0] if found else at.text()


def test_from_paper(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    key = tmp_path / "keys" / "store.key"
    refused = cli("key", "show-recovery")
    assert refused.code == 2
    assert refused.out == ""
    assert cli("key", "status", "--json").json()["recovery_shown"] is False
    code = code_shown()
    assert recovery.key_of(code).hex() == key.read_text().strip()
    assert "já foi mostrado" in code_shown()
    assert code_shown("--again") == code
    assert cli("key", "status", "--json").json() == {
        "encrypted": True,
        "kind": "file",
        "place": str(key),
        "recovery_shown": True,
    }
    key.unlink()
    lost = cli("queue")
    assert lost.code == 2
    assert "atendente key recover" in lost.err
    other = recovery.code_of(b"x" * 32)
    for typed in ("", code[:-1], code.replace(code[3], "0" if code[3] != "0" else "1", 1), other):
        assert cli("key", "recover", "--code-stdin", given=typed).code == 1
        assert not key.exists()
    assert cli("key", "recover", "--code-stdin", given=code.lower()).code == 0
    assert cli("queue", "--view", "todos").code == 0
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_new_key_makes_the_old_paper_worthless(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    key = tmp_path / "keys" / "store.key"
    before = key.read_text()
    assert cli("key", "rekey").code == 0
    assert key.read_text() != before
    assert len(cli("queue", "--view", "todos", "--json").json()) == 1
    assert cli("key", "status", "--json").json()["recovery_shown"] is False
    paper = recovery.code_of(bytes.fromhex(before.strip()))
    assert "não é destes dados" in cli("key", "recover", "--code-stdin", given=paper).err
    assert "the store has a new key" in [line["what"] for line in cli("log", "--json").json()]
    assert not list((tmp_path / "keys").glob("*.next"))
    assert not list((tmp_path / "data" / "store").glob("*recod*"))
    assert cli("doctor", "--json").code == 0


def test_under_a_passphrase_and_out_again(
    cli: Cli, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made()
    key = tmp_path / "keys" / "store.key"
    before = key.read_text().strip()
    assert cli("key", "passphrase", "--new-from", "-", given="curta\n").code == 2
    assert key.read_text().strip() == before
    assert cli("key", "passphrase", "--new-from", "-", given=PASSPHRASE + "\n").code == 0
    assert before not in key.read_text()
    assert cli("queue").code == 2  # nobody there to ask
    file = tmp_path / "frase"
    file.write_text(PASSPHRASE)
    monkeypatch.setenv("ATENDENTE_PASSPHRASE_FILE", str(file))
    file.chmod(0o644)
    assert "0644" in cli("queue").err
    file.chmod(0o600)
    assert len(cli("queue", "--view", "todos", "--json").json()) == 1
    assert cli("key", "rekey").code == 0
    assert cli("key", "status", "--json").json()["kind"] == "passphrase"
    assert cli("key", "passphrase", "--remove").code == 0
    assert re.fullmatch("[0-9a-f]{64}", key.read_text().strip())
    monkeypatch.delenv("ATENDENTE_PASSPHRASE_FILE")
    assert len(cli("queue", "--view", "todos", "--json").json()) == 1


def test_a_person_is_asked_at_the_terminal(cli: Cli, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made("Chuveiro queimado")
    assert cli("key", "passphrase", "--new-from", "-", given=PASSPHRASE + "\n").code == 0
    with terminal("queue", "--view", "todos") as at:
        at.wait_for("Frase-senha")
        at.type("errada\n")
        at.wait_for(lambda text: text.count("Frase-senha") == 2)
        at.type(PASSPHRASE + "\n")
        at.wait_for("Chuveiro queimado")
        assert at.wait(20) == 0
        assert PASSPHRASE.encode() not in at.raw
    with terminal() as at:
        at.wait_for("Frase-senha")
        at.type(PASSPHRASE + "\n")
        at.wait_for("Livres 1")
        at.press("ctrl+q")
        assert at.wait(20) == 0


def test_without_a_terminal_it_says_by_which_way_instead(cli: Cli, made: Made) -> None:
    made()
    told = cli("key", "passphrase")
    assert (told.code, "--new-from" in told.err) == (2, True)
    told = cli("key", "recover")
    assert (told.code, "--code-stdin" in told.err) == (2, True)


def test_in_the_clear_and_closed_again(cli: Cli, made: Made, tmp_path: Path) -> None:
    made("Palavra única: estapafúrdio")
    data = tmp_path / "data"

    def lying_about() -> list[str]:
        return [one.name for one in data.rglob("*") if one.is_file() and b"estapaf" in one.read_bytes()]

    assert lying_about() == []
    assert cli("key", "decrypt").code == 2  # nobody there to confirm it
    assert cli("key", "decrypt", "--yes").code == 0
    assert 'encryption = "off"' in (tmp_path / "config.toml").read_text()
    assert "store.db" in lying_about()
    assert len(cli("queue", "--view", "todos", "--json").json()) == 1
    assert cli("key", "encrypt").code == 0
    assert lying_about() == []
    assert len(cli("queue", "--view", "todos", "--json").json()) == 1
    assert cli("search", "estapafúrdio", "--json").json()
    assert lying_about() == []


def test_another_key_opens_nothing_and_touches_nothing(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    store = tmp_path / "data" / "store" / "store.db"
    before = store.read_bytes()
    (tmp_path / "keys" / "store.key").write_text("ab" * 32)
    for words in (
        ("queue",),
        ("key", "rekey"),
        ("doctor", "--repair"),
        ("create", "--customer", "x", "--channel", "email", "--subject", "x", "--text", "x"),
    ):
        answer = cli(*words)
        assert answer.code == 4, words
        assert "não abre" in answer.err
        assert "ab" * 32 not in answer.err
    assert store.read_bytes() == before
