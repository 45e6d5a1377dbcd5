"""The monitor's first line: that nothing can be changed here, the time, how fresh it is, and the figures that matter most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atendente_tui import formats
from atendente_tui.i18n import _
from atendente_tui.metrics import wording
from atendente_tui.monitor_config import HEADLINE
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui.monitor_rows import short_name
from atendente_tui.tui.widgets.line_bar import LineBar, Piece
from atendente_tui.tui.widgets.top_bar import sync_seen

if TYPE_CHECKING:
    from atendente_tui.desk.floor import Floor


class MonitorBar(LineBar):
    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.floor: Floor | None = None

    def show(self, floor: Floor) -> None:
        self.floor = floor
        self.update_bar()

    def left(self, width: int) -> Sequence[Piece]:  # noqa: ARG002
        dot = self.app.glyphs.dot
        workplace = self.app.workplace
        teams = ", ".join(workplace.desk.agent.teams)
        pieces = [Piece(f" {_('Monitor')} ", "strong")]
        if teams:
            pieces.append(Piece(safe_line(f" {teams} {dot}"), "quiet"))
        pieces.append(Piece(f" {formats.hour(self.app.now_ms(), workplace.zone)} {dot} ", "strong"))
        pieces.append(Piece(_("read only"), "warning"))
        backend = workplace.config.backend
        if backend is not None and (seen := sync_seen(self.app.read, backend.name)).error is not None:
            pieces.append(
                Piece(
                    safe_line(f" {dot} {self.app.glyphs.warning} {_('not up to date')} ({seen.error})"), "bad"
                )
            )
        return pieces

    def right(self, width: int) -> Sequence[Piece]:
        if self.floor is None:
            return []
        wanted = {one.figure.key: one.figure for one in self.floor.today}
        shown = [wanted[key] for key in HEADLINE if key in wanted][
            : 4 if width >= 120 else 2 if width >= 100 else 1
        ]
        pieces: list[Piece] = []
        for figure in shown:
            pieces.append(Piece(safe_line(f"  {short_name(figure.key)} "), "quiet"))
            text = wording.value_text(figure.value, figure.unit)
            if figure.key == "abandonment" and figure.parts.get("abandoned") is not None:
                text = f"{formats.number(figure.parts['abandoned'] or 0)} ({text})"
            role = {None: "strong", True: "good", False: "bad"}[figure.met]
            pieces.append(Piece(safe_line(text), role))
        return [*pieces, Piece(" ")]
