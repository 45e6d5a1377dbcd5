"""`atendente extract`: tables for analysis, masked unless a reason is given, which is on record."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

MAP = """
[fields]
external_id = "id"
subject = "assunto"
text = "texto"
channel = { const = "email" }
customer = "cliente"
identity = { column = "email", kind = "email" }
opened_at = "aberto"
first_reply_at = "respondido"
closed_at = "fechado"
status = { const = "solved" }
assignee = "quem"
csat = "nota"
"""
CPF = "529.982.247-25"
ROWS = f"""id,assunto,texto,cliente,email,aberto,respondido,fechado,quem,nota
1,=1+1,meu CPF é {CPF},Ana Prado,ana.prado@exemplo.com.br,2026-11-16T10:00:00-03:00,2026-11-16T10:12:00-03:00,2026-11-16T12:00:00-03:00,bia,5
2,troca,olá,Caio,caio@exemplo.com.br,2026-11-17T10:00:00-03:00,,2026-11-17T11:00:00-03:00,bia,1
"""
PERIOD = ("--from", "2026-11-16", "--to", "2026-11-17")


@pytest.fixture
def told(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "rows.csv").write_text(ROWS)
    assert cli("import", tmp_path / "rows.csv", "--map", tmp_path / "map.toml").code == 0
    return cli


def audited(tmp_path: Path) -> list[dict[str, object]]:
    from atendente_tui.cli.opening import configuration, store_key
    from atendente_tui.store import engine

    (file,) = tmp_path.rglob("store.db")
    with closing(engine.connect(file, store_key(configuration()), read_only=True)) as db:
        rows = db.execute("SELECT detail FROM audit WHERE action = 'export' ORDER BY n").fetchall()
    return [json.loads(row[0]) for row in rows]


def test_masked_and_without_names(told: Cli, tmp_path: Path) -> None:
    answer = told("extract", tmp_path / "out", *PERIOD, "--json")
    assert [Path(file).name for file in answer.json()["files"]] == ["tickets.csv", "events.csv"]
    raw = (tmp_path / "out" / "tickets.csv").read_text() + (tmp_path / "out" / "events.csv").read_text()
    for secret in (CPF, "Ana Prado", "ana.prado@"):
        assert secret not in raw
    tickets = list(csv.DictReader((tmp_path / "out" / "tickets.csv").open(newline="")))
    assert [row["subject"] for row in tickets] == ["'=1+1", "troca"]
    assert tickets[0]["resolution_seconds"] == "7200.0"
    assert (tickets[0]["opened"], tickets[1]["first_reply"]) == ("2026-11-16T13:00:00.000Z", "")
    assert tickets[0]["contacts"] == "1"
    assert (tmp_path / "out" / "tickets.csv").stat().st_mode & 0o777 == 0o600


def test_in_full_with_a_reason_that_is_on_record(told: Cli, tmp_path: Path) -> None:
    assert told("extract", tmp_path / "a", *PERIOD, "--reveal", " ").code != 0
    assert (
        told("extract", tmp_path / "b", *PERIOD, "--format", "jsonl", "--reveal", "ação judicial").code == 0
    )
    events = [json.loads(line) for line in (tmp_path / "b" / "events.jsonl").read_text().splitlines()]
    assert any(CPF in event["text"] for event in events)
    told("queue")
    told("note", "1", "--text", "x")  # whoever writes takes in what those who only read put on record
    found = audited(tmp_path)
    assert [one.get("reason") for one in found] == ["ação judicial"]
    assert found[0]["tables"] == ["tickets", "events"]


def test_one_table_of_a_shorter_period_as_parquet(told: Cli, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    words = ("--from", "2026-11-17", "--to", "2026-11-17", "--table", "tickets", "--format", "parquet")
    assert told("extract", tmp_path / "out", *words).code == 0
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["tickets.parquet"]
    rows = parquet.read_table(tmp_path / "out" / "tickets.parquet").to_pylist()
    assert [row["subject"] for row in rows] == ["troca"]
    assert rows[0]["customer_name"] is None


def test_what_cannot_be_is_told(told: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told("extract", tmp_path / "out", "--table", "gente").code == 2
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    assert told("extract", tmp_path / "full", *PERIOD).code == 1
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = told("extract", tmp_path / "none", *PERIOD, "--format", "parquet")
    assert answer.code == 1
    assert "atendente-tui[parquet]" in answer.err
