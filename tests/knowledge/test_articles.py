"""Articles as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience
from atendente_tui.i18n import choose
from atendente_tui.knowledge.articles import Article, lint_articles, load_articles, read_article
from atendente_tui.knowledge.inserting import insertion, plain

WHOLE = """---
id: prazos
title: Prazos
audience: public
tags: [entrega, prazo]
product: Loja
review: 2027-03-31
lang: pt-BR
url: https://ajuda.example/prazos
---

# Prazos

Depende da região.
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def test_reads_everything():
    article, faults = read_article(WHOLE, "a/prazos.md")
    assert faults == []
    assert article == Article(
        "prazos",
        "Prazos",
        "# Prazos\n\nDepende da região.\n",
        Audience.PUBLIC,
        ("entrega", "prazo"),
        "Loja",
        date(2027, 3, 31),
        "pt-BR",
        "https://ajuda.example/prazos",
        "a/prazos.md",
        12,
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Um título\n\nTexto", "Um título"),
        ("Só texto", "arquivo"),
        ("---\ntitle: Outro\n---\n# Um\n", "Outro"),
    ],
)
def test_without_an_id_the_path_is_it(text: str, title: str):
    article, faults = read_article(text, "pasta/arquivo.md")
    assert (article.id, article.title, faults) == ("pasta/arquivo.md", title, [])
    assert article.audience is Audience.INTERNAL


def test_faults_name_the_line_of_the_file():
    text = WHOLE.replace("audience: public", "audience: todos").replace("review: 2027-03-31", "review: breve")
    article, faults = read_article(text, "p.md")
    assert [(fault.line, fault.field, fault.found) for fault in faults] == [
        (4, "audience", "todos"),
        (7, "review", "breve"),
    ]
    assert article.audience is Audience.INTERNAL  # never public by mistake


def test_front_matter_that_is_never_closed_keeps_the_text():
    article, faults = read_article("---\nid: x\ntexto", "p.md")
    assert [fault.line for fault in faults] == [1]
    assert "texto" in article.body


def test_crlf_and_a_byte_order_mark():
    article, faults = read_article("\ufeff" + WHOLE.replace("\n", "\r\n"), "p.md")
    assert (faults, article.id, article.review) == ([], "prazos", date(2027, 3, 31))


def test_a_folder(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "um.md").write_text(
        "# Um\n\nTexto do primeiro artigo, com mais de vinte letras.", "utf-8"
    )
    (tmp_path / "a.md").write_text(WHOLE, "utf-8")
    (tmp_path / "b.md").write_text(WHOLE, "utf-8")
    (tmp_path / "c.md").write_bytes(b"\xff\xfe")
    articles, faults = load_articles(tmp_path)
    assert [one.id for one in articles] == ["prazos", "sub/um.md"]
    assert [(fault.file, fault.line) for fault in faults] == [("b.md", 1), ("c.md", 0)]
    assert load_articles(tmp_path / "a.md")[0][0].id == "prazos"


def test_lint():
    article, _ = read_article(
        WHOLE.replace("2027-03-31", "2026-11-18") + "\n[x](javascript:alert(1)) [y](/ok)\n", "p.md"
    )
    secret, _ = read_article("---\nurl: https://a.example\n---\ncurto", "s.md")
    found = lint_articles([article, secret], today=date(2026, 11, 18))
    assert [(fault.file, fault.line, fault.found) for fault in found] == [
        ("p.md", 1, "2026-11-18"),
        ("p.md", 16, "javascript:alert(1"),
        ("s.md", 4, None),
        ("s.md", 1, "https://a.example"),
    ]


def test_an_internal_article_stays_inside():
    with pytest.raises(Refused) as refused:
        insertion("POP", "segredo", "internal", None, "text", public=True)
    assert (refused.value.code, refused.value.values) == ("article_internal", {"title": "POP"})
    assert insertion("POP", "# POP\n\nsegredo", "internal", None, "text", public=False) == "POP\n\nsegredo"


def test_what_is_inserted():
    body = "# Como\n\n1. Abra **Pedidos**.\n2. Veja [aqui](https://a.example/x).\n\nFim."
    assert (
        insertion("Como", body, "public", "https://a.example", "link", public=True)
        == "Como: https://a.example"
    )
    assert insertion("Como", body, "public", None, "link", public=True) == "Como"
    steps = insertion("Como", body, "public", None, "steps", public=True)
    assert steps == "1. Abra Pedidos.\n2. Veja aqui (https://a.example/x)."
    assert plain("2 * 3 ** 4") == "2 * 3 ** 4"
