"""Terminals that have letters and ASCII only: every other sign becomes one of ASCII as it is drawn, column for column.

One fence for all that draws: our own words and their translations, Textual's borders and scroll bars, what cleaning
leaves in foreign text, and the typographic marks customers write. Letters stay, whatever their script, and so do pictures.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "-": "─┄┈╌╴╶╼╾·−–—―‐‑‒",
    "=": "━┅┉╍╸╺═",
    "|": "│┆┊╵╷╽╿▌▍▎▏▐▕",
    "#": "┃┇┋╹╻█▓",
    ":": "╎╏║",
    " ": "▀▁▂▃▄▅▆▇▉▊▋▔▖▗▘▙▚▛▜▝▞▟░▒\u00a0\u2007\u202f",
    "~": "…≈",
    "*": "•●○◦■□▪▫★☆",
    '"': "“”„«»″",
    "'": "‘’‚′",
    "<": "‹←◀◂",
    ">": "›→▶▸",
    "^": "↑▲△",
    "v": "↓▼▽✓✔",
    "x": "×╳✕✗✘",
    "/": "⏎╱",
    "\\": "╲",
    "[": "⟦",
    "]": "⟧",
    "?": "\ufffd" + "".join(map(chr, range(0x2400, 0x2422))),
}
"""Borders keep their kind: round, heavy (where the focus is), double and dashed (a note)."""
_CORNERS = dict.fromkeys(range(0x2500, 0x2580), "+")
PLAIN: Mapping[int, str] = {
    **_CORNERS,
    **{ord(sign): plain for plain, signs in _SIGNS.items() for sign in signs},
}
"""Code of a sign → the one of ASCII in its place. Both take one column."""


class PlainSigns(LineFilter):
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        if all(segment.text.isascii() for segment in segments):
            return segments
        return [
            segment if segment.control is not None else Segment(segment.text.translate(PLAIN), segment.style)
            for segment in segments
        ]
