"""Texts on their way to somebody else's machine, with personal data behind placeholders, and back.

The same value has the same placeholder in every text, so that what comes back can be made whole again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from atendente_tui.privacy.personal import find

_PLACEHOLDER = re.compile(r"\[{1,2}\s*([A-Z]+_\d+)\s*\]{1,2}")


class Veiled(NamedTuple):
    texts: tuple[str, ...]
    behind: Mapping[str, str]
    """Placeholder → value."""


def veil(texts: Sequence[str], names: Mapping[str, str] | None = None) -> Veiled:
    """The texts with what `privacy.personal` finds in them, and these names, behind placeholders such as [[CPF_1]].

    names   what a person is called → the word of the placeholder ("CLIENTE"); longer names are looked for first
    """
    behind: dict[str, str] = {}
    given: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}

    def placeholder(word: str, value: str) -> str:
        key = (word, value.casefold())
        if key not in given:
            counts[word] = counts.get(word, 0) + 1
            given[key] = f"[[{word}_{counts[word]}]]"
            behind[given[key]] = value
        return given[key]

    called = {name.casefold(): word for name, word in (names or {}).items() if name.strip()}
    longest = sorted(called, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE) if called else None
    made: list[str] = []
    for text in texts:
        # What looks like one of ours already is taken apart, so that nobody's text chooses what comes back.
        text = text.replace("[[", "[ [")
        parts: list[str] = []
        at = 0
        for one in sorted(find(text), key=lambda each: each.start):
            if one.start < at:
                continue
            parts += [text[at : one.start], placeholder(one.kind.value.upper(), one.value)]
            at = one.end
        veiled = "".join([*parts, text[at:]])
        if pattern is not None:
            pieces = re.split(r"(\[\[[A-Z]+_\d+\]\])", veiled)
            pieces[::2] = [
                pattern.sub(lambda found: placeholder(called[found[0].casefold()], found[0]), piece)
                for piece in pieces[::2]
            ]
            veiled = "".join(pieces)
        made.append(veiled)
    return Veiled(tuple(made), behind)


def unveil(text: str, behind: Mapping[str, str]) -> str:
    """`text` with the values back in place of their placeholders; a placeholder that is none of ours stays."""
    return _PLACEHOLDER.sub(lambda found: behind.get(f"[[{found[1]}]]", found[0]), text)
