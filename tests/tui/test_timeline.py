"""The history of a ticket, as a person sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import perf_counter

from tests.builders import NOW
from tests.tui.pane_world import agent, history, lines_of, message, put, world

from atendente_tui.desk import answering
from atendente_tui.desk.promising import promise
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.words import Channel, EventKind
from atendente_tui.tui.screens.full_text import FullText


def _shown(one: object) -> str:
    timeline = one.screen.ticket_pane.timeline  # type: ignore[attr-defined]
    timeline.action_edge(False)
    seen: list[str] = []
    while True:
        now = lines_of(timeline)
        seen += [line for line in now if line not in seen[-len(now) :]]
        before = timeline.top
        timeline.action_page(1)
        if timeline.top == before:
            return "\n".join(seen)


async def test_every_kind_of_event_can_be_read(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        text = _shown(one)
        for part in (
            "WhatsApp Maria Oliveira",
            "cadê meu pedido??",
            "anexo: foto.jpg · 123,5 kB",
            "WhatsApp Bruno Dias → cliente",
            "# nota interna · Bruno Dias",
            "# Transportadora confirma extravio.",
            "telefone · 6 min 12 s · atendida · Bruno Dias",
            "tabulação entrega/atraso · transportadora",
            "prometido para sex 20/11/2026 15:00",
            "ligar com a nova data",
            "estado: de novo para aberto",
            "escalado N1 → N2",
            "já tentado: rastreio",
            "= robô · WhatsApp",
            "= Olá! Sou a assistente virtual.",
            "fato conhecido: CPF confirmado",
            "ligado a 2026-000101",
            "pedido 88213 · em trânsito · previsto 10/11/2026",
            "CSAT: 4 de 5",
            "hoje, sex 20/11/2026",
        ):
            assert part in text, part


async def test_a_promise_of_our_own_says_its_words_once(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        due = one.clock.now() + timedelta(hours=3)
        promise(one.desk, one.ticket_id, due, "ligar sobre o reembolso").result(10)
        await one.open()
        assert _shown(one).count("ligar sobre o reembolso") == 1


async def test_other_tickets_are_folded_between_and_open(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        timeline = one.screen.ticket_pane.timeline
        folds = [line for line in _shown(one).split("\n") if "outro chamado" in line]
        assert len(folds) == 2
        assert "2 eventos · outro chamado: 2026-000101 Boleto" in folds[0]
        assert "Estornamos" not in _shown(one)
        timeline.action_edge(False)
        timeline.action_enter()
        assert "Estornamos hoje." in _shown(one)
        assert "2026-000101 · e-mail Bruno Dias" in _shown(one)
        timeline.action_edge(False)
        timeline.action_enter()
        assert "Estornamos" not in _shown(one)


async def test_what_is_ours_and_not_settled_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        timeline = one.screen.ticket_pane.timeline
        answering.reply(one.desk, one.ticket_id, "Chega amanhã.", insist=True).result()
        await one.until(lambda: "Chega amanhã." in "\n".join(lines_of(timeline)))
        assert any("Ana Souza → cliente" in line and "na saída" in line for line in lines_of(timeline))
        one.store.write(
            lambda tx: (
                tx.db.execute("UPDATE outbox SET state = 'unknown'") and tx.touch(f"ticket:{one.ticket_id}")
            )
        )
        await one.until(lambda: any("! desconhecido, verificar" in line for line in lines_of(timeline)))


async def test_the_view_stays_where_one_reads_and_tells_of_news(tmp_path: Path) -> None:
    many = [message(100 + n, "late", 60 * 24 * 5 - n, f"linha {n}") for n in range(60)]
    async with world(tmp_path, *history(), *many) as one:
        await one.open()
        pane = one.screen.ticket_pane
        timeline = pane.timeline
        assert "anexo: foto.jpg" in lines_of(timeline)[-1]
        timeline.focus()
        timeline.action_page(-1)
        before = lines_of(timeline)
        put(one.store, message(200, "late", 0, "mais uma coisa"))
        await one.until(lambda: timeline.news == 1)
        await one.until(lambda: "1 novidade abaixo" in str(pane.border_subtitle))
        assert [line[:-1] for line in lines_of(timeline)] == [line[:-1] for line in before]
        timeline.action_edge(True)
        await one.until(lambda: not timeline.news)
        assert "mais uma coisa" in lines_of(timeline)[-1]
        put(one.store, message(201, "late", -1, "e outra"))
        await one.until(lambda: "e outra" in lines_of(timeline)[-1])


async def test_older_pages_come_when_one_goes_up(tmp_path: Path) -> None:
    many = [message(1000 + n, "late", 60 * 24 * 5 - n, f"linha {n}") for n in range(350)]
    async with world(tmp_path, *history(), *many) as one:
        await one.open()
        timeline = one.screen.ticket_pane.timeline
        assert len(timeline.model.events) < 120
        timeline.action_edge(False)
        before = lines_of(timeline)[5]
        assert timeline.model.more
        assert len(timeline.model.events) > 190
        timeline.top = (0, 0)
        timeline.settle()
        timeline.scroll_lines(-1)
        assert len(timeline.model.events) > 290
        assert before
        while timeline.model.more:
            timeline.action_edge(False)
        assert any("prazo era dia 10" in row.text for row in timeline.model.events)


async def test_finding_goes_through_older_pages_and_back(tmp_path: Path) -> None:
    many = [message(1000 + n, "late", 60 * 24 * 5 - 2 - n, f"conversa {n}") for n in range(250)]
    async with world(tmp_path, *history(), *many) as one:
        await one.open()
        pane = one.screen.ticket_pane
        timeline = pane.timeline
        timeline.focus()
        await one.pilot.press("ctrl+f")
        await one.until(lambda: one.app.focused is not timeline)
        one.app.focused.value = "ATE AGORA NADA"
        await one.until(
            lambda: "não encontrado aqui, Enter busca nas mais antigas" in str(pane.border_subtitle)
        )
        await one.pilot.press("enter")
        await one.until(lambda: "1 de 1" in str(pane.border_subtitle))
        assert any("Até agora nada" in line for line in lines_of(timeline))
        one.app.focused.value = "PÉDI"
        await one.until(lambda: "1 de 4" in str(pane.border_subtitle))
        assert "cadê meu pedido??" in timeline.event.text
        await one.pilot.press("enter")
        assert "2 de 4" in str(pane.border_subtitle)
        assert "Já pedimos" in timeline.event.text
        await one.pilot.press("down")
        assert "1 de 4" in str(pane.border_subtitle)
        await one.pilot.press("escape")
        assert one.app.focused is timeline
        assert not timeline.marked


async def test_filter_by_channel_and_kind(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        pane = one.screen.ticket_pane
        pane.timeline.focus()
        await one.pilot.press("f")
        await one.until(lambda: "Mostrar só" in one.frame())
        await one.pilot.press("space", "enter")
        await one.until(lambda: "só:" in str(pane.border_subtitle))
        chosen = pane.timeline.model.channels
        assert len(chosen) == 1
        assert {row.channel for row in pane.timeline.model.events} == set(chosen)
        pane.timeline.show_only(None, ["note"])
        assert "Transportadora" in "\n".join(lines_of(pane.timeline))
        assert "cadê" not in "\n".join(lines_of(pane.timeline))
        pane.timeline.show_only(None, None)
        assert "cadê" in "\n".join(lines_of(pane.timeline))


async def test_a_message_of_100_000_lines_is_bounded_and_read_in_full(tmp_path: Path) -> None:
    long = "\n".join(f"linha número {n}" for n in range(100_000))
    async with world(tmp_path, *history(), message(300, "late", 1, long)) as one:
        started = perf_counter()
        await one.open()
        assert perf_counter() - started < 2.0
        timeline = one.screen.ticket_pane.timeline
        assert len(timeline.lines_of(timeline.count() - 1)) < 70
        assert "mais 99.940 linhas: Enter para ver tudo" in lines_of(timeline)[-1]
        timeline.focus()
        await one.pilot.press("enter")
        await one.until(lambda: isinstance(one.app.screen, FullText))
        await one.pilot.press("end")
        await one.until(lambda: "linha número 99999" in one.frame())
        await one.pilot.press("escape")


async def test_long_quotes_are_folded(tmp_path: Path) -> None:
    mail = "Segue resposta.\n" + "\n".join(f"> antiga {n}" for n in range(9))
    async with world(tmp_path, *history(), message(300, "late", 1, mail, channel=Channel.EMAIL)) as one:
        await one.open()
        text = "\n".join(lines_of(one.screen.ticket_pane.timeline))
        assert "citação de 9 linhas" in text
        assert "antiga" not in text


async def test_markup_and_controls_in_a_message_are_letters(tmp_path: Path) -> None:
    bad = "[bold]oi[/bold] [@click=app.quit]sair[/] \x1b]52;c;cHduZWQ=\x07 [/x]"
    evil = message(300, "late", 1, bad, author="[red]Maria\x1b[2J")
    async with world(tmp_path, *history(), evil) as one:
        await one.open()
        text = await one.shows("[bold]oi[/bold] [@click=app.quit]sair[/]")
        assert "\x1b" not in text
        for y in range(one.app.size.height):
            await one.pilot.click(offset=(70, y))
        assert one.app.is_running


async def test_selecting_takes_the_words_without_the_margin(tmp_path: Path) -> None:
    words = "palavra " * 30
    async with world(tmp_path, *history(), agent(300, "late", 1, EventKind.MESSAGE, words.strip())) as one:
        await one.open()
        timeline = one.screen.ticket_pane.timeline
        last = len(lines_of(timeline)) - 1
        while "palavra" not in lines_of(timeline)[last]:
            last -= 1
        first = last
        while "palavra" in lines_of(timeline)[first - 1]:
            first -= 1
        region = timeline.content_region
        await one.pilot.mouse_down(offset=(region.x, region.y + first))
        await one.pilot.hover(offset=(region.x + 60, region.y + last))
        await one.pilot.mouse_up(offset=(region.x + 60, region.y + last))
        chosen = one.screen.get_selected_text()
        assert chosen is not None
        assert "│" not in chosen
        assert "\n" not in chosen
        assert chosen.startswith("palavra palavra")
        await one.pilot.press("y")
        assert one.app.clipboard == chosen
        await one.until(lambda: "Copiado: o texto selecionado" in one.frame())


async def test_copying_the_event_under_the_cursor_says_what(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        one.screen.ticket_pane.timeline.focus()
        await one.pilot.press("y")
        assert one.app.clipboard == "cadê meu pedido??"
        await one.until(lambda: "Copiado: mensagem de Maria Oliveira, hoje 11:58" in one.frame())
        await one.pilot.press("Y")
        assert one.app.clipboard == "2026-004821"


async def test_a_hit_elsewhere_brings_its_event_into_view(tmp_path: Path) -> None:
    many = [message(1000 + n, "late", 60 * 24 * 5 - 2 - n, f"conversa {n}") for n in range(250)]
    async with world(tmp_path, *history(), *many) as one:
        await one.open()
        db = one.app.read
        key = db.execute("SELECT key FROM event WHERE text LIKE 'Comprei dia 3%'").fetchone()[0]
        one.screen.open_ticket(one.ticket_id, event_key=key)
        timeline = one.screen.ticket_pane.timeline
        assert any("Comprei dia 3" in line for line in lines_of(timeline))
        folded = db.execute("SELECT key FROM event WHERE text = 'Estornamos hoje.'").fetchone()[0]
        assert timeline.go_to(folded)
        assert any("Estornamos hoje." in line for line in lines_of(timeline))


async def test_a_key_measures_and_draws_only_what_is_near(tmp_path: Path) -> None:
    many: list[EventAppend] = [
        message(1000 + n, "late", 60 * 24 * 5 - 2 - n / 100, "uma conversa comprida " * 40)
        for n in range(2_000)
    ]
    async with world(tmp_path, *history(), *many) as one:
        await one.open()
        timeline = one.screen.ticket_pane.timeline
        for _ in range(25):
            timeline.action_edge(False)
        assert len(timeline.model.events) > 2_000
        timeline.forget_lines()
        timeline.settle()
        assert len(timeline._cache) < 60
        timeline.action_page(1)
        assert len(timeline._cache) < 120


async def test_countdown_and_the_reasons_that_sum_to_the_score(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        pane = one.screen.ticket_pane
        row = pane.ticket
        board = "\n".join(lines_of(pane._board))
        assert f"= {row.score}" in board
        assert "por que está aqui?" in board
        assert "!! urgente" in board
        from atendente_tui.tui.widgets.ticket_header import why_parts

        assert sum(points for _name, points in why_parts(row)) == row.score
        one.clock.set(NOW + timedelta(days=400))
        pane._say_how()
        assert "venceu há" in "\n".join(lines_of(pane._board))
