"""The passage of a text where the words of a search stand: the index keeps no texts, so it is cut out here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

OPEN, CLOSE = "\u0002", "\u0003"
"""What stands around the words found."""
BEFORE, AFTER = 50, 110  # characters around the first word found

Finder = Callable[[str], str]


def _bare(code: int) -> str:
    """One letter for one letter, so that places in the folded text are places in the text."""
    letters = [
        one for one in unicodedata.normalize("NFKD", chr(code)).casefold() if not unicodedata.combining(one)
    ]
    return letters[0] if len(letters) == 1 else chr(code)


_LETTERS = {code: _bare(code) for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))}


def plain(text: str) -> str:
    """`text` in small letters without accents, exactly as long. Latin letters only; it is for pointing, not for matching."""
    return text.lower() if text.isascii() else text.translate(_LETTERS)


# The same for what Latin-1 has, all that Portuguese needs, as bytes: folding and looking are several times faster.
_FOLD = bytes(min(ord(_LETTERS.get(code, chr(code))), 0xFF) for code in range(256))
_LETTER = "[0-9A-Za-zª²³µ¹º¼-¾À-ÖØ-öø-ÿ]"


def finder(words: Sequence[str], *, whole_last: bool = False) -> Finder:
    """A function that cuts the passage around these words out of a text and marks them in it.

    Each word must stand whole, the last may go on unless `whole_last`.
    """
    folded = [plain(word) for word in words]
    quick = None
    if all(one.isascii() for one in folded):
        quick = re.compile(_pattern(folded, _LETTER, whole_last).encode("latin-1"))

    @cache
    def thorough() -> re.Pattern[str]:
        return re.compile(_pattern(folded, r"[^\W_]", whole_last))

    def find(text: str) -> str:
        low: Any = text.encode("latin-1", "replace").translate(_FOLD)
        pattern: re.Pattern[Any] | None = quick
        first = pattern.search(low) if pattern is not None else None
        if pattern is None or (first is None and not text.isascii()):
            low, pattern = plain(text), thorough()
            first = pattern.search(low)
        if first is None:
            return text[: BEFORE + AFTER]
        begin, over = first.span()
        start = max(0, begin - BEFORE)
        end = min(len(text), max(over, begin + AFTER))
        least = max(0, begin - BEFORE - 20)
        while start > least and text[start - 1].isalnum():
            start -= 1
        parts, at = [], start
        for one in pattern.finditer(low, begin, end):
            begin, over = one.span()
            parts += [text[at:begin], OPEN, text[begin:over], CLOSE]
            at = over
        parts.append(text[at:end])
        return "".join(parts)

    return find


def best_passage(words: Sequence[str], text: str) -> str:
    """As `finder` cuts it, out of the line that has most of these words, each whole; the beginning when none has any."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not words or not lines:
        return " ".join(lines)[: BEFORE + AFTER]
    pattern = re.compile(_pattern([plain(word) for word in words], r"[^\W_]", whole_last=True))
    said = [len(set(pattern.findall(plain(line)))) for line in lines]
    most = max(range(len(lines)), key=lambda n: said[n])
    if not said[most]:
        return " ".join(lines)[: BEFORE + AFTER]
    # A short line alone says little: what follows it belongs to it.
    return finder(words, whole_last=True)(" ".join(lines[most : most + 3]))


def _pattern(folded: Sequence[str], letter: str, whole_last: bool) -> str:
    """Each word first and what may not stand before it after: so the search runs along the word's own letters."""
    endings = [f"(?!{letter})"] * len(folded)
    if folded and not whole_last:
        endings[-1] = f"{letter}*"
    escaped = [re.escape(word) for word in folded]
    return "|".join(
        f"{word}(?<!{letter}{word}){ending}" for word, ending in zip(escaped, endings, strict=True)
    )
