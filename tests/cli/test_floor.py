"""States, shifts and the monitor's answer, at a shell."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_saying_what_one_does_and_seeing_it(cli: Cli) -> None:
    assert cli("state", "paused").code == 1
    assert cli("state", "paused", "--reason", "almoço", "--json").json()["state"] == "confirmed"
    (told,) = cli("state", "--json").json()
    assert (told["state"], told["reason"]) == ("paused", "almoço")
    assert "em pausa" in cli("state").out


def test_shifts_are_imported_and_listed(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "escala.csv"
    file.write_text("agent,starts,ends\nana,2026-11-20T08:00,2026-11-20T12:00\n")
    assert cli("shifts", "import", str(file), "--dry-run", "--json").json() == {"shifts": 1, "new": 0}
    assert cli("shifts", "import", str(file), "--json").json() == {"shifts": 1, "new": 1}
    (told,) = cli("shifts", "list", "--from", "2026-11-20", "--to", "2026-11-21", "--json").json()
    assert told["starts"] == "2026-11-20T08:00:00-03:00"
    file.write_text(
        "agent;starts;ends;team\nana;2026-11-20T08:00;2026-11-20T12:00;Varejo\nana;2026-11-20T13:00;2026-11-20T17:00;Trocas\n"
    )
    assert cli("shifts", "import", str(file), "--json").json() == {"shifts": 2, "new": 1}
    window = ("--from", "2026-11-20", "--to", "2026-11-20", "--json")
    told = cli("report", "adherence", "occupancy", "--by", "team", *window).json()
    assert [(one["team"], one["value"]) for one in told["adherence"]["by"]] == [("Trocas", 0), ("Varejo", 0)]
    file.write_text("agent,starts,ends\nana,cedo,2026-11-20T12:00\n")
    refused = cli("shifts", "import", str(file))
    assert refused.code != 0
    assert "2: starts" in refused.err
    assert cli("shifts", "import", str(tmp_path / "nada.csv")).code == 2


def test_the_monitor_answers_once(cli: Cli) -> None:
    made = cli(
        *(
            "create",
            "--customer",
            "Maria",
            "--channel",
            "chat",
            "--subject",
            "Cadê?",
            "--text",
            "Isso é um absurdo!",
        ),
        *("--identity", "email:maria@exemplo.com.br", "--json"),
    ).json()
    assert made["ticket"]
    told = cli("monitor", "--once", "--json").json()
    assert [(one["channel"], one["count"]) for one in told["queue"]] == [("chat", 1)]
    assert told["risk"]["displeased"][0]["id"] == made["ticket"]
    assert told["today"]["csat"]["value"] is None
    assert told["today"]["csat"]["formula"]
    assert told["notices"] == {"spikes": [], "forgotten": [], "sent_about": []}
    assert "Fila agora" in cli("monitor", "--once").out


def test_surveys_are_imported_all_or_none_and_listed_when_due(cli: Cli, tmp_path: Path) -> None:
    made = cli(
        *("create", "--customer", "Maria", "--channel", "chat", "--subject", "Cadê?", "--text", "Oi"),
        *("--identity", "email:maria@exemplo.com.br", "--json"),
    ).json()
    file = tmp_path / "respostas.csv"
    file.write_text(
        f"survey;score;at;ticket\ncsat;4;2026-11-20T09:00;{made['ticket']}\ncsat;9;2026-11-20T09:00;1\n"
    )
    refused = cli("surveys", "import", str(file), "--json")
    assert (refused.code, refused.json()["new"], refused.json()["skipped"][0]["line"]) == (1, 0, 3)
    assert cli("surveys", "import", str(file), "--partial", "--json").json()["new"] == 1
    assert "CSAT: 4 de 5" in cli("show", str(made["ticket"])).out
    assert cli("surveys", "due").code == 1
