"""The customer: masked until a reason is on record; facts, orders, promises and numbers at a glance."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.builders import NOW
from tests.tui.pane_world import World, history, lines_of, world

from atendente_tui.desk import promising
from atendente_tui.domain.change import CustomerUpsert
from atendente_tui.tui.asking import LineScreen


def card(one: World) -> str:
    return "\n".join(lines_of(one.screen.customer_card))


async def test_the_card_says_who_and_what_we_know(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        text = card(one)
        for part in (
            "Maria Oliveira",
            "VIP",
            "***.456.789-**",
            "m***@exemplo.com.br",
            "+55 11 9****-5678",
            "prefere WhatsApp",
            "✓ CPF confirmado",
            "✓ endereço confirmado",
            "nº do pedido: 88213",
            "Pedidos 1",
            "1 em atraso",
            "10 dias de atraso",
            "Chamados 2",
            "1 em aberto",
            "CSAT 100 %",
        ):
            assert part in text, part
        assert "123.456" not in text


async def test_personal_data_is_shown_for_a_reason_that_is_on_record(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        one.screen.ticket_pane.timeline.focus()
        await one.pilot.press("v")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.pilot.press("enter")
        await one.until(lambda: "é preciso um motivo" in one.frame())
        await one.pilot.press(*"conferir", "enter")
        await one.until(lambda: "123.456.789-00" in card(one))
        row = one.app.read.execute(
            "SELECT actor, action, ticket_id, detail FROM audit WHERE action = 'reveal'"
        ).fetchone()
        assert row[:3] == ("ana", "reveal", one.ticket_id)
        assert json.loads(row[3])["reason"] == "conferir"
        await one.pilot.press("v")
        await one.until(lambda: "123.456.789-00" not in card(one))


async def test_going_back_reveals_nothing_and_leaves_no_record(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        one.screen.ticket_pane.timeline.focus()
        await one.pilot.press("v")
        await one.until(lambda: isinstance(one.app.screen, LineScreen))
        await one.pilot.press("escape")
        await one.pilot.pause()
        assert "123.456" not in card(one)
        assert one.app.read.execute("SELECT count(*) FROM audit WHERE action = 'reveal'").fetchone()[0] == 0


async def test_the_social_name_comes_first_and_hides_the_other(tmp_path: Path) -> None:
    social = CustomerUpsert(remote_id="maria", name="Nome De Registro", social_name="Mar Oliveira")
    async with world(tmp_path, *history(), social) as one:
        await one.open()
        assert "Mar Oliveira" in card(one)
        assert "Nome De Registro" not in one.frame()


async def test_promises_show_when_due_and_when_late(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.open()
        pane = one.screen.promises_pane
        assert "nenhuma promessa em aberto" in "\n".join(lines_of(pane))
        promising.promise(one.desk, one.ticket_id, NOW + timedelta(hours=3), "ligar de volta").result()
        await one.until(lambda: "hoje 15:00 Maria Oliveira" in "\n".join(lines_of(pane)))
        await one.until(lambda: "hoje 15:00 ligar de" in card(one))
        one.clock.set(NOW + timedelta(hours=4))
        pane._draw()
        assert "!" in lines_of(pane)[0]
        assert "1 em atraso" in str(pane.border_subtitle)
        one.screen.open_ticket(one.other_id)
        pane.focus()
        await one.pilot.press("enter")
        await one.until(lambda: one.screen.ticket_id == one.ticket_id)
