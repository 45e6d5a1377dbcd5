"""`privacy`: what a person asks for, by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.privacy.searching_bytes import hits

CPF = "529.982.247-25"
TEXT = f"Meu cartão 4111 1111 1111 1111 cvv 123, cpf {CPF}, me liga (11) 98765-4321"


@pytest.fixture
def zuleide(cli: Cli, a_profile: Path) -> str:
    """A ticket of hers in a store in the clear; gives its protocol."""
    (a_profile / "config.toml").write_text(
        '[store]\nencryption = "off"\n[agent]\nlogin = "ana"\n', encoding="utf-8"
    )
    made = cli(
        *(
            "create",
            "--customer",
            "Zuleide Prado",
            "--channel",
            "email",
            "--subject",
            "Cobrança",
            "--text",
            TEXT,
        ),
        *("--identity", f"cpf:{CPF}", "--identity", "email:zuleide@exemplo.com.br", "--hold", "0", "--json"),
    )
    assert made.code == 0, made.err
    return str(made.json()["protocol"])


def test_find_counts_by_place_and_by_kind_and_is_on_record(cli: Cli, zuleide: str) -> None:
    told = cli("privacy", "find", "cpf:52998224725", "--json").json()
    assert (
        told["found"] | {"customer": 1, "identity": 2, "ticket": 1, "event": 1, "outbox": 1} == told["found"]
    )
    assert told["kinds"] == {"cpf": 2, "email": 1, "phone": 1}
    assert cli("privacy", "find", f"cpf:{CPF}").code == 0
    log = cli("privacy", "log", "--json").json()
    assert [one["action"] for one in log] == ["privacy_find", "privacy_find"]
    assert (log[0]["actor"], log[0]["customer"]) == ("ana", 1)


@pytest.mark.parametrize(
    ("named", "code"),
    [("cpf", 2), ("sapato:42", 2), ("cpf:111.444.777-35", 1), ("customer:99", 1), ("email:", 2)],
)
def test_who_cannot_be_named_so(cli: Cli, zuleide: str, named: str, code: int) -> None:
    answer = cli("privacy", "find", named)
    assert answer.code == code
    assert "111.444.777-35" not in answer.err
    assert answer.err.count("\n") == 1


def test_what_is_handed_over(cli: Cli, zuleide: str, a_profile: Path) -> None:
    answer = cli("privacy", "export", "email:Zuleide@Exemplo.com.br", "--to", a_profile / "dados", "--json")
    files = [Path(one) for one in answer.json()["files"]]
    assert [one.suffix for one in files] == [".json", ".md"]
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in files)
    told = json.loads(files[0].read_text(encoding="utf-8"))
    assert told["data"]["event"][0]["text"].endswith("me liga (11) 98765-4321")
    assert {"origin", "purpose", "shared_with", "kept_days"} <= told.keys()
    assert zuleide in files[1].read_text(encoding="utf-8")
    assert cli("privacy", "export", f"cpf:{CPF}", "--to", a_profile / "dados").code == 1


def test_erased_only_when_it_is_confirmed_and_then_to_the_last_byte(
    cli: Cli, zuleide: str, a_profile: Path
) -> None:
    markers = ["Zuleide", "529.982", "52998224725", "98765-4321"]
    assert {one for one, _file in hits(a_profile / "data", markers)} == set(markers)
    told = cli("privacy", "erase", f"cpf:{CPF}", "--dry-run", "--json").json()
    assert told["dry_run"]
    assert cli("privacy", "erase", f"cpf:{CPF}").code == 2
    assert cli("privacy", "find", f"cpf:{CPF}").code == 0
    done = cli("privacy", "erase", f"cpf:{CPF}", "--yes", "--reason", f"pediu, {CPF}", "--json").json()
    assert done["done"]["event"] == 1
    assert not done["copies"]["left"]
    assert cli("privacy", "find", f"cpf:{CPF}").code == 1
    assert cli("privacy", "log", "--json").json()[0]["reason"] == "pediu, ***.982.247-**"
    assert not hits(a_profile / "data", markers)


def test_what_the_law_keeps(cli: Cli, zuleide: str, a_profile: Path) -> None:
    with (a_profile / "config.toml").open("a", encoding="utf-8") as file:
        file.write('[privacy]\npreset = "sac-regulado"\n')
    answer = cli("privacy", "erase", f"cpf:{CPF}", "--yes")
    assert answer.code == 1
    assert "sac-regulado" in answer.err
    assert "--anonymise" in answer.err
    assert cli("privacy", "erase", f"cpf:{CPF}", "--yes", "--anonymise").code == 1, "it is still to be sent"
    assert cli("privacy", "hold", f"cpf:{CPF}", "--reason", "processo").code == 0
    assert cli("privacy", "hold", f"cpf:{CPF}").code == 1
    assert cli("privacy", "find", f"cpf:{CPF}", "--json").json()["legal_hold"] == ["processo"]
    assert cli("privacy", "hold", f"cpf:{CPF}", "--off").code == 0
    told = cli("privacy", "retain", "--json").json()
    assert told["days"] == {"tickets": 730, "customers": 730, "drafts": None, "problems": None}
    assert not any(told["gone"].values())
    assert cli("privacy", "retain", "--dry-run").code == 0


def test_faults_of_the_configuration_are_named(cli: Cli, a_profile: Path) -> None:
    (a_profile / "config.toml").write_text(
        '[privacy]\nmask = ["cpf", "shoe"]\npreset = "x"\n[privacy.retention]\ntickets = 0\nshoes = 3\n',
        encoding="utf-8",
    )
    answer = cli("privacy", "retain")
    assert answer.code == 2
    for key in ("privacy.mask", "privacy.preset", "privacy.retention.tickets", "privacy.retention.shoes"):
        assert key in answer.err


def test_cards_of_before(cli: Cli, zuleide: str) -> None:
    assert cli("privacy", "mask", "--json").json() == {"masked": {}, "total": 0}


def test_people_see_masks_and_programs_what_was_written(cli: Cli, zuleide: str) -> None:
    for words in (("show", zuleide), ("history", CPF), ("search", "cartão")):
        told = cli(*words)
        assert told.code == 0
        assert "529.982" not in told.out, words
        assert "98765" not in told.out, words
        assert "***.982.247-**" in told.out or words[0] == "search", "a passage ends before it"
    assert cli("note", zuleide, "--text", f"conferi o CPF {CPF}", "--hold", "60").code == 0
    assert cli("promise", zuleide, "--due", "amanhã 9h", "--text", f"ligar (11) 98765-4321, {CPF}").code == 0
    for words in (("outbox", "list"), ("promises", "list"), ("problems", "list")):
        told = cli(*words)
        assert (told.code, "529.982" in told.out, "98765" in told.out) == (0, False, False), words
    assert CPF in cli("show", zuleide, "--json").out
    assert cli("show", zuleide, "--reveal", " ").code == 1
    assert CPF in cli("show", zuleide, "--reveal", "conferir o cadastro").out
    assert CPF in cli("history", CPF, "--reveal", "conferir").out
    log = cli("privacy", "log", "--json").json()
    assert [(one["action"], one["reason"]) for one in log] == [
        ("reveal", "conferir"),
        ("reveal", "conferir o cadastro"),
        ("reveal", "--json"),
    ]
