"""The composer in a real terminal, with real keys: a document stopped, let pass with a reason and sent; accents; pasting."""

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
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("terminals"),
]


def test_a_document_is_stopped_let_pass_with_a_reason_and_sent(tmp_path: Path) -> None:
    with demo(tmp_path, (80, 24)) as one:
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
        let_pass(one)
        one.press("C-s")
        one.wait_for(lambda seen: "na saída" in seen and "[2 " in seen, LONG)
        one.press("C-q")
        assert one.wait_for_end(LONG) == 0
