"""Somebody was faster: what is said at once, the diff of a stale answer, and that its text is never lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.tui.pane_world import World, agent, message, put, ticket, world

from atendente_tui.desk import answering, owning
from atendente_tui.domain.words import EventKind, OutboxState
from atendente_tui.store import outbox, reading
from atendente_tui.tui import said_since
from atendente_tui.tui.glyphs import UNICODE
from atendente_tui.tui.screens.outbox import OutboxScreen
from atendente_tui.tui.screens.stale import StaleScreen

HOSTILE = "[/b][@click=app.quit]x[/] \x1b]52;c;UFdORUQ=\x07\u202e boa"
MINE = "Oi, Maria!\n\nJá pedimos o reenvio."
SINCE = (
    message(901, "late", -3, f"Achei na portaria! {HOSTILE}", remote_id="901"),
    agent(902, "late", -4, EventKind.MESSAGE, "Combinado, cancelei.", remote_id="902"),
)


def clash(w: World, command_id: object, current: dict[str, str | None], *events: Any) -> None:
    """Let it be tried, and somebody have been faster."""

    def job(tx: Any) -> None:
        row = outbox.row(tx.db, str(command_id))
        assert row is not None
        assert outbox.mark_sent(tx, row.n) is not None
        outbox.conflict(tx, row.n, "something was said since", current, events)

    w.store.write(job)


def given(w: World, text: str = MINE) -> str:
    return str(answering.reply(w.desk, w.ticket_id, text, channel="whatsapp").result().command_id)


def only(w: World) -> Any:
    (row,) = outbox.pending(w.app.read)
    return row


def notices(w: World) -> str:
    return "\n".join(str(one.message) for one in w.app._notifications)


async def looked_at(w: World) -> StaleScreen:
    w.app.perform("outbox")
    await w.until(lambda: isinstance(w.app.screen, OutboxScreen))
    await w.pilot.pause()
    await w.pilot.press("c")
    await w.until(lambda: isinstance(w.app.screen, StaleScreen))
    await w.shows("sua resposta, guardada")
    screen = w.app.screen
    assert isinstance(screen, StaleScreen)
    return screen


def inside(frame: str) -> list[str]:
    """The lines of the dialog."""
    return [line.split("│")[1].strip() for line in frame.splitlines() if line.count("│") >= 2]


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_what_is_new_stands_between_what_was_seen_and_ones_own_words(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with world(tmp_path, size=size, hold=0) as w:
        clash(w, given(w), {"status": "open"}, *SINCE)
        await w.until(lambda: "2026-004821 não saiu" in notices(w))
        await looked_at(w)
        lines = inside(w.frame())
        assert lines[0] == "2 mensagens chegaram antes da sua resposta."
        assert lines[1].startswith("Maria Oliveira · hoje 11:58 · WhatsApp")
        assert "cadê meu pedido??" in lines[2]
        new = [line for line in lines if line.startswith("+")]
        assert new[0] == "+ Maria Oliveira · hoje 12:03 · WhatsApp"
        assert "Achei na portaria! [/b][@click=app.quit]x[/]" in new[1]
        assert "+ Bruno Dias · hoje 12:04 · WhatsApp" in new
        assert "+   Combinado, cancelei." in new
        own = [line for line in lines if line.startswith("=")]
        assert own == [
            "= sua resposta, guardada · WhatsApp",
            "=   Oi, Maria!",
            "=",
            "=   Já pedimos o reenvio.",
        ]
        assert "\x1b" not in w.frame()
        assert "m enviar a minha assim mesmo · e editar a minha · d descartar" in w.frame()
        await w.pilot.press("escape")
        await w.until(lambda: isinstance(w.app.screen, OutboxScreen))
        assert only(w).state == OutboxState.CONFLICT


async def test_in_ascii_it_reads_the_same(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24), hold=0, glyphs="ascii") as w:
        clash(w, given(w), {}, *SINCE)
        await looked_at(w)
        assert "+ Bruno Dias - hoje 12:04 - WhatsApp" in w.frame()
        assert "= sua resposta, guardada - WhatsApp" in w.frame()


async def test_mine_goes_out_all_the_same_having_seen_what_was_shown(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24), hold=0) as w:
        first = given(w)
        clash(w, first, {}, *SINCE)
        await looked_at(w)
        await w.pilot.press("m")
        await w.until(lambda: only(w).state == OutboxState.QUEUED)
        body = json.loads(only(w).body)
        assert (body["text"], body["seen"]) == (MINE, "902")
        assert body["id"] != first


async def test_sending_again_from_the_list_shows_it_first(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24), hold=0) as w:
        clash(w, given(w), {}, *SINCE)
        w.app.perform("outbox")
        await w.until(lambda: isinstance(w.app.screen, OutboxScreen))
        await w.pilot.press("r")
        await w.until(lambda: isinstance(w.app.screen, StaleScreen))
        assert only(w).state == OutboxState.CONFLICT


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
@pytest.mark.parametrize("open_already", [True, False])
async def test_mine_is_edited_in_the_composer(
    tmp_path: Path, size: tuple[int, int], open_already: bool
) -> None:
    async with world(tmp_path, size=size, hold=0) as w:
        await w.open(w.ticket_id if open_already else w.other_id)
        clash(w, given(w), {}, *SINCE)
        put(w.store, *SINCE)
        await looked_at(w)
        await w.pilot.press("e")
        composer = w.app.screen_stack[0].composer  # type: ignore[attr-defined]
        await w.until(lambda: composer.ticket_id == w.ticket_id and composer.text == MINE)
        assert w.app.focused is composer.area
        assert (composer.kind, composer.elsewhere) == ("reply", None)
        assert outbox.pending(w.app.read) == []
        await w.pilot.press("X", "ctrl+s")
        await w.until(lambda: outbox.pending(w.app.read))
        body = json.loads(only(w).body)
        assert body["text"].replace("X", "") == MINE
        assert body["seen"] == "902"


async def test_discarded_the_text_is_a_draft(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24), hold=0) as w:
        clash(w, given(w), {}, *SINCE)
        await looked_at(w)
        await w.pilot.press("d")
        await w.until(lambda: outbox.pending(w.app.read) == [])
        draft = reading.draft(w.app.read, f"{w.ticket_id}:reply")
        assert draft is not None
        assert draft.text == MINE


async def test_a_lost_claim_says_who_has_it_and_the_queue_shows_it(tmp_path: Path) -> None:
    free = ticket("livre", "Troca de tamanho", "2026-004900", 30, assignee=None)
    async with world(tmp_path, size=(160, 45), hold=0) as w:
        put(w.store, free, message(910, "livre", 30, "Ficou pequeno."))
        number = reading.find_ticket(w.app.read, "2026-004900")
        assert number is not None
        claimed = owning.claim(w.desk, number).result().command_id
        assert reading.ticket(w.app.read, number).assignee == "ana"  # type: ignore[union-attr]
        clash(w, claimed, {"assignee": "bruno"})
        await w.until(lambda: "O chamado 2026-004900 ficou com Bruno Dias" in notices(w))
        assert reading.ticket(w.app.read, number).assignee == "bruno"  # type: ignore[union-attr]
        await w.open(number)
        await w.shows("Bruno Dias")
        assert outbox.pending(w.app.read) == [], "there is nothing to decide"


async def test_other_conflicts_are_told_and_none_twice(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24), hold=0) as w:
        one = owning.assign(w.desk, w.ticket_id, "carla").result().command_id
        clash(w, one, {"assignee": "bruno"})
        await w.until(lambda: "atribuir 2026-004821" in notices(w))
        count = len(w.app._notifications)
        answering.note(w.desk, w.other_id, "outra coisa").result()
        w.app.perform("outbox")
        await w.until(lambda: isinstance(w.app.screen, OutboxScreen))
        await w.pilot.pause()
        assert len(w.app._notifications) == count


def test_a_long_text_is_cut_and_an_odd_event_shown() -> None:
    from zoneinfo import ZoneInfo

    sight = said_since.Sight(UNICODE, ZoneInfo("America/Sao_Paulo"), 0, {})
    odd = said_since.of_change(
        {"text": 5, "attachments": [{"name": "x\x1b.pdf"}, 3], "at": "ontem", "data": []}
    )
    call = said_since.of_change(
        {"kind": "call", "author": "bruno", "author_kind": "agent", "data": {"seconds": 5}}
    )
    lines = said_since.diff(None, [odd, call], "linha\n" * 500, None, sight, 40)
    text = [line.text for line in lines]
    assert text[0] == "+ sistema · mensagem"
    assert "+   5" in text
    assert any("anexo: x" in one for one in text)
    assert "+ bruno · ligação" in text
    assert sum(one.startswith("= ") for one in text) <= said_since.LINES + 3
    assert all(len(one) <= 40 for one in text)
