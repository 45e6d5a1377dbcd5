"""On a narrow screen: which panes there are, which one is shown, and what stands in the others."""

from __future__ import annotations

from collections.abc import Sequence

from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.widgets.line_bar import LineBar, Piece

BESIDE = 4
"""Columns of a tab that its title does not take: the key, a space, a sign at each end."""
FEWEST = 6


def _room(titles: Sequence[str], width: int) -> int:
    """Characters each title may have, so that only the longest are shortened."""
    longest = max(map(len, titles), default=0)
    fitting = (one for one in range(longest, FEWEST, -1) if sum(min(len(t), one) for t in titles) < width)
    return next(fitting, FEWEST)


class PaneTabs(LineBar):
    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._panes: Sequence[tuple[str, str, str]] = ()
        self._shown: frozenset[str] = frozenset()

    def show(self, panes: Sequence[tuple[str, str, str]], shown: frozenset[str]) -> None:
        """panes: (key, action, title) of each; shown: the actions of those on the screen."""
        self._panes, self._shown = panes, shown
        self.update_bar()

    def left(self, width: int) -> Sequence[Piece]:
        room = _room([title for _key, _action, title in self._panes], width - BESIDE * len(self._panes))
        pieces: list[Piece] = []
        for key, action, title in self._panes:
            text = f"{key} {safe_line(title, characters=room)}".strip()
            here = action in self._shown
            pieces.append(Piece(f"[{text}]" if here else f" {text} ", "strong" if here else "quiet", action))
        return pieces

    def clicked(self, target: str) -> None:
        self.app.perform(target)
