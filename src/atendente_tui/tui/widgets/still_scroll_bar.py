"""A scroll bar that is drawn again only when it looks different: beside a million rows a page moves it by nothing."""

from __future__ import annotations

from textual.scrollbar import ScrollBar


class StillScrollBar(ScrollBar):
    def validate_position(self, position: float) -> float:
        """To eighths of a cell of the bar itself, as fine as its ends are drawn; the end of the list as it is."""
        step = self.window_virtual_size / max(1, self.outer_size.height * 8)
        at_end = position >= self.window_virtual_size - self.window_size
        return super().validate_position(position if at_end or step <= 1 else position // step * step)
