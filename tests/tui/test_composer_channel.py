"""Answering by another channel than the ticket's: offered, seen at once, kept with the draft, sent."""

from __future__ import annotations

import json
from pathlib import Path

from tests.tui.pane_world import World, world
from tests.tui.test_composer import said, stored, writing

from atendente_tui.desk.desk import EVERY_COMMAND, Can
from atendente_tui.store import reading
from atendente_tui.tui.asking import ChoiceScreen
from atendente_tui.tui.screens.help import sections


async def choose(one: World, *keys: str) -> str:
    """Open the pick-list, give the keys; what it showed."""
    await one.pilot.press("f3")
    await one.until(lambda: isinstance(one.app.screen, ChoiceScreen))
    shown = await one.shows("Responder por qual canal?")
    await one.pilot.press(*keys)
    await one.until(lambda: not isinstance(one.app.screen, ChoiceScreen))
    return shown


async def test_another_channel_is_chosen_seen_kept_and_sent(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Segue a nota fiscal.")
        assert "F3 canal" in str(composer.border_subtitle)
        shown = await choose(one, "down", "enter")
        assert "WhatsApp  +55 11 9****-5678 · canal do chamado" in shown
        assert "e-mail  m***@exemplo.com.br" in shown
        assert str(composer.border_title) == "Responder · e-mail · chamado: WhatsApp"
        assert "para Maria Oliveira · e-mail m***@exemplo.com.br" in said(one)
        assert "20 caracteres" in said(one)
        assert "4096" not in said(one)
        assert one.app.focused is composer.area
        await one.until(
            lambda: stored(one) is not None and json.loads(stored(one).extra)["channel"] == "email"
        )
    async with world(tmp_path) as one:  # as after a kill: nothing but the store is left
        composer = await writing(one)
        assert str(composer.border_title) == "Responder · e-mail · chamado: WhatsApp"
        await one.pilot.press("ctrl+s")
        await one.until(lambda: composer.text == "")
        row = reading.timeline(one.app.read, ticket_id=one.ticket_id)[-1]
        assert (row.text, row.channel) == ("Segue a nota fiscal.", "email")
        assert "Responder · WhatsApp · janela" in str(composer.border_title)  # each answer chooses for itself


async def test_the_limits_are_the_channel_s_own_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="a" * 5000)
        assert "904 caracteres a mais" in said(one)
        await choose(one, "down", "enter")
        assert "5.000 caracteres" in said(one)
        assert "a mais" not in said(one)
        composer.area.load_text("ção" * 30)
        await choose(one, "down", "enter")
        await one.until(lambda: "90/134 · 2 SMS" in said(one))
        assert str(composer.border_title) == "Responder · SMS · chamado: WhatsApp"
        await choose(one, "home", "enter")
        assert "90/4096" in said(one)
        await one.until(lambda: stored(one) is not None and json.loads(stored(one).extra)["channel"] is None)


async def test_an_undone_answer_comes_back_with_its_channel(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="Segue a nota fiscal.")
        await choose(one, "down", "enter")
        await one.pilot.press("ctrl+s")
        await one.until(lambda: composer.text == "")
        await one.pilot.press("u")
        await one.until(lambda: composer.text == "Segue a nota fiscal.")
        assert str(composer.border_title) == "Responder · e-mail · chamado: WhatsApp"


async def test_without_a_text_the_choice_lasts_as_long_as_the_ticket_is_open(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one)
        await choose(one, "down", "enter")
        assert str(composer.border_title) == "Responder · e-mail · chamado: WhatsApp"
        await one.pilot.press("escape", "r")
        await one.until(lambda: one.app.focused is composer.area)
        assert str(composer.border_title) == "Responder · e-mail · chamado: WhatsApp"
        await one.open(one.other_id)
        await one.open(one.ticket_id)
        assert "Responder · WhatsApp" in str(composer.border_title)
        assert stored(one) is None


async def test_what_the_helpdesk_cannot_is_shown_with_the_reason_and_not_taken(tmp_path: Path) -> None:
    can = Can(EVERY_COMMAND, channels=frozenset({"sms"}))
    async with world(tmp_path, can=can) as one:
        composer = await writing(one, text="oi")
        shown = await choose(one, "down", "enter")
        line = next(line for line in shown.splitlines() if "e-mail  " in line)
        assert "este sistema só responde pelo canal do chamado" in line
        assert (
            str(composer.border_title) == "Responder · SMS · chamado: WhatsApp"
        )  # the cursor passed over what cannot be
        await choose(one, "escape")
        assert str(composer.border_title) == "Responder · SMS · chamado: WhatsApp"


async def test_a_channel_that_is_no_longer_possible_keeps_the_answer_here(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, text="oi")
        await choose(one, "down", "enter")
        one.store.write(lambda tx: tx.db.execute("DELETE FROM identity WHERE kind = 'email'"))
        await one.until(lambda: stored(one) is not None)
        await one.pilot.press("ctrl+s")
        await one.until(lambda: "Não há contato deste cliente para e-mail." in said(one))
        assert (composer.text, one.app.focused) == ("oi", composer.area)


async def test_a_note_has_no_channel(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        composer = await writing(one, "note", "só nós")
        assert "F3" not in str(composer.border_subtitle)
        await one.pilot.press("f3")
        await one.shows("ela não tem canal")
        assert one.app.focused is composer.area


async def test_the_help_and_the_key_bar_name_the_key(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await writing(one)
        await one.shows("F3 outro canal")
        lines = [line for _title, lines in sections(one.app.keymap, ("composer",)) for line in lines]
        assert any(line.startswith("F3 ") and "Outro canal" in line for line in lines)
