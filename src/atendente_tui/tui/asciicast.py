"""What a presentation shows as a recording: asciicast v2 (one JSON document a line), or a picture of its last moment.

Times are those the presentation allows for, not those the machine took, and a frame is taken only when the screen rests: the same
scenario and answers give the same file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from textual.app import App

CLEAR = "\x1b[2J\x1b[H"


class Recording:
    def __init__(self, size: tuple[int, int], title: str) -> None:
        self._size, self._title = size, title
        self._frames: list[tuple[float, list[str]]] = []
        self.picture = ""
        """The last frame as SVG."""

    def frame(self, app: App[Any], seconds: float) -> None:
        """The screen as it stands, so many seconds after the beginning."""
        drawn = drawing(app)
        if not self._frames or self._frames[-1][1] != drawn:
            self._frames.append((round(seconds, 3), drawn))

    def last(self, app: App[Any]) -> None:
        self.picture = app.export_screenshot(title=self._title)

    def lines(self) -> Iterator[str]:
        columns, rows = self._size
        head = {"version": 2, "width": columns, "height": rows, "title": self._title}
        yield json.dumps({**head, "env": {"TERM": "xterm-256color"}}, ensure_ascii=False)
        before: list[str] = []
        for seconds, drawn in self._frames:
            yield json.dumps([seconds, "o", _told(drawn, before)], ensure_ascii=False)
            before = drawn


def _told(drawn: list[str], before: list[str]) -> str:
    """What makes a terminal show these rows that shows those: only the rows that differ."""
    if len(drawn) != len(before):
        return CLEAR + "\r\n".join(drawn)
    rows = enumerate(zip(drawn, before, strict=True), 1)
    return "".join(f"\x1b[{n};1H{row}" for n, (row, old) in rows if row != old)


def drawing(app: App[Any]) -> list[str]:
    """The rows of the screen as a terminal is told to draw them."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
    return [strip.render(console) for strip in app.screen._compositor.render_strips()]
