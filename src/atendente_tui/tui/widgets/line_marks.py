"""Marks on a line that is drawn already: where a text stands in it, whatever its accents and case, and restyling a part."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style


def places(marked: str, text: str) -> list[tuple[int, int]]:
    """Where `marked`, folded by `same_length_fold`, stands in `text`; nowhere when it is empty."""
    if not marked:
        return []
    text = same_length_fold(text)
    found: list[tuple[int, int]] = []
    start = text.find(marked)
    while start >= 0:
        found.append((start, start + len(marked)))
        start = text.find(marked, start + len(marked))
    return found


def same_length_fold(text: str) -> str:
    """Folded for comparing, character by character, so that places in it are places in `text`."""
    return text.lower() if text.isascii() else "".join(map(_folded_one, text))


def _folded_one(character: str) -> str:
    if character < "\x80":
        return character.lower()
    import unicodedata

    first = unicodedata.normalize("NFD", character)[0].lower()
    return first if len(first) == 1 else character


def restyled(segments: list[Segment], start: int, stop: int, style: Style) -> list[Segment]:
    """The segments with `style` over characters `start` to `stop`."""
    result: list[Segment] = []
    at = 0
    for text, own, _control in segments:
        begin, end = max(start - at, 0), min(stop - at, len(text))
        if begin < end:
            result += [
                Segment(piece, (own + style if own else style) if marked else own)
                for piece, marked in ((text[:begin], False), (text[begin:end], True), (text[end:], False))
                if piece
            ]
        else:
            result.append(Segment(text, own))
        at += len(text)
    return result
