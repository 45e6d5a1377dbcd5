"""Training at the screens: practice with its aids, the exam without, the scorecard, and that none of it is anything but training."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.tui.training_world import TAKEN, answer, here, kinds, scenario, states, training, until
from textual.pilot import Pilot

from atendente_tui.config import Config, UiConfig
from atendente_tui.i18n import choose
from atendente_tui.training import kept_results
from atendente_tui.training.attempt import Attempt, Record, unended
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document, written
from atendente_tui.training.signing import signer
from atendente_tui.tui.screens.confirm import ConfirmScreen
from atendente_tui.tui.screens.scorecard import ScorecardScreen
from atendente_tui.tui.stage import screen_text
from atendente_tui.tui.training_app import TrainingApp

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def _portuguese() -> None:
    choose("pt-BR")


def practice() -> Attempt:
    return Attempt("practice", TAKEN)


def exam() -> Attempt:
    return Attempt("exam", TAKEN, "Bia", key=KEY)


def strip(app: TrainingApp) -> str:
    return screen_text(app).splitlines()[0]


async def comes_out_again(result: Mapping[str, Any]) -> bool:
    again = document(await asyncio.to_thread(rehearse, scenario(), kept_results.acted(result)))
    kept = {name: value for name, value in result.items() if name in again}
    return written({**again, "signature": None}) == written({**kept, "signature": None})


async def end(app: TrainingApp, pilot: Pilot[int], key: str = "alt+f") -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
    await pilot.press("y")
    await until(pilot, lambda: isinstance(app.screen, ScorecardScreen))


async def test_practice_has_hints_pause_speed_and_the_score_so_far_and_its_result_comes_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    attempt = practice()
    async with training(attempt) as (app, pilot):
        assert "TREINO" in strip(app)
        assert "em pausa" in strip(app)
        before = app.live.grade().score
        assert f"{before} pontos até aqui" in strip(app)
        await pilot.press("H", "+", "+", "-")
        assert attempt.hints == ["agilidade"]
        assert attempt.speed == 2
        await answer(app, pilot, "o prazo e hoje")
        await pilot.press("r", "x", "alt+h", "escape")  # while a text is written, too
        assert attempt.hints == ["agilidade", "registro"]
        assert app.live.grade().score > before
        assert here(app).composer is not None
        await end(app, pilot)
        assert app.result is not None
        assert app.result["practice"]["hints"] == attempt.hints
        assert "exam" not in app.result
        assert await comes_out_again(app.result)
        shown = screen_text(app)
        assert "encerrado" in strip(app)
        assert "Com ajuda: 2 dicas" in shown
        assert "Rápida" in shown

        for name in ("nota.md", "nota.html"):
            await pilot.press("s")
            await until(pilot, lambda: "Salvar a avaliação" in screen_text(app))
            await pilot.press("home", *("delete",) * 20, *name, "enter")
            await until(pilot, (tmp_path / name).exists)
        assert "# Um caso" in (tmp_path / "nota.md").read_text()
        assert "<!doctype html>" in (tmp_path / "nota.html").read_text()

        await until(pilot, lambda: isinstance(app.screen, ScorecardScreen))
        await pilot.press("enter")  # the first criterion is proved by the answer
        await until(pilot, lambda: app.screen is here(app))
        assert "o prazo e hoje" in screen_text(app)
        before_all = len(states(app))
        await pilot.press("t")
        assert "o que se faz agora não conta mais" in screen_text(app).replace("\n", " ") or not here(
            app
        ).query("FormScreen")
        assert len(states(app)) == before_all
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, ScorecardScreen))


async def test_a_step_back_is_to_before_the_last_deed_and_the_world_is_as_it_was_then() -> None:
    attempt = practice()
    async with training(attempt) as (app, pilot):
        await answer(app, pilot, "o prazo e hoje")
        await pilot.press("escape", "B")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: app.back is not None)
    assert app.back is not None
    done, moment = app.back
    assert [one.verb for one in done] == ["command"]
    assert attempt.rewinds == 1
    async with training(attempt, at=app.back) as (other, pilot):
        assert other.live.passed == moment
        assert "reply" not in kinds(other)
        assert "assignee" in kinds(other)
        await end(other, pilot)
        assert other.result is not None
        assert other.result["practice"]["rewinds"] == 1
        assert await comes_out_again(other.result)


async def test_an_exam_has_no_aids_ends_by_itself_and_is_signed(tmp_path: Path) -> None:
    attempt = exam()
    record = Record(tmp_path, attempt, scenario())

    def keep(result: Mapping[str, Any]) -> Path:
        kept_results.write(tmp_path / "r.json", result)
        record.close()
        return tmp_path / "r.json"

    async with training(attempt, keep=keep) as (app, pilot):
        app.live.kept = record.keep
        assert "PROVA" in strip(app)
        assert "pontos" not in strip(app)
        assert "00:00 de 30:00" in strip(app)
        await pilot.press("H", "W", "B", "+", "alt+h", "alt+w")
        assert (attempt.hints, attempt.speed, attempt.pauses, app.back) == ([], 1, 0, None)
        await answer(app, pilot, "oi")
        begun = list(unended(tmp_path))
        assert [(one["trainee"], one["deeds"]) for one in begun] == [("Bia", 2)]
        await app.pass_on(timedelta(minutes=40))
        await until(pilot, lambda: isinstance(app.screen, ScorecardScreen))
        assert app.live.passed == timedelta(minutes=30)
    assert list(unended(tmp_path)) == []
    result = kept_results.read(tmp_path / "r.json")
    assert (result["exam"], result["trainee"]) == (True, "Bia")
    assert signer(result) is not None
    assert await comes_out_again(result)


async def test_an_exam_closed_early_asks_and_still_gives_a_result() -> None:
    kept: list[Mapping[str, Any]] = []
    async with training(exam(), keep=kept.append) as (app, pilot):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: app.screen is here(app))
        assert not app.live.over
        await end(app, pilot, "ctrl+q")
    assert [one["passed"] for one in kept] == [False]


async def test_an_exam_that_was_cut_off_leaves_a_record(tmp_path: Path) -> None:
    attempt = exam()
    async with training(attempt) as (app, pilot):
        app.live.kept = Record(tmp_path, attempt, scenario()).keep
        await answer(app, pilot, "oi")
    (begun,) = unended(tmp_path)
    assert begun["title"] == "Um caso"
    lines = next(tmp_path.iterdir()).read_text().splitlines()
    assert json.loads(json.loads(lines[-1])["values"][0])["text"] == "oi"


async def test_what_is_undone_and_refused_is_on_the_record_as_without_a_screen() -> None:
    async with training(practice()) as (app, pilot):
        await pilot.press("n")
        await until(pilot, lambda: "assignee" in kinds(app))
        await pilot.press("r", "o", "i", "ctrl+s")
        await until(pilot, lambda: "held" in states(app))
        await pilot.press("u")
        await until(pilot, lambda: "undone" in kinds(app))
        await app.pass_on(timedelta(minutes=1))
        assert "reply" not in kinds(app)
        await end(app, pilot)
        assert app.result is not None
        assert await comes_out_again(app.result)


async def test_it_looks_like_training_without_colours_and_signs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    config = Config(ui=UiConfig(glyphs="ascii"))
    async with training(practice(), config=config, size=(80, 24)) as (app, pilot):
        assert strip(app).startswith(" TREINO  Um caso")
        first = next(iter(app.screen._compositor.render_strips()))
        assert all(one.style is not None and one.style.reverse for one in first if one.text.strip())
        await pilot.press("O")
        await until(pilot, lambda: app.screen is not here(app) and "TREINO" in strip(app))


async def test_the_keys_of_training_can_be_bound_otherwise() -> None:
    attempt = practice()
    async with training(attempt, config=Config(keys={"training_hint": ("J",)})) as (_app, pilot):
        await pilot.press("H")
        assert attempt.hints == []
        await pilot.press("J")
        assert attempt.hints == ["agilidade"]
