"""The tickets behind a figure or a row of the monitor, with what the figure means. Enter shows one; nothing is marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from atendente_tui import labels
from atendente_tui.desk import floor as looking
from atendente_tui.i18n import _
from atendente_tui.metrics.kpi import formula_of
from atendente_tui.metrics.kpis import KPIS
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text
from atendente_tui.store import floor, reading
from atendente_tui.store.floor import HOUR, Risk
from atendente_tui.tui import monitor_rows
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row


class Drill(Board):
    """`key` is that of the row it was opened from, `at` (ms) the moment of what was shown: it stays as it was."""

    context = "monitor"

    def __init__(self, key: str, at: int) -> None:
        super().__init__()
        self._key, self._at = key, at

    def on_moved(self, _event: Moved) -> None:
        """What was shown is what is listed."""

    def reload(self) -> None:
        workplace = self.workplace
        risks = self._risks()
        look = monitor_rows.Look(self.here.glyphs, workplace.config.privacy.mask)
        rows: list[Row] = monitor_rows.board_rows(risks, look, workplace.zone, self._at)
        self.list.set_rows(rows)
        count = labels.tickets(len(risks)) if len(risks) < looking.DRILL else f"{len(risks)}+"
        self.entitle(safe_line(f"{self._title_of()} · {count}"))
        self.heed(self._formula())
        self.nothing(None if risks else safe_line(_("No ticket is behind this.")))
        self.tell()

    def _risks(self) -> list[Risk]:
        db, workplace = self.here.read, self.workplace
        kind, _colon, name = self._key.partition(":")
        match kind:
            case "figure":
                return looking.behind(db, workplace.config, name, self._at, workplace.zone)
            case "tier":
                return floor.queue_tickets(db, name, None, looking.DRILL)
            case "channel":
                return floor.queue_tickets(db, None, name, looking.DRILL)
            case "agent":
                return floor.tickets_of(db, name, looking.DRILL)
            case "spike":
                return floor.of_reason(db, name, self._at - HOUR, self._at, looking.DRILL)
            case "arrivals":
                return floor.arrived(db, self._at - looking.TREND * HOUR, self._at, looking.DRILL)
        return []

    def _title_of(self) -> str:
        kind, _colon, name = self._key.partition(":")
        match kind:
            case "figure":
                return _(KPIS[name].label)
            case "tier":
                return _("queue of {name}").format(name=name or _("no tier"))
            case "channel":
                return _("queue of {name}").format(name=labels.channel(name))
            case "agent":
                names = dict(reading.directory(self.here.read, "agent"))
                return _("tickets of {name}").format(name=names.get(name, name))
            case "spike":
                return _("opened in the last hour: {name}").format(name=name)
        return _("arrivals by hour")

    def _formula(self) -> SafeText | None:
        kind, _colon, name = self._key.partition(":")
        if kind != "figure":
            return None
        return safe_text(formula_of(KPIS[name], self.workplace.config.metrics), lines=3)

    def told(self, key: str) -> Content:
        ticket = reading.ticket(self.here.read, int(key.partition(":")[2]))
        if ticket is None:
            return Content("")
        names = dict(reading.directory(self.here.read, "agent"))
        parts = (
            labels.status(ticket.status),
            labels.priority(ticket.priority),
            labels.channel(ticket.channel),
            ticket.tier or "",
            names.get(ticket.assignee, ticket.assignee) if ticket.assignee else _("free"),
        )
        return Content(safe_line(" · ".join(part for part in parts if part)))

    def doing(self, key: str | None) -> Sequence[str]:
        del key
        return ()

    def enter_does(self) -> str:
        return _("show it")

    async def choose(self, key: str) -> None:
        from atendente_tui.tui.verbs.place import open_ticket

        open_ticket(self, int(key.partition(":")[2]))
