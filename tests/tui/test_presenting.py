"""A presentation plays both sides in the real workstation, gets the grade of its answers, and obeys who watches."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.tui.training_world import HOLD, PLAIN, TAKEN, scenario, until

from atendente_tui.i18n import choose
from atendente_tui.knowledge.answers import Answers, read_answers
from atendente_tui.training.attempt import Attempt
from atendente_tui.training.presenting import Step, presented
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.tui.asciicast import Recording
from atendente_tui.tui.present_app import PresentApp
from atendente_tui.tui.stage import screen_text
from atendente_tui.tui.training_boot import present_unseen, world

WRITTEN = """answers: boas
scenario: caso
ticket: "1"
actions:
  - {at: +1m, claim: true}
  - {at: +1m30s, reply: O prazo é hoje}
  - {at: +2m30s, note: Falei do prazo}
  - {at: +5m, promise: Ligar, due: 1d}
  - {at: +6m30s, wrap_up: ok}
"""


@pytest.fixture(autouse=True)
def _portuguese() -> None:
    choose("pt-BR")


def answers() -> Answers:
    read, faults = read_answers(WRITTEN, "boas.yaml")
    assert read is not None, faults
    return read


@pytest.fixture(scope="module")
def steps() -> tuple[Step, ...]:
    choose("pt-BR")
    return presented(scenario(), answers())


def test_steps_tell_both_sides_in_the_order_of_time_and_what_they_prove(steps: tuple[Step, ...]) -> None:
    assert [one.at for one in steps] == sorted(one.at for one in steps)
    captions = [one.caption for one in steps]
    assert captions[0] == "Um caso"
    assert "Maria escreve: “alô”" in captions
    reply = next(one for one in steps if one.action is not None and one.action.verb == "reply")
    assert reply.caption == "Quem atende responde: “O prazo é hoje”"
    assert {"Rápida", "Diz o prazo"} <= set(reply.proves)
    assert captions[-1] == "Fim: a avaliação."


async def test_it_is_played_by_keys_and_graded_like_the_answers_and_can_be_recorded(
    steps: tuple[Step, ...],
) -> None:
    recording = Recording((100, 30), "Um caso")
    attempt = Attempt("presentation", TAKEN, speed=20)
    shown = await present_unseen(scenario(), steps, attempt, PLAIN, (100, 30), recording)
    assert shown.by_verb == ()
    assert shown.result is not None
    assert shown.result["score"] == 100
    head, *frames = [json.loads(line) for line in recording.lines()]
    assert (head["version"], head["width"], head["height"]) == (2, 100, 30)
    assert all(one[1] == "o" for one in frames)
    assert [one[0] for one in frames] == sorted(one[0] for one in frames)
    assert recording.picture.startswith("<svg")
    assert "Avalia" in recording.picture


async def test_space_pauses_arrows_step_and_the_deeds_are_not_the_watchers(steps: tuple[Step, ...]) -> None:
    with world(scenario(), PLAIN) as (workplace, live):
        app = PresentApp(workplace, live, Attempt("presentation", TAKEN), steps, [])
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: app._begun.is_set())
            await pilot.press("space")
            assert app.paused
            assert "em pausa" in screen_text(app)
            await pilot.press("n", "r", "t")  # the watcher works nothing
            await pilot.press("right")
            await until(pilot, lambda: app.step == 1)
            await pilot.press("right")
            await until(pilot, lambda: app.step == 2)
            assert [one.verb for one in live.actions] == ["command"]
            assert "APRESENTAÇÃO" in screen_text(app)
            assert steps[2].caption in " ".join(screen_text(app).split())
            await pilot.press("left")
            await until(pilot, lambda: app.went_back)
    assert app.step == 1
    points = app.points
    with world(scenario(), PLAIN) as (workplace, live):
        again = PresentApp(
            workplace, live, Attempt("presentation", TAKEN), steps, points, first=1, paused=True
        )
        async with again.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: again._begun.is_set())
            await until(pilot, lambda: live.passed == steps[1].at)
            assert live.actions == list(points[1][0]) == []
            await pilot.press("q")
            await until(pilot, lambda: again._exit)


def test_the_world_of_a_presentation_holds_nothing_back() -> None:
    assert HOLD  # as practice does
    with world(scenario(), PLAIN) as (workplace, _live):
        assert workplace.desk.hold("reply") == 0
    assert rehearse(scenario(), answers()).grade.score == 100
    assert presented(scenario(), answers())[1].at == timedelta(minutes=1)
