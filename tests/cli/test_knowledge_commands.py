"""`kb` and `scripts`: real articles in, found and out again; faults told with file and line."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.sizes import sized


@pytest.mark.parametrize(
    ("folder", "count", "word"),
    [
        ("kb-adobe-commerce-ptbr", 186, "indice elasticsearch"),
        *sized([], [("kb-microsoft-alchemy-ptbr", 2276, "redefinir senha")]),
    ],
)
def test_a_real_knowledge_base(
    folder: str, count: int, word: str, cli: Cli, tmp_path: Path, shared_data: Path
) -> None:
    with tarfile.open(shared_data / folder / "articles.tar.gz") as packed:
        packed.extractall(tmp_path / "kb", filter="data")
    dry = cli("kb", "import", tmp_path / "kb", "--dry-run", "--json").json()
    assert (dry["articles"], dry["written"]) == (count, 0)
    first = cli("kb", "import", tmp_path / "kb", "--json")
    assert (first.code, first.json()["articles"], first.json()["written"]) == (0, count, count)
    assert len(first.err.splitlines()) < 30, "thousands of faults are not poured over a person"
    assert cli("kb", "import", tmp_path / "kb", "--json").json()["written"] == 0

    changed = next((tmp_path / "kb").rglob("*.md"))
    changed.write_text(changed.read_text() + "\nUma linha nova.\n")
    assert cli("kb", "import", tmp_path / "kb", "--json").json()["written"] == 1

    found = cli("kb", "search", word, "--limit", "5", "--json").json()
    assert len(found) > 0
    assert set(found[0]) == {"id", "title", "audience", "snippet", "score"}
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    whole = cli("kb", "show", found[0]["id"], "--json").json()
    assert whole["title"] == found[0]["title"]
    assert whole["body"]

    files = cli("kb", "export", tmp_path / "out", "--json").json()["files"]
    assert len(files) == count
    assert cli("kb", "import", tmp_path / "out", "--json").json()["written"] == 0
    assert cli("kb", "export", tmp_path / "out").code == 1


def test_front_matter_names_the_article_else_its_path(cli: Cli, tmp_path: Path) -> None:
    kb = tmp_path / "kb" / "deep"
    kb.mkdir(parents=True)
    (kb / "a.md").write_text(
        "---\nid: troca\ntitle: Troca de tamanho\naudience: public\ntags: [troca]\nlang: pt-BR\nreview: 2031-01-01\n---\n\n"
        "Para trocar o tamanho, guarde a etiqueta.\n"
    )
    (kb / "b.md").write_text("# Devolução\n\nEm até sete dias, sem custo nenhum.\n")
    assert cli("kb", "lint", tmp_path / "kb", "--json").json() == []
    assert cli("kb", "import", tmp_path / "kb", "--json").json()["written"] == 2
    assert cli("kb", "show", "troca", "--json").json()["review"] == "2031-01-01"
    assert cli("kb", "show", "deep/b.md", "--json").json()["title"] == "Devolução"
    assert [one["id"] for one in cli("kb", "search", "devolucao", "--json").json()] == ["deep/b.md"]
    assert "Em até sete dias" in cli("kb", "show", "deep/b.md").out


def test_lint_names_file_and_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "a.md").write_text(
        "---\ntitle: X\naudience: everybody\n---\n\nTexto comprido o bastante.\n"
    )
    (tmp_path / "kb" / "b.md").write_bytes(b"\xff\xfe")
    answer = cli("kb", "lint", tmp_path / "kb", "--json")
    assert answer.code == 1
    told = {one["file"]: one for one in answer.json()}
    assert told["a.md"]["line"] == 3
    assert "everybody" in told["a.md"]["why"]
    assert "b.md" in told
    assert cli("kb", "import", tmp_path / "config.toml").code == 2
    (tmp_path / "x.toml").write_text("a = 1")
    assert cli("kb", "import", tmp_path / "x.toml").code == 2


def test_scripts(cli: Cli, tmp_path: Path) -> None:
    found = cli("scripts", "search", "prazo", "--json").json()
    assert set(found[0]) >= {"id", "title", "snippet", "score"}
    shown = cli("scripts", "show", found[0]["id"], "--json").json()
    assert shown["title"] == found[0]["title"]
    assert cli("scripts", "show", found[0]["id"]).code == 0
    assert cli("scripts", "show", "nope").code == 1
    assert cli("scripts", "lint", "--json").json() == []
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.yaml").write_text("- id: a\n  title: [\n")
    bad = cli("scripts", "lint", tmp_path / "s", "--json")
    assert bad.code == 1
    assert bad.json()[0]["file"] == "a.yaml"
    assert bad.json()[0]["line"] > 0


def test_own_scripts_take_the_place_of_the_shipped_ones(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.yaml").write_text("- id: meu\n  title: Meu roteiro\n  text: Olá!\n")
    (tmp_path / "config.toml").write_text('[scripts]\nfolders = ["mine"]\n')
    assert [one["id"] for one in cli("scripts", "search", "--json").json()] == ["meu"]
