"""The keys that matter where one is, from the keymap; a click on one does what the key does."""

from __future__ import annotations

from collections.abc import Sequence

from atendente_tui.i18n import _
from atendente_tui.tui.actions import ACTIONS
from atendente_tui.tui.widgets.line_bar import LineBar, Piece


class KeyBar(LineBar):
    def left(self, width: int) -> Sequence[Piece]:  # noqa: ARG002
        contexts = set(self.app.contexts())
        listed = sorted(
            (one for one in ACTIONS.values() if one.bar and contexts & set(one.contexts)),
            key=lambda one: (not contexts & {"composer"} or "composer" not in one.contexts, one.bar),
        )
        pieces: list[Piece] = []
        for action in listed:
            key = self.app.keymap.shown(action.name)
            if not key:
                continue
            if "composer" in contexts and len(key) == 1:
                continue  # a letter is text there
            pieces.append(Piece(f" {key} ", "key", action.name))
            pieces.append(Piece(_(action.label) + " ", "", action.name))
        return pieces

    def clicked(self, target: str) -> None:
        self.app.perform(target)
