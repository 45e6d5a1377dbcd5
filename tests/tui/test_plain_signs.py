"""With ASCII glyphs nothing but letters goes beyond ASCII, on any screen, whatever a customer writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tests.sizes import sized
from tests.tui.pane_world import BACKEND, World, history, message, put, world
from textual.screen import Screen

from atendente_tui.desk import answering, moving, owning, quality
from atendente_tui.desk.desk import Agent
from atendente_tui.domain.words import OutboxState, Status
from atendente_tui.knowledge.scorecards import load_cards
from atendente_tui.knowledge.shipped import SCORECARDS, TRAINING
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import outbox
from atendente_tui.store.writing import Tx
from atendente_tui.training.library import library
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document
from atendente_tui.tui.glyphs import ASCII, UNICODE
from atendente_tui.tui.plain_signs import PLAIN
from atendente_tui.tui.screens.scorecard import ScorecardScreen
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.dialog import Dialog

WRITTEN = (
    "pedido “88213” — cadê?… • item → aqui ✓ ‘já’ × 2\r\nlinha\x1b[2J\u202e dois\u2028três \u00a0fim ── █ ░"
)


def test_every_sign_takes_one_column_before_and_after() -> None:
    for code, plain in PLAIN.items():
        assert cell_len(chr(code)) == cell_len(plain) == 1, hex(code)
        assert plain.isascii()
        assert plain.isprintable()
        assert not chr(code).isalpha()
    ours = "".join(value for value in UNICODE if isinstance(value, str))
    assert {sign for sign in ours if not sign.isascii()} <= {chr(code) for code in PLAIN}
    assert all(value.isascii() for value in ASCII if isinstance(value, str))


def screens(of: type[Screen[object]] = Screen) -> Iterator[str]:
    """Every screen of ours that somebody can stand before."""
    for one in of.__subclasses__():
        if one.__module__.startswith("atendente_tui.") and one not in (Dialog, Board):
            yield one.__name__
        yield from screens(one)


class Round:
    """Goes from screen to screen and looks at each."""

    def __init__(self, one: World) -> None:
        self.one = one
        self.met: set[str] = set()

    def look(self) -> None:
        frame = self.one.frame()
        strange = {sign for sign in frame if not sign.isascii() and not sign.isalpha()}
        assert not strange, f"{strange} on {self.one.app.screen}:\n{frame}"
        self.met.add(type(self.one.app.screen).__name__)

    async def press(self, *keys: str, shows: str = "") -> None:
        """Keys, and a look once the text is there."""
        await self.one.pilot.press(*keys)
        await self.one.pilot.pause()
        if shows:
            await self.one.shows(shows)
        self.look()

    async def back(self) -> None:
        """To the workstation, whatever is in front of it."""
        while len(self.one.app.screen_stack) > 1:
            front = self.one.app.screen
            await self.one.pilot.press("escape")
            await self.one.until(lambda front=front: self.one.app.screen is not front)  # type: ignore[misc]
        self.look()


def a_result() -> dict[str, Any]:
    kept = next(one for one in library([TRAINING]) if one.scenario.name == "pedido-atrasado")
    return document(rehearse(kept.scenario, kept.answers[0][1]))


def trouble(one: World) -> None:
    """An answer that was refused, two things in conflict, one that waits; and a change that could not be applied."""
    ids = [
        answering.reply(one.desk, one.ticket_id, WRITTEN).result().command_id,
        owning.assign(one.desk, one.ticket_id, "bruno").result().command_id,
        answering.reply(one.desk, one.other_id, WRITTEN, channel="email").result().command_id,
    ]
    since = message(302, "old", 0, WRITTEN)
    answering.note(one.desk, one.other_id, WRITTEN).result()
    moving.set_status(one.desk, one.ticket_id, Status.PENDING).result()

    def job(tx: Tx) -> None:
        states = (OutboxState.REFUSED, OutboxState.CONFLICT, OutboxState.CONFLICT)
        for command_id, state in zip(ids, states, strict=True):
            row = outbox.row(tx.db, str(command_id))
            assert row is not None
            outbox.mark_sent(tx, row.n)
            if state is OutboxState.REFUSED:
                outbox.refuse(tx, row.n, "rejected", WRITTEN)
            elif row.type == "reply":
                outbox.conflict(tx, row.n, "mudou", {}, [since])
            else:
                outbox.conflict(tx, row.n, "mudou", {"assignee": "bruno"})
        tx.db.execute(
            'INSERT INTO poison (at, backend, change, error) VALUES (?, ?, \'{"remote_id": "t9"}\', ?)',
            (tx.now, BACKEND, WRITTEN),
        )

    one.store.write(job)


async def reviewing(one: World, go: Round) -> None:
    """A review of a ticket, and the list of reviews, as a supervisor has them."""
    workplace, ana = one.app.workplace, one.app.workplace.desk
    chefe = ana._replace(agent=Agent("chefe", "Chefe", supervisor=True))
    (card,), _faults = load_cards(SCORECARDS)
    review = quality.begin(chefe, one.ticket_id, card, agent="bruno").result()
    quality.answer(chefe, review, "escuta", given=2, comment=WRITTEN).result()
    workplace.desk = chefe
    await go.press("Q", shows="rascunho")
    await go.press("enter", shows="2 de 3")
    await go.press("down", "e", shows="prova")
    await go.press("escape", "escape")
    await go.back()
    workplace.desk = ana


@pytest.mark.parametrize(
    "size", sized([(160, 45)], [(80, 24), (160, 45)]), ids=lambda one: f"{one[0]}x{one[1]}"
)
async def test_only_letters_go_beyond_ascii_on_every_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    said = message(300, "late", 1, WRITTEN)
    async with world(tmp_path, *history(), said, size=size, glyphs="ascii") as one:
        go = Round(one)
        await go.press("home", shows="Minha")
        await go.press("enter", shows="por que")
        for pane in "12345":
            await go.press(pane)
        await go.press("escape", "2", "f10")
        await go.press("f10")
        await go.press("end", "enter", shows="88213")
        await go.back()
        await go.press("?", shows="Teclas")
        await go.press("pagedown")
        await go.back()
        await go.press("ctrl+p", shows="fazer?")
        await go.back()
        await go.press("/", *"pedido")
        await one.until(lambda: "resultado" in one.frame())
        go.look()
        await go.back()
        await go.press("1", "f", shows="Mostrar")
        await go.back()
        await go.press("2", "r", "O", "i", shows="/4096")
        put(one.store, message(301, "late", 0, WRITTEN))
        await go.press(shows="novidade")
        await go.press("f3", shows="Responder por qual canal?")
        await go.back()
        await go.press("f2", shows="nota")
        await go.back()
        await go.press("escape", "o", "n", shows="Nota interna")
        await go.press("ctrl+s", shows="desfaz")
        for verb in "eNtzmki":
            await go.press(verb)
            await go.back()
        await go.press("P", shows="Promessas")
        await go.back()
        await reviewing(one, go)
        trouble(one)
        await go.press("O", shows="Precisam de")
        await go.press("p", shows="posta de lado")
        await go.press("escape", "home", "d")
        await one.until(lambda: type(one.app.screen).__name__ == "ConfirmScreen")
        await go.press(shows="descartar")
        await go.press("escape", "home", "down", "c")
        await one.until(lambda: type(one.app.screen).__name__ == "ConflictScreen")
        go.look()
        await go.press("escape", "down", "c", shows="guardada")
        await go.back()
        one.screen.set_view("todos")
        await go.press("1", "X", "g", *"urgente", "ctrl+s")
        await one.until(lambda: type(one.app.screen).__name__ == "BulkScreen")
        await go.press(shows="mudar")
        await go.back()
        one.app.push_screen(ScorecardScreen(await asyncio.to_thread(a_result), safe_line(WRITTEN)))
        await go.press(shows="fatal")
        elsewhere = {"Desktop", "AssistantScreen", "TogetherScreen", "Monitor", "Drill", "Wall", "Classes"}
        assert set(screens()) <= go.met | elsewhere, set(screens()) - go.met
