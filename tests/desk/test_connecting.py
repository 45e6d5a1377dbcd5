"""Adapters by name, and the demo helpdesk through the same door as any other."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atendente_tui.clock import SystemClock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.desk import answering, checking, connecting
from atendente_tui.domain.refusal import Refused
from atendente_tui.store.store import Store
from tests.builders import make_store
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, one


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    store = make_store(tmp_path, clock=SystemClock())
    yield store
    store.close()


def demo(tmp_path: Path) -> Config:
    journal = str(tmp_path / "journal.jsonl")
    return Config(backend=BackendConfig(name="demo", poll_seconds=0.2, options={"journal": journal}))


def test_what_is_installed_is_listed_with_what_it_can() -> None:
    found = {info.name: info for info in connecting.backend_list()}
    assert {"demo", "rt"} <= found.keys()
    assert found["demo"].installed
    assert "reply" in found["demo"].capabilities["commands"]
    assert found["rt"].capabilities["idempotency"] == "marker"


def test_a_name_that_is_not_installed_names_those_that_are() -> None:
    with pytest.raises(Refused) as caught:
        connecting.make_backend(BackendConfig(name="zendesk"), None)
    assert caught.value.code == "backend_unknown"
    assert "demo" in str(caught.value.values["known"])
    with pytest.raises(Refused, match="no_backend"):
        connecting.identify(Config())


class Stranger:
    """An adapter of another package, as the entry points tell of it."""

    def __init__(self, loaded: list[str]) -> None:
        self.name, self.dist, self._loaded = "estranho", None, loaded

    def load(self) -> object:
        self._loaded.append(self.name)
        raise ImportError("it runs, so it can do harm")


def test_what_somebody_else_installed_runs_only_when_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from atendente_tui.sync import backends_by_name

    loaded: list[str] = []
    real = list(backends_by_name.entry_points(group=backends_by_name.GROUP))
    monkeypatch.setattr(backends_by_name, "entry_points", lambda **_: [*real, Stranger(loaded)])
    found = {info.name: info for info in connecting.backend_list()}
    assert found["estranho"].capabilities == {}
    assert loaded == []
    told = {info.name: info for info in connecting.backend_list("estranho")}["estranho"]
    assert loaded == ["estranho"]
    assert not told.installed


def test_naming_adapters_loads_none() -> None:
    code = (
        "import sys; from atendente_tui.sync.backends_by_name import names; assert 'rt' in names();"
        "bad = [m for m in sys.modules if m.startswith('atendente_tui.backends.') or m in ('httpx', 'pydantic')];"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_first_frame_needs_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from atendente_tui.desk import answering, owning, moving, triaging, promising, knowing, creating,"
        " merging, drafting, looking, undoing, outgoing, bulk, library; import atendente_tui.store.outbox;"
        "bad = [m for m in ('pydantic', 'httpx', 'sqlmodel', 'sqlalchemy', 'keyring', 'typer', 'yaml', 'holidays')"
        " if m in sys.modules]; assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_demo_through_one_round(here: Store, tmp_path: Path) -> None:
    config = demo(tmp_path)
    assert connecting.identify(config).login
    report = connecting.sync_now(config, here, SystemClock())
    assert (report.error, report.pending) == (None, 0)
    assert report.pulled > 40
    number = ids(here, "status IN ('new','open') AND channel = 'email'")[0]
    sent = answering.reply(desk_at(here, holds={}), number, "Oi! Já estou vendo isso.").result(10)
    report = connecting.sync_now(config, here, SystemClock(), fetch=False)
    assert report.pushed == 1
    report = connecting.sync_now(config, here, SystemClock())
    assert one(here, "SELECT count(*) FROM event WHERE text = 'Oi! Já estou vendo isso.'") == 1
    assert one(here, "SELECT remote_id FROM event WHERE command_id = ?", str(sent.command_id)) is not None


def test_the_demo_in_the_background(here: Store, tmp_path: Path) -> None:
    config = demo(tmp_path)
    service = connecting.start_sync(config, here, SystemClock())
    assert service is not None
    deadline = time.monotonic() + 20
    while service.status().last_ok is None:
        assert time.monotonic() < deadline, service.status()
        time.sleep(0.02)
    assert one(here, "SELECT count(*) FROM ticket") > 10
    assert service.stop(10)
    assert connecting.start_sync(Config(), here, SystemClock()) is None


def test_the_demo_keeps_what_the_port_promises(tmp_path: Path) -> None:
    told: list[str] = []
    found = checking.backend_check(demo(tmp_path), tell=lambda outcome: told.append(outcome.check))
    assert [outcome.check for outcome in found] == told
    assert [outcome for outcome in found if outcome.state == "fails"] == []
