"""The demonstration in a real terminal, and what tests of it have in common."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.tmux import Tmux, socket_name

LONG = 60.0
ROOT = Path(__file__).parents[2]


def demo(folder: Path, size: tuple[int, int]) -> Tmux:
    """To be entered; its configuration and data lie in `folder`."""
    config = folder / "config.toml"
    config.write_text("[hold]\ndefault = 90\n")
    environment = {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(folder / "data"),
        "ATENDENTE_LANG": "pt-BR",
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "atendente_tui", "demo"]
    return Tmux(socket_name(folder), command, columns=size[0], rows=size[1], environment=environment)


def let_pass(one: Tmux) -> None:
    """What holds the answer back stops it, is listed, and passes with a reason."""
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
