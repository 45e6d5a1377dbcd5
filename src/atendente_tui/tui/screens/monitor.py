"""The supervisor's screen: the floor in six panes, every row of which opens what is behind it. Nothing here writes.

Wide (from 100 columns) shows all panes, narrow one at a time. A ticket is opened in the live pane, as a peek that leaves no
trace; `Escape` and the number keys lead back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from atendente_tui.i18n import _, later
from atendente_tui.tui import monitor_alerts, monitor_rows, terminal
from atendente_tui.tui.floor_look import FloorLook
from atendente_tui.tui.moved import Moved
from atendente_tui.tui.widgets.key_bar import KeyBar
from atendente_tui.tui.widgets.line_pane import LinePane
from atendente_tui.tui.widgets.monitor_bar import MonitorBar
from atendente_tui.tui.widgets.pane_tabs import PaneTabs
from atendente_tui.tui.widgets.row_list import RowList
from atendente_tui.tui.widgets.ticket_pane import TicketPane

if TYPE_CHECKING:
    from atendente_tui.desk.floor import Floor
    from atendente_tui.tui.app import AtendenteApp

WIDE = 100
PLACES = {
    "queue": later("Queue now"),
    "agents": later("Agents"),
    "today": later("Today"),
    "risk": later("At risk"),
    "live": later("Live"),
    "notices": later("Notices"),
}
"""The panes, in the order of their keys and, three by three, of their places."""
ROWS = {
    "queue": monitor_rows.queue_rows,
    "agents": monitor_rows.agent_rows,
    "today": monitor_rows.today_rows,
    "risk": monitor_rows.risk_rows,
    "notices": monitor_rows.notice_rows,
}


class FloorList(RowList):
    """The rows of one pane; its cursor shows only while one is there."""

    context = "monitor"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.id = f"floor-{name}"

    @property
    def cursor_on(self) -> bool:  # type: ignore[override]
        return self.has_focus


class Live(TicketPane):
    nothing = later("No ticket is on show. Enter on a ticket shows it here, and leaves no trace.")

    def _say_how(self) -> None:
        super()._say_how()
        if self.ticket is None:
            self.border_title = str(Content(f"{self.app.keymap.shown('monitor_live')} {_(PLACES['live'])}"))


class Monitor(Screen[None]):
    app: AtendenteApp
    DEFAULT_CSS = """
    Monitor { background: $background; }
    Monitor > #floor { layout: grid; grid-size: 3 2; grid-rows: 1fr 1fr; height: 1fr; }
    Monitor .floor-pane { border: round $border-blurred; height: 1fr; border-title-color: $text-muted; }
    Monitor .floor-pane:focus-within { border: heavy $primary; border-title-color: $text-primary; border-title-style: bold; }
    Monitor PaneTabs, Monitor #tiny { display: none; }
    Monitor.-one > #floor { grid-size: 1 1; }
    Monitor.-one .floor-pane { display: none; }
    Monitor.-one .floor-pane.-here { display: block; }
    Monitor.-narrow PaneTabs { display: block; }
    Monitor.-narrow .floor-pane, Monitor.-narrow .floor-pane:focus-within { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.place = "queue"
        self.floor: Floor | None = None
        self.bar = MonitorBar(id="top")
        self.place_tabs = PaneTabs(id="places")
        self.lists = {name: FloorList(name) for name in ROWS}
        self.live = Live(id="floor-live")
        self.keys = KeyBar(id="keys")
        self._came_from = "risk"
        self._zoomed = False
        self._look = FloorLook(self, self.show)
        self._known: frozenset[str] | None = None

    # Arrangement

    def compose(self) -> ComposeResult:
        yield self.bar
        yield self.place_tabs
        with Container(id="floor"):
            for name, title in PLACES.items():
                pane: Widget = self.live if name == "live" else self.lists[name]
                pane.add_class("floor-pane")
                if name != "live":
                    pane.border_title = str(Content(f"{self.app.keymap.shown(f'monitor_{name}')} {_(title)}"))
                yield pane
        yield Static(
            Content(
                _("Atendente needs {width}×{height}.").format(width=terminal.WIDTH, height=terminal.HEIGHT)
            ),
            id="tiny",
        )
        yield self.keys

    def on_mount(self) -> None:
        self.app.watch(self, "queue", "promises", "agents", "sync", "outbox", "directory")
        self._arrange()
        self.live.show(None)
        self.go("queue")
        self.set_interval(max(1.0, self.app.workplace.config.monitor.refresh_seconds), self.look_again)
        self.look_again()

    def on_resize(self, _event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.app.size.width < WIDE
        self.set_class(narrow, "-narrow")
        self.set_class(narrow or self._zoomed, "-one")
        for name in PLACES:
            self.pane(name).set_class(name == self.place, "-here")
        shown = self.app.keymap.shown
        self.place_tabs.show(
            [(shown(f"monitor_{name}"), f"monitor_{name}", _(title)) for name, title in PLACES.items()],
            frozenset({f"monitor_{self.place}"}),
        )

    def pane(self, name: str) -> Widget:
        return self.live if name == "live" else self.lists[name]

    def go(self, name: str) -> None:
        """Go to a pane: show it where only one is shown, and give it the focus."""
        if name == "live" and self.place != "live":
            self._came_from = self.place
        self.place = name
        self._arrange()
        self.set_focus(self.live.query_one("#timeline") if name == "live" else self.lists[name])
        self.keys.update_bar()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        focused = self.focused
        for name in PLACES:
            if focused is not None and self.pane(name) in focused.ancestors_with_self and name != self.place:
                if name == "live":
                    self._came_from = self.place
                self.place = name
                self._arrange()
        self.keys.update_bar()

    def contexts(self) -> tuple[str, ...]:
        return ("ticket", "monitor", "global") if self.place == "live" else ("monitor", "global")

    def targets(self) -> list[int]:
        """The ticket on show, for what copies."""
        return [self.live.ticket_id] if self.live.ticket_id is not None else []

    # Looking

    def on_unmount(self) -> None:
        self._look.end()

    def on_moved(self, _event: Moved) -> None:
        self._look.soon()

    def look_again(self) -> None:
        self._look.again()

    def show(self, found: Floor) -> None:
        self.floor = found
        if not self.is_mounted:
            return
        look = self.looks
        for name, make in ROWS.items():
            self.lists[name].set_rows(make(found, look))
        self.bar.show(found)
        self._alert(found)

    @property
    def looks(self) -> monitor_rows.Look:
        return monitor_rows.Look(self.app.glyphs, self.app.workplace.config.privacy.mask)

    def _alert(self, found: Floor) -> None:
        known, self._known = self._known, frozenset(found.notices)
        if known is not None and (new := self._known - known):
            monitor_alerts.alert(self.app, found, new)

    # Opening

    def on_line_pane_entered(self, event: LinePane.Entered) -> None:
        if not isinstance(event.pane, FloorList):
            return
        event.stop()
        if (key := event.pane.row_key) is not None:
            self.open(key)

    def open(self, key: str) -> None:
        """What is behind a row: its ticket on show, or the list of its tickets."""
        kind, _colon, name = key.partition(":")
        if kind == "ticket":
            self.open_ticket(int(name))
        elif self.floor is not None:
            from atendente_tui.tui.screens.drill import Drill

            self.app.push_screen(Drill(key, self.floor.at))

    def open_ticket(self, ticket_id: int, *, event_key: int | None = None) -> None:
        """Show a ticket: nothing is claimed, marked or told."""
        self.live.show(ticket_id, event_key=event_key)
        self.go("live")

    def action_back(self) -> None:
        if self.place == "live":
            self.go(self._came_from)
        elif self._zoomed:
            self.do_monitor_zoom()

    # Actions

    def do_monitor_queue(self) -> None:
        self.go("queue")

    def do_monitor_agents(self) -> None:
        self.go("agents")

    def do_monitor_today(self) -> None:
        self.go("today")

    def do_monitor_risk(self) -> None:
        self.go("risk")

    def do_monitor_live(self) -> None:
        self.go("live")

    def do_monitor_notices(self) -> None:
        self.go("notices")

    def do_monitor_zoom(self) -> None:
        """This pane alone, or all of them again."""
        self._zoomed = not self._zoomed
        self._arrange()

    def do_monitor_classes(self) -> None:
        from atendente_tui.tui.screens.classes import Classes

        self.app.push_screen(Classes())

    def do_monitor_wall(self) -> None:
        from atendente_tui.tui.screens.wall import Wall

        self.app.push_screen(Wall())
