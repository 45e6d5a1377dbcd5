"""Whether a text says a phrase, tolerant of accents, case and small slips of the keyboard.

A phrase may offer alternatives, `estorno|reembolso`. It is heard where its letters stand at the beginning of a word
("desculp" in "Desculpe"), or where as many words in a row are each alike but for a slip: none in short words, one in words
of five letters, two from nine on, never in the first letter and never in a number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from atendente_tui.domain.fold import folded

_WORD = re.compile(r"\w+%?")


def says(text: str, phrase: str) -> bool:
    """Whether one alternative of the phrase is in the text; an empty phrase never is."""
    heard, words = _read(text)
    return any(_says(heard, words, one) for one in _alternatives(phrase))


def says_any(text: str, phrases: tuple[str, ...]) -> bool:
    return any(says(text, one) for one in phrases)


@lru_cache(256)
def _read(text: str) -> tuple[str, tuple[str, ...]]:
    words = tuple(_WORD.findall(folded(text)))
    return f" {' '.join(words)} ", words


@lru_cache(2_048)
def _alternatives(phrase: str) -> tuple[tuple[str, ...], ...]:
    read = (tuple(_WORD.findall(folded(one))) for one in phrase.split("|"))
    return tuple(one for one in read if one)


def _says(heard: str, words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    # "desculp" begins "desculpe", but 5 is not 50, nor 30 thirty percent.
    whole = " " if not phrase[-1].isalpha() else ""
    if f" {' '.join(phrase)}{whole}" in heard:
        return True
    if all(_slips(one) == 0 for one in phrase):
        return False
    last = len(words) - len(phrase) + 1
    return any(all(_alike(words[at + n], one) for n, one in enumerate(phrase)) for at in range(max(0, last)))


def _alike(word: str, wanted: str) -> bool:
    if word == wanted:
        return True
    most = _slips(wanted)
    if not most or word[0] != wanted[0] or abs(len(word) - len(wanted)) > most:
        return False
    from rapidfuzz.distance import OSA  # the first frame does without

    return OSA.distance(word, wanted, score_cutoff=most) <= most


def _slips(word: str) -> int:
    if len(word) < 5 or not word.isalpha():
        return 0
    return 1 if len(word) < 9 else 2
