"""The floor for a screen on the wall: one page at a time, large, turning by itself, with nothing around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Digits, Static

from atendente_tui import formats, labels
from atendente_tui.i18n import _
from atendente_tui.metrics import wording
from atendente_tui.privacy.safe import safe_line
from atendente_tui.tui import monitor_rows
from atendente_tui.tui.floor_look import FloorLook
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.sparkline import sparkline
from atendente_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from atendente_tui.desk.floor import Floor, Today
    from atendente_tui.tui.app import AtendenteApp

PAGES = ("queue", "today", "agents", "risk", "notices")
TILES = 6
"""Figures on one page."""


class Tile(Vertical):
    """One large number with its name above and something small below."""

    DEFAULT_CSS = """
    Tile { border: round $border-blurred; height: 1fr; width: 1fr; align: center middle; padding: 0 1; }
    Tile > Static { width: 1fr; text-align: center; height: 1; }
    Tile > Digits { width: 1fr; text-align: center; }
    Tile.-bad { border: heavy $error; color: $text-error; }
    Tile.-good { border: round $success; }
    """

    def __init__(self, name: str, number: str, below: str, role: str = "") -> None:
        super().__init__(classes=f"-{role}" if role else "")
        self._parts = (name, number, below)

    def compose(self) -> ComposeResult:
        name, number, below = self._parts
        yield Static(Content(safe_line(name)))
        yield Digits(number)
        yield Static(Content(safe_line(below)))


class Wall(Screen[None]):
    app: AtendenteApp
    DEFAULT_CSS = """
    Wall { background: $background; }
    Wall > .wall-title { height: 1; text-align: center; text-style: bold; }
    Wall > Grid { grid-size: 3 2; height: 1fr; }
    Wall > RowList { height: 1fr; padding: 1 4; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("space,right", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._look = FloorLook(self, self.show)
        self.page = 0
        self.floor: Floor | None = None
        self._title = Static("", classes="wall-title")

    def compose(self) -> ComposeResult:
        yield self._title

    def on_mount(self) -> None:
        watch = self.app.workplace.config.monitor
        self.app.watch(self, "queue", "promises", "agents", "sync", "outbox")
        self.set_interval(max(1.0, watch.refresh_seconds), self.look_again)
        self.set_interval(max(1.0, watch.rotate_seconds), self.turn)
        self.look_again()

    def contexts(self) -> tuple[str, ...]:
        return ("global",)

    def on_unmount(self) -> None:
        self._look.end()

    def on_moved(self, _event: Moved) -> None:
        self._look.soon()

    def look_again(self) -> None:
        self._look.again()

    def show(self, found: Floor) -> None:
        changed = self.floor is None or found._replace(at=0) != self.floor._replace(at=0)
        self.floor = found
        if changed and self.is_mounted:
            self.run_worker(self.draw(), group="draw", exclusive=True)

    def turn(self, step: int = 1) -> None:
        """The next page, or the one before."""
        self.page = (self.page + step) % len(PAGES)
        self.run_worker(self.draw(), group="draw", exclusive=True)

    def action_turn(self, step: int) -> None:
        self.turn(step)

    def action_leave(self) -> None:
        if len(self.app.screen_stack) > 1:
            self.dismiss(None)

    async def draw(self) -> None:
        found = self.floor
        if found is None:
            return
        name = PAGES[self.page]
        hour = formats.hour(self.app.now_ms(), self.app.workplace.zone)
        self._title.update(Content(safe_line(f"{_(TITLES[name])} · {hour}")))
        look = monitor_rows.Look(self.app.glyphs, self.app.workplace.config.privacy.mask)
        with self.app.batch_update():
            await self.query("Wall > Grid, Wall > RowList").remove()
            if name in ("queue", "today"):
                tiles = (
                    self._queue(found)
                    if name == "queue"
                    else [self._tile(one) for one in found.today[:TILES]]
                )
                await self.mount(Grid(*tiles))
            else:
                rows = {
                    "agents": monitor_rows.agent_rows,
                    "risk": monitor_rows.risk_rows,
                    "notices": monitor_rows.notice_rows,
                }[name](found, look)
                page = RowList()
                await self.mount(page)
                page.set_rows(rows)

    def _queue(self, found: Floor) -> list[Tile]:
        oldest = [one.oldest for one in found.queue if one.oldest is not None]
        age = formats.age(found.at - min(oldest)) if oldest else ""
        trend = sparkline(found.arrivals, plain=self.app.glyphs.ascii)
        waiting = _("oldest {age}").format(age=age) if age else ""
        tiles = [
            Tile(_("waiting"), str(found.queued), waiting),
            Tile(_("at risk"), str(found.numbers.deadlines), "", "bad" if found.deadlines else "good"),
            Tile(_("arrivals by hour"), str(found.arrivals[-1]), trend),
        ]
        sums: dict[str, int] = {}
        for group in found.queue:
            sums[group.channel] = sums.get(group.channel, 0) + group.number
        most = sorted(sums.items(), key=lambda one: -one[1])[:3]
        return [*tiles, *(Tile(labels.channel(channel), str(n), "") for channel, n in most)]

    def _tile(self, one: Today) -> Tile:
        figure = one.figure
        role = {None: "", True: "good", False: "bad"}[figure.met]
        trend = sparkline(one.hours, plain=self.app.glyphs.ascii)
        return Tile(
            monitor_rows.short_name(figure.key),
            wording.value_text(figure.value, figure.unit),
            f"{trend}  {wording.target_text(figure)}".strip(),
            role,
        )


TITLES = {
    "queue": "Queue now",
    "today": "Today",
    "agents": "Agents",
    "risk": "At risk",
    "notices": "Notices",
}
"""As the panes of `monitor` are called."""
