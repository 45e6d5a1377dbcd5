"""`doctor` finds what is wrong, and `--repair` mends a damaged store without losing what is still to be sent."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from atendente_tui.clock import SystemClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store.backup import back_up
from atendente_tui.store.store import Store
from tests.cli.conftest import Cli

Made = Callable[..., int]


def test_all_is_well(cli: Cli, made: Made) -> None:
    made()
    answer = cli("doctor", "--json")
    assert answer.code == 0
    checks = answer.json()["checks"]
    assert all(set(one) == {"name", "ok", "detail", "advice"} for one in checks)
    assert {
        "python",
        "sqlite",
        "configuration",
        "keys",
        "data",
        "disk",
        "key",
        "store",
        "counts",
        "terminal",
        "backend",
    } <= {one["name"] for one in checks}
    assert "não há o que reparar" in cli("doctor", "--repair").err


def test_a_fresh_profile_is_well_and_stays_untouched(cli: Cli, tmp_path: Path) -> None:
    assert cli("doctor", "--json").json()["checks"][0]["name"] == "python"
    assert cli("doctor").code == 0
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "keys").exists()


def test_a_profile_without_a_place_for_its_key_is_not_well(
    program: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATENDENTE_STORE_KEY_FILE")
    answer = program("doctor", "--json")
    assert answer.code == 1
    (key,) = [one for one in answer.json()["checks"] if one["name"] == "key"]
    assert "ATENDENTE_STORE_KEY_FILE" in key["detail"]


def test_what_is_wrong_is_named(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    (tmp_path / "data" / "store" / "store.db").chmod(0o644)
    told = {one["name"]: one for one in cli("doctor", "--json").json()["checks"]}
    assert not told["data"]["ok"]
    assert "store.db" in told["data"]["detail"]
    assert "chmod" in told["data"]["advice"]
    (tmp_path / "config.toml").write_text('[keys]\nnonsense = "x"\n')
    answer = cli("doctor", "--json")
    assert answer.code == 1
    (keys,) = [one for one in answer.json()["checks"] if one["name"] == "keys"]
    assert not keys["ok"]
    assert ":2:" in keys["detail"]


@pytest.mark.parametrize("first_page", [True, False])
def test_repair(first_page: bool, cli: Cli, made: Made, tmp_path: Path) -> None:
    place = tmp_path / "data" / "store"
    made("Antes da cópia")
    key = bytes.fromhex((tmp_path / "keys" / "store.key").read_text())
    store = Store.open(place, key=key, rules=DEFAULT_RULES, clock=SystemClock())
    back_up(store, at_least_every=0)
    store.close()
    ticket = made("Depois da cópia")
    cli("reply", ticket, "--text", "não se pode perder", "--hold", "600")
    with (place / "store.db").open("rb+") as file:
        file.seek(0 if first_page else 4096 * 6)
        file.write(b"x" * 4096)
    for log in place.glob("store.db-*"):
        log.unlink()
    assert cli("queue", "--view", "todos").code == 4 if first_page else True
    told = {one["name"]: one for one in cli("doctor", "--json").json()["checks"]}
    assert not told["store"]["ok"]
    assert "--repair" in told["store"]["advice"]

    mended = cli("doctor", "--repair", "--json")
    assert mended.code == 0
    assert mended.json()["repair"]["restored"]
    assert Path(mended.json()["repair"]["aside"]).exists()
    subjects = {one["subject"] for one in cli("queue", "--view", "todos", "--json").json()}
    assert "Antes da cópia" in subjects
    if not first_page:  # of an encrypted file without its first page nothing can be read
        assert any(one["text"] == "não se pode perder" for one in cli("outbox", "--json").json())
    assert cli("doctor").code == 0


class Late(BaseHTTPRequestHandler):
    """A server whose clock is ten minutes behind ours, and which knows nobody."""

    def do_GET(self) -> None:
        Late.asked.append(dict(self.headers))
        self.send_response_only(401)
        self.send_header("Date", formatdate(time.time() - 600, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()

    asked: ClassVar[list[dict[str, str]]] = []

    def log_message(self, *_: object) -> None: ...


def test_the_clock_is_held_against_the_helpdesk_s(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATENDENTE_TOKEN", "segredo-que-nao-sai")
    with ThreadingHTTPServer(("127.0.0.1", 0), Late) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        (tmp_path / "config.toml").write_text(f'[backend]\nname = "rt"\nurl = "{url}"\nuser = "ana"\n')
        try:
            answer = cli("doctor", "--json")
        finally:
            server.shutdown()
    told = {one["name"]: one for one in answer.json()["checks"]}
    assert answer.code == 1
    assert not told["clock"]["ok"]
    assert 595 <= int(told["clock"]["detail"].split()[0]) <= 605
    assert "relógio" in told["clock"]["advice"]
    assert "atendente-tui" in told["adapter"]["detail"]
    assert "segredo-que-nao-sai" not in str(Late.asked[-1]), "the time is asked without a secret"
    assert "segredo-que-nao-sai" not in answer.out + answer.err


def test_what_was_refused_wants_a_person(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    assert {one["name"]: one for one in cli("doctor", "--json").json()["checks"]}["outbox"]["ok"]
    key = bytes.fromhex((tmp_path / "keys" / "store.key").read_text())
    store = Store.open(tmp_path / "data" / "store", key=key, rules=DEFAULT_RULES, clock=SystemClock())
    store.write(lambda tx: tx.db.execute("UPDATE outbox SET state = 'refused'") and None)
    told = {one["name"]: one for one in cli("doctor", "--json").json()["checks"]}
    assert str(os.getpid()) in told["window"]["detail"]
    store.close()
    assert not told["outbox"]["ok"]
    assert told["outbox"]["advice"] == "atendente outbox list"


def test_settings_that_others_may_write(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "config.toml").chmod(0o666)
    told = {one["name"]: one for one in cli("doctor", "--json").json()["checks"]}
    assert not told["settings"]["ok"]
    assert "chmod go-w" in told["settings"]["advice"]


def test_the_log_is_read(cli: Cli, made: Made, tmp_path: Path) -> None:
    made()
    (tmp_path / "data" / "store" / "store.lock").write_text('{"clean": false}')
    made()
    answer = cli("log", "--json", "--tail", "1")
    [line] = answer.json()
    assert line["what"] == "the store was not closed the last time"
    assert "not closed" in cli("log").out
