"""Words of an internal article never reach a customer, pasted or not."""

from __future__ import annotations

import pytest

from atendente_tui.desk import answering
from atendente_tui.desk.articles import store_articles
from atendente_tui.desk.desk import Desk
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Audience
from atendente_tui.knowledge.articles import Article
from atendente_tui.store.store import Lane, Store
from tests.desk.seen import ids

SECRET = "Acima de trezentos reais o estorno precisa da supervisão, por escrito e antes da resposta."


def test_a_pasted_internal_article_stops_a_reply_but_no_note(desk: Desk, store: Store) -> None:
    article = Article("alcada", "Alçadas de estorno", SECRET + "\n", Audience.INTERNAL)
    store.write(lambda tx: store_articles(tx, [article]), Lane.SYNC)
    assert store.wait_indexed()
    number = ids(store, "channel = 'email' AND status = 'open'")[0]
    text = f"Bom dia! {SECRET.lower()} Abraço, Ana."
    with pytest.raises(Refused, match="review_blocked") as refused:
        answering.reply(desk, number, text=text).result()
    assert "Alçadas de estorno" in str(refused.value.values["why"])
    answering.note(desk, number, text=text).result()
    answering.reply(desk, number, text="Bom dia! O estorno já foi pedido e cai em até dez dias.").result()
