"""The strip above everything while somebody trains: that it is training, in words and in a colour of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len

from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.show import cell
from atendente_tui.tui.widgets.line_bar import LineBar, Piece

if TYPE_CHECKING:
    from atendente_tui.tui.training_app import TrainingApp

NARROW = 110


class TrainingStrip(LineBar):
    """Reversed, so that it stands out without colours, too."""

    DEFAULT_CSS = """
    TrainingStrip { dock: top; color: $warning; background: $background; text-style: bold reverse; }
    TrainingStrip.-exam { color: $error; }
    TrainingStrip.-presentation { color: $success; }
    """

    def __init__(self, mode: str) -> None:
        super().__init__(classes=f"-{mode}")
        self._right: list[Piece] = []

    @property
    def training(self) -> TrainingApp:
        return cast("TrainingApp", self.app)

    def left(self, width: int) -> Sequence[Piece]:
        app = self.training
        word = {
            "practice": _("TRAINING"),
            "exam": _("EXAM"),
            "presentation": _("PRESENTATION"),
        }[app.attempt.mode]
        over = f" {app.glyphs.dot} {_('over')}" if app.live.over else ""
        head = f" {word}{over} "
        title = safe_line(app.live.scenario.title)
        room = max(0, width - cell_len(head) - 2)
        return [Piece(head), Piece(f" {title if cell_len(title) <= room else cell(title, room)} ")]

    def right(self, width: int) -> Sequence[Piece]:
        app = self.training
        told = [one for one in app.standing(wide=width >= NARROW) if one]
        return [Piece(f" {app.glyphs.dot} ".join(told) + " ")]


def clock(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    hours = f"{seconds // 3_600}:" if seconds >= 3_600 else ""
    return f"{hours}{seconds // 60 % 60:02}:{seconds % 60:02}"


def points(score: int, *, over: bool) -> str:
    if over:
        return n_("{n} point", "{n} points", score).format(n=score)
    return n_("{n} point so far", "{n} points so far", score).format(n=score)
