"""Scripts as files, and finding them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.words import Channel
from atendente_tui.i18n import choose
from atendente_tui.knowledge.articles import read_article
from atendente_tui.knowledge.finding import find, find_scripts, indexed_articles, indexed_scripts, words
from atendente_tui.knowledge.scripts import load_scripts, read_scripts

TWO = """- id: atraso
  title: Atraso na entrega
  channels: [email, whatsapp]
  tags: [rastreio]
  text: |
    {{saudacao}}, {{cliente.nome_social ou cliente.nome|tudo bem}}!
    O pedido {{pedido.numero}} chega {{?Quando}}.
  variants:
    whatsapp: Oi, {{cliente.nome}}!
- id: orcamento
  title: Orçamento
  text: Segue o orçamento pedido.
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def test_reads_a_list_and_variants():
    (late, price), faults = read_scripts(TWO, "a.yaml")
    assert faults == []
    assert late.for_channel(Channel.WHATSAPP) == "Oi, {{cliente.nome}}!"
    assert late.for_channel(Channel.EMAIL).endswith("chega {{?Quando}}.")
    assert late.suits(Channel.EMAIL)
    assert not late.suits(Channel.SMS)
    assert late.suits(None)
    assert price.suits(Channel.SMS)
    assert (price.path, price.line) == ("a.yaml", 10)


def test_a_file_of_one():
    (one,), faults = read_scripts("id: x\ntitle: X\nvariants: {sms: curto}\n", "a.yaml")
    assert (faults, one.for_channel(Channel.EMAIL)) == ([], "curto")


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("{{pedido.numero}}", "{{pedido.numro}}", 7, "pedido.numro"),
        ("{{?Quando}}", "{{ }}", 7, "{{ }}"),
        ("whatsapp: Oi", "zap: Oi", 9, "zap"),
        ("[email, whatsapp]", "[email, carta]", 3, "carta"),
        ("title: Atraso na entrega", "titulo: x", 2, "titulo"),
    ],
)
def test_faults_name_line_and_value(old: str, new: str, line: int, found: str):
    scripts, faults = read_scripts(TWO.replace(old, new), "a.yaml")
    assert [one.id for one in scripts] == ["orcamento"]
    assert (line, found) in [(fault.line, fault.found) for fault in faults]


def test_a_folder(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(TWO, "utf-8")
    (tmp_path / "b.yml").write_text(TWO, "utf-8")
    (tmp_path / "c.yaml").write_text("", "utf-8")
    scripts, faults = load_scripts(tmp_path)
    assert [one.id for one in scripts] == ["atraso", "orcamento"]
    assert [(fault.file, fault.line) for fault in faults] == [("b.yml", 1), ("b.yml", 10), ("c.yaml", 0)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("orcamento", ["orcamento"]),
        ("ORÇA", ["orcamento"]),
        ("/atr", ["atraso"]),
        ("entrega atraso", ["atraso"]),
        ("entrega orcamento", []),
        ("rastreio", ["atraso"]),
        ("", ["atraso", "orcamento"]),
        ("pedido", ["atraso", "orcamento"]),
    ],
)
def test_finding(query: str, ids: list[str]):
    items = indexed_scripts(read_scripts(TWO, "a.yaml")[0])
    assert [one.item.id for one in find_scripts(items, query)] == ids


def test_finding_keeps_to_the_channel_and_shows_the_passage():
    items = indexed_scripts(read_scripts(TWO, "a.yaml")[0])
    assert [one.item.id for one in find_scripts(items, "", channel=Channel.SMS)] == ["orcamento"]
    assert "O pedido … chega" in find_scripts(items, "pedid")[0].snippet
    assert "{{" not in "".join(one.snippet for one in find_scripts(items, ""))


def test_articles_are_found_the_same_way():
    article, _ = read_article(
        "---\ntags: [reembolso]\n---\n# Estorno\n\nO prazo é de dois dias úteis.", "a.md"
    )
    items = indexed_articles([article])
    assert [one.item.title for one in find(items, "uteis praz")] == ["Estorno"]
    assert find(items, "reemb")[0].score > find(items, "dois")[0].score


@given(st.text(max_size=60))
def test_no_query_raises(query: str):
    items = indexed_scripts(read_scripts(TWO, "a.yaml")[0])
    found = find_scripts(items, query)
    assert len(found) == 2 or words(query)
