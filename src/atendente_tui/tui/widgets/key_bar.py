"""The keys that matter where one is, from the keymap; a click on one does what the key does."""

from __future__ import annotations

from collections.abc import Sequence

from atendente_tui.i18n import _
from atendente_tui.tui.actions import ACTIONS
from atendente_tui.tui.widgets.line_bar import LineBar, Piece

ALWAYS = ("palette", "help")
"""At the right edge, however narrow the screen is."""


class KeyBar(LineBar):
    def left(self, width: int) -> Sequence[Piece]:  # noqa: ARG002
        contexts = self.app.contexts()
        composing = "composer" in contexts
        near = [one for one in self.app.offered.values() if one.bar and one.name not in ALWAYS]
        near = [one for one in near if any(context in one.contexts for context in contexts)]
        near.sort(key=lambda one: (composing and "composer" not in one.contexts, one.bar))
        pieces: list[Piece] = []
        for action in near:
            key = self.app.keymap.shown(action.name)
            if key and not (composing and len(key) == 1):  # a letter is text there
                pieces += _said(action.name, key)
        return pieces

    def right(self, width: int) -> Sequence[Piece]:  # noqa: ARG002
        contexts = set(self.app.contexts())
        shown = self.app.keymap.shown
        return [
            piece
            for name in ALWAYS
            if (key := shown(name)) and contexts & set(ACTIONS[name].contexts)
            for piece in _said(name, key)
        ]

    def clicked(self, target: str) -> None:
        self.app.perform(target)


def _said(action: str, key: str) -> list[Piece]:
    return [Piece(f" {key} ", "key", action), Piece(_(ACTIONS[action].label) + " ", "", action)]
