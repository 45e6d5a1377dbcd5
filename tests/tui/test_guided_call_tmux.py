"""A guided call in a real terminal, with real keys: a branch, another ticket and back, its text, a question, a stop, a reason, sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.tmux import present
from tests.tui.demo_tmux import LONG, demo, let_pass

if os.environ.get("CI") and not present():
    raise RuntimeError("tmux is not installed, and CI must not go without it")
pytestmark = [
    pytest.mark.skipif(not present(), reason="tmux is not installed"),
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("terminals"),
]


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=lambda one: f"{one[0]}x{one[1]}")
def test_from_the_first_step_to_the_answer_that_is_sent(tmp_path: Path, size: tuple[int, int]) -> None:
    with demo(tmp_path, size) as one:
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
        let_pass(one)
        one.press("C-s")
        sent = one.wait_for(lambda seen: "Ana Souza → cliente" in seen and "sai em" not in seen, LONG)
        assert "quinta-feira" in sent
        assert "529.982.247" not in sent, "on the screen of the conversation a document is masked"
        one.press("C-q")
        assert one.wait_for_end(LONG) == 0
