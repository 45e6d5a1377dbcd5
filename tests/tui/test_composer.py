"""Writing: two looks, a text nothing loses, and sending that waits for the store."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.builders import NOW
from tests.tui.pane_world import World, agent, history, lines_of, message, put, ticket, world

from atendente_tui.desk import answering, drafting, undoing
from atendente_tui.desk.desk import Can
from atendente_tui.domain.words import Channel, EventKind
from atendente_tui.store import reading
from atendente_tui.tui.asking import ChoiceScreen
from atendente_tui.tui.widgets import composer_sending
from atendente_tui.tui.widgets.composer import Composer


def said(one: World) -> str:
    composer = one.screen.composer
    return "\n".join(
        [
            str(composer.border_title),
            *lines_of(composer.query_one("#to")),
            *lines_of(composer.query_one("#say")),
        ]
    )


def stored(one: World, kind: str = "reply") -> Any:
    return reading.draft(one.app.read, f"{one.ticket_id}:{kind}")


def messages(one: World) -> list[str]:
    rows = reading.timeline(one.app.read, ticket_id=one.ticket_id, kinds=["message", "note"])
    return [row.text for row in rows]


async def writing(one: World, kind: str = "reply", text: str = "") -> Composer:
    await one.open()
    await one.pilot.press("r" if kind == "reply" else "o")
    composer: Composer = one.screen.composer
    await one.until(lambda: one.app.focused is composer.area)
    await one.pilot.pause()
    if text:
        composer.area.put(text)
        await one.pilot.pause()
    return composer


async def test_answer_and_note_differ_in_title_border_and_key(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one)
        answer = (str(composer.border_title), composer.styles.border_top[0], composer.styles.border_top[1])
        assert "Responder · WhatsApp · janela 23:58" in said(one)
        assert "para Maria Oliveira · WhatsApp +55 11 9****-5678" in said(one)
        await one.pilot.press("escape", "o")
        await one.until(lambda: composer.kind == "note")
        await one.pilot.pause()
        note = (str(composer.border_title), composer.styles.border_top[0], composer.styles.border_top[1])
        assert "Nota interna · só a equipe lê" in said(one)
        assert "não vai para o cliente" in said(one)
        assert all(a != b for a, b in zip(answer, note, strict=True))


async def test_the_draft_is_in_the_store_a_moment_after_a_pause_and_found_again(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one)
        await one.pilot.press("O", "i", "enter", "a", "b", "left")
        await one.until(lambda: stored(one) is not None and stored(one).text == "Oi\nab", seconds=2)
        await one.until(lambda: "rascunho salvo" in said(one))
        await one.until(lambda: (stored(one).cursor_line, stored(one).cursor_column) == (1, 1))
        assert composer.text == "Oi\nab"
    async with world(tmp_path) as one:  # as after a kill: nothing but the store is left
        await one.open()
        composer = one.screen.composer
        assert composer.text == "Oi\nab"
        assert composer.area.cursor_location == (1, 1)
        assert "rascunho recuperado" in said(one)
        assert one.app.focused is not composer.area


async def test_typing_without_a_pause_is_saved_all_the_same(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one)
        async with asyncio.timeout(5):
            while stored(one) is None:
                composer.area.insert("x")
                await asyncio.sleep(0.05)


async def test_each_ticket_and_kind_has_its_own_draft(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="para a Maria")
        await one.open(one.other_id)
        assert composer.text == ""
        await one.open(one.ticket_id)
        assert composer.text == "para a Maria"
        composer.open(one.ticket_id, "note")
        assert composer.text == ""
        composer.area.put("só nós")
        await one.pilot.pause()
        composer.open(one.ticket_id, "reply")
        await one.until(lambda: composer.text == "para a Maria")
        await one.until(lambda: stored(one, "note") is not None)


async def test_sending_clears_the_text_only_after_the_commit(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Chega amanhã.")
        gate, inside = threading.Event(), threading.Event()

        def stuck(_tx: object) -> None:
            inside.set()
            gate.wait(10)

        one.store.submit(stuck)
        await asyncio.to_thread(inside.wait, 5)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "enviando" in said(one))
        assert composer.text == "Chega amanhã."
        assert composer.area.read_only
        again = asyncio.create_task(one.pilot.press("ctrl+s"))  # is for where one will be then
        await asyncio.to_thread(inside.wait, 0.2)
        assert composer.text == "Chega amanhã."
        gate.set()
        await one.until(lambda: composer.text == "")
        await again
        assert not composer.area.read_only
        assert messages(one).count("Chega amanhã.") == 1
        assert "sai em 10 s: u desfaz" in said(one)
        assert stored(one) is None


@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize("key", ["ctrl+s", "f8", "ctrl+r"])
async def test_after_sending_the_next_verb_is_one_key_away(tmp_path: Path, kind: str, key: str) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, kind, "Feito.")
        await one.pilot.press(key)
        await one.until(lambda: one.app.focused is one.screen.ticket_pane.timeline)
        assert composer.text == ""
        assert one.screen.place == "ticket"
        await one.pilot.press("r" if kind == "reply" else "o")
        await one.until(lambda: one.app.focused is composer.area)
        assert composer.kind == kind


async def test_a_key_that_follows_at_once_means_what_it_means_after_sending(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, "note", "Primeira.")
        await one.pilot.press("ctrl+s", "u")  # takes this one back, and none before it
        await one.until(lambda: composer.text == "Primeira." and one.app.focused is composer.area)
        await one.pilot.press("ctrl+s", "r", "O", "i", "ctrl+s", "o", "S", "ó")
        await one.until(lambda: composer.text == "Só")
        assert messages(one)[-2:] == ["Primeira.", "Oi"]


async def test_where_one_went_meanwhile_one_stays(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Chega amanhã.")
        gate = threading.Event()
        one.store.submit(lambda _tx: gate.wait(10))
        await one.pilot.press("ctrl+s")
        one.screen.go("queue")
        gate.set()
        await one.until(lambda: composer.text == "")
        await one.pilot.pause()
        assert one.app.focused is one.screen.queue


async def test_in_a_narrow_terminal_a_notice_says_until_when_it_can_be_taken_back(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24)) as one:
        await writing(one, text="Chega amanhã.")
        await one.pilot.press("ctrl+s")
        await one.shows("sai em 10 s: u desfaz")
        assert not one.screen.composer.display
        await one.pilot.press("u")
        await one.until(lambda: one.screen.composer.text == "Chega amanhã.")


async def test_sending_and_solving(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Resolvido!")
        await one.pilot.press("ctrl+r")
        await one.until(lambda: composer.text == "")
        row = reading.ticket(one.app.read, one.ticket_id)
        assert row is not None
        assert row.status == "solved"


async def test_a_note_goes_as_a_note(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, "note", "Falei com o estoque.")
        await one.pilot.press("f8")
        await one.until(lambda: composer.text == "")
        row = reading.timeline(one.app.read, ticket_id=one.ticket_id)[-1]
        assert (row.kind, row.public, row.text) == ("note", False, "Falei com o estoque.")


async def test_a_stale_answer_says_what_is_new_and_goes_when_one_insists(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Vou verificar.")
        put(one.store, message(500, "late", 0, "esquece, chegou!"))
        await one.until(lambda: "1 novidade desde que você começou" in said(one))
        await one.until(lambda: "chegou!" in said(one))
        assert "esquece," in said(one)
        assert "^s de novo envia" in said(one)
        await one.pilot.press("ctrl+s")
        await one.pilot.pause(0.05)
        assert composer.text == "Vou verificar."
        assert "Vou verificar." not in messages(one)
        await asyncio.sleep(0.6)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: composer.text == "")
        assert "Vou verificar." in messages(one)


async def test_a_colleague_between_look_and_send_is_found_by_the_desk(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Vou verificar.")
        one.app.watch(composer)  # the news has not come to the screen yet
        put(one.store, agent(500, "late", 0, EventKind.MESSAGE, "Já respondi."))
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "novidade" in said(one))
        assert composer.text == "Vou verificar."
        assert "Vou verificar." not in messages(one)


async def test_a_message_that_came_in_late_is_news_though_it_stands_above(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Vou verificar.")
        await one.until(lambda: stored(one) is not None)
        put(one.store, message(500, "late", 3 * 24 * 60 + 10, "mandei o recibo por e-mail"))
        await one.until(lambda: "1 novidade desde que você começou" in said(one))
        await one.until(lambda: "mandei o recibo" in said(one))
        await one.pilot.press("ctrl+s")
        await one.pilot.pause(0.05)
        assert "Vou verificar." not in messages(one)
        await one.open(one.other_id)
        assert composer.text == ""
        await one.open(one.ticket_id)  # the draft remembers what its author had seen
        await one.until(lambda: "mandei o recibo" in said(one))


async def test_a_draft_of_before_knows_the_newest_entry_only(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        row = reading.ticket(one.app.read, one.ticket_id)
        assert row is not None
        drafting.save_draft(one.desk, one.ticket_id, "reply", "Oi", extra={"seen": row.newest_event}).result()
        put(one.store, message(500, "late", 0, "afinal?"))
        await one.open()
        await one.until(lambda: "1 novidade desde que você começou" in said(one))
        await one.until(lambda: "afinal?" in said(one))


async def test_what_blocks_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "não enviado: ainda não há texto" in said(one))
        composer.area.put("a" * 4097)
        await one.until(lambda: "4097/4096 · 1 caracteres a mais" in said(one))
        composer.area.load_text("Oi {{cliente.apelido}}")
        await one.until(lambda: "falta preencher: {{cliente.apelido}}" in said(one))
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "não enviado: falta preencher" in said(one))
        composer.area.load_text("Pode me informar o CPF?")
        await one.until(lambda: "CPF confirmado" in said(one))
        one.clock.set(NOW + timedelta(hours=24))
        composer._show_all()
        assert "janela fechada" in str(composer.border_title)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "a janela de 24 horas fechou" in said(one))
        assert composer.text == "Pode me informar o CPF?"
        assert len(messages(one)) == len([row for row in messages(one) if "CPF" not in row])


async def test_a_backend_without_answers_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, can=Can(frozenset({"note"}))) as one:
        composer = await writing(one, text="Oi")
        assert "este sistema não recebe respostas por aqui" in said(one)
        await one.pilot.press("ctrl+s")
        await one.pilot.pause()
        assert composer.text == "Oi"


async def test_sms_counts_its_segments(tmp_path: Path) -> None:
    changes = [*history(), ticket("sms", "Senha", "2026-000900", 60, channel=Channel.SMS)]
    async with world(tmp_path, *changes) as one:
        one.screen.open_ticket(reading.find_ticket(one.app.read, "2026-000900"))
        await one.pilot.press("r")
        composer = one.screen.composer
        composer.area.put("a" * 160)
        await one.until(lambda: "160/160 · 1 SMS" in said(one))
        composer.area.put("ção")
        await one.until(lambda: "163/201 · 3 SMS" in said(one))
        await one.until(lambda: "sms" in {finding.rule for finding in composer.reading.found})


async def test_switching_the_kind_with_a_text_asks(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="quase enviei")
        await one.pilot.press("f2")
        await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
        await one.pilot.press("escape")
        await one.until(lambda: one.screen is not None and not isinstance(one.app.screen, ChoiceScreen))
        assert composer.kind == "reply"
        await one.pilot.press("f2")
        await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
        await one.pilot.press("enter")
        await one.until(lambda: composer.kind == "note")
        assert composer.text == "quase enviei"
        await one.until(lambda: stored(one, "note") is not None and stored(one) is None)
        await one.pilot.press("f2")
        await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
        await one.shows("O CLIENTE VAI LER")
        await one.pilot.press("enter")
        await one.until(lambda: composer.kind == "reply")
        assert composer.text == ""
        assert stored(one, "note").text == "quase enviei"
        await one.pilot.press("f2")
        await one.until(lambda: composer.kind == "note")
        assert composer.text == "quase enviei"


async def test_discarding_asks_first(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="não presta")
        await one.until(lambda: stored(one) is not None)
        await one.pilot.press("ctrl+g")
        await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
        await one.pilot.press("enter")
        await one.pilot.pause()
        assert composer.text == "não presta"
        await one.pilot.press("ctrl+g")
        await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
        await one.pilot.press("down", "enter")
        await one.until(lambda: composer.text == "")
        await one.until(lambda: stored(one) is None)


async def test_an_undone_answer_comes_back_above_what_was_typed_since(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Primeira.")
        await one.pilot.press("ctrl+s")
        await one.until(lambda: composer.text == "")
        command = one.app.read.execute("SELECT command_id FROM outbox ORDER BY n DESC").fetchone()[0]
        undoing.undo(one.desk, command).result()
        await one.until(lambda: composer.text == "Primeira.")
        await one.pilot.press("r", "ctrl+s")
        await one.until(lambda: composer.text == "")
        composer.area.put("Segunda")
        await one.until(lambda: stored(one) is not None)
        command = one.app.read.execute("SELECT command_id FROM outbox ORDER BY n DESC").fetchone()[0]
        undoing.undo(one.desk, command).result()
        await one.until(lambda: composer.text == "Primeira.\n\nSegunda")
        assert stored(one).text == "Primeira.\n\nSegunda"


async def test_what_is_pasted_or_found_is_harmless(tmp_path: Path) -> None:
    from textual import events

    async with world(tmp_path) as one:
        composer = await writing(one)
        composer.area.post_message(events.Paste("um\r\ndois\x1b]52;c;x\x07\u202efim"))
        await one.until(lambda: composer.text != "")
        assert composer.text == "um\ndois]52;c;xfim"
        drafting.save_draft(one.desk, one.other_id, "reply", "oi\x1b[2Jtchau").result()
        composer.open(one.other_id, "reply")
        assert composer.text == "oi[2Jtchau"


async def test_a_refused_command_keeps_the_text(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Oi de novo")
        one.store.write(lambda tx: tx.db.execute("UPDATE ticket SET status = 'closed'"))
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "!" in said(one) and not composer.area.read_only)
        assert one.app.focused is composer.area
        assert composer.text == "Oi de novo"
        assert "Oi de novo" not in messages(one)


async def test_the_editor_takes_and_gives_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from atendente_tui.tui.editing import edited, editor

    script = tmp_path / "editor.sh"
    script.write_text(
        '#!/bin/sh\nstat -c "%a %U" "$2" > "$1"\nprintf "depois\\n" >> "$2"\n', encoding="utf-8"
    )
    script.chmod(0o700)
    seen = tmp_path / "seen"
    assert editor({"EDITOR": "vi -n"}) == ["vi", "-n"]
    assert editor({"VISUAL": "a b", "EDITOR": "c"}) == ["a", "b"]
    assert editor({}) is None
    assert edited("antes\n", [str(script), str(seen)]) == "antes\ndepois"
    assert seen.read_text().startswith("600 ")
    failing = tmp_path / "failing.sh"
    failing.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    failing.chmod(0o700)
    with pytest.raises(OSError, match="3"):
        edited("x", [str(failing)])
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    async with world(tmp_path) as one:
        composer = await writing(one, text="fica")
        await one.pilot.press("ctrl+o")
        await one.until(lambda: "nenhum editor definido" in said(one))
        monkeypatch.setenv("EDITOR", "true")
        await one.pilot.press("ctrl+o")
        await one.until(lambda: "não pode ser emprestado" in said(one))
        assert composer.text == "fica"


async def test_a_reply_of_ours_is_no_news(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="segunda parte")
        answering.note(one.desk, one.ticket_id, "minha nota").result()
        await one.pilot.pause(0.1)
        assert "novidade" not in said(one)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: composer.text == "")


@pytest.mark.parametrize("glyphs", ["unicode", "ascii"])
async def test_the_border_of_a_note_differs_with_every_set_of_signs(tmp_path: Path, glyphs: str) -> None:
    async with world(tmp_path, glyphs=glyphs) as one:
        composer = await writing(one)

        def side() -> str:
            """The sign its border is drawn with on the left."""
            return one.frame().splitlines()[composer.region.y + 1][composer.region.x]

        await one.shows("Responder · WhatsApp" if glyphs == "unicode" else "Responder - WhatsApp")
        answer, colour = side(), composer.styles.border_top[1]
        composer.open(one.ticket_id, "note")
        await one.shows("Nota interna")
        assert composer.styles.border_top[1] != colour
        assert (answer, side()) == (("┃", "║") if glyphs == "unicode" else ("#", ":"))


async def test_what_is_said_of_leaving_stays_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts down, and nothing of it is left once the answer may be gone."""
    monkeypatch.setattr(composer_sending, "SECOND", 0.05)
    async with world(tmp_path) as one:
        await writing(one, text="Sai hoje.")
        await one.pilot.press("ctrl+s")
        await one.shows("sai em 10 s: u desfaz")
        one.clock.advance(timedelta(seconds=7))
        await one.shows("sai em 3 s: u desfaz")
        one.clock.advance(timedelta(seconds=4))
        await one.until(lambda: "sai em" not in said(one))
