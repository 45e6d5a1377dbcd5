"""What a selection in a pane of lines copies: the text as it was written, not as it was wrapped."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.selection import Selection

from atendente_tui.tui.lines import Line

Place = tuple[int, int]
"""An item and a line within it."""


def selected(
    lines_of: Callable[[int], Sequence[Line]], selection: Selection, first: Place, last: Place
) -> str:
    """The text between two places, columns as the selection says: wrapped lines joined, margins left out."""
    text = ""
    item, number = first
    while (item, number) <= last:
        lines = lines_of(item)
        for at in range(number, len(lines)):
            if (item, at) > last:
                break
            one = lines[at]
            start = selection.start.x if selection.start and (item, at) == first else 0
            stop = selection.end.x if selection.end and (item, at) == last else None
            piece = one.text[max(start, one.indent) : stop].rstrip()
            text += (" " if one.continues else "\n") + piece if text or (item, at) != first else piece
        item, number = item + 1, 0
    return text
