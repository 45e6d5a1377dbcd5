"""A play: what an operator does at the screens, written down step by step, and performed on any `Stage`.

A step may press keys, type, fill a form and let time pass, in that order; then it waits until what it expects holds.
The stage is the real workstation driven by keys; a step that does not come true within its time fails the play.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from atendente_tui.domain.fold import folded
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.marked import Fault, Fields, parse
from atendente_tui.knowledge.moments import LENGTHS, read_length

WITHIN = 10.0
"""Seconds of real time that a step is given, where it says nothing else."""

_COMPARED = re.compile(r"(>=|<=|!=)?\s*(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Until:
    """Holds when every text of `shows` is on the screen, none of `hides` is, and every figure is as wanted.

    Texts are compared without accents, case and line breaks. A figure is compared as text, or as a number
    after `>=`, `<=`; `!=` is "anything else".
    """

    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    within: float = WITHIN

    def lacking(self, screen: str, figures: Mapping[str, str]) -> list[str]:
        """What does not hold yet, in words for the one who wrote the play."""
        seen = _flat(screen)
        lacking = [
            _("not on the screen: {text}").format(text=text) for text in self.shows if _flat(text) not in seen
        ]
        lacking += [
            _("still on the screen: {text}").format(text=text) for text in self.hides if _flat(text) in seen
        ]
        for name, wanted in self.figures.items():
            if not _as_wanted(figures.get(name, ""), wanted):
                found = figures.get(name, "—")
                lacking.append(
                    _("{name} is {found}, wanted {wanted}").format(name=name, found=found, wanted=wanted)
                )
        return lacking


@dataclass(frozen=True, slots=True)
class Step:
    line: int
    caption: str = ""
    press: tuple[str, ...] = ()
    """Keys in the spelling of the settings file ("n", "ctrl+s", "enter")."""
    type: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    """Values for the fields of the form that is open, by the field's name."""
    passes: timedelta = timedelta()
    """How far the scenario's clock moves on."""
    until: Until = field(default_factory=Until)
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Play:
    name: str
    version: int
    title: str
    scenario: str
    """File name of the scenario, beside the play."""
    size: tuple[int, int]
    """Columns and rows."""
    steps: tuple[Step, ...]
    file: str


class Stage(Protocol):
    """Where a play is performed."""

    async def press(self, *keys: str) -> None: ...

    async def type(self, text: str) -> None: ...

    async def fill(self, values: Mapping[str, str]) -> None:
        """Give the fields of the open form these values and accept it."""
        ...

    async def advance(self, step: timedelta) -> None:
        """Move the scenario's clock."""
        ...

    async def settle(self) -> None:
        """Let the screens and the services behind them go on for a moment."""
        ...

    def screen(self) -> str:
        """The text of the screen as it stands."""
        ...

    def figures(self) -> Mapping[str, str]:
        """What can be counted about the ticket on the screen; `training.figures.read_figures` reads them."""
        ...

    def caption(self, text: str) -> None: ...

    def picture(self, name: str) -> str:
        """Keep a picture of the screen; returns its path."""
        ...


@dataclass(frozen=True, slots=True)
class Performed:
    """One line of the transcript."""

    number: int
    caption: str
    did: str
    seconds: float
    picture: str | None = None


class StepFailed(Exception):
    """A step did not come true. `screen` is what was to be seen instead."""

    def __init__(self, play: Play, number: int, step: Step, lacking: list[str], screen: str) -> None:
        where = f"{play.file}:{step.line}"
        super().__init__(
            _("{where}: step {number} failed: {why}").format(
                where=where, number=number, why="; ".join(lacking)
            )
        )
        self.number, self.step, self.lacking, self.screen = number, step, lacking, screen


async def perform(play: Play, stage: Stage) -> list[Performed]:
    """Every step in order. Raises StepFailed at the first that does not come true in its time."""
    return [await _perform(play, number, step, stage) for number, step in enumerate(play.steps, 1)]


async def _perform(play: Play, number: int, step: Step, stage: Stage) -> Performed:
    began = time.monotonic()
    if step.caption:
        stage.caption(step.caption)
    if step.press:
        await stage.press(*step.press)
    if step.type:
        await stage.type(step.type)
    if step.fill:
        await stage.fill(step.fill)
    if step.passes:
        await stage.advance(step.passes)
    await stage.settle()
    while lacking := step.until.lacking(stage.screen(), stage.figures()):
        if time.monotonic() - began > step.until.within:
            raise StepFailed(play, number, step, lacking, stage.screen())
        await stage.settle()
    picture = stage.picture(step.picture) if step.picture else None
    return Performed(number, step.caption, _did(step), round(time.monotonic() - began, 3), picture)


def load_play(path: Path) -> tuple[Play | None, list[Fault]]:
    """The play of a file; with any fault there is none."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        return None, [Fault(path.name, 0, str(error))]
    tree, faults = parse(text, path.name)
    if tree is None:
        return None, faults or [Fault(path.name, 0, _("the file is empty"))]
    fields = Fields(tree, path.name, faults)
    steps = tuple(_step(one) for one in fields.each("steps"))
    if not steps:
        fields.wrong(_("is required"), field="steps")
    play = Play(
        fields.text("play"),
        fields.whole("version", 1, 10_000) or 1,
        fields.text("title"),
        fields.text("scenario"),
        (fields.whole("columns", 80, 400) or 160, fields.whole("rows", 24, 200) or 45),
        steps,
        path.name,
    )
    fields.close()
    return (None, faults) if faults else (play, [])


def _step(fields: Fields) -> Step:
    until = fields.fields("until")
    step = Step(
        fields.line,
        fields.maybe("caption") or "",
        fields.texts("press"),
        fields.maybe("type") or "",
        fields.plain("fill"),
        _length(fields, "passes"),
        Until() if until is None else _until(until),
        fields.maybe("picture"),
    )
    fields.close()
    return step


def _until(fields: Fields) -> Until:
    within = _length(fields, "within").total_seconds() or WITHIN
    until = Until(fields.texts("shows"), fields.texts("hides"), fields.plain("figures"), within)
    fields.close()
    return until


def _length(fields: Fields, name: str) -> timedelta:
    text = fields.maybe(name)
    if text is None:
        return timedelta()
    try:
        return read_length(text)
    except ValueError:
        fields.wrong(_("is not a length of time"), field=name, allowed=LENGTHS)
        return timedelta()


def _flat(text: str) -> str:
    return " ".join(folded(text).split())


def _as_wanted(found: str, wanted: str) -> bool:
    compared = _COMPARED.match(wanted)
    how, value = compared.groups() if compared is not None else (None, wanted)
    if how == "!=":
        return found != value
    if how is None:
        return found == value
    try:
        return float(found) >= float(value) if how == ">=" else float(found) <= float(value)
    except ValueError:
        return False


def _did(step: Step) -> str:
    parts = [f"[{key}]" for key in step.press]
    parts += [repr(step.type)] if step.type else []
    parts += [f"{name}={value!r}" for name, value in step.fill.items()]
    parts += [f"+{int(step.passes.total_seconds())}s"] if step.passes else []
    return " ".join(parts)
