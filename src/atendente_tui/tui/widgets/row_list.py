"""The list of a full-screen board or a dialog: a `RowsPane` that says where its cursor stands."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from atendente_tui.tui.widgets.rows_pane import RowsPane


class RowList(RowsPane):
    """Its cursor shows wherever the focus is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "step(-1)", show=False),
        Binding("j", "step(1)", show=False),
    ]
    cursor_on = True
    margin = "  "

    class Highlighted(Message):
        """The cursor stands on another row, or there is none any more."""

    def __init__(self) -> None:
        self._at = 0
        self._told: str | None = None
        super().__init__()

    @property
    def cursor(self) -> int:
        return self._at

    @cursor.setter
    def cursor(self, item: int) -> None:
        self._at = item
        key = self.row_key
        if key != self._told and (key is not None or not self.rows):
            self._told = key
            self.post_message(self.Highlighted())
