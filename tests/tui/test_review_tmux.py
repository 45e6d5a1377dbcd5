"""The composer in a real terminal, with real keys: a document stopped, let pass with a reason and sent; accents; pasting."""

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
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("terminals"),
]
ROOT = Path(__file__).parents[2]


def test_a_document_is_stopped_let_pass_with_a_reason_and_sent(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[hold]\ndefault = 90\n")
    environment = {
        "ATENDENTE_CONFIG": str(config),
        "ATENDENTE_DATA": str(tmp_path / "data"),
        "ATENDENTE_LANG": "pt-BR",
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "atendente_tui", "demo"]
    with Tmux(socket_name(tmp_path), command, columns=80, rows=24, environment=environment) as one:
        one.wait_for("Helena Castro", LONG)
        for _ in range(12):
            seen = one.text()
            if any("›" in line and "Helena" in line for line in seen.split("\n")):
                break
            one.press("Down")
            one.wait_for(lambda now, before=seen: now != before, LONG)
        one.press("Enter")
        one.wait_for("[2 ", LONG)
        one.press("r")
        one.wait_for("para Helena Castro", LONG)

        # accents as terminals send them: whole letters, and an accent behind its letter
        one.type("Bom dia! Atenção: você não precisa; a\u0303, c\u0327, e\u0302. ÃÇÊ.")
        one.wait_for("Bom dia! Atenção: você não precisa; ã, ç, ê. ÃÇÊ.", LONG)
        one.wait_for(lambda seen: "49/4096" in seen, LONG)  # one letter each

        # pasted as a block: line ends unified, nothing that commands a terminal
        one.paste("\r\nSeu CPF 529.982.247-25\x1b[31m está\x07 no cadastro.")
        one.wait_for("Seu CPF 529.982.247-25[31m está no cadastro.", LONG)
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
        one.wait_for(lambda seen: "na saída" in seen and "[2 " in seen, LONG)
        one.press("C-q")
        assert one.wait_for_end(LONG) == 0
