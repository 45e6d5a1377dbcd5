"""`sync` where most tickets are gone at once: it stops, says what happened, and names the words that believe it."""

from __future__ import annotations

from pathlib import Path

import pytest

from atendente_tui.clock import SystemClock
from atendente_tui.desk import connecting
from atendente_tui.domain.change import TicketGone
from tests.cli.conftest import Cli
from tests.sync.helpdesk import Helpdesk, World


def test_a_mass_disappearance_is_told_and_believed_only_on_a_word(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(SystemClock())
    world.begin(50)
    monkeypatch.setattr(connecting, "load", lambda _name: lambda _settings: Helpdesk(world, page=1_000))
    (tmp_path / "config.toml").write_text('[backend]\nname = "example"\n')
    assert cli("sync", "--once").code == 0
    for number in range(40):
        world.tell(TicketGone(remote_id=f"t{number}"))
    for words in (("sync", "--once"), ("sync", "--once", "--full")):
        stopped = cli(*words)
        assert (stopped.code, stopped.out) == (1, "")
        assert "O sistema diz que 40 de 50 chamados sumiram. Nada foi removido aqui." in stopped.err
        assert "atendente sync --once --full --accept-gone" in stopped.err
    told = cli("sync", "--once", "--json")
    assert (told.code, told.err) == (1, "")
    assert (told.json()["error"], told.json()["gone"], told.json()["known"]) == ("mass_disappearance", 40, 50)
    assert len(cli("queue", "--view", "todos", "--limit", "100", "--json").json()) == 50
    assert cli("sync", "--once", "--full", "--accept-gone").code == 0
    assert len(cli("queue", "--view", "todos", "--limit", "100", "--json").json()) == 10
