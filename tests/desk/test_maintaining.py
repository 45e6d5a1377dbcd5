"""Articles kept good: flags, what is due, use, proposals from tickets, and folders brought in again."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from atendente_tui.clock import VirtualClock
from atendente_tui.desk import answering, creating, maintaining
from atendente_tui.desk.articles import bring, store_articles
from atendente_tui.desk.desk import EVERY_COMMAND, Can, Desk
from atendente_tui.domain.change import ArticleUpsert
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience, Channel
from atendente_tui.knowledge.articles import Article, read_article
from atendente_tui.store import reading
from atendente_tui.store.ingest import apply_changes
from atendente_tui.store.store import Lane, Store
from tests.builders import BACKEND
from tests.desk.conftest import desk_at
from tests.desk.seen import outbox_rows

TODAY = date(2026, 11, 20)


@pytest.fixture
def kb(store: Store) -> Store:
    own = [
        Article("troca", "Troca", "Guarde a etiqueta.\n", Audience.PUBLIC, review=date(2026, 11, 1)),
        Article("frete", "Frete", "Grátis acima de cem.\n", Audience.PUBLIC, review=date(2026, 12, 1)),
    ]
    theirs = ArticleUpsert(remote_id="a7", title="Garantia", body="Um ano.", audience="public")
    store.write(lambda tx: store_articles(tx, own), Lane.SYNC)
    store.write(lambda tx: apply_changes(tx, [theirs], BACKEND), Lane.SYNC)
    return store


def due(store: Store, days: int = 0) -> list[tuple[str, str | None, list[str]]]:
    with closing(store.reader()) as db:
        return [
            (one.article.ref, one.review, [each.flag for each in one.flags])
            for one in maintaining.due(db, TODAY, days=days)
        ]


def test_what_is_due_by_its_day_or_by_a_flag(desk: Desk, kb: Store, clock: VirtualClock) -> None:
    assert due(kb) == [("troca", "2026-11-01", [])]
    assert due(kb, days=30) == [("troca", "2026-11-01", []), ("frete", "2026-12-01", [])]
    maintaining.flag_article(desk, "frete", "wrong", "o valor mudou").result()
    assert due(kb)[1] == ("frete", None, ["wrong"])
    clock.advance(timedelta(hours=1))
    kb.write(lambda tx: store_articles(tx, [Article("frete", "Frete", "Grátis acima de 150.\n")]), Lane.SYNC)
    assert due(kb) == [("troca", "2026-11-01", [])], "changed since: no longer flagged"


def test_a_flag_goes_to_the_backend_whose_article_it_is_and_no_other(desk: Desk, kb: Store) -> None:
    maintaining.flag_article(desk, "troca", "outdated").result()
    assert outbox_rows(kb) == []
    maintaining.flag_article(desk, f"{BACKEND}:a7", "missing", "prazo").result()
    (row,) = outbox_rows(kb)
    assert json.loads(row.body)["article"] == "a7"
    unable = desk_at(kb, can=Can(EVERY_COMMAND - {"flag_article"}))
    maintaining.flag_article(unable, f"{BACKEND}:a7", "wrong").result()
    assert len(outbox_rows(kb)) == 1
    assert ("example:a7", None, ["missing", "wrong"]) in due(kb)
    with pytest.raises(Refused, match="no_such_article"):
        maintaining.flag_article(desk, "nada", "wrong").result()


def test_use_is_counted_and_survives_a_new_import(desk: Desk, kb: Store) -> None:
    with closing(kb.reader()) as db:
        row = reading.article(db, "troca")
    assert row is not None
    maintaining.count_use(desk, row.id).result()
    maintaining.count_use(desk, row.id).result()
    kb.write(lambda tx: store_articles(tx, [Article("troca", "Trocas", "Novo.\n")]), Lane.SYNC)
    with closing(kb.reader()) as db:
        assert reading.article(db, "troca").used == 2  # type: ignore[union-attr]


def test_an_article_proposed_from_a_ticket_names_nobody(desk: Desk, kb: Store, tmp_path: Path) -> None:
    number = (
        creating.create(
            desk,
            customer_name="Rosana Prado",
            channel=Channel.EMAIL,
            subject="Segunda via da nota",
            text="Sou a Rosana, CPF 529.982.247-25. Onde baixo a nota?\nObrigada",
            tags=("nota",),
        )
        .result()
        .ticket_id
    )
    with pytest.raises(Refused, match="text_empty"):
        maintaining.propose_article(desk, number, "Sugestão", tmp_path).result()
    answering.reply(
        desk, number, text="Rosana, entre em Meus pedidos e toque em Nota fiscal.", insist=True
    ).result()
    done = maintaining.propose_article(
        desk, number, "Sugestão", tmp_path, title="Segunda via da nota fiscal"
    ).result()
    text = done.file.read_text(encoding="utf-8")
    article, faults = read_article(text, "x.md")
    assert faults == []
    assert (article.title, article.audience, article.tags) == (
        "Segunda via da nota fiscal",
        Audience.INTERNAL,
        ("nota",),
    )
    assert "Meus pedidos" in text
    assert "> Obrigada" in text
    assert "Rosana" not in text
    assert "529.982.247-25" not in text
    assert done.file.stat().st_mode & 0o777 == 0o600


def test_a_folder_again_reads_what_changed_and_names_what_is_gone(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.md").write_text(
            f"# Artigo {name}\n\nTexto do artigo {name}, com bastante texto.\n"
        )
    first = bring(folder, store)
    assert (first.read, first.unchanged, first.written) == (3, 0, 3)
    again = bring(folder, store)
    assert (again.read, again.unchanged, again.written) == (0, 3, 0)
    (folder / "b.md").write_text("# Artigo b\n\nOutro texto, bem mais longo do que o de antes.\n")
    (folder / "c.md").unlink()
    third = bring(folder, store)
    assert (third.read, third.unchanged, third.written, third.gone, third.removed) == (
        1,
        2 - 1,
        1,
        ["c.md"],
        0,
    )
    assert bring(folder, store).gone == ["c.md"], "told until it is settled"
    pruned = bring(folder, store, prune=True)
    assert (pruned.gone, pruned.removed) == (["c.md"], 1)
    assert bring(folder, store).gone == []
    with closing(store.reader()) as db:
        assert [row.ref for row in reading.articles(db)] == ["a.md", "b.md"]
    assert bring(folder, store, again=True).read == 2
    store.write(lambda tx: tx.db.execute("DELETE FROM article WHERE ref = 'a.md'"))
    assert bring(folder, store).written == 1, "what went out of the store comes in again"
