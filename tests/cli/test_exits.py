"""The exit codes of the contract, each provoked for real; and what a profile's files look like afterwards."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from atendente_tui.store import migrate
from tests.cli.conftest import Cli

Made = Callable[..., int]


@pytest.fixture
def nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", "secret")
    (tmp_path / "config.toml").write_text(
        '[backend]\nname = "rt"\nurl = "http://127.0.0.1:9"\nuser = "ana"\n'
    )


@pytest.mark.usefixtures("nobody_answers")
def test_unreachable_is_3_and_what_was_asked_is_queued(cli: Cli, made: Made) -> None:
    told = cli("sync", "--once", "--json")
    assert told.code == 3
    assert {"pulled", "pushed", "pending", "refused", "conflicts", "cursor", "seconds"} <= set(told.json())
    ticket = made()
    sent = cli("reply", ticket, "--text", "oi", "--now", "--json")
    assert (sent.code, sent.json()["state"]) == (3, "queued")
    assert "não responde" in sent.json()["reason"]
    assert [one["kind"] for one in cli("outbox", "--json").json()] == ["create", "reply"]
    assert cli("backend", "check").code == 3
    assert cli("login", "--token-stdin", given="x\n").code == 3
    assert cli("doctor").code == 1
    assert cli("doctor", "--offline").code == 0


def test_now_without_a_helpdesk_changes_nothing(cli: Cli, made: Made) -> None:
    ticket = made()
    answer = cli("status", ticket, "open", "--now", "--json")
    assert (answer.code, answer.json()["code"]) == (2, "no_backend")
    assert len(cli("outbox", "--json").json()) == 1


def test_a_store_in_use_is_4_and_can_still_be_read(cli: Cli, made: Made, tmp_path: Path) -> None:
    ticket = made()
    with (tmp_path / "data" / "store" / "store.lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        locked = cli("claim", ticket)
        assert locked.code == 4
        assert "outra janela" in locked.err
        assert cli("show", ticket, "--json").code == 0
        assert cli("search", "geladeira", "--json").code == 0


def test_a_newer_store_is_4(cli: Cli, made: Made, tmp_path: Path) -> None:
    from atendente_tui.store.engine import connect

    made()
    key = bytes.fromhex((tmp_path / "keys" / "store.key").read_text())
    db = connect(tmp_path / "data" / "store" / "store.db", key)
    db.execute(f"PRAGMA user_version = {migrate.latest() + 1}")
    db.close()
    for words in (("queue",), ("claim", "1")):
        answer = cli(*words)
        assert answer.code == 4
        assert "mais nova" in answer.err


def test_another_key_is_4_and_changes_nothing(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    (tmp_path / "keys" / "store.key").write_text("ab" * 32)
    before = (tmp_path / "data" / "store" / "store.db").read_bytes()
    for words in (("queue",), ("claim", "1"), ("doctor", "--repair")):
        assert cli(*words).code == 4
    assert (tmp_path / "data" / "store" / "store.db").read_bytes() == before


def test_a_damaged_page_is_4_and_says_where_to_look(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    file = tmp_path / "data" / "store" / "store.db"
    content = bytearray(file.read_bytes())
    content[8_192:12_288] = b"x" * 4_096
    file.write_bytes(content)
    told = cli("queue")
    assert (told.code, told.out) == (4, "")
    assert str(file) in told.err
    assert "atendente doctor" in told.err


def test_a_store_cut_to_nothing_is_damage_and_no_new_store(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    place = tmp_path / "data" / "store"
    cli("search", "x")
    for log in place.glob("store.db-*"):
        log.unlink()
    (place / "store.db").write_bytes(b"")
    for words in (("queue",), ("claim", "1")):
        answer = cli(*words)
        assert answer.code == 4
        assert str(place / "store.db") in answer.err
    told = {one["name"]: one for one in cli("doctor", "--json").json()["checks"]}
    assert not told["store"]["ok"]
    assert "--repair" in told["store"]["advice"]
    assert cli("doctor", "--repair", "--json").json()["repair"]["aside"]
    assert cli("queue").code == 0


def test_places_that_cannot_be_used_are_named(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "file"))
    answer = cli("queue")
    assert answer.code == 2
    assert f"{tmp_path / 'file'} não pode ser usada: não é uma pasta" in answer.err
    monkeypatch.setenv("ATENDENTE_CONFIG", str(tmp_path / "file" / "c.toml"))
    unwritten = cli("backend", "use", "demo")
    assert unwritten.code == 2
    assert f"{tmp_path / 'file' / 'c.toml'}" in unwritten.err
    monkeypatch.setenv("ATENDENTE_CONFIG", str(tmp_path / "config.toml"))
    assert cli("doctor").code == 1
    monkeypatch.setenv("ATENDENTE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "store").write_text("x")
    assert cli("queue").code == 4
    (tmp_path / "data" / "store").unlink()
    (tmp_path / "data" / "store" / "store.db").mkdir(parents=True)
    assert cli("queue").code == 4
    assert cli("claim", "1").code == 4


def test_the_profile_is_for_its_owner_alone(cli: Cli, made: Made, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        ticket = made()
        cli("note", ticket, "--text", "x")
        cli("search", "x")
        assert cli("doctor").code == 0
    finally:
        os.umask(before)
    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_key_file_is_made_with_0600_and_said(cli: Cli, tmp_path: Path) -> None:
    answer = cli("queue", "--json")
    key = tmp_path / "keys" / "store.key"
    assert answer.json() == []
    assert str(key) in answer.err
    assert key.stat().st_mode & 0o777 == 0o600
    assert str(key) not in cli("queue").err, "said once"


def test_a_key_file_that_is_no_file_is_named(cli: Cli, tmp_path: Path) -> None:
    key = tmp_path / "keys" / "store.key"
    for make, word in (
        (lambda: key.mkdir(parents=True), "arquivo comum"),
        (lambda: key.write_text("zz"), "modo 0644"),
        (lambda: key.chmod(0o600), "64 dígitos"),
    ):
        if key.is_dir():
            key.rmdir()
        before = os.umask(0o022)
        make()
        os.umask(before)
        answer = cli("queue", "--json")
        assert (answer.code, answer.out) == (2, "")
        assert str(key) in answer.err
        assert word in answer.err


def test_either_word_of_a_group_may_ask_for_json(cli: Cli, made: Made) -> None:
    made()
    made()
    (_first, second) = cli("outbox", "list", "--json").json()
    assert cli("outbox", "--json", "list").json()[1] == second
    for words in (("outbox", "--jsonl"), ("outbox", "list", "--jsonl"), ("outbox", "--jsonl", "list")):
        assert json.loads(cli(*words).out.splitlines()[1]) == second


def test_no_keyring_names_the_ways_out(program: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATENDENTE_STORE_KEY_FILE")
    answer = program("queue", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert "ATENDENTE_STORE_KEY_FILE" in answer.err
    assert 'encryption = "off"' in answer.err


def test_without_encryption_no_key_is_needed(
    program: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATENDENTE_STORE_KEY_FILE")
    (tmp_path / "config.toml").write_text('[store]\nencryption = "off"\n')
    assert program("queue", "--json").json() == []


def test_a_bad_configuration_names_everything(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[store]\nencryption = "maybe"\n[ui]\ntheme = "pink"\n')
    answer = cli("queue", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert (
        f'{tmp_path}/config.toml:2: store.encryption: encontrado \'maybe\'; permitido: um destes: "on", "off"'
        in answer.err
    )
    assert "config.toml:4: ui.theme" in answer.err
    assert cli("--help").code == 0


def test_the_language_of_the_configuration_reaches_help(program: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[ui]\nlanguage = "en"\n')
    assert "List what is waiting" in program("--help").out
    assert "Lista o que espera" in program("--help", ATENDENTE_LANG="pt-BR").out


def test_using_a_backend_writes_only_its_table(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\n[agent]\nlogin = "ana"  # me\n')
    file.chmod(0o640)
    told = cli("backend", "use", "rt", "--url", "https://rt.example.com", "--user", "ana", "--json")
    assert told.json()[0]["name"] == "rt"
    assert file.read_text().startswith('# mine\n[agent]\nlogin = "ana"  # me\n')
    assert 'url = "https://rt.example.com"' in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    assert cli("backend", "use", "rt", "--user", "bia").code == 0
    assert 'url = "https://rt.example.com"' in file.read_text(), "what is not said stays as it was"
    before = file.read_text()
    refused = cli("backend", "use", "rt", "--url", "ftp://x")
    assert (refused.code, file.read_text()) == (2, before)
    assert f"{file}:" in refused.err
    assert sorted(path.name for path in tmp_path.iterdir() if "config" in path.name) == ["config.toml"]


def test_backends_are_listed_with_what_they_can(cli: Cli) -> None:
    told = {one["name"]: one for one in cli("backend", "list", "--json").json()}
    assert set(told) >= {"demo", "rt"}
    assert told["rt"]["installed"]
    assert "reply" in told["rt"]["capabilities"]["commands"]


def test_login_without_a_keyring(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[backend]\nname = "rt"\nurl = "http://127.0.0.1:9"\nuser = "ana"\n'
    )
    answer = cli("login", "--token-stdin", "--no-check", given="s3cret\n")
    assert answer.code == 2
    assert "ATENDENTE_TOKEN" in answer.err
    assert "s3cret" not in answer.err + (tmp_path / "config.toml").read_text()
    assert cli("login").code == 2
    assert cli("logout", "--json").json() == {"forgotten": False}


def test_a_round_with_the_demo_helpdesk(cli: Cli, tmp_path: Path) -> None:
    assert cli("backend", "use", "demo").code == 0
    told = cli("sync", "--once", "--json").json()
    assert told["pulled"] > 50
    assert told["error"] is None
    assert cli("sync", "--once", "--full", "--json").code == 0
    ticket = cli("queue", "--view", "livres", "--json").json()[0]["id"]
    sent = cli("claim", ticket, "--now", "--json")
    mine = [one["id"] for one in cli("queue", "--view", "minha", "--json").json()]
    assert ticket in mine
    assert cli("sync", "--once", "--full").code == 0, "the demo remembers what another command did"
    assert [one["id"] for one in cli("queue", "--view", "minha", "--json").json()] == mine
    assert (sent.code, sent.json()["state"]) == (0, "confirmed")
    noted = cli("note", ticket, "--text", "x", "--now", "--json")
    assert (noted.code, noted.json()["state"]) == (0, "confirmed")
    late = cli("undo", noted.json()["command_id"], "--json")
    assert (late.code, late.json()["code"]) == (1, "already_sent")
    undone = cli("note", ticket, "--text", "y", "--json").json()["command_id"]
    assert cli("undo", undone, "--json").json() == {"command_id": undone, "state": "undone", "reason": None}
    again = cli("undo", undone, "--json")
    assert (again.code, again.json()["code"], again.json()["command_id"]) == (1, "already_undone", undone)
    assert cli("undo", undone).out == ""
    (proved,) = cli("backend", "check", "--json").json()
    assert {"name", "installed", "capabilities"} <= set(proved)
    assert (proved["name"], proved["ok"]) == ("demo", True)
    assert {"check", "state", "detail", "seconds", "ok"} == set(proved["checks"][0])
    lines = cli("sync", "--once", "--jsonl").out.splitlines()
    assert [json.loads(one)["error"] for one in lines] == [None]
    for path in (tmp_path / "data").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
