"""The promises board: what customers were told they would hear, by when, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content

from atendente_tui import formats
from atendente_tui.domain.instants import from_ms
from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import safe_line, safe_text
from atendente_tui.store import reading
from atendente_tui.store.rows import PromiseRow
from atendente_tui.tui.lines import Span
from atendente_tui.tui.show import cell
from atendente_tui.tui.verbs.place import app_of, open_ticket
from atendente_tui.tui.verbs.promising import settle
from atendente_tui.tui.widgets.board import Board
from atendente_tui.tui.widgets.rows_pane import Row, heading

if TYPE_CHECKING:
    from textual.screen import Screen

TICK = 30.0
"""Seconds after which what is overdue is judged again."""


class PromisesScreen(Board):
    topics: ClassVar[tuple[str, ...]] = ("promises",)
    context = "promises"

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, PromiseRow] = {}
        self._everybody = False

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(TICK, self.reload)

    def reload(self) -> None:
        login = None if self._everybody else self.workplace.desk.agent.login
        rows = reading.promises(self.here.read, login)
        self._rows = {row.id: row for row in rows}
        late = sum(row.due <= self.here.now_ms() for row in rows)
        whose = _("everybody's") if self._everybody else _("mine")
        self.entitle(
            safe_line(
                _("Promises ({whose}) · {open} · {late}").format(
                    whose=whose,
                    open=n_("{n} open", "{n} open ones", len(rows)).format(n=len(rows)),
                    late=n_("{n} overdue", "{n} overdue ones", late).format(n=late),
                )
            )
        )
        self.nothing(safe_text(_("Nothing is owed to anybody.")) if not rows else None)
        self.list.set_rows(self._listed(rows))
        self.tell()

    def _listed(self, rows: Sequence[PromiseRow]) -> list[Row]:
        now = self.here.now_ms()
        today = from_ms(now).astimezone(self.workplace.zone).date()
        listed: list[Row] = []
        late = [row for row in rows if row.due <= now]
        ahead = [row for row in rows if row.due > now]
        for title, group in (
            (_("Overdue"), late),
            (_("Today"), [row for row in ahead if self._day(row) == today]),
            (_("Later"), [row for row in ahead if self._day(row) != today]),
        ):
            if group:
                listed.append(heading(safe_line(f"{title} ({len(group)})")))
                listed += map(self._row, group)
        return listed

    def _day(self, row: PromiseRow) -> date:
        return from_ms(row.due).astimezone(self.workplace.zone).date()

    def _row(self, row: PromiseRow) -> Row:
        now = self.here.now_ms()
        late = row.due <= now
        sign = self.here.glyphs.warning if late else " "
        due = safe_line(formats.moment(row.due, self.workplace.zone, now))
        return Row(
            row.id,
            (
                Span(f"{sign} "),
                Span(f"{cell(due, 13)} ", "strong" if late else ""),
                Span(f"{cell(safe_line(formats.countdown(row.due - now)), 7)} "),
                Span(f"{cell(safe_line(row.customer), 20)} "),
                Span(safe_line(row.what)),
            ),
        )

    def told(self, key: str) -> Content:
        row = self._rows[key]
        now = self.here.now_ms()
        due = formats.moment(row.due, self.workplace.zone, now)
        return Content("\n").join(
            [
                Content.styled(safe_line(f"{row.protocol} · {row.customer}"), "bold"),
                Content(
                    safe_line(_("{moment} · promised by {author}").format(moment=due, author=row.author))
                ),
                Content(safe_text(row.what)),
            ]
        )

    def doing(self, key: str | None) -> Sequence[str]:
        return ("promises_settle", "promises_everybody") if key is not None else ("promises_everybody",)

    async def choose(self, key: str) -> None:
        open_ticket(self, self._rows[key].ticket_id)

    def do_promises_settle(self) -> None:
        row = self._rows.get(self.list.row_key or "")
        if row is not None:
            self.run_worker(settle(self, [row]), group="board")

    def do_promises_everybody(self) -> None:
        self._everybody = not self._everybody
        self.reload()


async def open_promises(screen: Screen[Any]) -> None:
    await app_of(screen).push_screen(PromisesScreen())


HANDLERS = {"promises": open_promises}
