# ruff: noqa: F811 - what a test asks for is called as the fixture that was imported
"""A class from its start to its report: a trainer and three trainees, each with a profile of their own, over a real hub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest

from atendente_tui import secrets
from tests.cli.conftest import Answer, Cli, a_profile, cli  # noqa: F401 - fixtures
from tests.hub.serving_fixture import Served, served, walked  # noqa: F401 - a fixture
from tests.hub.test_joining import Drawer, drawer  # noqa: F401 - a fixture
from tests.training.broken import SOUND

Who = Callable[..., Answer]
GOOD = "  - {at: +1m, claim: true}\n  - {at: +2m, reply: O prazo é amanhã.}\n  - {at: +4m, wrap_up: ok}\n"
BAD = "  - {at: +1m, claim: true}\n  - {at: +2m, reply: A culpa é sua.}\n"
EVENT = '{ticket: "1", says: "e o meu reembolso?"}'
JUDGED = SOUND.replace(
    "  rubric:\n", "  rubric:\n    - {criterion: voz, title: Tom humano, by_person: true, weight: 5}\n"
)


@pytest.fixture
def school(
    served: Served, cli: Cli, drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Who]:
    """`school("ana", "train", ...)`: a command of Ana's, whose data are hers alone."""
    for login in ("ana", "bia", "caio", "davi"):
        served.agent(login, "Loja")
    served.agent("tina", "Loja", role="trainer")
    (tmp_path / "caso.yaml").write_text(JUDGED)
    for name, deeds in (("boa", GOOD), ("ruim", BAD)):
        text = f'answers: {name}\nscenario: caso\nticket: "1"\nactions:\n{deeds}'
        (tmp_path / f"{name}.yaml").write_text(text)

    def at(login: str, *arguments: object) -> Answer:
        home = tmp_path / login
        home.mkdir(exist_ok=True)
        (home / "config.toml").write_text(
            f'[backend]\nname = "hub"\nurl = "{served.url}"\nuser = "{login}"\n'
        )
        monkeypatch.setenv("ATENDENTE_CONFIG", str(home / "config.toml"))
        monkeypatch.setenv("ATENDENTE_DATA", str(home / "data"))
        monkeypatch.setenv("ATENDENTE_TRAINING_KEY_FILE", str(home / "keys" / "training.key"))
        secrets.keep_backend_secret("hub", login, served.tokens[login])
        return cli(*arguments)

    yield at
    keyring.get_keyring()


def test_a_class_of_three_from_its_start_to_its_report(school: Who, served: Served, tmp_path: Path) -> None:
    tickets = walked(served.client("tina"))
    for refused in (
        school("ana", "train", "class", "start", "caso.yaml", "--trainees", "bia"),
        school("tina", "train", "class", "start", "caso.yaml", "--trainees", "ana,ninguem"),
    ):
        assert refused.code == 1, refused.err
    began = school(
        "tina",
        "train",
        "class",
        "start",
        "caso.yaml",
        "--trainees",
        "ana,bia,caio",
        "--mode",
        "exam",
        "--json",
    ).json()
    key = began["id"]
    assert [one["state"] for one in began["trainees"]] == ["invited"] * 3
    assert school("tina", "train", "class", "hint", key[:8], "Acolha primeiro.", "--to", "bia").code == 0
    assert school("tina", "train", "class", "event", key, EVENT, "--to", "ana").code == 0
    wrong = school("tina", "train", "class", "event", key, "{ticket: '9', says: oi}")
    assert wrong.code == 2
    assert "9" in wrong.err

    ana = school("ana", "train", "class", "join", "--answers", "boa.yaml", "--json")
    assert ana.code == 0, ana.err
    assert "Acolha" not in ana.err
    told = ana.json()
    assert (told["trainee"], told["score"], told["exam"]) == ("ana", 100, True)
    assert [one["text"] for one in told["events"] if one["text"] == "e o meu reembolso?"] == [
        "e o meu reembolso?"
    ]
    (tmp_path / "ana.json").write_text(json.dumps(told))
    assert school("ana", "train", "verify", "ana.json").code == 0
    assert (
        school("ana", "train", "replay", "ana.json", "--json").code == 2
    )  # the scenario is the class's, not hers
    (tmp_path / "ana" / "data" / "training").mkdir(parents=True)
    (tmp_path / "ana" / "data" / "training" / "caso.yaml").write_text(JUDGED)
    assert school("ana", "train", "replay", "ana.json", "--json").json()["same"] is True
    assert school("ana", "train", "class", "join", key, "--answers", "boa.yaml").code == 1  # she is through

    bia = school("bia", "train", "class", "join", key, "--answers", "ruim.yaml")
    assert bia.code == 1
    assert "Acolha primeiro." in bia.err
    assert school("davi", "train", "class", "join", key, "--answers", "boa.yaml").code == 2
    assert school("davi", "train", "class", "list", "--json").json() == []
    seen = school("tina", "train", "class", "watch", key, "--once", "--json").json()
    assert [(one["login"], one["state"], one["score"]) for one in seen["trainees"]] == [
        ("ana", "finished", 100),
        ("bia", "finished", 0),
        ("caio", "invited", None),
    ]
    assert {one["id"]: one["met"] for one in seen["trainees"][0]["expectations"]}["fecho"] is True
    assert "Bia" in school("tina", "train", "class", "watch", key, "--once").out

    assert school("tina", "train", "class", "end", key).code == 0
    assert school("caio", "train", "class", "join", key, "--answers", "boa.yaml").code == 1
    report = school("tina", "train", "class", "report", key, "--json").json()
    assert (report["finished"], report["passed"], report["mean"]) == (2, 1, 50.0)
    assert {one["id"]: (one["met"], one["of"]) for one in report["criteria"]}["clareza"] == (1, 2)
    assert {one["id"]: one["by"] for one in report["criteria"]}["voz"] == {"ana": "pending", "bia": "pending"}
    lines = school("tina", "train", "class", "report", key, "--csv").out.splitlines()
    assert lines[0].startswith("login,name,state,score,passed,seconds,")
    assert lines[3].startswith("caio,Caio,invited,,,")
    assert "| Ana |" in school("tina", "train", "class", "report", key, "--md").out
    assert "<td>Ana</td>" in school("tina", "train", "class", "report", key, "--html").out
    assert "Bia" in school("tina", "train", "class", "report", key).out
    assert walked(served.client("tina")) == tickets  # nothing of it came near the queue


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_class_gets_its_sentence(school: Who, tmp_path: Path) -> None:
    assert school("tina", "train", "class", "start", "caso.yaml", "--trainees", " , ").code == 2
    assert (
        school("tina", "train", "class", "start", "caso.yaml", "--trainees", "ana", "--mode", "prova").code
        == 2
    )
    assert school("tina", "train", "class", "watch", "nada", "--once").code == 2
    assert school("ana", "train", "class", "join", "--answers", "boa.yaml").code == 2
    assert school("tina", "train", "class", "report", "nada", "--csv", "--md").code == 2
    (tmp_path / "artigos").mkdir()
    (tmp_path / "artigos" / "a.md").write_text("---\nid: a\ntitle: A\n---\nTexto.\n")
    (tmp_path / "caso.yaml").write_text(JUDGED.replace("seed: 3\n", "seed: 3\narticles: artigos\n"))
    refused = school("tina", "train", "class", "start", "caso.yaml", "--trainees", "ana")
    assert refused.code == 2, refused.out + refused.err
