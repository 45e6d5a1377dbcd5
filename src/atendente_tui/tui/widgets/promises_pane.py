"""What this agent owes to customers, the next first; late ones say so."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, cast

from textual.content import Content

from atendente_tui import formats
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line
from atendente_tui.store import reading
from atendente_tui.store.rows import PromiseRow
from atendente_tui.tui.glyphs import Glyphs
from atendente_tui.tui.lines import Span
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.rows_pane import Row, RowsPane

if TYPE_CHECKING:
    from atendente_tui.tui.app import AtendenteApp

SHOWN = 200
_TICK = 30.0


class PromisesPane(RowsPane):
    """Reads by itself; Enter opens the ticket of a promise."""

    context = "customer"
    app: AtendenteApp

    DEFAULT_CSS = """
    PromisesPane { border: round $border-blurred; }
    PromisesPane:focus { border: heavy $primary; }
    .-narrow PromisesPane, .-narrow PromisesPane:focus { border: none; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._promises: list[PromiseRow] = []

    def on_mount(self) -> None:
        super().on_mount()
        self.border_title = cast(str, Content(_("Promises")))
        self.app.watch(self, "promises")
        self._read()
        self.set_interval(_TICK, self._draw)

    def on_moved(self, _event: Moved) -> None:
        self._read()

    def _read(self) -> None:
        self._promises = reading.promises(self.app.read, self.app.workplace.desk.agent.login, limit=SHOWN)
        self._draw()

    def _draw(self) -> None:
        now = self.app.now_ms()
        self.set_rows(promise_rows(self._promises, self.app.glyphs, self.app.workplace.zone, now))
        late = sum(1 for one in self._promises if one.due < now)
        said = n_("{n} is late", "{n} are late", late).format(n=late) if late else ""
        if str(self.border_subtitle or "") != said:
            self.border_subtitle = cast(str, Content(said))

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        event.stop()
        key = self.rows[event.item].key
        chosen = next((one for one in self._promises if one.id == key), None)
        if chosen is not None:
            self.screen.open_ticket(chosen.ticket_id)  # type: ignore[attr-defined]


def promise_rows(promises: list[PromiseRow], glyphs: Glyphs, zone: tzinfo, now: int) -> list[Row]:
    if not promises:
        return [Row(None, (Span(_("nothing owed to anybody"), "quiet"),))]
    rows = []
    for one in promises:
        late = one.due < now
        sign = glyphs.warning if late else " "
        when = formats.moment(one.due, zone, now)
        left = (
            Span(f"{sign} {when} ", "bad" if late else "time"),
            Span(f"{safe_line(one.customer, characters=24)} ", "customer"),
            Span(safe_line(one.what)),
        )
        rows.append(Row(one.id, left))
    return rows
