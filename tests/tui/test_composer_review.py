"""The reviewer beside the composer: in the background, marked in the text, listed by a key, passed with a reason."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.builders import NOW
from tests.tui.pane_world import World, lines_of, world
from tests.tui.test_composer import messages, said, stored, writing

from atendente_tui.knowledge.scripts import read_scripts
from atendente_tui.store import reading
from atendente_tui.tui.asking import ChoiceScreen, LineScreen
from atendente_tui.tui.going import Going, going_in
from atendente_tui.tui.inserting import insert_script
from atendente_tui.tui.widgets.composer import Composer

CPF = "Oi, Maria! O CPF 529.982.247-25 está no cadastro."


def audited(one: World) -> list[dict[str, object]]:
    rows = one.app.read.execute("SELECT detail FROM audit WHERE action = 'review_silenced'")
    return [json.loads(row[0]) for row in rows]


async def asked(one: World, kind: type) -> None:
    await one.until(lambda: isinstance(one.app.screen, kind))
    await one.pilot.pause()


async def test_a_document_is_held_back_until_somebody_says_why(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text=CPF)
        await one.until(lambda: "1 segura" in said(one))
        assert any(looks.end > looks.start for looks in composer.area.get_line(0).spans)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "não enviado" in said(one))
        assert CPF not in messages(one)
        await one.pilot.press("ctrl+l")
        await asked(one, ChoiceScreen)
        await one.pilot.press("enter")
        await asked(one, ChoiceScreen)
        await one.pilot.press("end", "enter")
        await asked(one, LineScreen)
        await one.pilot.press("enter")  # a reason is needed
        await one.pilot.press(*"a cliente pediu".replace(" ", "_"), "enter")
        await one.until(lambda: one.app.focused is composer.area)
        await one.until(lambda: audited(one) != [])
        assert "1 segura" not in said(one)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: CPF in messages(one))
        assert {str(row["rule"]) for row in audited(one)} == {"document"}


async def test_what_was_let_pass_is_kept_with_the_draft_and_for_its_own_words_only(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text=CPF)
        composer.going.silenced[("document", "529.982.247-25")] = "pediu"
        composer.drafts.again()
        await one.until(lambda: stored(one) is not None and "pediu" in stored(one).extra)
        assert going_in(stored(one).extra).silenced == composer.going.silenced
        composer.area.put(" E o 111.444.777-35.")
        await one.until(lambda: "1 segura" in said(one))
        assert [one.excerpt for one in composer.reading.stopping()] == ["111.444.777-35"]


async def test_a_correction_is_taken_from_the_list(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Oi, Mario! O pedido chega na sexta.")
        await one.until(lambda: "1 aviso" in said(one))
        await one.pilot.press("ctrl+l")
        await asked(one, ChoiceScreen)
        await one.pilot.press("enter")
        await asked(one, ChoiceScreen)
        await one.pilot.press("down", "enter")
        await one.until(lambda: composer.text == "Oi, Maria! O pedido chega na sexta.")
        await one.until(lambda: "revisão ok" in said(one))


async def test_orders_at_the_end_are_carried_out_and_not_sent(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Oi, Maria! Verifico e volto.\n/prometo sem data")
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "não enviado" in said(one))
        composer.area.load_text("Oi, Maria! Verifico e volto.\n/prometo amanhã 9h ligar")
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "Oi, Maria! Verifico e volto." in messages(one))
        owed = reading.promises_of(one.app.read, one.ticket_id)
        assert "ligar" in {row.what for row in owed}


async def test_an_answer_for_later_says_when_above_the_text_and_waits(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Oi, Maria! Chega amanhã.")
        await one.pilot.press("f11")
        await asked(one, LineScreen)
        await one.pilot.press(*"2h", "enter")
        await one.until(lambda: composer.going.at is not None)
        assert "sai hoje" in "\n".join(lines_of(composer.query_one("#to")))
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "Oi, Maria! Chega amanhã." in messages(one))
        row = one.app.read.execute("SELECT state, hold_until FROM outbox ORDER BY n DESC LIMIT 1").fetchone()
        assert row[0] == "held"
        assert row[1] - int(NOW.timestamp() * 1000) > 7_000_000
        assert composer.going == Going()


async def test_send_and_next_takes_the_next_one(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer: Composer = await writing(one, text="Oi, Maria! O pedido chega na sexta.")
        await one.pilot.press("ctrl+n")
        await one.until(lambda: "Oi, Maria! O pedido chega na sexta." in messages(one))
        await one.until(lambda: composer.text == "")


def test_what_goes_with_a_text_is_kept_and_read_again() -> None:
    going = Going(
        ("a@x.com",),
        ("b@x.com",),
        ({"remote_id": "1", "name": "x.pdf", "size": 10},),
        NOW,
        "t",
        {("a", "b"): "c"},
    )
    assert going_in(json.dumps(going.kept())) == going
    assert Going().kept() == {}
    for odd in ("", "null", "[]", '{"cc": 3}', '{"not_before": "x"}', '{"silenced": [1]}'):
        assert going_in(odd) == Going()


async def test_outside_its_window_the_channel_takes_approved_templates_only(tmp_path: Path) -> None:
    scripts = (
        "- {id: modelo, title: Retomar, template: retomar, channels: [whatsapp], text: 'Oi, {{cliente.nome}}! Seguimos?'}\n"
        "- {id: livre, title: Livre, channels: [whatsapp], text: 'Oi!'}\n"
    )
    found, faults = read_scripts(scripts, "x.yaml")
    assert [one.template for one in found] == ["retomar", ""]
    assert faults == []
    async with world(tmp_path) as one:
        composer = await writing(one)
        one.clock.advance(timedelta(hours=30))
        composer.take(None)
        assert composer.templates_only
        assert not await insert_script(one.screen, found[1])
        assert composer.text == ""
        assert await insert_script(one.screen, found[0])
        await one.until(lambda: "modelo aprovado" in "\n".join(lines_of(composer.query_one("#to"))))
        await one.pilot.press("x")
        assert composer.text == "Oi, Maria Oliveira! Seguimos?"
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "Oi, Maria Oliveira! Seguimos?" in messages(one))
        body = one.app.read.execute("SELECT body FROM outbox ORDER BY n DESC LIMIT 1").fetchone()[0]
        assert json.loads(body)["template"] == "retomar"
        assert not composer.area.read_only


async def test_the_signature_is_shown_before_it_goes_below(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        place = one.app.workplace
        place.desk = place.desk._replace(signatures={"whatsapp": "{{atendente.nome}}\nLoja"})
        composer = await writing(one, text="Oi, Maria! O pedido chega na sexta.")
        assert "assinatura: Ana Souza / Loja" in "\n".join(lines_of(composer.query_one("#to")))
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "Oi, Maria! O pedido chega na sexta.\n\nAna Souza\nLoja" in messages(one))
