"""What arrives in one piece, as over a slow line or while the program is busy, means what it would mean key by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import make_store
from tests.terminal import Terminal

SETTINGS = '[store]\nencryption = "off"\n\n[agent]\nlogin = "ana"\nname = "Ana Souza"\n'


@pytest.fixture
def screen(tmp_path: Path) -> Terminal:
    return terminal(tmp_path, 80, 24)


def terminal(tmp_path: Path, columns: int, rows: int) -> Terminal:
    (tmp_path / "config.toml").write_text(SETTINGS, encoding="utf-8")
    make_store(tmp_path / "data", tickets=20).close()
    environment = {
        "ATENDENTE_CONFIG": str(tmp_path / "config.toml"),
        "ATENDENTE_DATA": str(tmp_path / "data"),
        "ATENDENTE_LANG": "pt-BR",
    }
    return Terminal(columns=columns, rows=rows, environment=environment)


def test_letters_and_editing_keys_keep_their_order(screen: Terminal) -> None:
    with screen:
        screen.wait_for("Roteiros")
        screen.press("enter")
        screen.wait_for("por que está aqui?")
        screen.press("o")
        screen.wait_for("Nota interna")
        screen.send(b"abc\x7fd efg\x1b[D\x1b[DXY\rnova")  # backspace, left, left, enter
        screen.wait_for("abd eXY")
        screen.wait_for("novafg")
        screen.send(b"\x1b[F fim\x13")  # end, ctrl+s
        screen.wait_for("novafg fim")
        screen.wait_for("desfaz")
        screen.wait_for("# abd eXY")
        screen.wait_for("# novafg fim")


def test_keys_after_a_send_are_for_where_one_is_then(screen: Terminal) -> None:
    with screen:
        screen.wait_for("Roteiros")
        screen.press("enter")
        screen.wait_for("por que está aqui?")
        screen.send(b"oprimeira\x13osegunda\x13u")  # takes the second back, and not the first
        screen.wait_for("O texto voltou")
        screen.wait_for("rascunho recuperado")
        screen.wait_for("# primeira")
        assert "# segunda" not in screen.text()


def test_a_pane_one_goes_to_gets_the_keys_that_follow(tmp_path: Path) -> None:
    """Actions of the program (1, Enter) and what a widget is bound to (End, Up) keep their order, too."""
    with terminal(tmp_path, 160, 45) as screen:
        screen.wait_for("Roteiros")
        screen.wait_for("Zélia")
        screen.press("enter")
        screen.wait_for("por que está aqui?")
        for _ in range(3):
            screen.send(b"1\x1b[H\r")
            screen.wait_for(lambda seen: "Túlio" in _side(seen))
            screen.send(b"1\x1b[F\x1b[A\r")  # the queue, its last row, the one above, open
            screen.wait_for(lambda seen: "Lúcia" in _side(seen))


def test_what_an_action_opens_gets_the_keys_that_follow(screen: Terminal) -> None:
    """`O` opens the board of what is on its way, `enter` is for that and `1` for the ticket behind; `z` a form, and letters are its text."""
    with screen:
        screen.wait_for("Roteiros")
        screen.press("enter")
        screen.wait_for("por que está aqui?")
        screen.send(b"ouma nota\x13")
        screen.wait_for("# uma nota")
        for typed, then in (
            # The ticket of the board's first row.
            (b"O\r", lambda seen: "[2 2026" in seen and "# uma nota" in seen),
            ("O\r1z\x15amanhã 9h\r".encode(), lambda seen: "Adiados 1" in seen),
        ):
            screen.send(b"1")
            screen.wait_for(lambda seen: "[1 Minha" in seen and "# uma nota" not in seen)
            screen.send(typed)
            screen.wait_for(then)


def _side(seen: str) -> str:
    """The customer's pane."""
    return "\n".join(line[128:] for line in seen.split("\n"))


def test_a_form_concludes_with_what_was_typed_before(screen: Terminal) -> None:
    with screen:
        screen.wait_for("Roteiros")
        screen.press("enter")
        screen.wait_for("por que está aqui?")
        screen.press("e")
        screen.wait_for("Contorno dado")
        screen.send(b"\x15N3\t\tmotivo\tfiz isto\tcontorno\x13")  # ctrl+u, tabs, ctrl+s
        screen.wait_for("Escalado para N3.")
        screen.wait_for("já tentado: fiz isto")
        assert "contorno dado: contorno" in screen.text()


def test_what_opens_does_not_open_over_itself(screen: Terminal) -> None:
    """Clicks and keys that come while a screen is opening do not stack it up."""
    with screen:
        screen.wait_for("Roteiros")
        screen.send(b"OOOO")
        screen.wait_for("Tudo já saiu")
        screen.press("escape")
        screen.wait_for("Minha")
        screen.press("enter")
        screen.wait_for("por que está aqui?")
        screen.send(b"\x1b[<0;10;8M\x1b[<0;10;8m" * 60)
        screen.wait_for("copiar")
        screen.press("escape")
        screen.wait_for("por que está aqui?")
        screen.press("ctrl+q")
        assert screen.wait(20) == 0
