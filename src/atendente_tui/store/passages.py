"""The passage of a text where the words of a search stand: the index keeps no texts, so it is cut out here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

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


def finder(words: Sequence[str], *, whole_last: bool = False) -> Finder:
    """A function that cuts the passage around these words out of a text and marks them in it.

    Each word must stand whole, the last may go on unless `whole_last`.
    """
    folded = [re.escape(plain(word)) for word in words]
    endings = [r"(?![^\W_])"] * len(folded)
    if folded and not whole_last:
        endings[-1] = r"[^\W_]*"
    alternatives = "|".join(word + ending for word, ending in zip(folded, endings, strict=True))
    pattern = re.compile(rf"(?<![^\W_])(?:{alternatives})")

    def find(text: str) -> str:
        low = plain(text)
        first = pattern.search(low)
        if first is None:
            return text[: BEFORE + AFTER]
        start = max(0, first.start() - BEFORE)
        end = min(len(text), max(first.end(), first.start() + AFTER))
        while start and text[start - 1].isalnum() and first.start() - start < BEFORE + 20:
            start -= 1
        parts, at = [], start
        for one in pattern.finditer(low, first.start(), end):
            parts += [text[at : one.start()], OPEN, text[one.start() : one.end()], CLOSE]
            at = one.end()
        parts.append(text[at:end])
        return "".join(parts)

    return find
