"""`guide`, `macro` and `process`: the screens' verbs, one command each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.desk.guides import TEXT

MACRO = "title: Estorno\ntext: 'Aberto em {{?Quando}}.'\nactions:\n  - tag: [estorno]\n  - status: pending\n"
PROCESS = "reason: entrega\nrequired: [identity_confirmed]\nchecklist:\n  - {id: rastreio, text: Conferir}\n"


@pytest.fixture
def ticket(cli: Cli, tmp_path: Path) -> str:
    for name, text in (
        ("scripts/s.yaml", TEXT.strip("\n")),
        ("macros/estorno.yaml", MACRO),
        ("processes/p.yaml", PROCESS),
    ):
        (tmp_path / "data" / name).parent.mkdir(parents=True)
        (tmp_path / "data" / name).write_text(text, "utf-8")
    made = cli(
        "create",
        "--customer",
        "Bia Reis",
        "--channel",
        "phone",
        "--subject",
        "Atraso",
        "--text",
        "oi",
        "--json",
    )
    number = str(made.json()["ticket"])
    assert cli("status", number, "open").code == 0
    return number


def test_a_script_from_begin_to_end(cli: Cli, ticket: str) -> None:
    told = cli("guide", "begin", ticket, "ligacao", "--json").json()
    assert (told["step"], told["missing"], told["required"]) == ("oi", ["?Como foi o dia"], True)
    assert cli("guide", "set", ticket, "?Como foi o dia=bom", "--json").json()["text"] == "Olá, Bia! bom"
    assert cli("guide", "set", ticket, "nada").code == 1
    assert cli("guide", "skip", ticket).code == 1
    assert cli("guide", "skip", ticket, "--reason", "tem pressa", "--json").json()["step"] == "quem"
    assert cli("guide", "next", ticket).code == 1
    told = cli("guide", "choose", ticket, "a", "--json").json()
    assert (told["step"], told["ended"], [one["mark"] for one in told["trail"]]) == (
        "fim", True, ["skipped", "done", "decided"],
    )  # fmt: skip
    assert cli("guide", "back", ticket, "--json").json()["step"] == "quem"
    assert cli("guide", "choose", ticket, "a").code == 0
    seen = cli("guide", "end", ticket, "--dry-run", "--json").json()
    assert [one["verb"] for one in seen["effects"]] == ["tag", "note", "wrapup"]
    assert cli("guide", "show", ticket, "--json").json()["ended"]
    done = cli("guide", "end", ticket, "--json").json()
    assert done["done"]
    assert cli("guide", "show", ticket).code == 1
    shown = cli("show", ticket, "--json").json()
    assert any("tem pressa" in one["text"] for one in shown["events"])


def test_a_script_is_left_with_a_reason(cli: Cli, ticket: str) -> None:
    assert cli("guide", "begin", ticket, "ligacao").code == 0
    assert cli("guide", "end", ticket).code == 1
    assert cli("guide", "end", ticket, "--reason", "caiu").code == 0
    assert cli("guide", "begin", ticket, "nenhum").code == 1


def test_a_macro_is_told_done_and_taken_back(cli: Cli, ticket: str) -> None:
    assert [one["id"] for one in cli("macro", "list", "--json").json()] == ["estorno"]
    assert cli("macro", "show", "estorno", "--json").json()["actions"][0]["action"] == "tag"
    seen = cli("macro", "run", "estorno", ticket, "--set", "?Quando=10/12", "--dry-run", "--json").json()
    assert (seen["done"], [one["allowed"] for one in seen["effects"]]) == (False, [True] * 3)
    assert seen["effects"][2]["changes"][0]["after"] == "pending"
    lacking = cli("macro", "run", "estorno", ticket, "--json")
    assert (lacking.code, lacking.json()["done"]) == (1, False)
    assert cli("show", ticket, "--json").json()["ticket"]["status"] == "open"
    done = cli("macro", "run", "estorno", ticket, "--set", "?Quando=10/12", "--json").json()
    assert cli("show", ticket, "--json").json()["ticket"]["status"] == "pending"
    back = cli("undo", done["effects"][1]["command_id"], "--json").json()
    assert back["state"] == "undone"
    after = cli("show", ticket, "--json").json()["ticket"]
    assert (after["status"], after["tags"]) == ("open", [])
    assert cli("macro", "run", "nenhuma", ticket).code == 1


def test_a_process_and_its_list(cli: Cli, ticket: str, tmp_path: Path) -> None:
    assert cli("process", "show", "entrega/atraso", "--json").json()["required"] == ["identity_confirmed"]
    assert cli("process", "show", "outro").code == 1
    assert cli("process", "check", ticket).code == 1
    assert cli("wrapup", ticket, "--code", "x", "--reason", "entrega/atraso").code == 0
    told = cli("process", "check", ticket, "--json")
    assert (told.code, told.json()["missing"]) == (
        1,
        {"facts": ["identity_confirmed"], "items": ["rastreio"]},
    )
    assert "debt" in told.json()["not_to_be_told"]
    assert cli("process", "tick", ticket, "rastreio", "--json").json()["done"]
    assert cli("process", "tick", ticket, "nada").code == 1
    assert cli("fact", ticket, "identity_confirmed").code == 0
    assert cli("process", "check", ticket).code == 0
    assert not cli("process", "tick", ticket, "rastreio", "--undo", "--json").json()["done"]
    faults = cli("process", "lint", "--json").json()
    assert {one["line"] for one in faults} == {1}
    (tmp_path / "bad.yaml").write_text("reason: x\nowner: y\nlixo: z\n")
    (bad,) = [
        one for one in cli("process", "lint", tmp_path / "bad.yaml", "--json").json() if "lixo" in one["why"]
    ]
    assert (bad["file"], bad["line"], bad["column"]) == ("bad.yaml", 3, 1)
