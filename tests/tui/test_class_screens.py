"""A class at the screens: a trainee who is told things and tells how far they are, and a trainer who sees all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.tui.training_world import TAKEN, answer, kinds, scenario, training, until
from textual.widgets import DataTable

from atendente_tui.desk.classes import Class, Expected, Trainee
from atendente_tui.i18n import choose
from atendente_tui.training import kept_results
from atendente_tui.training.attempt import Attempt
from atendente_tui.training.classroom import Heard, Progress
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document
from atendente_tui.tui.class_watch import ClassWatch
from atendente_tui.tui.stage import screen_text


@pytest.fixture(autouse=True)
def _portuguese() -> None:
    choose("pt-BR")


class Told:
    """A classroom that remembers what it was told, and says once what it is given to say."""

    def __init__(self) -> None:
        self.reports: list[Progress] = []
        self.result: dict[str, Any] | None = None
        self.says: list[Heard] = []

    def report(self, progress: Progress, result: dict[str, Any] | None = None) -> None:
        self.reports.append(progress)
        self.result = result

    def heard(self) -> Sequence[Heard]:
        said, self.says = self.says, []
        return said


async def test_what_a_trainer_sends_arrives_and_what_is_done_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("atendente_tui.tui.training_app.IN_CLASS", 3_600.0)  # the test asks for each look
    told = Told()
    async with training(Attempt("practice", TAKEN, "Bia"), classroom=told) as (app, pilot):
        await until(pilot, lambda: bool(told.reports))
        told.says = [
            Heard("hint", "Acolha [b]primeiro[/b]."),
            Heard("event", '{ticket: "1", says: "e o reembolso?"}'),
            Heard("event", '{ticket: "9", says: "não há"}'),
        ]
        await app.attend(told)
        await until(pilot, lambda: "Acolha [b]primeiro[/b]." in screen_text(app))
        assert [one.text for one in app.live.course.record if one.kind == "customer"][-1] == "e o reembolso?"
        await answer(app, pilot, "o prazo e hoje")
        await app.attend(told)
        assert told.reports[-1].score > told.reports[0].score
        assert dict(told.reports[-1].expectations)["prazo"] is True
        assert told.reports[-1].state == "playing"
        await app.end()
        assert told.reports[-1].state == "finished"
        assert told.result == app.result
        assert app.result is not None
        again = document(await asyncio.to_thread(rehearse, scenario(), kept_results.acted(app.result)))
        assert again["events"] == app.result["events"]
        assert "reply" in kinds(app)


def a_class(score: int, ended: int | None = None) -> Class:
    ana = Trainee(
        login="ana",
        name="Ana \x1b[31mLonga " + "x" * 100,
        state="playing",
        seconds=125,
        score=score,
        last="reply",
        expectations=(Expected(id="rapida", met=True), Expected(id="fecho", met=None)),
    )
    bia = Trainee(login="bia", name="Bia", state="invited")
    return Class(
        id="c", name="caso", version=1, title="Um [b]caso", digest="0", mode="exam", by="tina", began=1,
        ended=ended, trainees=(ana, bia),
    )  # fmt: skip


async def test_a_trainer_sees_a_row_each_and_what_is_proved_of_one() -> None:
    answers: list[Class | Exception] = [a_class(60), OSError("fora do ar"), a_class(80, ended=2)]

    def look() -> Class:
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(told, Exception):
            raise told
        return told

    app = ClassWatch(a_class(40), look, every=3_600.0)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Um [b]caso" in screen_text(app)
        assert "0:02:05" in screen_text(app)
        await pilot.press("enter")
        assert "✓ rapida" in screen_text(app)
        assert "· fecho" in screen_text(app)
        await app.action_again()
        assert app.query_one(DataTable).get_row_at(0)[3].plain == "60"
        await app.action_again()
        await pilot.pause()
        assert "O hub não responde: fora do ar" in screen_text(app)
        assert app.query_one(DataTable).get_row_at(0)[3].plain == "60"
        await app.action_again()
        await pilot.pause()
        assert "A turma terminou" in screen_text(app)
        await pilot.press("enter", "down", "enter")
        await pilot.pause()
        assert "Ainda não se ouviu nada." in screen_text(app)
        await pilot.press("q")
    assert app.return_code == 0
