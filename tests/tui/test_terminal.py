"""The program at a real pseudo-terminal: what it refuses, how it ends, and which bytes it writes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from tests.builders import BACKEND, sample_page
from tests.terminal import Terminal

from atendente_tui.clock import SystemClock
from atendente_tui.domain.rules import DEFAULT_RULES
from atendente_tui.store import reading
from atendente_tui.store.ingest import apply_in_slices
from atendente_tui.store.store import Store

SETTINGS = """
[store]
encryption = "off"

[agent]
login = "ana"
name = "Ana Souza"
teams = ["loja", "financeiro"]
"""
RESTORED = b"\x1b[?1049l"


@pytest.fixture
def profile(tmp_path: Path) -> dict[str, str]:
    """A working profile of its own with forty tickets, as environment."""
    (tmp_path / "config.toml").write_text(SETTINGS, encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with closing(Store.open(data / "store", key=None, rules=DEFAULT_RULES, clock=SystemClock())) as store:
        apply_in_slices(store, sample_page(40), BACKEND)
    return {
        "ATENDENTE_CONFIG": str(tmp_path / "config.toml"),
        "ATENDENTE_DATA": str(data),
        "ATENDENTE_LANG": "pt-BR",
    }


def opened(profile: Mapping[str, str], columns: int = 120, rows: int = 30) -> Terminal:
    terminal = Terminal(columns=columns, rows=rows, environment=profile)
    terminal.wait_for("Ana Souza")
    terminal.wait_for("Escrever" if columns >= 100 else "Minha")
    terminal.settle()
    return terminal


def drafts(profile: Mapping[str, str]) -> list[str]:
    path = Path(profile["ATENDENTE_DATA"]) / "store"
    with (
        closing(Store.open(path, key=None, rules=DEFAULT_RULES, clock=SystemClock())) as store,
        closing(store.reader()) as db,
    ):
        return [draft.text for draft in reading.drafts(db)]


def test_opens_draws_and_quits(profile: dict[str, str]) -> None:
    with opened(profile) as terminal:
        assert "[Minha " in terminal.text()
        terminal.press("down", "down", "enter")
        terminal.wait_for("por que está aqui")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert RESTORED in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_save_the_draft_and_leave_the_terminal_as_it_was(
    profile: dict[str, str], number: int
) -> None:
    with opened(profile) as terminal:
        terminal.press("enter", "r")
        terminal.wait_for("enviar")
        terminal.settle()
        terminal.type("Oi, ação!")
        terminal.wait_for("Oi, ação!")
        terminal.kill(number)
        assert terminal.wait() == 0
        assert RESTORED in terminal.raw
    assert drafts(profile) == ["Oi, ação!"]


def test_a_terminal_that_goes_away_costs_no_word(profile: dict[str, str]) -> None:
    with opened(profile) as terminal:
        terminal.press("enter", "r")
        terminal.wait_for("enviar")
        terminal.settle()
        terminal.type("Caiu a conexão")
        terminal.wait_for("Caiu a conexão")
        os.close(terminal._master)
        deadline = 100
        while terminal.running and deadline:
            deadline -= 1
            signal.sigtimedwait([], 0.1)
        assert deadline, "the program outlived its terminal"
    assert drafts(profile) == ["Caiu a conexão"]


@pytest.mark.parametrize(("columns", "rows"), [(59, 24), (80, 15)])
def test_a_terminal_too_small_is_told_so(profile: dict[str, str], columns: int, rows: int) -> None:
    with Terminal(columns=columns, rows=rows, environment=profile) as terminal:
        assert terminal.wait() == 2
        text = " ".join(terminal.text().split())
        assert "precisa de 60×16" in text
        assert "atendente queue" in text


def test_a_dumb_terminal_is_told_so(profile: dict[str, str]) -> None:
    with Terminal(environment=profile | {"TERM": "dumb"}) as terminal:
        assert terminal.wait() == 2
        assert "TERM=dumb" in terminal.text()


def test_without_a_terminal_it_names_the_commands(profile: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "atendente_tui"],
        env=os.environ | profile,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "atendente queue" in ended.stderr
    assert "\x1b" not in ended.stderr


def test_a_fault_of_ours_tells_no_customer_data(profile: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "faulty.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from atendente_tui import i18n
            from atendente_tui.tui.screens.workstation import Workstation
            def faulty(self):
                cpf = "123.456.789-09"
                raise KeyError(f"Maria Oliveira {cpf}")
            Workstation.do_peek = faulty
            sys.argv = ["atendente"]
            from atendente_tui.__main__ import main
            sys.exit(main())
            """
        ),
        encoding="utf-8",
    )
    with Terminal([sys.executable, str(script)], columns=120, rows=30, environment=profile) as terminal:
        terminal.wait_for("Escrever")
        terminal.press("space")
        assert terminal.wait() == 1
        assert RESTORED in terminal.raw
        after = terminal.raw[terminal.raw.rindex(RESTORED) :].decode()
    log = Path(profile["ATENDENTE_DATA"]) / "atendente.log"
    assert str(log) in "".join(after.split())
    assert "KeyError" in after
    written = log.read_text(encoding="utf-8")
    assert "KeyError" in written
    assert oct(log.stat().st_mode & 0o777) == "0o600"
    for secret in ("123.456", "Maria Oliveira"):
        assert secret not in after
        assert secret not in written


def test_no_color_writes_no_colour_and_still_shows_the_cursor(profile: dict[str, str]) -> None:
    with opened(profile | {"NO_COLOR": "1"}) as terminal:
        codes = {
            code
            for found in re.findall(rb"\x1b\[([\d;]*)m", bytes(terminal.raw))
            for code in found.split(b";")
        }
        assert not codes & {
            b"38",
            b"48",
            *(str(n).encode() for n in (*range(30, 38), *range(40, 48), *range(90, 108))),
        }
        assert "›" in terminal.text()


def test_idle_sends_next_to_nothing_and_a_key_little(profile: dict[str, str]) -> None:
    with opened(profile, 80, 24) as terminal:
        terminal.settle(0.6)
        assert terminal.read(3.0) < 400
        terminal.press("down")
        terminal.settle()
        before = len(terminal.raw)
        terminal.press("down")
        terminal.settle()
        assert len(terminal.raw) - before < 1_500


def test_nothing_but_known_sequences_reaches_the_terminal(profile: dict[str, str]) -> None:
    with opened(profile) as terminal:
        terminal.press("enter", "?", "escape", "ctrl+p", "escape", "1", "end", "home")
        terminal.settle()
        written = re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", bytes(terminal.raw))  # the shape of the pointer
        assert not re.search(rb"\x1b\]|\x1bP|\x1b_|\x1b\^|\x1bc|\xc2[\x80-\x9f]|\x07", written)
