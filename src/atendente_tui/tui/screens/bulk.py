"""What a verb will do to each of several tickets before it does, and what came of it after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from atendente_tui.i18n import _, n_
from atendente_tui.privacy.safe import SafeText, safe_line
from atendente_tui.tui.lines import Span
from atendente_tui.tui.show import cell
from atendente_tui.tui.widgets.dialog import Box, Dialog
from atendente_tui.tui.widgets.row_list import RowList
from atendente_tui.tui.widgets.rows_pane import Row


class Line(NamedTuple):
    ticket_id: int
    protocol: SafeText
    subject: SafeText
    refused: SafeText | None
    """Why not; None where it goes through."""


class BulkScreen(Dialog[bool]):
    """True when the person said: do it."""

    DEFAULT_CSS = """
    BulkScreen > Box { width: 100%; max-width: 110; }
    BulkScreen RowList { height: auto; max-height: 70vh; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", show=False),
        Binding("enter", "answer(True)", show=False, priority=True),
    ]

    def __init__(self, title: str, lines: Sequence[Line], *, done: bool) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._done = done

    def compose(self) -> ComposeResult:
        with Box(self._title):
            yield Static(Content(summary(self._lines, done=self._done)), classes="dialog-strong")
            yield RowList()
            yield Static(Content(self._keys()), classes="dialog-keys")

    def on_mount(self) -> None:
        rows = self.query_one(RowList)
        rows.set_rows([self._row(line) for line in self._lines])
        self.set_focus(rows)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes and not self._done and any(line.refused is None for line in self._lines))

    def _keys(self) -> str:
        if self._done:
            return _("Enter close")
        if all(line.refused is not None for line in self._lines):
            return _("Esc go back")
        return _("Enter do it · Esc go back")

    def _row(self, line: Line) -> Row:
        if line.refused is None:
            mark, what = self.here.glyphs.done, _("done") if self._done else _("will be done")
        else:
            mark, what = self.here.glyphs.warning, _("no: {why}").format(why=line.refused)
        return Row(
            str(line.ticket_id),
            (
                Span(f"{mark} {cell(line.protocol, 13)} {cell(line.subject, 28)}  "),
                Span(safe_line(what), "strong" if line.refused else ""),
            ),
        )


def summary(lines: Sequence[Line], *, done: bool) -> str:
    well = sum(line.refused is None for line in lines)
    badly = len(lines) - well
    if done:
        text = n_("{n} ticket done", "{n} tickets done", well).format(n=well)
    else:
        text = n_("{n} ticket will change", "{n} tickets will change", well).format(n=well)
    if badly:
        text += " · " + n_("{n} stays as it is", "{n} stay as they are", badly).format(n=badly)
    return text


async def preview(app: App[Any], title: str, lines: Sequence[Line]) -> bool:
    """Show what would happen to each and ask (inside a worker)."""
    return await app.push_screen(BulkScreen(title, lines, done=False), wait_for_dismiss=True)


async def result(app: App[Any], title: str, lines: Sequence[Line]) -> None:
    """Show what became of each."""
    await app.push_screen(BulkScreen(title, lines, done=True), wait_for_dismiss=True)
