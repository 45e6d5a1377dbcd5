"""The hub administered from a shell: what each verb answers, and what it says where it cannot."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from atendente_tui.cli import hub
from tests.cli.conftest import PATIENCE, Cli


@pytest.fixture
def begun(cli: Cli, tmp_path: Path) -> str:
    """A hub's database with nobody in it, as an option for verbs."""
    url = f"sqlite:///{tmp_path}/hub.db"
    with hub.hub_database(url, begin=True):
        return url


class Started:
    """`atendente hub start` in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "atendente_tui", "hub", "start", "--port", "0", "--json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.told = json.loads(self.process.stdout.readline() or self._why())

    def _why(self) -> str:
        return json.dumps({"failed": self.process.communicate()[1]})

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(how)
        _out, err = self.process.communicate(timeout=PATIENCE)
        assert "Traceback" not in err
        return self.process.returncode, err


@pytest.fixture
def start() -> Iterator[type[Started]]:
    made: list[Started] = []

    class Noted(Started):
        def __init__(self, *options: str) -> None:
            super().__init__(*options)
            made.append(self)

    yield Noted
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def test_the_first_start_makes_an_administrator_and_the_second_none(
    start: type[Started], cli: Cli, tmp_path: Path
) -> None:
    first = start()
    assert set(first.told) == {"url", "admin_token"}
    shown = {"Authorization": f"Bearer {first.told['admin_token']}"}
    me = httpx.get(f"{first.told['url']}/v1/me", headers=shown, trust_env=False).json()
    assert (me["login"], me["role"], me["all_teams"]) == ("admin", "administrator", True)
    code, err = first.stop()
    assert code == 0
    assert "GET /v1/me 200" in err
    assert first.told["admin_token"] not in err

    second = start()
    assert set(second.told) == {"url"}
    assert second.stop(signal.SIGINT)[0] == 0

    place = tmp_path / "data" / "hub"
    for path in [place.parent, place, *place.rglob("*")]:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path
    listed = cli("hub", "token", "list", "--json").json()
    assert [one["login"] for one in listed] == ["admin"]
    assert first.told["admin_token"] not in json.dumps(listed)


def test_a_person_is_told_token_and_command_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "atendente_tui", "hub", "start", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    token, joining = process.stdout.readline().strip(), process.stdout.readline().strip()
    process.terminate()
    out, err = process.communicate(timeout=PATIENCE)
    assert token.startswith("atd_")
    assert joining.startswith("atendente login hub http://127.0.0.1:")
    assert out == ""
    assert "admin" in err
    assert token not in err


def test_what_is_done_beside_a_running_hub_is_true_there_at_once(start: type[Started], cli: Cli) -> None:
    running = start()
    base = f"{running.told['url']}/v1"
    cli("hub", "team", "add", "Loja", "--label", "Loja do centro")
    assert cli("hub", "user", "add", "ana", "--team", "Loja", "--json").json()["teams"] == ["Loja"]
    made = cli("hub", "token", "create", "ana", "--label", "balcão", "--days", "2", "--json").json()
    asked = httpx.Client(headers={"Authorization": f"Bearer {made['token']}"}, trust_env=False)
    assert asked.get(f"{base}/me").json()["teams"] == ["Loja"]
    assert cli("hub", "user", "set", "ana", "--no-teams", "--sees", "all", "--json").json() == {
        "login": "ana",
        "name": "ana",
        "role": "agent",
        "teams": [],
        "all_teams": True,
        "active": True,
    }
    assert asked.get(f"{base}/me").json()["all_teams"]
    rotated = cli("hub", "token", "rotate", made["id"], "--json").json()
    assert asked.get(f"{base}/me").status_code == 401
    asked.headers["Authorization"] = f"Bearer {rotated['token']}"
    assert asked.get(f"{base}/me").status_code == 200
    assert cli("hub", "user", "remove", "ana", "--json").json()["active"] is False
    assert asked.get(f"{base}/me").status_code == 401
    asked.close()
    assert running.stop()[0] == 0


def test_teams_come_and_go(begun: str, cli: Cli) -> None:
    at = ("--database", begun, "--json")
    assert cli("hub", "team", "add", "Loja", *at).json() == {
        "key": "Loja",
        "label": "Loja",
        "tier": None,
        "members": 0,
    }
    changed = cli("hub", "team", "add", "Loja", "--label", "Loja do centro", "--tier", "N2", *at).json()
    assert (changed["label"], changed["tier"]) == ("Loja do centro", "N2")
    cli("hub", "user", "add", "ana", "--team", "Loja", *at)
    assert [one["members"] for one in cli("hub", "team", "list", *at).json()] == [1]
    assert "Loja do centro" in cli("hub", "team", "list", *at[:2]).out
    cli("hub", "team", "remove", "Loja", *at)
    assert cli("hub", "team", "list", *at).json() == []
    assert [one["teams"] for one in cli("hub", "user", "list", *at).json()] == [[]]


def test_tokens_are_listed_with_how_they_stand(begun: str, cli: Cli) -> None:
    at = ("--database", begun)
    cli("hub", "user", "add", "ana", *at)
    secret = cli("hub", "token", "create", "ana", *at).out.strip()
    assert secret.startswith("atd_")
    (token,) = cli("hub", "token", "list", "ana", *at, "--json").json()
    assert token["state"] == "valid"
    assert cli("hub", "token", "revoke", token["id"], *at, "--json").json()["state"] == "revoked"
    answer = cli("hub", "token", "list", *at)
    assert "revogado" in answer.out
    assert secret not in answer.out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("hub user add Ana", 1, "“Ana” não serve de login"),
        ("hub user add ana --team Nope", 1, "Não existe a equipe Nope. Existem: Loja."),
        ("hub user add rui", 1, "Já existe a conta rui."),
        ("hub user set nope --name X", 1, "Não existe a conta nope."),
        ("hub user add ana --role root", 2, "--role: veio root; aceita-se: agent, supervisor"),
        ("hub user remove chefe", 1, "chefe é a única conta de administração"),
        ("hub team remove Nope", 1, "Não existe a equipe Nope."),
        ("hub team add Loja --tier N9", 2, "--tier: veio N9; aceita-se: N1, N2, N3"),
        ("hub token create nope", 1, "Não existe a conta nope."),
        ("hub token create rui --days 400", 2, "--days: um número de 1 a 366"),
        ("hub token revoke nope", 1, "Não existe o token nope."),
        ("hub token rotate nope", 1, "Não existe o token nope."),
    ],
)
def test_what_cannot_be_is_said(words: str, code: int, sentence: str, begun: str, cli: Cli) -> None:
    for given in ("team add Loja", "user add rui", "user add chefe --role administrator"):
        assert cli("hub", *given.split(), "--database", begun).code == 0
    answer = cli(*words.split(), "--database", begun)
    assert answer.code == code
    assert sentence in answer.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("hub user list", 2, "Não há nenhum hub em"),
        ("hub user list --database nope", 2, "não é um banco de dados de hub"),
        ("hub user list --database mysql://u:segredo@h/x", 2, "não é um banco de dados de hub"),
        ("hub user list --database postgresql+psycopg://u:segredo@127.0.0.1:1/x", 3, "não pode ser usado"),
        ("hub start --host 0.0.0.0", 2, "--tls-cert e --tls-key, ou --behind-proxy"),
        ("hub start --host ::", 2, "--behind-proxy"),
        ("hub start --host 192.0.2.1", 2, "--behind-proxy"),
        ("hub start --host 192.0.2.1 --behind-proxy", 2, "não é um endereço desta máquina"),
        ("hub start --tls-cert x", 2, "andam juntos"),
        ("hub start --tls-cert x --tls-key y", 2, "O certificado x não pode ser usado: não está lá."),
        ("hub start --port 99999", 2, "--port: um número de 0 a 65535"),
    ],
)
def test_places_that_do_not_do_are_named(
    words: str, code: int, sentence: str, cli: Cli, tmp_path: Path
) -> None:
    answer = cli(*words.split())
    assert answer.code == code
    assert sentence in answer.err
    assert "segredo" not in answer.err
    assert not (tmp_path / "data" / "hub").exists()


def test_a_file_that_is_no_database_is_exit_4(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("Isto não é um banco de dados." * 100)
    answer = cli("hub", "user", "list", "--database", f"sqlite:///{tmp_path}/x.db")
    assert answer.code == 4
    assert "não pode ser usado" in answer.err


@pytest.mark.parametrize("words", ["hub start", "hub user list", "hub team add x", "hub token create x"])
def test_without_the_extra_every_verb_says_how_to_get_it(
    words: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "find_spec", lambda name: None if name == "fastapi" else find_spec(name))
    answer = cli(*words.split())
    assert answer.code == 2
    assert "pip install 'atendente-tui[hub]'" in answer.err
    assert "fastapi" in answer.err


def test_help_loads_no_server() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from atendente_tui.cli.app import made; made('hub');"
            "print([one for one in ('fastapi', 'sqlalchemy', 'uvicorn', 'limits', 'psycopg') if one in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
