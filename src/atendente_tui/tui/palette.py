"""The command palette: every action by its words, accents and case folded on both sides.

Hits carry `Content` for the text and for the help, so that nothing in them is read as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.style import Style

from atendente_tui.domain.fold import folded
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui import handlers
from atendente_tui.tui.actions import Action

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

_ALSO = {"workstation": ("queue", "ticket")}
"""Contexts whose actions make sense from anywhere on the screen that has this one."""


class Palette(CommandPalette):
    """Opaque and without moving parts, so that opening it costs few bytes."""

    contexts: ClassVar[tuple[str, ...]] = ()
    DEFAULT_CSS = """
    Palette { background: transparent; }
    Palette > Vertical { width: 76; max-width: 100%; margin-top: 2; }
    Palette SearchIcon, Palette LoadingIndicator { display: none; }
    """


def open_palette(app: AtendenteApp) -> None:
    """Offer what can be done on the screen in front."""
    contexts = app.contexts()
    offered = [
        action
        for action in app.offered.values()
        if {*contexts, *(also for one in contexts for also in _ALSO.get(one, ()))} & set(action.contexts)
        and action.name != "palette"
        and (hasattr(app, f"do_{action.name}") or handlers.find(action.name, app.screen) is not None)
    ]

    class Actions(ActionProvider):
        actions = offered

    app.push_screen(Palette([Actions], placeholder=_("What do you want to do?")))


class ActionProvider(Provider):
    """Finds actions by the words of their label, their name or their group."""

    actions: ClassVar[Sequence[Action]] = ()

    async def discover(self) -> Hits:
        for action in self.actions:
            yield DiscoveryHit(
                Content(label(action)), self._doing(action), help=cast(str, self._help(action))
            )

    async def search(self, query: str) -> Hits:
        words = folded(query).split()
        for action in self.actions:
            score, places = matched(words, label(action), (action.name, _(action.group)))
            if score:
                text = Content(label(action))
                for start, end in places:
                    text = text.stylize(Style(bold=True, underline=True), start, end)
                yield Hit(score, text, self._doing(action), help=cast(str, self._help(action)))

    def _help(self, action: Action) -> Content:
        app: Any = self.app
        keys = app.keymap.all_shown(action.name)
        return Content(safe_line(" · ".join(part for part in (keys, _(action.group)) if part)))

    def _doing(self, action: Action) -> partial[None]:
        app: Any = self.app
        screen: Screen[Any] = self.screen
        return partial(app.perform, action.name, screen)


def label(action: Action) -> str:
    text = _(action.label)
    return text[:1].upper() + text[1:]


def matched(words: Sequence[str], text: str, also: Sequence[str] = ()) -> tuple[float, list[tuple[int, int]]]:
    """How well all the (folded) words are found in a text: 0 when one is missing, and where they stand.

    A word at the beginning counts most, then at the beginning of a word, then anywhere; what is found only in
    `also` counts least.
    """
    if not words:
        return 0.0, []
    plain = "".join(folded(character)[:1] or " " for character in text)
    others = " ".join(folded(one) for one in also)
    score = 0.0
    places: list[tuple[int, int]] = []
    for word in words:
        at = plain.find(word)
        if at < 0:
            if word not in others:
                return 0.0, []
            score += 0.2
            continue
        inside = f" {plain}".find(f" {word}")
        if inside >= 0:
            at = inside
            score += 1.0 if at == 0 else 0.8
        else:
            score += 0.5
        places.append((at, at + len(word)))
    return score / len(words), places
