"""A class while it goes on: a row a trainee, asked anew every two seconds; Enter shows what of one is proved. It changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line
from atendente_tui.training import class_report, scorecard

if TYPE_CHECKING:
    from atendente_tui.desk.classes import Class, Trainee

EVERY = 2.0
"""Seconds between two looks."""
NARROW = 80
"""Columns that the narrowest table takes."""
_SIGNS = {True: "✓", False: "✗", None: "·"}


class ClassWatch(App[None]):
    """`look` asks the hub; it is called on one thread of its own, never twice at a time."""

    CSS = "DataTable { height: 1fr; } #title, #state { height: 1; padding: 0 1; } #title { text-style: bold; } #proved { height: auto; max-height: 50%; padding: 0 1; overflow-y: auto; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "quit", "", show=False),
        Binding("r", "again", "", show=False),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, found: Class, look: Callable[[], Class], *, every: float = EVERY) -> None:
        super().__init__()
        self.found, self._look, self._every = found, look, every
        self._thread = ThreadPoolExecutor(1, "class-watch")
        self._asking = False
        self._open: str | None = None

    def compose(self) -> ComposeResult:
        yield Static(_plain(self.found.title), id="title")
        yield DataTable(cursor_type="row", zebra_stripes=True)
        yield Static("", id="proved")
        yield Static("", id="state")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        more = max(0, self.size.width - NARROW)
        widths = (18 + more // 3, 10, 7, 6, 12, 13 + more - more // 3)
        names = (_("trainee"), _("state"), _("time"), _("score"), _("expectations"), _("last event"))
        for name, width in zip(names, widths, strict=True):
            table.add_column(name, key=name, width=width)
        self._show(_("Enter shows what is proved; q ends."))
        self.set_interval(self._every, self.action_again)

    def on_unmount(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def action_again(self) -> None:
        if self._asking:
            return
        self._asking = True
        try:
            self.found = await asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        except Exception as wrong:
            self._show(_("The hub does not answer: {why}").format(why=wrong))
        else:
            self._show(
                _("The class has ended; q ends.")
                if self.found.ended is not None
                else _("Enter shows what is proved; q ends.")
            )
        finally:
            self._asking = False

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        login = str(event.row_key.value)
        self._open = None if self._open == login else login
        self._show_proved()

    def _show(self, state: str) -> None:
        table = self.query_one(DataTable)
        at = table.cursor_row
        table.clear()
        for one in self.found.trainees:
            table.add_row(*(Content(cell) for cell in cells(one)), key=one.login)
        table.move_cursor(row=min(at, len(self.found.trainees) - 1))
        self.query_one("#state", Static).update(_plain(state))
        self._show_proved()

    def _show_proved(self) -> None:
        one = next((each for each in self.found.trainees if each.login == self._open), None)
        lines = [] if one is None else [one.name, *class_report.proved(one, _SIGNS)]
        self.query_one("#proved", Static).update(Content("\n").join(_plain(line) for line in lines))


def cells(one: Trainee) -> list[str]:
    """A trainee's row."""
    told = [
        one.name,
        class_report.state(one.state),
        class_report.clock(one.seconds),
        "" if one.score is None else str(one.score),
        f"{sum(it.met is True for it in one.expectations)} / {len(one.expectations)}",
        scorecard.happening(one.last),
    ]
    return [str(safe_line(cell, characters=80)) for cell in told]


def _plain(text: str) -> Content:
    return Content(str(safe_line(text, characters=200)))
