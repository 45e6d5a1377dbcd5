"""The review beside the ticket and the list of reviews, at both sizes, by keys alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.quality.reviews import VECTOR
from tests.tui.shell_world import World, world

from atendente_tui.desk import quality
from atendente_tui.desk.desk import Agent
from atendente_tui.quality.states import State
from atendente_tui.store import quality_reading as reading
from atendente_tui.tui.actions import READING
from atendente_tui.tui.screens.full_text import FullText
from atendente_tui.tui.screens.quality_inbox import QualityBoard
from atendente_tui.tui.screens.quality_review import ReviewScreen

CHEFE = Agent("chefe", "Chefe", ("loja",), supervisor=True)
HOSTILE = "[/b][@click=app.quit]x[/] \x1b]0;PWNED\x07\u202e"


@asynccontextmanager
async def floor(tmp_path: Path, size: tuple[int, int]) -> AsyncIterator[World]:
    async with world(tmp_path, tickets=8, size=size) as w:
        w.app.workplace.desk = w.app.workplace.desk._replace(agent=CHEFE, holds={})
        yield w


def bruno_s(w: World) -> int:
    return int(w.app.read.execute("SELECT min(id) FROM ticket WHERE assignee = 'bruno'").fetchone()[0])


def begun(w: World) -> str:
    return quality.begin(w.app.workplace.desk, bruno_s(w), VECTOR, agent="bruno").result()


def row(w: World, review: str) -> reading.ReviewRow:
    found = reading.review(w.app.read, review)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_a_review_is_written_by_keys_and_delivered(tmp_path: Path, size: tuple[int, int]) -> None:
    async with floor(tmp_path, size) as w:
        review = begun(w)
        await w.app.push_screen(ReviewScreen(review))
        await w.shows("0/4")
        await w.press("s", "n", "s")  # in one go: each finds its item
        await w.shows("2/4")
        assert [one.given for one in reading.answers(w.app.read, review, 1)][:1] == [1]
        await w.press("ctrl+s")
        await w.shows("Primeiro comente: Dois")
        await w.press("c")
        await w.shows("Comentário")
        for key in "Faltou":
            await w.press(key)
        await w.press("ctrl+s")
        await w.shows("3/4")
        await w.press("e", "up", "space")
        await w.shows("Marcado como prova")
        await w.press("escape", "end", "x")
        await w.shows("4/4")
        await w.shows("75%")
        await w.press("ctrl+s")
        await w.shows("Entregar agora?")
        await w.press("enter")
        await w.until(lambda: row(w, review).state is State.RELEASED)
        await w.until(lambda: not isinstance(w.app.screen, ReviewScreen))
        kept = {one.item.id: one for one in reading.answers(w.app.read, review, 1)}
        assert (kept["dois"].comment, kept["dois"].given) == ("Faltou", 0)
        assert len(kept["dois"].evidence) == 1
        assert kept["quatro"].given is None


async def test_a_draft_is_there_again_whatever_ended_the_program(tmp_path: Path) -> None:
    """What is typed of a comment is kept at a pause, and an answer at once: nothing waits for a leave-taking."""
    async with floor(tmp_path, (80, 24)) as w:
        review = begun(w)
        await w.app.push_screen(ReviewScreen(review))
        await w.shows("0/4")
        await w.press("s", "c")
        await w.shows("Comentário")
        for key in "meio":
            await w.press(key)
        await w.until(
            lambda: any(one.comment == "meio" for one in reading.answers(w.app.read, review, 1)), 20
        )
        assert reading.answers(w.app.read, review, 1)[0].given == 1


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_agent_reads_and_disputes_and_the_reviewer_answers(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with floor(tmp_path, size) as w:
        review = begun(w)
        desk = w.app.workplace.desk
        for item, given in zip(VECTOR.items, (1, 0, 1, None), strict=True):
            quality.answer(desk, review, item.id, given=given, comment=HOSTILE).result()
        quality.finish(desk, review).result()
        bruno = desk._replace(agent=Agent("bruno", "Bruno"))
        w.app.workplace.desk = bruno
        await w.app.push_screen(QualityBoard())
        await w.shows("Nenhuma avaliação ainda")
        quality.release(desk, review).result()
        await w.shows("1 espera você")
        assert "PWNED" not in w.frame().replace("␛]0;PWNED", "")
        await w.press("enter")
        await w.until(lambda: isinstance(w.app.screen, FullText))
        await w.press("escape", "d")
        await w.shows("Contestar a avaliação")
        for key in "errado":
            await w.press(key)
        await w.press("ctrl+s")
        await w.until(lambda: row(w, review).state is State.DISPUTED)
        await w.press("escape")

        w.app.workplace.desk = desk
        await w.until(lambda: not isinstance(w.app.screen, QualityBoard))
        await w.app.push_screen(QualityBoard())
        await w.shows("1 espera você")
        await w.shows("errado")
        await w.press("m")
        await w.shows("Manter a avaliação")
        for key in "fica":
            await w.press(key)
        await w.press("ctrl+s")
        await w.until(lambda: row(w, review).state is State.UPHELD)

        w.app.workplace.desk = bruno
        await w.press("escape")
        await w.until(lambda: not isinstance(w.app.screen, QualityBoard))
        await w.app.push_screen(QualityBoard())
        await w.shows("1 espera você")
        await w.press("a")
        await w.until(lambda: row(w, review).state is State.ACKNOWLEDGED)


async def test_the_key_asks_for_the_card_and_says_no_to_who_may_not(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=8) as w:
        await w.press("V")
        await w.shows("supervisiona")
        w.app.workplace.desk = w.app.workplace.desk._replace(agent=CHEFE)
        await w.press("V")
        await w.shows("Atendimento geral")
        await w.press("ctrl+s")
        await w.until(lambda: isinstance(w.app.screen, ReviewScreen))
        await w.shows("0/11")


def test_the_monitor_has_none_of_it() -> None:
    assert not [name for name in READING if name.startswith("qa_")]
