"""The whole store out as files and back into a clean profile: the same store."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from atendente_tui.store.archive import TABLES
from tests.cli.conftest import Cli

Made = Callable[..., int]
DERIVED = {
    *("tally", "index_queue", "meta", "sync_state", "presence"),
    *("counted_ticket", "counted_contact", "counted_target", "count_due"),
}
"""Counts and what the figures are made of, the line of the full text, the store's own name, how far a helpdesk was read, who is there just now: made again."""


@pytest.fixture
def filled(cli: Cli, made: Made, tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "troca.md").write_text(
        "---\ntitle: Troca\naudience: public\n---\n\nComo trocar: na loja.\n"
    )
    (tmp_path / "c.csv").write_text('id,s,nota\n1,=1+1,5\n2,\\N,\nA3,\'aspas,\n4,"duas\nlinhas",1\n')
    (tmp_path / "c.toml").write_text(
        '[fields]\nexternal_id="id"\nsubject="s"\nchannel={const="sms"}\ncustomer="s"\ncsat="nota"\ntags=["s"]\n'
    )
    assert cli("import", tmp_path / "c.csv", "--map", tmp_path / "c.toml").code == 0
    assert cli("kb", "import", tmp_path / "kb").code == 0
    ticket = made("Açúcar “aspas” \\N 'x", "--identity", "cpf:123.456.789-00", "--tag", "a b")
    for words in (
        ("reply", ticket, "--text", "=HYPERLINK(x)"),
        ("note", ticket, "--text", "-1\n\r\n@x"),
        ("promise", ticket, "--due", "2h", "--text", "ligo"),
        ("fact", ticket, "cpf_confirmed"),
        ("wrapup", ticket, "--code", "solved"),
    ):
        assert cli(*words).code == 0


def seen(cli: Cli) -> list[object]:
    """Everything the command line can see."""
    rows = cli("queue", "--view", "todos", "--limit", "1000", "--json").json()
    return [
        rows,
        [cli("show", one["id"], "--json").json() for one in rows],
        cli("outbox", "list", "--all", "--json").json(),
        cli("promises", "list", "--json").json(),
        cli("kb", "search", "troca", "--json").json(),
        cli("search", "acucar", "--json").json(),
    ]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_there_and_back(kind: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "parquet" and importlib.util.find_spec("pyarrow") is None:
        answer = cli("export", tmp_path / "out", "--format", kind)
        assert (answer.code, "atendente-tui[parquet]" in answer.err) == (1, True)
        pytest.skip("pyarrow is an extra and is not installed here")
    before = seen(cli)
    files = cli("export", tmp_path / "out", "--format", kind, "--json").json()["files"]
    assert {Path(one).name for one in files} == {f"{table}.{kind}" for table in TABLES} | {"manifest.json"}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert all(Path(one).stat().st_mode & 0o777 == 0o600 for one in files)
    assert cli("export", tmp_path / "out", "--format", kind).code == 1, "nothing is written over"
    assert cli("import", tmp_path / "out").code == 1, "only into an empty store"

    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "another"))
    monkeypatch.setenv("ATENDENTE_STORE_KEY_FILE", str(tmp_path / "another.key"))
    dry = cli("import", tmp_path / "out", "--dry-run", "--json").json()
    assert cli("queue", "--view", "todos", "--json").json() == []
    told = cli("import", tmp_path / "out", "--json").json()
    assert told == {name: value for name, value in dry.items() if name != "dry_run"}
    assert (told["tickets"], told["skipped"]) == (5, [])
    assert seen(cli) == before
    assert cli("doctor").code == 0

    again = cli("export", tmp_path / "again", "--json")
    assert again.code == 0
    if kind == "jsonl":
        for table in set(TABLES) - {
            "audit",
            "outbox",
        }:  # the export itself is on record; sending asks first now
            file = f"{table}.jsonl"
            assert (tmp_path / "again" / file).read_text() == (tmp_path / "out" / file).read_text(), table


def test_every_table_is_exported_or_derived(cli: Cli, tmp_path: Path) -> None:
    from atendente_tui.store.engine import connect

    cli("queue")
    key = bytes.fromhex((tmp_path / "keys" / "store.key").read_text())
    with closing(connect(tmp_path / "data" / "store" / "store.db", key, read_only=True)) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert {name for name in tables if not re.match("sqlite_", name)} == set(TABLES) | DERIVED


@pytest.mark.usefixtures("filled")
def test_an_export_that_was_changed_is_not_believed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("export", tmp_path / "out")
    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "another"))
    ticket, manifest = tmp_path / "out" / "ticket.jsonl", tmp_path / "out" / "manifest.json"
    good, told = ticket.read_text(), manifest.read_text()
    ticket.write_text(good.replace("sms", "xxx"))
    answer = cli("import", tmp_path / "out")
    assert (answer.code, "ticket.jsonl" in answer.err) == (1, True)
    ticket.write_text(good)
    for wrong in (
        "",
        "[]",
        "{}",
        '{"format": "xml", "schema": 1, "tables": {}}',
        told.replace('"schema": ', '"schema": 9'),
        told.replace('"schema": ', '"schema": "x", "s": '),
        json.dumps(json.loads(told) | {"tables": {"ticket": 1}}),
    ):
        manifest.write_text(wrong)
        assert cli("import", tmp_path / "out").code == 1
    manifest.write_text(told)
    assert cli("queue", "--view", "todos", "--json").json() == []
    assert cli("import", tmp_path / "out").code == 0
