"""Where things stand in a text: sentences, and folded text that still knows the places of what it was made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from atendente_tui.domain.fold import folded

_END = re.compile(r"[!?…]+|\.(?=\s|$)|\n+")


class Folded(NamedTuple):
    """Text without accents and case (`domain.fold`), and for each character of it where it came from."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch in the text as written."""
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]


def fold(text: str) -> Folded:
    if text.isascii():
        return Folded(text.lower(), (*range(len(text)), len(text)))
    pieces: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        piece = folded(character)
        pieces.append(piece)
        places += [index] * len(piece)
    return Folded("".join(pieces), (*places, len(text)))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends, its closing marks with it."""
    start = 0
    for end in _END.finditer(text):
        if text[start : end.start()].strip():
            yield start, end.end()
        start = end.end()
    if text[start:].strip():
        yield start, len(text)
