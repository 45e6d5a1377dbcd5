"""A dialog ends once, and takes no other screen with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.tui.verbs_host import host

from atendente_tui.domain.refusal import Refused
from atendente_tui.privacy.safe import safe_text
from atendente_tui.tui.form_model import Field, Form, Values
from atendente_tui.tui.forms import FormScreen, ask
from atendente_tui.tui.screens.confirm import ConfirmScreen

FORM = Form("example", "Exemplo", (Field("word", "Palavra"),))


async def test_a_form_that_is_being_concluded_is_left_no_more(tmp_path: Path) -> None:
    """Escape while the store is busy: the answer that comes afterwards must find the form it belongs to."""
    async with host(tmp_path) as h:
        go = asyncio.Event()

        async def submit(_values: Values) -> None:
            await go.wait()

        asking = h.app.run_worker(ask(h.app, FORM, submit))
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        await h.type("abc")
        await h.press("ctrl+s", "escape", "escape")
        assert isinstance(h.app.screen, FormScreen)
        go.set()
        await h.back()
        values = await asking.wait()
        assert values is not None
        assert values.text("word") == "abc"


async def test_a_form_that_was_refused_can_be_left(tmp_path: Path) -> None:
    async with host(tmp_path) as h:

        async def submit(_values: Values) -> None:
            raise Refused("not_found")

        asking = h.app.run_worker(ask(h.app, FORM, submit))
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        await h.press("ctrl+s")
        await h.until(lambda: "!" in h.text())
        await h.press("escape")
        await h.back()
        assert await asking.wait() is None


async def test_an_answer_given_twice_leaves_what_lies_under_the_question(tmp_path: Path) -> None:
    async with host(tmp_path) as h:
        form = h.app.run_worker(ask(h.app, FORM))
        await h.until(lambda: isinstance(h.app.screen, FormScreen))
        question = ConfirmScreen("Certeza?", safe_text("Mesmo?"), yes="sim", loses=False)
        await h.app.push_screen(question)
        question.action_enter()
        question.action_enter()
        await h.until(lambda: question not in h.app.screen_stack)
        assert isinstance(h.app.screen, FormScreen)
        await h.press("escape")
        await h.back()
        assert await form.wait() is None
