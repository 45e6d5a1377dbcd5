# ruff: noqa: F811 - what a test asks for is called as the fixture that was imported
"""`atendente login hub URL`: one command joins a workstation to a hub, and nothing of it is done by halves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from atendente_tui import secrets
from tests.cli.conftest import Cli, a_profile, cli  # noqa: F401 - fixtures
from tests.hub.serving_fixture import Served, served  # noqa: F401 - a fixture


class Drawer(KeyringBackend):
    """A keyring for the length of a test."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Drawer]:
    before, made = keyring.get_keyring(), Drawer()
    monkeypatch.setattr(secrets, "TRUSTED_KEYRINGS", (*secrets.TRUSTED_KEYRINGS, Drawer.__module__))
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def shop(served: Served) -> Served:
    served.agent("ana", "loja")
    served.ticket("loja")
    return served


def test_one_command_joins_and_the_next_one_works(
    cli: Cli, shop: Served, drawer: Drawer, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\n[ui]\ntheme = "light"\n')
    told = cli("login", "hub", shop.url, "--token-stdin", given=shop.tokens["ana"] + "\n")
    assert told.code == 0, told.err
    assert "Ana" in told.err
    assert file.read_text().startswith('# mine\n[ui]\ntheme = "light"\n')
    assert f'url = "{shop.url}"\nuser = "ana"' in file.read_text()
    assert shop.tokens["ana"] not in file.read_text() + told.out + told.err
    assert list(drawer.kept.values()) == [shop.tokens["ana"]]
    synced = cli("sync", "--once", "--json")
    assert (synced.code, synced.json()["error"]) == (0, None), synced.err
    (ticket,) = cli("queue", "--view", "todos", "--json").json()
    sent = cli("reply", ticket["id"], "--text", "Já vejo.", "--now", "--json")
    assert (sent.code, sent.json()["state"]) == (0, "confirmed"), sent.err
    again = cli("login", "hub", "--token-stdin", "--json", given=shop.tokens["ana"] + "\n")
    assert again.json() == {"login": "ana", "teams": ["loja"]}
    assert cli("logout", "hub", "--json").json() == {"forgotten": True}


def test_a_wrong_token_changes_nothing(cli: Cli, shop: Served, drawer: Drawer, tmp_path: Path) -> None:
    for token in ("atd_" + "x" * 43, "duas palavras"):
        told = cli("login", "hub", shop.url, "--token-stdin", given=token + "\n")
        assert told.code == 1
        assert token not in told.err
    assert cli("login", "hub", shop.url, "--token-stdin", given="\n").code == 2
    assert cli("login", "hub", shop.url).code == 2  # nobody to ask
    assert drawer.kept == {}
    assert not (tmp_path / "config.toml").exists()


def test_nobody_there_changes_nothing(cli: Cli, drawer: Drawer, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert cli("login", "hub", url, "--token-stdin", given="atd_x\n").code == 3
    assert not (tmp_path / "config.toml").exists()
    told = cli("login", "hub", url, "--user", "ana", "--token-stdin", "--no-check", given="atd_x\n")
    assert told.code == 0
    assert 'user = "ana"' in (tmp_path / "config.toml").read_text()


@pytest.mark.parametrize("url", ["http://hub.exemplo.com.br:8484", "ftp://x", "hub.exemplo.com.br"])
def test_an_address_that_will_not_do_is_named(cli: Cli, drawer: Drawer, tmp_path: Path, url: str) -> None:
    for more in ((), ("--no-check",)):
        told = cli("login", "hub", url, "--token-stdin", *more, given="atd_x\n")
        assert told.code == 2
        assert url in told.err or "http(s)://" in told.err
    assert drawer.kept == {}
    assert not (tmp_path / "config.toml").exists()


def test_a_helpdesk_that_is_not_installed_is_named(cli: Cli, drawer: Drawer) -> None:
    told = cli("login", "hug", "http://127.0.0.1:1", "--token-stdin", given="x\n")
    assert told.code == 2
    assert "hug" in told.err
    assert "hub" in told.err


def test_without_a_keyring_the_address_is_kept_and_the_way_out_named(
    cli: Cli, shop: Served, tmp_path: Path
) -> None:
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        told = cli("login", "hub", shop.url, "--token-stdin", given=shop.tokens["ana"] + "\n")
    finally:
        keyring.set_keyring(before)
    assert told.code == 2
    assert "ATENDENTE_TOKEN" in told.err
    assert shop.url in (tmp_path / "config.toml").read_text()


def test_a_profile_with_tickets_of_another_hub_is_refused_before_anything_changes(
    cli: Cli, shop: Served, drawer: Drawer, tmp_path: Path
) -> None:
    assert cli("login", "hub", shop.url, "--token-stdin", given=shop.tokens["ana"] + "\n").code == 0
    assert cli("sync", "--once").code == 0
    before = (tmp_path / "config.toml").read_text(), dict(drawer.kept)
    shop.parts.hub_id = "another"
    told = cli("login", "hub", shop.url + "/", "--token-stdin", given=shop.tokens["ana"] + "\n")
    assert told.code == 1
    assert "ATENDENTE_DATA" in told.err
    assert ((tmp_path / "config.toml").read_text(), drawer.kept) == before
    synced = cli("sync", "--once", "--json")
    assert synced.json()["error"] == "other_helpdesk"
    assert "ATENDENTE_DATA" in cli("sync", "--once").err
