"""Words as search knows them: folded, without what says nothing, cut to their stems; and what stands for what.

Stems are Snowball's (PyStemmer), taken after accents are gone, so that `orcamento` and `orçamentos` meet. The lists in
`word_lists/` are data: stop words, the words questions are wrapped in, and groups of words that mean the same.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from atendente_tui.domain.fold import folded

LISTS = Path(__file__).parent / "word_lists"
PORTUGUESE, ENGLISH = "portuguese", "english"
LONGEST_WORD = 40
"""Letters of a word that count; longer ones are no words."""

_WORD = re.compile(r"[^\W_]+")
_MARK_UP = re.compile(r"data:[^\s)'\"]{20,}|https?://\S+|<[^<>]{0,2000}>|\]\([^()\s]*[^()]*\)")
_own = threading.local()


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return [word for one in _WORD.findall(unicodedata.normalize("NFC", text)) if (word := _folded(one))]


@lru_cache(maxsize=200_000)
def _folded(word: str) -> str:
    """Letters and digits only: some single signs fold into several, with others between them."""
    return "".join(one for one in folded(word) if one.isalnum())[:LONGEST_WORD]


def readable(markdown: str) -> str:
    """The text of an article without addresses, pictures and HTML: what a person reads of it."""
    return _MARK_UP.sub(" ", markdown)


def language(code: str | None) -> str:
    """The stemmer's language for an article's: English for `en…`, else Portuguese."""
    return ENGLISH if (code or "").lower().startswith("en") else PORTUGUESE


@lru_cache(maxsize=200_000)
def stem(word: str, tongue: str = PORTUGUESE) -> str:
    """The stem of a folded word."""
    stemmers = _own.__dict__
    if tongue not in stemmers:  # one for each thread: a stemmer is not to be used by two at once
        import Stemmer

        stemmers[tongue] = Stemmer.Stemmer(tongue)
    return str(stemmers[tongue].stemWord(word))


def telling(text: str) -> list[str]:
    """The folded words of a text that say something, in order: all but stop words."""
    stop = stop_words()
    return [word for word in words(text) if word not in stop]


def stems(text: str, tongue: str = PORTUGUESE) -> list[str]:
    """The stems of what a text says, in order."""
    return [stem(word, tongue) for word in telling(text)]


@cache
def stop_words() -> frozenset[str]:
    return frozenset(_listed("stop.txt"))


@cache
def fillers() -> frozenset[str]:
    """Folded words, not stems: `passar` wraps a question, `passagem` does not."""
    return frozenset(_listed("fillers.txt"))


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """Stem → stems that stand for it."""
    wrapping = {stem(word) for word in fillers()}
    found: dict[str, set[str]] = {}
    for line in _lines("synonyms.txt"):
        group = {stem(word) for word in line.split()}
        for one in group:  # `quando` may mean `prazo`; `prazo` is not met by every `quando`
            found.setdefault(one, set()).update(group - {one} - wrapping)
    return {one: frozenset(others) for one, others in found.items()}


def grams(word: str) -> list[str]:
    """The runs of three letters of a word with its ends marked: what misspelt words have in common."""
    marked = f"0{word}1"
    return [marked[at : at + 3] for at in range(max(1, len(marked) - 2))]


def _lines(name: str) -> list[str]:
    text = (LISTS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _listed(name: str) -> list[str]:
    return [word for line in _lines(name) for word in line.split()]
