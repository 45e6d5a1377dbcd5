"""Scripts, articles and solved tickets: found as one types, and put where one writes."""

from __future__ import annotations

from pathlib import Path

from tests.tui.pane_world import World, history, lines_of, put, world

from atendente_tui.domain.change import ArticleUpsert, SettingGone, SettingUpsert
from atendente_tui.domain.words import Audience
from atendente_tui.tui.asking import LineScreen
from atendente_tui.tui.markdown_lines import markdown_lines
from atendente_tui.tui.screens.full_text import FullText


def offers(one: World) -> str:
    return "\n".join(lines_of(one.screen.library.results))


async def searched(one: World, query: str, expected: str) -> None:
    one.screen.library.open(query)
    await one.until(lambda: expected in offers(one))


async def test_one_box_over_scripts_articles_and_solved_tickets(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await searched(one, "prazo", "usa: nº do pedido, Qual é o")
        assert "R Atraso na entrega" in offers(one)
        await one.until(lambda: "A Prazos por região" in offers(one))
        assert "A Multa contratual" in offers(one)
        assert "interno" in offers(one)
        await searched(one, "/prazo", "R Atraso na entrega")
        await one.until(lambda: "Prazos por região" not in offers(one))
        await searched(one, "?regiao", "A Prazos por região")
        await searched(one, "=boleto", "= Boleto em duplicidade")
        assert "2026-000101" in offers(one)
        await searched(one, "zzzz", "nada encontrado")


async def test_a_script_goes_in_at_the_cursor_with_what_is_known_and_what_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await one.pilot.press("r")
        composer = one.screen.composer
        composer.area.put("antes\ndepois")
        composer.area.move_cursor((0, 5))
        await one.pilot.press("f4")
        await one.until(lambda: one.app.focused is one.screen.library.box)
        await searched(one, "/atraso", "R Atraso na entrega")
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.shows("Qual é o novo prazo?")
        await one.pilot.press(*"amanhã", "enter")
        await one.until(lambda: "amanhã" in composer.text)
        assert composer.text == "antesBoa tarde, Maria! O pedido 88213 chega até amanhã.\ndepois"
        assert one.app.focused is composer.area


async def test_going_back_from_a_question_inserts_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await one.pilot.press("s")
        await searched(one, "/atraso", "R Atraso na entrega")
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.pilot.press("escape")
        await one.until(lambda: not isinstance(one.app.screen, LineScreen))
        await one.pilot.pause()
        assert one.screen.composer.text == ""


async def test_a_public_article_is_read_and_its_link_inserted(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await one.pilot.press("b")
        await searched(one, "?regiao", "A Prazos por região")
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, FullText))
        text = await one.shows("- Sul: 3 dias")
        assert "a tabela (https://exemplo.com.br/prazos)" in text
        assert "**3 dias" not in text
        await one.pilot.press("l")
        await one.until(
            lambda: one.screen.composer.text == "Prazos por região: https://exemplo.com.br/prazos"
        )


async def test_an_internal_article_never_gets_into_an_answer(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await one.pilot.press("b")
        await searched(one, "?multa", "A Multa contratual")
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, FullText))
        await one.shows("INTERNO, não é para o cliente")
        await one.pilot.press("i")
        await one.until(lambda: not isinstance(one.app.screen, FullText))
        await one.until(lambda: len(one.app._notifications) > 0)
        assert one.screen.composer.text == ""
        one.screen.composer.open(one.ticket_id, "note")
        one.screen.library.open("?multa")
        await searched(one, "?multa", "A Multa contratual")
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, FullText))
        await one.pilot.press("i")
        await one.until(lambda: "Só para a equipe" in one.screen.composer.text)


async def test_hostile_titles_and_texts_are_letters(tmp_path: Path) -> None:
    evil = ArticleUpsert(
        remote_id="x",
        title="[red]Mau[/] [@click=app.quit]x[/]\x1b]0;oi\x07",
        body="# [/x]\n\n<script>\x1b[2J</script>\n\n![foto](http://mau/x.png) [Banco](http://mau.example)\n",
        audience=Audience.PUBLIC,
    )
    async with world(tmp_path, *history(), evil) as one:
        await one.open()
        await searched(one, "?mau", "[red]Mau[/]")
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, FullText))
        text = await one.shows("Banco (http://mau.example)")
        assert "\x1b" not in text


def test_markdown_becomes_lines_of_the_width() -> None:
    text = (
        "# Título\n\nUm *parágrafo* "
        + "longo " * 30
        + "\n\n1. um\n2. dois\n   - três\n\n> citado\n\n```\ncódigo\n```\n"
    )
    lines = markdown_lines(text, 40)
    shown = [line.text for line in lines]
    assert shown[0] == "Título"
    assert all(len(one) <= 40 for one in shown)
    assert "1. um" in shown
    assert "2. dois" in shown
    assert "   - três" in shown
    assert "| citado" in shown
    assert "  código" in shown
    assert markdown_lines("", 40) == []
    table = "| Como | Quando |\n| --- | --- |\n| Pix | um dia |\n| Boleto | cinco dias úteis |\n"
    assert [line.text.rstrip() for line in markdown_lines(table, 40)] == [
        "Como   | Quando",
        "-------+-----------------",
        "Pix    | um dia",
        "Boleto | cinco dias úteis",
    ]
    narrow = [line.text.rstrip() for line in markdown_lines(table, 20)]
    assert narrow[:3] == ["Como: Pix", "Quando: um dia", ""]
    assert markdown_lines(">" * 5_000 + "x", 40) != []


async def test_what_the_team_shares_appears_beside_ones_own(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        await searched(one, "/", "R Troca de tamanho")
        theirs = (
            SettingUpsert(kind="script", key="boleto", body="id: boleto\ntitle: Segunda via\ntext: Segue."),
            SettingUpsert(kind="script", key="troca", body="id: troca\ntitle: Da equipe\ntext: Oi."),
        )
        put(one.store, *theirs)
        await one.until(lambda: "R Segunda via" in offers(one))
        assert "Da equipe" not in offers(one)
        await one.until(lambda: len(one.app._notifications) > 0)
        said = [str(notice.message) for notice in one.app._notifications]
        assert said == ["um.yaml vale no lugar do roteiro da equipe troca."]
        await one.pilot.press("r")
        await searched(one, "/segunda", "R Segunda via")
        await one.pilot.press("enter")
        await one.until(lambda: one.screen.composer.text == "Segue.")
        put(one.store, SettingGone(kind="script", key="boleto"))
        await searched(one, "/", "R Troca de tamanho")
        await one.until(lambda: "Segunda via" not in offers(one))
