"""`demo --headless`: the shift is played through the real screens, wide and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.sizes import sized

SHORT = """
play: curta
version: 1
title: Um chamado
scenario: loja.yaml
columns: 80
rows: 24
steps:
  - caption: A fila de Ana.
    until: {shows: [Minha], figures: {pending: "0"}}
  - caption: O próximo chamado é dela.
    press: n
    until: {figures: {assignee: ana}}
    picture: chamado
"""


@pytest.mark.parametrize("size", sized([None], ["160x45", "80x24", None]))
def test_headless(size: str | None, program: Cli, tmp_path: Path) -> None:
    """The whole shift at a size, or a play of two steps."""
    (tmp_path / "jogada.yaml").write_text(SHORT)
    play = ("--size", size) if size else ("--play", tmp_path / "jogada.yaml")
    answer = program("demo", "--headless", "--json", *play, "--pictures", tmp_path / "pictures")
    assert answer.code == 0, answer.err
    told = answer.json()
    assert told["replies"] >= (1 if size else 0)
    assert len(told["transcript"]) > (10 if size else 1)
    assert Path(told["screenshot"]).read_text().startswith("<svg")
    assert not (tmp_path / "data").exists(), "it needs no profile and leaves none"
    assert not (tmp_path / "keys").exists()


def test_without_a_terminal_the_transcript_is_printed(program: Cli, tmp_path: Path) -> None:
    answer = program("demo", "--pictures", tmp_path / "pictures")
    assert answer.code == 0
    assert str(tmp_path / "pictures") in answer.out.splitlines()[-1]
    assert len(answer.out.splitlines()) > 10
    assert "2 respostas chegaram" in answer.out


def test_what_cannot_be_played_is_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("a: [")
    assert cli("demo", "--headless", "--scenario", tmp_path / "none.yaml").code == 2
    broken = cli("demo", "--headless", "--scenario", tmp_path / "s.yaml")
    assert broken.code == 2
    assert "s.yaml:2" in broken.err
    assert cli("demo", "--headless", "--play", tmp_path / "s.yaml").code == 2
