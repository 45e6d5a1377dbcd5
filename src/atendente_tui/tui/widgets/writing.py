"""The text field of the composer."""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from atendente_tui.tui.composing import typed


class Writing(TextArea):
    """The text field; what is pasted is made harmless first."""

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
