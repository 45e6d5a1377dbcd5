"""`atendente qa`: from the sample to the trend, by commands alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atendente_tui.desk.scorecards import cards_in
from tests.cli.conftest import Cli

CARD = """\
title: Vetor
items:
  - {id: um, title: Um, skill: communication}
  - {id: dois, title: Dois, skill: solving, comment: failed}
  - {id: tres, title: Três, weight: 2, skill: communication}
  - {id: quatro, title: Quatro, may_not_apply: true}
sampling:
  rules:
    - {random: 3}
"""
AS = '[store]\nencryption = "off"\n[hold]\ndefault = 0\n[agent]\nlogin = "{login}"\n{more}'


@pytest.fixture
def become(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Work as somebody; `chefe` supervises."""

    def be(login: str) -> None:
        file = tmp_path / "c.toml"
        file.write_text(AS.format(login=login, more="supervisor = true\n" if login == "chefe" else ""))
        monkeypatch.setenv("ATENDENTE_CONFIG", str(file))
        monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "data"))

    folder = tmp_path / "data" / "qa"
    folder.mkdir(parents=True)
    (folder / "vetor.yaml").write_text(CARD)
    return be


def test_from_the_sample_to_the_trend(
    cli: Cli, made: Callable[..., int], become: Callable[[str], None], tmp_path: Path
) -> None:
    become("ana")
    ticket = made()
    assert cli("claim", ticket).code == 0
    assert cli("wrapup", ticket, "--code", "resolvido").code == 0
    told = cli("qa", "review", ticket, "--set", "um=yes")
    assert (told.code, "supervis" in told.err) == (1, True)

    become("chefe")
    assert {one["id"] for one in cli("qa", "list", "--json").json()} == {"vetor", "atendimento-geral"}
    assert cli("qa", "check").code == 0
    drawn = cli("qa", "sample", "--card", "vetor", "--seed", "7", "--json").json()
    assert [one["id"] for one in drawn["tickets"]] == [ticket]
    assert drawn["tickets"][0]["why"][0]["rule"] == "random"
    by_option = cli("qa", "sample", "--per-agent", 1, "--long", "3d", "--json").json()
    assert [each["rule"] for each in by_option["tickets"][0]["why"]] == ["per_agent"]

    event = cli("history", ticket, "--json").json()[0]["id"]
    words = ("qa", "review", ticket, "--card", "vetor", "--set")
    lacking = cli(*words, "um=yes", "--set", "dois=no")
    assert lacking.code == 1
    assert "tres, quatro" in lacking.err
    assert "dois" in lacking.err
    assert "0…1" in cli(*words, "um=7").err
    assert "4321" in cli(*words, "um=1", "--evidence", "um=4321").err
    answers = tmp_path / "r.yaml"
    answers.write_text("tres: yes\nquatro: na\ndois: {comment: Faltou o prazo.}\n")
    done = cli(*words, "um=yes", "--answers", answers, "--evidence", f"dois={event}", "--json").json()
    assert (done["score"], done["state"], done["agent"]) == (75.0, "finished", "ana")
    assert done["items"][1]["evidence"] == [event]
    short = done["id"][:6]
    assert cli("qa", "release", short, "--dry-run").code == 0
    assert cli("qa", "release", short, "--json").json()["state"] == "queued"
    figure = cli("report", "qa_score", "--tickets", "--json").json()["qa_score"]
    assert figure["value"] == 75.0
    assert [(one["id"], one["agent"]) for one in figure["tickets"]] == [(ticket, "ana")]

    become("ana")
    (waiting,) = cli("qa", "inbox", "--json").json()
    assert waiting["waits_for_you"]
    assert cli("qa", "dispute", short, "--text", "-", given="Eu disse até sexta.\n").code == 0
    shown = cli("history", ticket).out
    assert "Eu disse até sexta." in shown
    assert "{" not in shown

    become("chefe")
    assert cli("qa", "change", short, "--text", "Verdade.", "--set", "dois=yes").code == 0
    assert "Verdade." in cli("qa", "show", short).out
    become("ana")
    assert cli("qa", "acknowledge", short).code == 0
    assert cli("qa", "inbox", "--json").json() == []
    (settled,) = cli("qa", "inbox", "--all", "--json").json()
    assert (settled["state"], settled["score"]) == ("acknowledged", 100.0)

    become("chefe")
    rows = {one["key"]: one for one in cli("qa", "trend", "--by", "skill", "--json").json()["rows"]}
    assert rows["solving"]["value"] == 100.0
    assert cli("qa", "trend", "--by", "agent", "--csv").out.splitlines() == [
        "agent,title,value,reviews,previous",
        "ana,,100.0,1,",
    ]
    assert cli("qa", "calibrate", ticket).code == 1, "nobody else has reviewed it"
    assert cli("qa", "show", "zzz").code == 1


def test_a_broken_card_is_told_by_line_and_column(
    cli: Cli, become: Callable[[str], None], tmp_path: Path
) -> None:
    become("chefe")
    file = tmp_path / "data" / "qa" / "vetor.yaml"
    file.write_text(CARD.replace("weight: 2", "weight: dois"))
    told = cli("qa", "check", "--json")
    assert told.code == 1
    (fault,) = told.json()
    column = CARD.splitlines()[4].index("2,") + 1
    assert (fault["file"], fault["line"], fault["column"]) == ("vetor.yaml", 5, column)
    assert cli("qa", "check", file).code == 1
    assert cli("qa", "review", "1", "--card", "vetor", "--set", "um=yes").code == 1
    assert [one.id for one in cards_in(tmp_path / "data")[0]] == ["atendimento-geral"]


def test_a_draft_is_kept_and_thrown_away(
    cli: Cli, made: Callable[..., int], become: Callable[[str], None]
) -> None:
    become("chefe")
    ticket = made()
    words = ("qa", "review", ticket, "--card", "vetor", "--agent", "ana", "--draft", "--json")
    draft = cli(*words, "--set", "um=yes").json()
    assert (draft["state"], draft["agent"]) == ("draft", "ana")
    assert cli(*words).json()["items"][0]["given"] == 1
    assert cli("qa", "discard", draft["id"]).code == 0
    assert cli("qa", "inbox", "--all", "--json").json() == []
