"""Outbox and problems: what is shown of each state, and what each key does to it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.tui.verbs_host import HOSTILE, Host, host

from atendente_tui.desk import answering, owning, triaging
from atendente_tui.domain.words import OutboxState, Tier
from atendente_tui.store import outbox, reading
from atendente_tui.store.writing import Tx
from atendente_tui.tui.forms import FormScreen
from atendente_tui.tui.screens.confirm import ConfirmScreen
from atendente_tui.tui.screens.conflict import ConflictScreen
from atendente_tui.tui.screens.outbox import OutboxScreen

MINE = 3


def give(h: Host, text: str = "Oi, Maria!") -> str:
    """A note on its way out; its command's id."""
    return str(answering.note(h.desk, MINE, text).result().command_id)


def end(h: Host, command_id: str, state: OutboxState, reason: str = "fila fechada") -> None:
    """Let it be tried and come to this state."""

    def job(tx: Tx) -> None:
        row = outbox.row(tx.db, command_id)
        assert row is not None
        assert outbox.mark_sent(tx, row.n) is not None
        if state == OutboxState.REFUSED:
            outbox.refuse(tx, row.n, "rejected", reason)
        elif state == OutboxState.CONFLICT:
            outbox.conflict(tx, row.n, reason, {"assignee": "bruno"})
        elif state == OutboxState.UNKNOWN:
            outbox.unknown(tx, row.n, reason)

    h.store.write(job)


def state_of(h: Host, command_id: str) -> str:
    row = outbox.row(h.app.read, command_id)
    assert row is not None
    return row.state


async def opened(h: Host) -> OutboxScreen:
    await h.perform("outbox")
    screen = h.app.screen
    assert isinstance(screen, OutboxScreen)
    await h.pilot.pause()
    return screen


async def test_an_empty_outbox_says_that_all_is_well(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await opened(h)
        assert "Tudo já saiu" in h.text()
        await h.press("escape")
        await h.back()


async def test_every_state_is_told_in_plain_words_with_its_text(tmp_path: Path) -> None:
    async with host(tmp_path, hold=30) as h:
        give(h, f"Prazo confirmado. {HOSTILE}")
        await opened(h)
        shown = h.text()
        assert "Ainda dá para desfazer" in shown
        assert "Prazo confirmado. [/b][@click=app.quit]x[/]" in shown
        assert "desfaz até" in shown
        assert h.ticket(MINE).protocol in shown


async def test_a_refused_note_is_edited_and_goes_out_again(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = give(h)
        end(h, one, OutboxState.REFUSED)
        await opened(h)
        shown = h.text()
        assert "Precisam de você (1)" in shown
        assert "O helpdesk recusou. Ele disse: fila fechada" in shown
        await h.press("e")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        assert "Oi, Maria!" in h.text()
        await h.type(" Tudo bem?")
        await h.press("ctrl+s")
        await h.until(lambda: isinstance(h.app.screen, OutboxScreen))
        (row,) = outbox.pending(h.app.read)
        assert row.state == OutboxState.QUEUED
        assert json.loads(row.body)["text"] == "Oi, Maria! Tudo bem?"
        assert row.command_id != one


async def test_a_refused_escalation_comes_back_as_its_form(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        given = triaging.escalate(
            h.desk, MINE, tier=Tier.N2, reason="sem estoque", tried="loja\nsite", workaround="nenhuma"
        ).result()
        end(h, str(given.command_id), OutboxState.REFUSED)
        await opened(h)
        await h.press("e")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        screen = h.app.screen
        assert isinstance(screen, FormScreen)
        assert screen.raw["tried"] == "loja\nsite"
        assert screen.raw["tier"] == "N2"
        await h.press("tab", "tab")
        await h.press("ctrl+u", *"fabrica")
        await h.press("ctrl+s")
        await h.until(lambda: isinstance(h.app.screen, OutboxScreen) and not h.app.workers)
        (row,) = outbox.pending(h.app.read)
        assert (row.state, json.loads(row.body)["reason"]) == ("queued", "fabrica")
        assert state_of(h, str(given.command_id)) == OutboxState.DISCARDED


async def test_an_unknown_one_is_never_sent_again_without_a_look(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = give(h)
        end(h, one, OutboxState.UNKNOWN)
        await opened(h)
        await h.press("r")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        assert "Verificar no helpdesk" in h.text()
        assert state_of(h, one) == OutboxState.UNKNOWN
        await h.type("não")
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, OutboxScreen))
        assert state_of(h, one) == OutboxState.QUEUED


async def test_an_unknown_one_that_is_there_counts_as_delivered(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = give(h)
        end(h, one, OutboxState.UNKNOWN)
        await opened(h)
        await h.press("v")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        await h.type("está lá")
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, OutboxScreen))
        assert state_of(h, one) == OutboxState.CONFIRMED


async def test_discarding_asks_first_and_gives_the_words_back(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = give(h)
        end(h, one, OutboxState.REFUSED)
        await opened(h)
        await h.press("d")
        await h.until(lambda: isinstance(h.app.screen, ConfirmScreen))
        await h.press("enter")  # alone it must not throw anything away
        assert isinstance(h.app.screen, ConfirmScreen)
        await h.press("n")
        await h.until(lambda: isinstance(h.app.screen, OutboxScreen))
        assert state_of(h, one) == OutboxState.REFUSED
        await h.press("d")
        await h.until(lambda: isinstance(h.app.screen, ConfirmScreen))
        await h.press("s")
        await h.until(lambda: state_of(h, one) == OutboxState.DISCARDED)
        draft = reading.draft(h.app.read, f"{MINE}:note")
        assert draft is not None
        assert draft.text == "Oi, Maria!"


async def test_a_conflict_shows_both_versions(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = str(owning.assign(h.desk, MINE, "carla").result().command_id)
        end(h, one, OutboxState.CONFLICT, "already assigned")
        await opened(h)
        await h.press("c")
        await h.until(lambda: isinstance(h.app.screen, ConflictScreen))
        await h.pilot.pause()
        shown = h.text()
        assert "atribuído a: carla" in shown
        assert "atribuído a: bruno" in shown
        await h.press("o")
        await h.until(lambda: state_of(h, one) == OutboxState.DISCARDED)


async def test_a_conflict_can_be_sent_over_what_stands(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = str(owning.assign(h.desk, MINE, "carla").result().command_id)
        end(h, one, OutboxState.CONFLICT)
        await opened(h)
        await h.press("c")
        await h.until(lambda: isinstance(h.app.screen, ConflictScreen))
        await h.press("m")
        await h.until(lambda: [row.state for row in outbox.pending(h.app.read)] == ["queued"])


async def test_a_waiting_one_opens_its_ticket(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        give(h)
        await opened(h)
        await h.press("enter")
        await h.back()
        assert h.desktop.opened == [(MINE, None)]


async def test_undo_means_the_row_under_the_cursor(tmp_path: Path) -> None:
    async with host(tmp_path, hold=30) as h:
        first = str(owning.assign(h.desk, MINE, "bruno").result().command_id)
        second = str(triaging.set_team(h.desk, MINE, "logistica").result().command_id)
        screen = await opened(h)
        screen.list.set_rows(screen.list.rows, key=first)
        await h.press("u")
        await h.until(lambda: state_of(h, first) == OutboxState.UNDONE)
        assert state_of(h, second) == OutboxState.HELD


async def test_the_outbox_is_written_to_a_file_of_ones_own(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        give(h, "para depois")
        await opened(h)
        target = tmp_path / "saida.jsonl"
        await h.press("x")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        await h.press("ctrl+u")
        screen = h.app.screen
        assert isinstance(screen, FormScreen)
        screen._rows["path"].put(str(target))
        await h.press("enter")
        await h.until(lambda: isinstance(h.app.screen, OutboxScreen))
        assert "para depois" in target.read_text()
        assert target.stat().st_mode & 0o777 == 0o600
        await h.press("x")
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        screen = h.app.screen
        assert isinstance(screen, FormScreen)
        screen._rows["path"].put(str(target))
        await h.press("enter")
        await h.until(lambda: "!" in h.text())
        assert isinstance(h.app.screen, FormScreen)


async def test_news_of_the_outbox_are_shown_without_asking(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        await opened(h)
        give(h, "chegou agora")
        await h.until(lambda: "chegou agora" in h.text())


async def test_its_keys_are_in_the_help_and_in_its_own_last_line(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = give(h)
        end(h, one, OutboxState.REFUSED)
        await opened(h)
        assert "r reenviar · e editar e reenviar · d descartar" in h.text()
        await h.press("question_mark")
        await h.until(lambda: "Aqui, na saída" in h.text())
        assert "editar e reenviar" in h.text().lower()


async def test_every_key_of_a_problem_fits_a_small_terminal(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        one = str(owning.assign(h.desk, MINE, "carla").result().command_id)
        end(h, one, OutboxState.CONFLICT)
        await opened(h)
        assert h.text().rstrip().endswith("Esc volta")
