"""Lines of cells: safe text wrapped to a width, each run with the role that gives it its looks.

A role is the tail of a component class (`lines--time`); the words of a line never depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

_NARROW = re.compile("[ -\u02ff\u0370-\u0482\u2010-\u2027]*")
"""Text in which every character takes one column, so that lengths may be counted instead of measured."""


class Span(NamedTuple):
    text: str
    """Safe, without a newline."""
    role: str = ""


class Line(NamedTuple):
    spans: tuple[Span, ...]
    indent: int = 0
    """How many of the first characters are not the text's own: they are left out of a copy."""
    continues: bool = False
    """Whether it goes on with the paragraph of the line before: a copy joins them with a space."""
    role: str = ""
    """Looks of the whole line, below those of its spans."""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


BLANK = Line(())


def line(*spans: tuple[str, str] | str, indent: int = 0, role: str = "") -> Line:
    """A line of runs: a bare string has no role of its own."""
    made = tuple(Span(one) if isinstance(one, str) else Span(*one) for one in spans)
    return Line(made, indent=indent, role=role)


def narrow(text: str) -> bool:
    """Whether each character of `text` takes exactly one column."""
    return text.isascii() or _NARROW.fullmatch(text) is not None


def wrap(text: str, width: int) -> list[tuple[str, bool]]:
    """Pieces of at most `width` columns, broken at spaces where there are any.

    Each comes with whether it continues the paragraph of the piece before. `text` is safe; `width` at least 1.
    """
    pieces: list[tuple[str, bool]] = []
    for paragraph in text.split("\n"):
        if len(paragraph) <= width and (paragraph.isascii() or cell_len(paragraph) <= width):
            pieces.append((paragraph, False))
            continue
        cut = _cut_narrow if narrow(paragraph) else _cut_wide
        continues = False
        for piece in cut(paragraph, width):
            pieces.append((piece, continues))
            continues = True
    return pieces


def _cut_narrow(text: str, width: int) -> Iterator[str]:
    start, end = 0, len(text)
    while end - start > width:
        stop = text.rfind(" ", start, start + width + 1)
        if stop <= start:
            yield text[start : start + width]
            start += width
        else:
            yield text[start:stop]
            start = stop + 1
    yield text[start:]


def _cut_wide(text: str, width: int) -> Iterator[str]:
    """As `_cut_narrow`, measuring: for text with double or zero width characters."""
    start = space = taken = 0
    for index, character in enumerate(text):
        cells = cell_len(character)
        if taken + cells > width and index > start:
            if character == " ":
                yield text[start:index]
                start, taken, space = index + 1, 0, 0
                continue
            if space > start:
                yield text[start:space]
                start = space + 1
            else:
                yield text[start:index]
                start = index
            taken, space = cell_len(text[start:index]), 0
        if character == " ":
            space = index
        taken += cells
    yield text[start:]


def block(text: str, width: int, *, prefix: str = "", role: str = "", prefix_role: str = "") -> list[Line]:
    """The text wrapped below `prefix`, which stands before every line and is left out of a copy."""
    room = max(1, width - cell_len(prefix))
    first = (Span(prefix, prefix_role or role),) if prefix else ()
    return [
        Line((*first, Span(piece, role)), indent=len(prefix), continues=continues)
        for piece, continues in wrap(text, room)
    ]


def fitted(line: Line, width: int, more: str = "…") -> Line:
    """The line cut to `width` columns, its end marked where something is missing."""
    if sum(cell_len(span.text) for span in line.spans) <= width:
        return line
    left = max(0, width - cell_len(more))
    kept: list[Span] = []
    for span in line.spans:
        cells = cell_len(span.text)
        if cells > left:
            kept.append(Span(set_cell_size(span.text, left) + more, span.role))
            break
        kept.append(span)
        left -= cells
    return line._replace(spans=tuple(kept))


def balanced(left: tuple[Span, ...], right: Span, width: int, more: str = "…") -> Line:
    """As `two_ends`, but a long `right` is cut before `left` loses more than a third of the line."""
    room = max(width // 3, width - 1 - sum(cell_len(span.text) for span in left))
    if cell_len(right.text) > room:
        right = Span(set_cell_size(right.text, max(0, room - cell_len(more))) + more, right.role)
    return two_ends(left, right, width, more)


def two_ends(left: tuple[Span, ...], right: Span, width: int, more: str = "…") -> Line:
    """`left` cut as needed, `right` flush at the far end: heads of events, rows of lists."""
    room = width - cell_len(right.text) - 1
    if not right.text or room < 4:
        return fitted(Line(left), width, more)
    cut = fitted(Line(left), room, more)
    gap = " " * (width - cell_len(cut.text) - cell_len(right.text))
    return cut._replace(spans=(*cut.spans, Span(gap), right))
