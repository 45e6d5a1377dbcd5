"""The text field of the composer."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.widgets import TextArea

from atendente_tui.tui.composing import typed

if TYPE_CHECKING:
    from atendente_tui.review.finding import Finding

WARNS, STOPS = "underline", "underline bold reverse"
"""Looks of what the reviewer found; colour alone tells nothing."""


class Writing(TextArea):
    """The text field; what is pasted is made harmless first, and what the reviewer found is marked."""

    _marks: dict[int, list[tuple[int, int, str]]]
    """By line: from which column to which, and the looks."""

    def mark(self, found: Sequence[Finding]) -> None:
        """Mark these in the text, in place of what was marked."""
        marks: dict[int, list[tuple[int, int, str]]] = {}
        for one in found:
            if one.start == one.end:
                continue
            (top, left), (bottom, right) = self.place_of(one.start), self.place_of(one.end)
            for line in range(top, bottom + 1):
                ends = right if line == bottom else len(self.document.get_line(line))
                looks = STOPS if one.blocks else WARNS
                marks.setdefault(line, []).append((left if line == top else 0, ends, looks))
        if marks != getattr(self, "_marks", {}):
            self._marks = marks
            self._line_cache.clear()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for start, end, looks in getattr(self, "_marks", {}).get(line_index, ()):
            line.stylize(looks, start, min(end, len(line)))
        return line

    def place_of(self, offset: int) -> tuple[int, int]:
        """Line and column of the code point at `offset`."""
        text = self.text
        return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)

    def select_span(self, start: int, end: int) -> None:
        """Select the code points from `start` to `end`, in view."""
        self.move_cursor(self.place_of(start))
        self.move_cursor(self.place_of(end), select=True)
        self.scroll_cursor_visible()

    async def _on_key(self, event: events.Key) -> None:
        """An accent that a terminal sends behind its letter (a, then ~) becomes one letter with it."""
        if self.read_only or not event.character or not unicodedata.combining(event.character):
            return
        row, column = self.cursor_location
        before = self.document.get_line(row)[column - 1 : column]
        made = unicodedata.normalize("NFC", before + event.character)
        if before and len(made) == 1 and self.selection.is_empty:
            event.prevent_default()
            event.stop()
            self.replace(made, (row, column - 1), (row, column), maintain_selection_offset=False)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.read_only:
            self.put(event.text)

    def put(self, text: str) -> None:
        """Put text where the cursor is, in place of what is selected."""
        start, end = self.selection
        self.replace(typed(text), *sorted((start, end)), maintain_selection_offset=False)
        self.scroll_cursor_visible()

    def place(self, line: int, column: int) -> tuple[int, int]:
        """The place held inside the text."""
        line = min(max(line, 0), self.document.line_count - 1)
        return line, min(max(column, 0), len(self.document.get_line(line)))
