"""The suite every adapter runs, on a hub served over loopback, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from atendente_tui.backends.conformance import CHECKS, Trial, run
from atendente_tui.backends.hub import Hub
from atendente_tui.backends.port import BackendSettings
from atendente_tui.domain.change import ArticleUpsert, DirectoryEntry, SettingUpsert
from atendente_tui.hub.recording import Recording
from tests.hub.serving_fixture import Served, served  # noqa: F401

TEAMS = ("Loja", "Logística")


def furnish(recording: Recording) -> None:
    """What a team keeps in its hub."""
    article = ArticleUpsert(remote_id="trocas", title="Trocas", body="Em 7 dias.")
    recording.put_content("article", "trocas", article)
    for setting in (
        SettingUpsert(kind="script", key="ola", body="title: Olá\ntext: Olá!\n"),
        SettingUpsert(kind="sla_policy", key="padrao", body='first = "1h"\n'),
    ):
        recording.put_content(setting.kind, setting.key, setting)
    for kind, key in (("wrap_up", "resolvido"), ("reason", "troca")):
        recording.put_content(kind, key, DirectoryEntry(kind=kind, key=key, label=key))  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def trial(served: Served) -> AsyncIterator[Trial]:  # noqa: F811
    """Two agents of two teams, and a second connection of the first."""
    for login in ("ana", "bruno"):
        served.agent(login, *TEAMS)
    served.do(furnish)
    for n in range(60):
        served.ticket(TEAMS[n % 2])
    one, other, twin = (
        Hub(BackendSettings("hub", served.url, login, served.tokens[login]))
        for login in ("ana", "bruno", "ana")
    )
    yield Trial(one, served.parts.clock, other, twin)
    for connection in (one, other, twin):
        await connection.aclose()


async def test_the_hub_keeps_every_promise_of_the_port(trial: Trial) -> None:
    outcomes = {one.check: one async for one in run(trial, writes=True)}
    assert [(one.check, one.detail) for one in outcomes.values() if one.state == "fails"] == []
    # It can do everything, so there is nothing to be refused for not being declared; nobody sent a file yet.
    others = {one.check: one.state for one in outcomes.values() if one.state != "holds"}
    assert others == dict.fromkeys(("fetches", "refuses_undeclared", "status_undeclared"), "untried")
    assert len(outcomes) == len(CHECKS)
