"""`train record` at a shell: shown first, kept when confirmed, and a sound scenario."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_ticket_is_shown_and_kept_only_when_confirmed(cli: Cli, tmp_path: Path) -> None:
    made = cli(
        "create", "--customer", "Quitéria Bevilacqua", "--channel", "chat", "--subject", "Pedido 88213991",
        "--text", "Meu CPF é 529.982.247-25 e o pedido 88213991 não chegou", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    shown = cli("train", "record", "1", "-o", "gravado.yaml")
    assert shown.code == 2
    assert "Alex Moreira" in shown.out
    assert not (tmp_path / "gravado.yaml").exists()
    assert cli("train", "record", "1", "-o", "gravado.yaml", "--yes", "--json").json() == {
        "file": "gravado.yaml"
    }
    text = (tmp_path / "gravado.yaml").read_text()
    assert not any(one in text for one in ("Quit", "Bevilacqua", "529.982", "88213991"))
    assert cli("train", "check", "gravado.yaml").code == 0
    assert cli("train", "record", "1", "-o", "gravado.yaml", "--yes").code == 1
    assert cli("train", "record", "99", "-o", "x.yaml", "--yes").code != 0
