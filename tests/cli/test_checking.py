"""`backend check`: its report, its exit codes, and what it is told of an adapter that nobody configured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from atendente_tui.backends.demo import DemoBackend
from atendente_tui.backends.port import AgentIdentity, BackendSettings
from atendente_tui.desk import connecting
from atendente_tui.domain.command import Receipt
from tests.cli.conftest import Cli

Install = Callable[[Callable[[BackendSettings], Any]], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Let somebody's adapter be found under the name of the demo."""

    def put(adapter: Callable[[BackendSettings], Any]) -> None:
        monkeypatch.setattr(connecting, "load", lambda _name: adapter)

    return put


class FindsEverything(DemoBackend):
    async def find(self, command_id: UUID) -> Receipt | None:
        return Receipt(command_id=command_id, at=self.world().now, ticket="4821")


class KnowsNobody(DemoBackend):
    async def identify(self) -> AgentIdentity:
        raise RuntimeError("\x1b[2J oops")


def test_the_report_says_what_holds_what_is_absent_and_what_was_not_tried(cli: Cli) -> None:
    told = cli("backend", "check", "demo")
    assert told.code == 0, told.err
    assert (
        told.out.index("Vale\n")
        < told.out.index("Declarado ausente\n")
        < told.out.index("Não experimentado\n")
    )
    assert "Falha\n" not in told.out
    assert "Nada se encontra de um comando que nunca foi dado" in told.out
    assert "não declarado: stale_replies" in told.out
    assert "--writes" in told.out
    assert "--other-user" in told.out
    last = told.out.strip().splitlines()[-1]
    assert last.startswith("demo: ")
    assert ", 0 falha, " in last


def test_what_fails_is_named_and_ends_with_1(cli: Cli, install: Install) -> None:
    install(FindsEverything)
    told = cli("backend", "check", "demo")
    assert told.code == 1
    failed = told.out[told.out.index("Falha\n") :]
    assert "finds_no_strangers" in failed
    assert "nada se encontra de um identificador desconhecido" in failed
    (answer,) = cli("backend", "check", "demo", "--json").json()
    assert answer["ok"] is False
    assert [(one["check"], one["ok"]) for one in answer["checks"] if one["state"] == "fails"] == [
        ("finds_no_strangers", False)
    ]
    assert {one["state"] for one in answer["checks"]} == {"holds", "absent", "fails", "untried"}


def test_a_second_login_lets_two_people_compete(cli: Cli) -> None:
    (answer,) = cli("backend", "check", "demo", "--writes", "--other-user", "bruno", "--json").json()
    states = {one["check"]: one["state"] for one in answer["checks"]}
    assert answer["ok"], [one for one in answer["checks"] if not one["ok"]]
    assert (states["claims_at_once"], states["tells_colleagues"]) == ("holds", "holds")


def test_a_second_login_that_is_none_is_said_at_once(cli: Cli) -> None:
    told = cli("backend", "check", "demo", "--other-user", "zeca")
    assert told.code == 1
    assert told.out == ""
    assert "zeca" in told.err


def test_an_adapter_gets_what_is_said_here_and_nothing_else(
    cli: Cli, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[BackendSettings] = []

    def adapter(settings: BackendSettings) -> DemoBackend:
        made.append(settings)
        return DemoBackend(BackendSettings("demo", ""))

    install(adapter)
    options = (
        "--option",
        "queue=Suporte",
        "--option",
        "size=5",
        "--option",
        "wait=0.5",
        "--option",
        "on=true",
    )
    monkeypatch.setenv("ATENDENTE_TOKEN", "first")
    where = ("backend", "check", "rt", "--url", "https://rt.example", "--user", "ana", *options)
    assert cli(*where, "--other-token-stdin", "--other-user", "bruno", given="second\n").code in (0, 1)
    assert [(one.user, one.secret) for one in made] == [("ana", "first")] * 2 + [("bruno", "second")]
    assert {one.url for one in made} == {"https://rt.example"}
    assert made[0].options == {"queue": "Suporte", "size": 5, "wait": 0.5, "on": True}
    made.clear()
    monkeypatch.setenv("ATENDENTE_OTHER_TOKEN", "third")
    assert cli(*where).code in (0, 1)
    assert [one.secret for one in made] == ["first", "first", "third"]


def test_an_option_that_is_none_says_what_is_allowed(cli: Cli) -> None:
    told = cli("backend", "check", "demo", "--option", "queue")
    assert told.code == 2
    assert "KEY=VALUE" in told.err
    assert "queue" in told.err


def test_an_adapter_that_breaks_is_named_and_shows_no_traceback(cli: Cli, install: Install) -> None:
    install(KnowsNobody)
    told = cli("backend", "check", "demo")
    assert told.code == 1
    assert "RuntimeError" in told.out
    assert "\x1b" not in told.out

    def broken(_settings: BackendSettings) -> DemoBackend:
        raise ZeroDivisionError("at its making")

    install(broken)
    told = cli("backend", "check", "demo")
    assert told.code == 2
    assert "ZeroDivisionError: at its making" in told.err
