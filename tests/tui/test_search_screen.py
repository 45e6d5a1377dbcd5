"""Global search: found while typing, grouped, narrowed by kind, opened at the event, never in the way of a key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.builders import customer_change, event_change, ticket_change
from tests.tui.verbs_host import HOSTILE, Host, add, host

from atendente_tui.domain.change import ArticleUpsert
from atendente_tui.store.rows import SearchHit
from atendente_tui.tui.lines import Span
from atendente_tui.tui.screens.full_text import FullText
from atendente_tui.tui.screens.search import SearchScreen
from atendente_tui.tui.search_model import Ask, Searching, grouped, passage


async def opened(h: Host) -> SearchScreen:
    assert await asyncio.to_thread(h.store.wait_indexed, 10.0)
    await h.perform("search")
    screen = h.app.screen
    assert isinstance(screen, SearchScreen)
    return screen


async def test_accents_do_not_matter_and_enter_opens_the_ticket_at_the_event(tmp_path: Path) -> None:
    async with host(tmp_path, tickets=6) as h:
        add(
            h.store,
            customer_change(40),
            ticket_change(80, subject="Devolução"),
            event_change(80, 0, text="Ninguém explicou a restituição"),
        )
        await opened(h)
        await h.type("restituicao")
        await h.until(lambda: "Ninguém explicou" in h.text())
        assert "Mensagens (1)" in h.text()
        await h.press("enter")
        await h.back()
        ticket_id, event_key = h.desktop.opened[-1]
        assert h.ticket(ticket_id).subject == "Devolução"
        assert event_key is not None


async def test_hits_are_grouped_and_narrowed_to_one_kind(tmp_path: Path) -> None:
    async with host(tmp_path, tickets=6) as h:
        add(
            h.store,
            ArticleUpsert(remote_id="a1", title="Garantia estendida", body="A garantia vale um ano."),
            customer_change(40),
            ticket_change(80, subject="Garantia negada"),
            event_change(80, 0, text="Quero usar a garantia"),
        )
        await opened(h)
        await h.type("garantia")
        await h.until(lambda: "Mensagens (1)" in h.text())
        shown = h.text()
        assert shown.index("Chamados (1)") < shown.index("Artigos (1)") < shown.index("Mensagens (1)")
        await h.press("f2", "f2", "f2")
        await h.until(lambda: "Mensagens" not in h.text() and "Artigos (1)" in h.text())
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, FullText))
        await h.pilot.pause()
        assert "A garantia vale um ano." in h.text()


async def test_a_customer_is_found_by_an_address_that_stays_hidden(tmp_path: Path) -> None:
    async with host(tmp_path, tickets=6) as h:
        await opened(h)
        await h.type("cliente1@exemplo.com.br")
        await h.until(lambda: "Clientes (1)" in h.text())
        rows = [line for line in h.text().splitlines() if "@exemplo.com.br" in line]
        assert any("c***@exemplo.com.br" in line for line in rows)
        assert sum("cliente1@exemplo" in line for line in rows) == 1  # what was typed
        await h.press("enter")
        await h.back()
        assert h.desktop.opened


async def test_nothing_found_and_nothing_asked_are_told_apart(tmp_path: Path) -> None:
    async with host(tmp_path, tickets=2) as h:
        await opened(h)
        await h.type("xyzzy")
        await h.until(lambda: "Nada encontrado" in h.text())
        await h.press("ctrl+u")
        await h.until(lambda: "Acentos e maiúsculas" in h.text())


async def test_hostile_questions_and_hostile_hits_are_only_text(tmp_path: Path) -> None:
    async with host(tmp_path, tickets=2) as h:
        add(
            h.store,
            customer_change(40),
            ticket_change(80, subject=f"abacaxi {HOSTILE}"),
            event_change(80, 0, text=f"abacaxi {HOSTILE}"),
        )
        await opened(h)
        for question in ('abacaxi" OR *', "abacaxi NEAR(", "abacaxi"):
            await h.press("ctrl+u")
            await h.type(question)
            await h.pilot.pause(0.15)
        await h.until(lambda: "abacaxi [/b][@click=app.quit]x[/]" in h.text() and "Mensagens" in h.text())
        assert "\x1b" not in h.text()
        assert "\u202e" not in h.text()


async def test_a_key_is_never_kept_waiting_by_a_search(tmp_path: Path) -> None:
    """A slow answer neither blocks the loop nor overwrites a later one, and what was overtaken is never asked."""
    gate = threading.Event()
    asked: list[str] = []

    def make() -> tuple[Ask, Callable[[], None]]:
        def ask(query: str, _kinds: Sequence[str] | None, _rank: str) -> list[SearchHit]:
            asked.append(query)
            gate.wait(5)
            return [SearchHit("ticket", 1, 1, None, None, query, query, 0.0)]

        return ask, lambda: None

    searching = Searching(make)
    first = asyncio.create_task(searching.ask("a", None, "recent"))
    while not asked:
        await asyncio.sleep(0.005)
    second = asyncio.create_task(searching.ask("ab", None, "recent"))
    third = asyncio.create_task(searching.ask("abc", None, "recent"))
    await asyncio.sleep(0)
    gate.set()
    answers = await asyncio.gather(first, second, third)
    assert answers[0] is None
    assert answers[1] is None
    assert answers[2] is not None
    assert [hit.title for hit in answers[2]] == ["abc"]
    assert asked == ["a", "abc"]
    searching.close()


def test_hits_keep_their_order_inside_their_group() -> None:
    hits = [
        SearchHit(kind, 1, n, None, None, "", "", 0.0) for n, kind in enumerate(["event", "ticket", "event"])
    ]
    assert [(kind, [hit.ref for hit in found]) for kind, found in grouped(hits)] == [
        ("ticket", [1]),
        ("event", [0, 2]),
    ]


def plain(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def test_the_words_found_are_marked_and_the_rest_is_cleaned() -> None:
    shown = passage("cadê \x02meu\x03 pedido \x1b]0;x\x07[b]")
    assert plain(shown) == "cadê meu pedido ␛]0;x␇[b]"
    assert [span.text for span in shown if span.role] == ["meu"]
    assert plain(passage("a \x02sem fim")) == "a sem fim"


def test_a_long_passage_begins_near_the_word_found() -> None:
    shown = passage("bom dia, faz uma semana que espero o meu \x02pedido\x03 e nada")
    assert plain(shown) == "…que espero o meu pedido e nada"
