"""`atendente report`: the same figures in every form, and nothing in them commands what opens it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from atendente_tui.goals import FIGURES
from tests.cli.conftest import Cli

MAP = """
[fields]
external_id = "id"
subject = "assunto"
channel = { const = "email" }
customer = "cliente"
opened_at = "aberto"
first_reply_at = "respondido"
closed_at = "fechado"
status = { const = "solved" }
assignee = "quem"
team = "equipe"
csat = "nota"
"""
HOSTILE = '=HYPERLINK("http://mau.example")'
TAGGED = "<script>alert(1)</script>|`x`\x1b[31m"
ROWS = f"""id,assunto,cliente,aberto,respondido,fechado,quem,equipe,nota
1,a,Ana,2026-11-16T10:00:00-03:00,2026-11-16T10:12:00-03:00,2026-11-16T12:00:00-03:00,"{HOSTILE.replace('"', '""')}",loja,5
2,b,Bia,2026-11-17T10:00:00-03:00,2026-11-17T10:24:00-03:00,2026-11-17T11:00:00-03:00,caio,"{TAGGED}",1
"""
PERIOD = ("--from", "2026-11-16", "--to", "2026-11-17")


@pytest.fixture
def told(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "rows.csv").write_text(ROWS)
    assert cli("import", tmp_path / "rows.csv", "--map", tmp_path / "map.toml").code == 0
    return cli


def test_the_contract(told: Cli) -> None:
    answer = told("report", "first_response", "csat", *PERIOD, "--tickets", "--json").json()
    assert list(answer) == ["first_response", "csat"]
    first = answer["first_response"]
    assert (first["value"], first["unit"], first["n"]) == (18 * 60, "seconds", 2)
    assert first["window"] == {
        "from": "2026-11-16T00:00:00.000-03:00",
        "to": "2026-11-18T00:00:00.000-03:00",
    }
    assert "primeira resposta pública" in first["formula"]
    assert sum(row["contribution"] for row in first["tickets"]) == pytest.approx(first["value"])
    assert {row["amount"] for row in first["tickets"]} == {720, 1440}
    assert answer["csat"]["value"] == 50
    assert first["previous"]["value"] is None


def test_every_figure_without_a_word_and_none_is_a_zero(told: Cli) -> None:
    answer = told("report", "--from", "2020-01-01", "--to", "2020-01-31", "--json").json()
    assert list(answer) == list(FIGURES)
    assert {one["value"] for one in answer.values()} == {None}
    assert "—" in told("report", "nps", "--from", "2020-01-01", "--to", "2020-01-31").out


def test_narrowed_and_told_apart(told: Cli) -> None:
    narrow = told("report", "first_response", *PERIOD, "--agent", "caio", "--json").json()
    assert narrow["first_response"]["value"] == 1440
    days = told("report", "first_response", *PERIOD, "--by", "day", "--json").json()["first_response"]["by"]
    assert [(one["day"][:10], one["value"]) for one in days] == [("2026-11-16", 720), ("2026-11-17", 1440)]
    year = ("--from", "2026-01-01", "--to", "2026-12-31", "--json")
    weeks = told("report", "csat", *year, "--by", "time").json()["csat"]["by"]
    assert {one["time"][11:19] for one in weeks} == {"00:00:00"}
    assert len(weeks) == 53  # and two days would be told by the hour
    hours = told(
        "report", "csat", "--from", "2026-11-16", "--to", "2026-11-17", "--by", "time", "--json"
    ).json()
    assert len(hours["csat"]["by"]) == 48
    chart = told("report", "csat", *year[:4], "--by", "month", "--html").out
    assert "11/2026" in chart
    teams = told("report", "csat", *PERIOD, "--by", "team", "--json").json()["csat"]["by"]
    assert {one["team"]: one["value"] for one in teams} == {"loja": 100, TAGGED: 0}


def test_goals_and_formulas_on_screen(told: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[goals]\ncsat = 85\nfirst_response = "30min"\n')
    shown = told("report", "csat", "first_response", *PERIOD, "--formula").out
    assert "50,0 %" in shown
    assert "18 min 00 s" in shown
    assert "≥ 85,0 %" in shown
    assert "≤ 30 min 00 s" in shown
    assert "100 × respostas positivas ÷ respostas" in shown
    assert told("report", "csat", *PERIOD, "--json").json()["csat"]["target"] == {
        "min": 85,
        "max": None,
        "met": False,
    }


def test_a_spreadsheet_takes_no_cell_for_a_formula(told: Cli, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert told("report", "first_response", *PERIOD, "--by", "agent", "--csv", "--output", file).code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert rows[0]["value"] == "1080.0"
    assert f"'{HOSTILE}" in {row["group"] for row in rows}
    behind = told("report", "first_response", *PERIOD, "--tickets", "--csv").out
    assert "\x1b" not in behind
    for row in csv.reader(io.StringIO(behind)):
        assert not any(cell.startswith(("=", "+", "@", "-")) for cell in row)


def test_a_page_holds_no_foreign_markup_and_loads_nothing(told: Cli) -> None:
    shown = told("report", *PERIOD, "--by", "team", "--tickets", "--html").out
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "\x1b" not in shown
    assert shown.count("<svg") >= 2
    assert "http" not in shown.replace("Content-Security-Policy", "").replace("http-equiv", "").replace(
        "http://mau.example", ""
    )


def test_markdown_takes_foreign_text_as_text(told: Cli) -> None:
    shown = told("report", "csat", *PERIOD, "--by", "team", "--md").out
    assert r"\<script\>alert\(1\)\</script\>\|\`x\`" in shown
    assert "| CSAT | 50,0 % | 2 |" in shown


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("report", "tma"), ("tma", "aht")),
        (("report", "--by", "lua"), ("lua", "month")),
        (("report", "--from", "ontem"), ("ontem",)),
        (("report", "--from", "2026-11-17", "--to", "2026-11-01"), ("2026-11-17",)),
        (("report", "--csv", "--md"), ("--html",)),
        (("report", "--from", "2000-01-01", "--by", "hour"), ("1000",)),
    ],
)
def test_what_is_asked_wrongly_is_told(cli: Cli, words: tuple[str, ...], names: tuple[str, ...]) -> None:
    answer = cli(*words)
    assert answer.code == 2
    assert all(name in answer.err for name in names)
    assert answer.out == ""


def test_what_others_count_is_waited_for_and_a_wrong_number_is_found(told: Cli, tmp_path: Path) -> None:
    from atendente_tui.cli.opening import configuration, store_key
    from atendente_tui.store import engine

    def doctor() -> bool:
        checks = told("doctor", "--json").json()["checks"]
        return next(one["ok"] for one in checks if one["name"] == "figures")

    assert told("report", "first_response", *PERIOD, "--json").json()["first_response"]["n"] == 2
    assert doctor()
    (file,) = tmp_path.rglob("store.db")
    db = engine.connect(file, store_key(configuration()))
    db.execute("UPDATE counted_target SET took = took * 2")
    db.close()
    assert not doctor()
    again = told("report", "first_response", *PERIOD, "--recount", "--json").json()
    assert again["first_response"]["value"] == 18 * 60
    assert doctor()


def test_figures_that_others_counted(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "alcance.csv"
    file.write_text("key,from,to,value\namplification,2026-11-01,2026-12-01,120\n")
    words = ("report", "amplification", "--from", "2026-11-01", "--to", "2026-11-30", "--json")
    for _again in range(2):  # the same file twice changes nothing
        found = cli(*words, "--import", file).json()["amplification"]
        assert (found["value"], found["n"]) == (120, 1)
    assert "importado" in found["formula"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("alcance,2026-11-01,2026-12-01,1", ("key", "alcance", "amplification")),
        ("amplification,ontem,2026-12-01,1", ("from", "ontem")),
        ("amplification,2026-11-01,2026-11-01,1", ("to", "2026-11-01")),
        ("amplification,2026-11-01,2026-12-01,nan", ("value", "nan")),
    ],
)
def test_a_line_that_cannot_be_used_is_told(
    cli: Cli, tmp_path: Path, line: str, names: tuple[str, ...]
) -> None:
    (tmp_path / "f.csv").write_text(f"key,from,to,value\n{line}\n")
    answer = cli("report", "amplification", "--import", tmp_path / "f.csv")
    assert answer.code == 2
    assert all(name in answer.err for name in ("f.csv", "2", *names))
    assert (
        cli("report", "amplification", "--from", "2026-11-01", "--to", "2026-11-30", "--json").json()[
            "amplification"
        ]["value"]
        is None
    )


def test_a_command_leaves_figures_behind_that_can_be_read(told: Cli, tmp_path: Path) -> None:
    from contextlib import closing

    from atendente_tui.cli.opening import configuration, store_key
    from atendente_tui.store import counting, engine

    assert told("note", "1", "--text", "x").code == 0
    (file,) = tmp_path.rglob("store.db")
    with closing(engine.connect(file, store_key(configuration()), read_only=True)) as db:
        assert counting.uncounted(db) == 0
