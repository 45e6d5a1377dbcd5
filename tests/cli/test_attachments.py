"""`attachment`: listed, saved, piped; the contract's exit codes."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.backends.demo import DemoBackend
from atendente_tui.backends.port import Unreachable
from tests.cli.conftest import Cli

SUBJECT = "Boleto cobrado em duplicidade"


@pytest.fixture
def files(cli: Cli, tmp_path: Path) -> list[dict[str, Any]]:
    """The two files of a ticket of the demo's helpdesk, which this profile works on."""
    (tmp_path / "config.toml").write_text('[downloads]\nfolder = "baixados"\n')
    assert cli("backend", "use", "demo", "--url", "demo://loja").code == 0
    assert cli("sync", "--once").code == 0
    ticket = next(
        one["id"] for one in cli("queue", "--view", "todos", "--json").json() if SUBJECT in one["subject"]
    )
    listed: list[dict[str, Any]] = cli("attachment", ticket, "--json").json()
    for one in listed:
        one["ticket"] = ticket
    return listed


def test_without_a_choice_they_are_listed(files: list[dict[str, Any]], cli: Cli) -> None:
    assert [(one["number"], one["name"], one["content_type"]) for one in files] == [
        (1, "comprovante-88540.txt", "text/plain"),
        (2, "boletos.csv", "text/csv"),
    ]
    table = cli("attachment", files[0]["ticket"])
    assert (table.code, table.err) == (0, "")
    assert "comprovante-88540.txt" in table.out
    event = files[0]["event"]
    assert len(cli("attachment", files[0]["ticket"], "--event", event, "--json").json()) == 2
    assert cli("attachment", files[0]["ticket"], "--event", 1, "--json").json() == []


def test_with_one_they_are_saved(files: list[dict[str, Any]], cli: Cli, tmp_path: Path) -> None:
    ticket = files[0]["ticket"]
    saved = cli("attachment", ticket, "--number", 2, "--json").json()["saved"]
    path = tmp_path / "baixados" / "boletos.csv"
    assert saved == [{"event": files[1]["event"], "name": "boletos.csv", "file": str(path), "size": 93}]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = cli("attachment", ticket, "--number", 2)
    assert (again.code, again.out) == (0, "")
    assert "boletos (2).csv" in again.err

    whole = cli("attachment", ticket, "--output", tmp_path / "baixados", "--json").json()["saved"]
    assert [Path(one["file"]).name for one in whole] == ["comprovante-88540.txt", "boletos (3).csv"]
    named = cli("attachment", ticket, "--number", 1, "--output", tmp_path / "x.txt")
    assert (named.code, (tmp_path / "x.txt").exists()) == (0, True)


def test_a_pipe_gets_the_bytes(files: list[dict[str, Any]], program: Cli) -> None:
    piped = program("attachment", files[0]["ticket"], "--number", 2, "--output", "-")
    assert (piped.code, piped.err) == (0, "")
    assert (
        piped.out
        == "pedido;vencimento;valor;situacao\n88540;2026-11-14;389,90;pago\n88540;2026-11-19;389,90;aberto\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("--number 3", 1, "Não existe o anexo 3"),
        ("--number 0", 2, "--number"),
        ("--event 1 --output .", 1, "Não há anexos aqui"),
        ("--output nada/", 2, "Não existe a pasta"),
        ("--output nada/x.txt --number 1", 2, "Não existe a pasta"),
        ("--output -", 2, "--number"),
        ("--output - --number 1 --json", 2, "pipe"),
    ],
)
def test_what_cannot_be_is_said(
    words: str, code: int, sentence: str, files: list[dict[str, Any]], cli: Cli, tmp_path: Path
) -> None:
    told = cli("attachment", files[0]["ticket"], *words.split())
    assert (told.code, told.out) == (code, "")
    assert sentence in told.err
    assert not (tmp_path / "nada").exists()


def test_a_helpdesk_that_does_not_answer_is_exit_3(
    files: list[dict[str, Any]], cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_self: DemoBackend, _start: object = None) -> None:
        raise Unreachable("connection refused", sent=False)

    monkeypatch.setattr(DemoBackend, "_reachable", down)
    told = cli("attachment", files[0]["ticket"], "--number", 1)
    assert (told.code, told.out) == (3, "")
    assert "não responde" in told.err
    assert not (tmp_path / "baixados").exists()


def test_every_save_is_on_record(files: list[dict[str, Any]], cli: Cli, tmp_path: Path) -> None:
    cli("attachment", files[0]["ticket"], "--output", tmp_path)
    cli("export", tmp_path / "tudo", "--json")
    rows = [json.loads(line) for line in (tmp_path / "tudo" / "audit.jsonl").read_text().splitlines()]
    saved = [one for one in rows if one["action"] == "attachment"]
    assert len(saved) == 2
    assert "boletos" not in json.dumps(saved)
