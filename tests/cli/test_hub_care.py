"""The hub's care from a shell: who may send, what is shared, a backup and back, and the doctor."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atendente_tui.cli import hub
from atendente_tui.hub.blobs import Blobs
from atendente_tui.hub.database import Database
from tests.cli.conftest import Cli
from tests.hub.serving_fixture import Served, serving


@pytest.fixture
def url(cli: Cli, tmp_path: Path) -> str:
    """A hub's database with one team in it."""
    address = f"sqlite:///{tmp_path}/hub.db"
    tmp_path.chmod(0o700)
    with hub.hub_database(address, begin=True):
        pass
    assert cli("hub", "team", "add", "loja", "--database", address).code == 0
    return address


@pytest.fixture
def running(url: str, tmp_path: Path) -> Iterator[Served]:
    database = Database.open(url)
    served = serving(database, tmp_path / "files")
    yield served
    served.stop()
    database.close()


@pytest.fixture
def source(cli: Cli, url: str) -> dict[str, Any]:
    answer = cli(
        "hub", "inbound", "add", "site", "--channel", "chat", "--team", "loja", "--database", url, "--json"
    )
    assert answer.code == 0, answer.err
    told: dict[str, Any] = answer.json()
    return told


# -- inbound ---------------------------------------------------------------------------------------------------------


def test_a_secret_is_shown_once(cli: Cli, url: str, source: dict[str, Any]) -> None:
    secret = source["secret"]
    assert len(secret) > 40
    assert {name: source[name] for name in ("name", "channel", "team", "state")} == {
        "name": "site",
        "channel": "chat",
        "team": "loja",
        "state": "active",
    }
    for verb in (("list",), ("list", "--json"), ("revoke", "site", "--json")):
        answer = cli("hub", "inbound", *verb, "--database", url)
        assert secret not in answer.out + answer.err
    assert cli("hub", "inbound", "list", "--database", url, "--json").json()[0]["state"] == "revoked"


def test_for_people_the_secret_alone_goes_to_standard_output(cli: Cli, url: str) -> None:
    answer = cli("hub", "inbound", "add", "zap", "--channel", "whatsapp", "--database", url)
    assert len(answer.out.split()) == 1
    assert answer.out.strip() not in answer.err
    assert "/v1/inbound/whatsapp" in answer.err


def test_a_secret_is_changed_in_two_steps(cli: Cli, url: str, source: dict[str, Any]) -> None:
    newer = cli("hub", "inbound", "rotate", "site", "--database", url, "--json").json()
    assert newer["state"] == "rotating"
    assert newer["secret"] != source["secret"]
    ended = cli("hub", "inbound", "rotate", "site", "--finish", "--database", url, "--json").json()
    assert (ended["state"], "secret" in ended) == ("active", False)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("add", "Site!", "--channel", "chat"), 2, "Site!"),
        (("add", "site", "--channel", "fax"), 2, "fax"),
        (("add", "site", "--channel", "chat"), 1, "site"),
        (("add", "outro", "--channel", "chat", "--team", "nenhuma"), 1, "nenhuma"),
        (("rotate", "nada"), 1, "nada"),
        (("revoke", "nada"), 1, "nada"),
        (("send", "nada", "--customer", "email:a@b", "--text", "x"), 1, "nada"),
        (("send", "site", "--customer", "a@b", "--text", "x"), 2, "a@b"),
        (
            ("send", "site", "--customer", "email:a@b", "--text", "x", "--url", "http://127.0.0.1:1"),
            3,
            "127.0.0.1:1",
        ),
        (("send", "site", "--customer", "email:a@b", "--text", "x", "--url", "nonsense"), 3, "nonsense"),
    ],
)
def test_what_cannot_be_is_said(
    cli: Cli, url: str, source: dict[str, Any], words: tuple[str, ...], code: int, told: str
) -> None:
    answer = cli("hub", "inbound", *words, "--database", url)
    assert answer.code == code, answer.err
    assert told in answer.err
    assert answer.out == ""


def test_a_signed_message_is_sent_and_one_of_a_revoked_source_refused(
    cli: Cli, url: str, source: dict[str, Any], running: Served, tmp_path: Path
) -> None:
    (tmp_path / "nota.txt").write_text("nota")
    words = (
        "send",
        "site",
        "--customer",
        "email:maria@exemplo.com.br",
        "--text",
        "Olá",
        "--url",
        running.url,
    )
    told = cli("hub", "inbound", *words, "--attach", "nota.txt", "--database", url, "--json").json()
    assert (told["ticket"], told["new_ticket"], told["repeated"]) == ("1", True, False)
    assert "2026-" in cli("hub", "inbound", *words, "--database", url).err or told["protocol"]
    cli("hub", "inbound", "revoke", "site", "--database", url)
    refused = cli("hub", "inbound", *words, "--database", url)
    assert refused.code == 1


@pytest.mark.parametrize("language", ["curl", "python"])
def test_the_examples_work_as_they_are_printed(
    cli: Cli, url: str, source: dict[str, Any], running: Served, language: str
) -> None:
    if language == "curl" and not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("curl and openssl are not here")
    example = source["examples"][language].replace("http://127.0.0.1:8484", running.url)
    shell = ["bash", "-c", example] if language == "curl" else [sys.executable, "-c", example]
    environment = {"PATH": os.environ["PATH"], "SECRET": source["secret"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(shell, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ticket"] == "1"


def test_the_example_of_the_page_works(cli: Cli, source: dict[str, Any], running: Served) -> None:
    page = (Path(__file__).parents[2] / "docs" / "hub.md").read_text()
    example = page.partition("### Inbound")[2].partition("```python\n")[2].partition("```")[0]
    assert "hmac" in example
    environment = {"PATH": os.environ["PATH"], "SECRET": source["secret"], "HUB": running.url}
    done = subprocess.run(
        [sys.executable, "-c", example],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["new_ticket"]


# -- content ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shared = tmp_path / "shared"
    (shared / "articles").mkdir(parents=True)
    (shared / "articles" / "trocas.md").write_text("# Trocas\n\nEm sete dias.\n")
    (shared / "team.toml").write_text('[wrap_ups]\nresolvido = "Resolvido"\n')
    return shared


def test_a_folder_is_loaded_listed_and_written_out(cli: Cli, url: str, folder: Path, tmp_path: Path) -> None:
    told = cli("hub", "content", "load", folder, "--database", url, "--json").json()
    assert told == {
        "read": 2,
        "written": [{"kind": "article", "key": "trocas.md"}, {"kind": "wrap_up", "key": "resolvido"}],
        "faults": [],
    }
    assert cli("hub", "content", "load", folder, "--database", url, "--json").json()["written"] == []
    listed = cli("hub", "content", "list", "--database", url, "--json").json()
    assert listed == [
        {"kind": "article", "key": "trocas.md", "title": "Trocas"},
        {"kind": "wrap_up", "key": "resolvido", "title": "Resolvido"},
    ]
    assert len(cli("hub", "content", "list", "--kind", "article", "--database", url, "--json").json()) == 1
    out = tmp_path / "out"
    assert cli("hub", "content", "export", out, "--database", url, "--json").json()["written"] == 2
    assert cli("hub", "content", "load", out, "--database", url, "--json").json()["written"] == []
    again = cli("hub", "content", "export", out, "--database", url)
    assert again.code == 1


def test_a_new_team_begins_with_what_comes_with_the_program(cli: Cli, url: str, tmp_path: Path) -> None:
    told = cli("hub", "content", "load", "--starter", "--database", url, "--json").json()
    kinds = Counter(one["kind"] for one in told["written"])
    assert (told["read"], told["faults"]) == (len(told["written"]), [])
    assert kinds["article"] >= 40
    assert kinds["script"] >= 40
    assert kinds["sla_policy"] >= 5
    assert {"macro", "calendar", "wrap_up", "reason", "tag"} <= set(kinds)
    out = tmp_path / "out"
    assert cli("hub", "content", "export", out, "--database", url, "--json").json()["written"] == told["read"]
    assert cli("hub", "content", "load", out, "--database", url, "--json").json()["written"] == []
    assert cli("hub", "content", "load", "--database", url).code == 2
    assert cli("hub", "content", "load", out, "--starter", "--database", url).code == 2


def test_faults_are_named_and_nothing_is_written(cli: Cli, url: str, folder: Path) -> None:
    (folder / "articles" / "ruim.md").write_text("---\naudience: all\n---\nx\n")
    answer = cli("hub", "content", "load", folder, "--database", url)
    assert answer.code == 1
    assert "articles/ruim.md:2" in answer.err
    told = cli("hub", "content", "load", folder, "--database", url, "--json")
    assert (told.code, told.json()["faults"][0]["line"]) == (1, 2)
    assert cli("hub", "content", "list", "--database", url, "--json").json() == []
    assert cli("hub", "content", "load", folder / "nada", "--database", url).code == 2


def test_a_running_hub_tells_at_once_of_what_was_loaded(
    cli: Cli, url: str, folder: Path, running: Served
) -> None:
    running.agent("ana", "loja")
    hints = running.hints("ana")
    hints.forget()
    assert cli("hub", "content", "load", folder, "--database", url).code == 0
    hints.until(lambda told: ("change", {"ticket": None}) in told)


# -- backup, restore -------------------------------------------------------------------------------------------------


def test_a_hub_is_kept_and_brought_back(cli: Cli, url: str, source: dict[str, Any], tmp_path: Path) -> None:
    files = tmp_path / "files"
    options = ("--files", files, "--json")
    made = cli("hub", "backup", "hub.zip", "--database", url, *options)
    assert (made.code, made.json()["rows"]["source"]) == (0, 1)
    assert stat.S_IMODE((tmp_path / "hub.zip").stat().st_mode) == 0o600
    assert cli("hub", "backup", "hub.zip", "--database", url, *options).code == 1
    other = f"sqlite:///{tmp_path}/other/hub.db"
    done = cli("hub", "restore", "hub.zip", "--database", other, *options)
    assert (done.code, done.json()["rows"]) == (0, made.json()["rows"])
    assert cli("hub", "inbound", "list", "--database", other, "--json").json()[0]["name"] == "site"


def test_over_a_hub_only_by_force_and_by_somebody(
    cli: Cli, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("hub", "backup", "hub.zip", "--database", url, "--files", tmp_path / "files")
    cli("hub", "team", "add", "nova", "--database", url)
    words = ("hub", "restore", "hub.zip", "--database", url, "--files", tmp_path / "files")
    refused = cli(*words)
    assert refused.code == 1
    assert "--force" in refused.err
    assert cli(*words, "--force").code == 2
    assert teams(cli, url) == ["loja", "nova"]

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(io, "TextIOWrapper", Terminal)
    assert cli(*words, "--force", given="n\n").code == 1
    assert teams(cli, url) == ["loja", "nova"]
    assert cli(*words, "--force", given="s\n").code == 0
    assert teams(cli, url) == ["loja"]


def teams(cli: Cli, url: str) -> list[str]:
    return [one["key"] for one in cli("hub", "team", "list", "--database", url, "--json").json()]


def test_what_is_no_backup_is_said(cli: Cli, url: str, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"?")
    for words, code in ((("x.zip",), 1), (("nada.zip",), 2)):
        answer = cli("hub", "restore", *words, "--database", url)
        assert answer.code == code, answer.err
        assert words[0] in answer.err
    assert cli("hub", "backup", "nowhere/hub.zip", "--database", url).code == 1


def test_a_missing_file_is_no_reason_to_keep_nothing(
    cli: Cli, url: str, source: dict[str, Any], running: Served, tmp_path: Path
) -> None:
    (tmp_path / "nota.txt").write_text("nota")
    words = (
        "send",
        "site",
        "--customer",
        "email:m@x",
        "--text",
        "Olá",
        "--url",
        running.url,
        "--attach",
        "nota.txt",
    )
    assert cli("hub", "inbound", *words, "--database", url).code == 0
    blobs = Blobs(tmp_path / "files")
    (sha256,) = blobs.every()
    blobs.path(sha256).unlink()
    answer = cli("hub", "backup", "hub.zip", "--database", url, "--files", blobs.folder, "--json")
    assert (answer.code, answer.json()["absent"]) == (1, [sha256])
    assert (tmp_path / "hub.zip").exists()


# -- doctor ----------------------------------------------------------------------------------------------------------


def test_the_doctor_says_what_is_wrong_and_what_to_do(cli: Cli, url: str, tmp_path: Path) -> None:
    files = tmp_path / "files"
    answer = cli("hub", "doctor", "--database", url, "--files", files, "--json")
    found = {one["name"]: one for one in answer.json()["checks"]}
    assert answer.code == 1
    assert [name for name, one in found.items() if not one["ok"]] == ["administrator"]
    assert "atendente hub user add" in found["administrator"]["advice"]
    cli("hub", "user", "add", "root", "--role", "administrator", "--database", url)
    healthy = cli("hub", "doctor", "--full", "--database", url, "--files", files)
    assert healthy.code == 0, healthy.out
    assert "!!" not in healthy.out


def test_the_doctor_removes_what_nobody_uses_and_says_so(cli: Cli, url: str, tmp_path: Path) -> None:
    cli("hub", "user", "add", "root", "--role", "administrator", "--database", url)
    blobs = Blobs(tmp_path / "files")
    with blobs.receive(10) as coming:
        coming.write(b"nobody's")
        kept = coming.keep()
    os.utime(blobs.path(kept.sha256), (1, 1))
    options = ("--database", url, "--files", blobs.folder, "--json")
    assert cli("hub", "doctor", *options).code == 1
    mended = cli("hub", "doctor", "--repair", *options)
    assert (mended.code, mended.json()["removed"]) == (0, {"rows": 0, "files": 1})
    assert list(blobs.every()) == []


def test_the_doctor_of_what_is_no_hub(cli: Cli, tmp_path: Path) -> None:
    assert cli("hub", "doctor", "--database", f"sqlite:///{tmp_path}/nada.db").code == 2
    assert not (tmp_path / "nada.db").exists()
    silent = cli(
        "hub", "doctor", "--database", "postgresql+psycopg://x@127.0.0.1:1/x?connect_timeout=3", "--json"
    )
    assert (silent.code, [one["name"] for one in silent.json()["checks"]]) == (1, ["database"])
    strange = tmp_path / "strange.db"
    strange.write_bytes(b"not a database " * 1_000)
    answer = cli("hub", "doctor", "--database", f"sqlite:///{strange}", "--json")
    assert (answer.code, [one["ok"] for one in answer.json()["checks"]]) == (1, [False])


def test_a_backup_while_the_hub_is_at_work(
    cli: Cli, url: str, source: dict[str, Any], running: Served, tmp_path: Path
) -> None:
    ending = threading.Event()

    def work() -> None:
        while not ending.is_set():
            running.ticket("loja")

    working = threading.Thread(target=work)
    working.start()
    try:
        answers = [
            cli("hub", "backup", f"{n}.zip", "--database", url, "--files", tmp_path / "files")
            for n in range(3)
        ]
    finally:
        ending.set()
        working.join()
    assert [one.code for one in answers] == [0, 0, 0]
