"""A guided call in a real terminal, with real keys: a branch, another ticket and back, its text, a question, a stop, a reason, sent."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.tmux import Tmux, present, socket_name

LONG = 60.0
if os.environ.get("CI") and not present():
    raise RuntimeError("tmux is not installed, and CI must not go without it")
pytestmark = [
    pytest.mark.skipif(not present(), reason="tmux is not installed"),
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("terminals"),
]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=lambda one: f"{one[0]}x{one[1]}")
def test_from_the_first_step_to_the_answer_that_is_sent(tmp_path: Path, size: tuple[int, int]) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[hold]\ndefault = 90\n")
    environment = {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(tmp_path / "data"),
        "ATENDENTE_LANG": "pt-BR",
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "atendente_tui", "demo"]
    with Tmux(socket_name(tmp_path), command, columns=size[0], rows=size[1], environment=environment) as one:
        one.wait_for("Helena Castro", LONG)
        one.press("n")
        one.wait_for("2026-004821", LONG)
        one.wait_for("ninguém me ligou", LONG)

        # a branch that the order's delay chooses
        one.press("G")
        one.wait_for("Seguir qual roteiro", LONG)
        one.press("Enter")
        one.wait_for("Cumprimentar", LONG)
        one.press("Space")
        one.wait_for("Os dois dados conferem", LONG)
        one.press("a")
        one.wait_for("Assumir o atraso", LONG)
        one.wait_for("[Nova data de", LONG)

        # another ticket and back
        one.press("1")
        one.wait_for("[Minha", LONG)
        one.press("End", "Up", "Enter")
        one.wait_for("2026-004815", LONG)
        one.wait_for(lambda seen: "Assumir o atraso" not in seen, LONG)
        one.press("1")
        one.wait_for("[Minha", LONG)
        one.press("Home", "Enter")
        one.wait_for("2026-004821", LONG)
        one.wait_for("ninguém me ligou", LONG)
        one.press("6")
        one.wait_for("Assumir o atraso", LONG)

        # its text, and the question for what is missing
        one.press("i")
        one.wait_for("Enter continua", LONG)
        one.type("quinta-feira")
        one.press("Enter")
        one.wait_for(lambda seen: "Enter continua" not in seen and "/4096" in seen, LONG)
        one.wait_for("revisão ok", LONG)

        # a document is stopped, and passes with a reason
        one.type("O CPF 529.982.247-25 confere.")
        one.wait_for("1 segura", LONG)
        one.press("C-s")
        one.wait_for("não enviado", LONG)
        one.press("C-l")
        one.wait_for("O que a revisão encontrou", LONG)
        one.press("Enter")
        one.wait_for("enviar assim mesmo, e dizer por quê", LONG)
        one.press("End", "Enter")
        one.wait_for("Por que pode ir assim?", LONG)
        one.type("a cliente pediu por escrito")
        one.press("Enter")
        one.wait_for(lambda seen: "Por que pode" not in seen and "1 segura" not in seen, LONG)
        one.press("C-s")
        sent = one.wait_for(lambda seen: "Ana Souza → cliente" in seen and "sai em" not in seen, LONG)
        assert "quinta-feira" in sent
        assert "529.982.247" not in sent, "on the screen of the conversation a document is masked"
        one.press("C-q")
        assert one.wait_for_end(LONG) == 0
