"""A dictionary in a process of its own: opening one takes Hunspell a second in which no other thread would run.

    python -m atendente_tui.review.dictionary_process DICTIONARY.dic

Reads lines of JSON, each a list of words; answers each with an object, unknown word → what it may have been meant to be.
Ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

SUGGESTED = 5
"""Suggestions for a word, at most; Hunspell takes some hundredths of a second for them."""
MOST_SUGGESTED = 40
"""Unknown words of one question for which they are looked up."""


def main(path: str) -> int:
    import hunspell

    if hasattr(os, "nice"):
        os.nice(5)
    place = Path(path)
    book = hunspell.Hunspell(place.stem, hunspell_data_dir=str(place.parent))
    for line in sys.stdin:
        print(json.dumps(answered(book, json.loads(line))), flush=True)
    return 0


def answered(book: Any, words: list[str]) -> dict[str, list[str]]:
    unknown: dict[str, list[str]] = {}
    for word in words:
        if not book.spell(word) and not book.spell(word.lower()):
            fixes = book.suggest(word)[:SUGGESTED] if len(unknown) < MOST_SUGGESTED else ()
            unknown[word] = [str(one) for one in fixes]
    return unknown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
