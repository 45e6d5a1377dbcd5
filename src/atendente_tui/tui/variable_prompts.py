"""What a script cannot know is asked, one question at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App

from atendente_tui.domain.templates import Placeholder, fill
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.asking import LineScreen


async def filled(app: App[Any], title: str, text: str, values: Mapping[str, str]) -> str | None:
    """`text` with its variables filled from `values` and the person's answers (inside a worker).

    A question left empty stays in the text as written, which keeps the answer from being sent. None when the
    person went back.
    """
    answers = await asked(app, title, text, values)
    return None if answers is None else fill(text, {**values, **answers}).text


async def asked(app: App[Any], title: str, text: str, values: Mapping[str, str]) -> dict[str, str] | None:
    """What the person answered for each thing `text` lacks, by `Placeholder.key`; None when they went back."""
    answers: dict[str, str] = {}
    missing = [one for one in fill(text, values).missing if one.readable]
    for number, one in enumerate(missing, 1):
        asked = _question(one)
        counted = _("{n} of {all}").format(n=number, all=len(missing))
        around = _around(text, one)
        answer = await app.push_screen_wait(
            LineScreen(f"{title} · {counted}", f"{around}\n{asked}" if around else asked)
        )
        if answer is None:
            return None
        if answer:
            answers[one.key] = answer
    return answers


def _question(one: Placeholder) -> str:
    if one.question is not None:
        return one.question
    return _("What goes in the place of {name}?").format(name=one.names[0])


def _around(text: str, one: Placeholder) -> str:
    """The line of the script in which it stands."""
    line = next((line for line in text.split("\n") if one.source in line), "")
    return safe_line(line.replace(one.source, "_____"), characters=120)
