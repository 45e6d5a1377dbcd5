"""`train` at a shell: run, exam, replay, certify and verify, and every file that cannot be used with its sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.training.broken import SOUND

ANSWERS = """answers: boa
scenario: caso
ticket: "1"
actions:
  - {at: +1m, claim: true}
  - {at: +2m, reply: O prazo é amanhã.}
  - {at: +4m, wrap_up: ok}
"""
TRACK = """track: t
title: T
steps:
  - {id: q, least: 1, quiz: [{asks: x, options: [a, b], right: 2}]}
  - {scenario: caso}
"""


@pytest.fixture
def caso(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario of one's own with answers and a track, in the data directory."""
    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ATENDENTE_TRAINING_KEY_FILE", str(tmp_path / "keys" / "training.key"))
    folder = tmp_path / "data" / "training"
    folder.mkdir(parents=True)
    (folder / "caso.yaml").write_text(SOUND)
    (folder / "boa.yaml").write_text(ANSWERS)
    (folder / "trilha.yaml").write_text(TRACK)
    return folder


def test_the_same_bytes_from_processes_of_their_own(program: Cli, caso: Path) -> None:
    told = [
        program("train", "run", "caso", "--answers", "boa", "--headless", "--json", PYTHONHASHSEED=seed).out
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    result = json.loads(told[0])
    assert (result["score"], result["passed"], result["signature"]) == (100, True, None)


def test_an_exam_is_replayed_certified_and_verified(cli: Cli, caso: Path, tmp_path: Path) -> None:
    assert cli("train", "certify", "t", "--trainee", "Ana", "-o", "c.json").code == 1
    taken = cli("train", "exam", "caso", "--answers", "boa", "--trainee", "Ana", "--json")
    assert (taken.code, taken.json()["exam"]) == (0, True)
    (kept,) = (tmp_path / "data" / "training-results").glob("*.json")
    assert json.loads(kept.read_text()) == taken.json()
    again = cli("train", "replay", kept, "--json")
    assert (again.code, again.json()["same"]) == (0, True)
    assert cli("train", "report", "--json").json() == [
        {"trainee": "Ana", "n": 1, "passed": 1, "mean": 100.0, "best": 100, "last": 100, "pending": 0}
    ]
    assert [
        one["state"] for one in cli("train", "track", "t", "--trainee", "Ana", "--json").json()["steps"]
    ] == ["open", "passed"]
    assert cli("train", "certify", "t", "--trainee", "Ana", "--quiz", "q=1", "-o", "c.json").code == 1
    assert cli("train", "certify", "t", "--trainee", "Ana", "--quiz", "q=2", "-o", "c.json").code == 0
    assert cli("train", "verify", "c.json", "--json").json()["state"] == "valid"
    (tmp_path / "c.json").write_text((tmp_path / "c.json").read_text().replace("Ana", "Bia"))
    assert cli("train", "verify", "c.json").code == 1
    (tmp_path / "keys" / "training.key").unlink()
    assert cli("train", "verify", kept, "--json").json()["state"] == "other_key"
    assert cli("train", "verify", kept, "--key", taken.json()["signature"]["key"]).code == 0
    changed = taken.json() | {"score": 55}
    (tmp_path / "x.json").write_text(json.dumps(changed))
    assert cli("train", "replay", "x.json").code == 1


def test_an_exam_wants_a_place_for_its_key_and_what_goes_before(
    cli: Cli, caso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (caso / "caso.yaml").write_text(SOUND.replace("  pass: 70", "  pass: 70\n  requires: [outro]"))
    waiting = cli("train", "exam", "caso", "--answers", "boa", "--trainee", "Ana")
    assert waiting.code == 1
    assert "outro" in waiting.err
    (caso / "caso.yaml").write_text(SOUND)
    monkeypatch.delenv("ATENDENTE_TRAINING_KEY_FILE")
    assert cli("train", "exam", "caso", "--answers", "boa", "--trainee", "Ana").code == 2


JUDGED = SOUND.replace(
    "  rubric:\n",
    "  rubric:\n    - {criterion: voz, title: Tom humano, by_person: true, weight: 5, skill: empathy}\n",
)


def test_what_a_person_judges_counts_by_the_same_rubric_and_is_signed_over_the_first(
    cli: Cli, caso: Path, tmp_path: Path
) -> None:
    (caso / "caso.yaml").write_text(JUDGED)
    first = cli(
        "train", "exam", "caso", "--answers", "boa", "--trainee", "Ana", "-o", "r.json", "--json"
    ).json()
    assert (first["score"], first["passed"]) == (100, True)
    assert cli("train", "report", "r.json", "--json").json()[0]["pending"] == 1
    refused = cli("train", "judge", "r.json", "clareza", "yes")
    assert refused.code == 2
    assert "voz" in refused.err
    for verdict in ("101", "maybe", "-3", ""):
        assert cli("train", "judge", "r.json", "voz", "--", verdict).code == 2
    said = cli(
        "train", "judge", "r.json", "voz", "40%", "--comment", "Frio *demais*", "--by", "Bia", "--json"
    ).json()
    weights = sum(
        one["weight"] for one in said["criteria"] if one["result"] not in ("pending", "not_applicable")
    )
    assert said["score"] == int((100 * (weights - 5) + 40 * 5) / weights + 0.5)
    assert (said["passed"], said["skills"]["empathy"]) == (True, 40)
    told = cli("train", "verify", "r.json", "--json").json()
    assert (told["state"], told["first_key"]) == ("valid", first["signature"]["key"])
    assert cli("train", "replay", "r.json", "--json").json()["same"] is True
    assert "Bia, " in cli("train", "card", "r.json").out
    assert "Frio \\*demais\\*" in cli("train", "card", "r.json").out
    assert "Frio *demais*" in cli("train", "replay", "r.json").out
    assert cli("train", "report", "r.json", "--json").json() == [
        {
            "trainee": "Ana",
            "n": 1,
            "passed": 1,
            "mean": float(said["score"]),
            "best": said["score"],
            "last": said["score"],
            "pending": 0,
        }
    ]
    assert cli("train", "judge", "r.json", "voz", "no", "--by", "Bia", "--json").json()["passed"] is False
    again = cli("train", "judge", "r.json", "voz", "sim", "--by", "Caio", "--json").json()
    assert (again["score"], again["passed"]) == (100, True)
    assert [one["by"] for one in again["judged"]["given"]] == ["Bia", "Bia", "Caio"]
    assert again["judged"]["before"]["signature"] == first["signature"]
    forged = json.loads((tmp_path / "r.json").read_text())
    forged["judged"]["before"]["score"] = 12
    (tmp_path / "f.json").write_text(json.dumps(forged))
    assert cli("train", "verify", "f.json", "--json").json()["state"] == "broken"
    assert cli("train", "judge", "f.json", "voz", "yes").code == 1
    forged["judged"]["before"] = {}
    (tmp_path / "f.json").write_text(json.dumps(forged))
    assert cli("train", "card", "f.json").code == 2


def test_nothing_is_written_over(cli: Cli, caso: Path) -> None:
    assert cli("train", "new", "meu").code == 0
    assert cli("train", "new", "meu").code == 1
    assert cli("train", "check", "meu.yaml").code == 0
    assert cli("train", "run", "caso", "--answers", "boa", "-o", "r.json").code == 0
    assert cli("train", "run", "caso", "--answers", "boa", "-o", "r.json").code == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "nada", "--answers", "boa"), 2),
        (("run", "caso", "--answers", "nada"), 2),
        (("run", "quebrado.yaml", "--answers", "boa"), 2),
        (("run", "mundo.yaml", "--answers", "boa"), 2),
        (("run", "caso", "--answers", "outra.yaml"), 2),
        (("run", "caso", "--answers", "quebrada.yaml"), 2),
        (("check", "nada.yaml"), 2),
        (("check", "quebrado.yaml"), 1),
        (("replay", "quebrado.yaml"), 2),
        (("card", "quebrado.yaml"), 2),
        (("verify", "quebrado.yaml"), 2),
        (("track", "nada"), 2),
        (("report", "--by", "lua"), 2),
        (("new", "Meu Caso"), 2),
        (("new", "meu", "--channel", "fumaça"), 2),
    ],
)
def test_what_cannot_be_used_gets_its_sentence(
    cli: Cli, caso: Path, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    (tmp_path / "quebrado.yaml").write_text(SOUND.replace("seed: 3", "seed: três"))
    (tmp_path / "mundo.yaml").write_text(SOUND.partition("training:")[0])
    (tmp_path / "outra.yaml").write_text(ANSWERS.replace("scenario: caso", "scenario: outro"))
    (tmp_path / "quebrada.yaml").write_text(ANSWERS.replace("claim: true", "pula: true"))
    got = cli("train", *arguments)
    assert got.code == code
    assert got.err.strip()
