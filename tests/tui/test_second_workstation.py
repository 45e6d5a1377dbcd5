"""A second window on one store says who has it, and looks on if one likes; a disk that takes no more takes no text away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.terminal import Terminal

from atendente_tui.cli.app import run
from atendente_tui.store import engine


@pytest.fixture
def profile(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text('[store]\nencryption = "off"\n')
    (tmp_path / "data").mkdir(mode=0o700)
    names = {name: os.environ[name] for name in ("ATENDENTE_CONFIG", "ATENDENTE_DATA")}
    customer = ("--customer", "Zé da Silva", "--channel", "email", "--text", "Comprei ontem.")
    assert run(["create", "--subject", "Chuveiro frio", *customer]) == 0
    return names


def test_who_has_it_and_looking_on(profile: dict[str, str], tmp_path: Path) -> None:
    with Terminal(columns=120, rows=30, environment=profile) as first:
        first.wait_for("Livres 1")
        with Terminal(columns=120, rows=30, environment=profile) as turned_away:
            turned_away.wait_for("só para leitura?")
            assert f"processo {first.pid}" in turned_away.text()
            turned_away.type("n\n")
            assert turned_away.wait(20) == 4
        with Terminal(columns=120, rows=30, environment=profile) as second:
            second.wait_for("só para leitura?")
            second.press("enter")
            second.wait_for("Livres 1")
            second.wait_for("só leitura")
            second.press("]")
            second.wait_for("Chuveiro")
            second.press("enter")
            second.wait_for("Comprei ontem.")
            second.press("c")
            second.wait_for("quem grava")
            second.press("z")
            second.wait_for("Adiar")
            second.type("2h")
            second.press("ctrl+s")
            second.wait_for(
                lambda text: text.count("quem grava") == 2 or "quem grava é a outra janela" in text
            )
            second.press("escape")
            first.press("]")
            first.wait_for("Chuveiro")
            first.press("c")  # what is done there is seen here
            second.wait_for("Livres 0")
            second.press("ctrl+q")
            assert second.wait(20) == 0
        first.press("ctrl+q")
        assert first.wait(20) == 0
    db = engine.connect(tmp_path / "data" / "store" / "store.db", None, read_only=True)
    assert db.execute("SELECT type FROM outbox").fetchall() == [("create",), ("claim",)]
    db.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of another process is set on Linux only")
def test_a_disk_that_takes_no_more_takes_no_text_away(profile: dict[str, str], tmp_path: Path) -> None:
    import resource

    text = "Resposta que ninguém quer perder"
    db = tmp_path / "data" / "store" / "store.db"
    # Python would leave compiled modules behind that are cut short, too.
    environment = profile | {"PYTHONDONTWRITEBYTECODE": "1"}
    with Terminal(columns=120, rows=30, environment=environment) as at:
        at.wait_for("Livres 1")
        at.press("]")
        at.wait_for("Chuveiro")
        at.press("enter")
        at.wait_for("Comprei ontem.")
        unlimited = resource.prlimit(at.pid, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        at.press("r")
        at.type(text)
        at.press("ctrl+s")
        at.wait_for("não aceita mais nada")
        assert text in at.text()
        at.wait_for("disco cheio")
        assert at.running
        resource.prlimit(at.pid, resource.RLIMIT_FSIZE, unlimited)
        at.press("ctrl+s")
        at.wait_for(lambda screen: "disco cheio" not in screen)
        at.press("ctrl+q")
        assert at.wait(20) == 0
    told = subprocess.run(
        [sys.executable, "-m", "atendente_tui", "outbox", "--json"],
        env=os.environ | profile,
        capture_output=True,
        check=True,
    )
    assert told.stdout.decode().count(text) == 1
    assert db.exists()


def test_a_store_found_damaged_while_one_works_is_said(profile: dict[str, str], tmp_path: Path) -> None:
    for n in range(8):
        customer = ("--customer", f"Cliente {n}", "--channel", "email", "--text", "Comprei ontem. " * 400)
        assert run(["create", "--subject", "Outro", *customer]) == 0
    file = tmp_path / "data" / "store" / "store.db"
    data = bytearray(file.read_bytes())
    db = engine.connect(file, None)
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'audit'").fetchone()[0]
    db.close()
    data[(root - 1) * 4096 : (root - 1) * 4096 + 64] = b"x" * 64
    file.write_bytes(data)
    (file.parent / "store.lock").write_text('{"clean": false}')
    with Terminal(columns=120, rows=30, environment=profile) as at:
        at.wait_for("doctor --repair", limit=40)
        at.press("ctrl+q")
        assert at.wait(20) == 0
