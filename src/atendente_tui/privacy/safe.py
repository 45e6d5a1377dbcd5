"""The one cleaning function: foreign text becomes `SafeText` before any terminal, file name, log or export sees it.

Nothing is hidden that could deceive: removed controls leave a visible mark, invisible ones vanish. The original
stays in the store as evidence. Rules and their measurements: docs/architecture.md, "Foreign text".
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that a terminal cannot mistake for a command. Only this module makes it."""

MAX_CHARACTERS = 20_000
MAX_LINES = 2_000
MAX_CELL = 200
MAX_MARKS = 4  # combining marks kept on one base character

_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BIDI = {
    0x202A: "⟦LRE⟧",
    0x202B: "⟦RLE⟧",
    0x202C: "⟦PDF⟧",
    0x202D: "⟦LRO⟧",
    0x202E: "⟦RLO⟧",
    0x2066: "⟦LRI⟧",
    0x2067: "⟦RLI⟧",
    0x2068: "⟦FSI⟧",
    0x2069: "⟦PDI⟧",
}
_DROPPED = (
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0x200B, 0x200E, 0x200F, 0x2060, 0x2061, 0x2062, 0x2063),
    *(0x2064, 0x206A, 0x206B, 0x206C, 0x206D, 0x206E, 0x206F, 0x3164, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFA, 0xFFFB),
    *range(0xE0000, 0xE01F0),  # tags and the variation selectors supplement
)
_TABLE: dict[int, str | None] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x09: "    ",
    0x7F: "\u2421",
    **dict.fromkeys(range(128, 160), "�"),
    **_BIDI,
    **dict.fromkeys(_DROPPED),
}
_PLAIN = "\u0180"
"""Printable letters and signs below it are as they seem: what Portuguese is written with needs no second look."""


@cache
def _suspect() -> re.Pattern[str]:
    return re.compile(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u0300-\u036f\u0483-\u0489\u0590-\u05ff\u0600-\u06ff\u0900-\u109f\u115f\u1160"
        "\u135d-\u135f\u1780-\u18af\u1920-\u1cff\u1dc0-\u1dff\u200b-\u200f\u2028-\u202e\u2060-\u206f\u20d0-\u20ff\u3164"
        "\u302a-\u302f\u3099\u309a\ua66f-\uabff\ud800-\uf8ff\ufe00-\ufe2f\ufeff\uffa0\ufff0-\uffff\U000101fd-\U0010ffff]"
    )


_IN_COLUMNS = re.compile("[\ufe00-\ufe0f\u20e3\u200c\u200d\U0001f3fb-\U0001f3ff]")


def safe_text(text: str, *, characters: int = MAX_CHARACTERS, lines: int = MAX_LINES) -> SafeText:
    """Several lines of foreign text made displayable: newlines kept, at most `characters` and `lines` long.

    Idempotent; plain Portuguese comes back unchanged. A cut ends in "…".
    """
    cut = len(text) > characters
    text = text[:characters]
    if not _plain(text) and _suspect().search(text) is not None:
        text = _clean(text)
    if text.count("\n") >= lines:
        text = "\n".join(text.split("\n", lines)[:lines])
        cut = True
    return SafeText(text + "…" if cut and not text.endswith("…") else text)


def safe_line(text: str, *, characters: int = MAX_CELL) -> SafeText:
    """Foreign text for one line or cell: no newline, and nothing whose width terminals disagree about."""
    text = safe_text(text[: characters * 4], characters=characters * 4)
    if "\n" in text:
        text = SafeText(re.sub(r"\s*\n\s*", " ⏎ ", text.strip("\n")))
    if not text.isascii() and not _plain(text):
        text = SafeText(unicodedata.normalize("NFC", _IN_COLUMNS.sub("", text)))  # what stood apart may meet
        text = SafeText("".join("\ufffd" if unicodedata.category(one) == "Cn" else one for one in text))
    if len(text) > characters:
        text = SafeText(text[: characters - 1] + "…")
    return text


def is_clean(text: str) -> bool:
    """Whether a terminal would take every character of `text` as something to show (newlines allowed)."""
    return not any(
        (ord(one) < 0x20 and one != "\n")
        or 0x7F <= ord(one) < 0xA0
        or ord(one) in _BIDI
        or 0xD800 <= ord(one) < 0xE000
        for one in text
    )


def _plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or max(text) < _PLAIN)


def _clean(text: str) -> str:
    text = _NEWLINES.sub("\n", text)
    text = text.translate(_TABLE)
    text = "".join(_one(character) for character in text) if not text.isascii() else text
    text = unicodedata.normalize("NFC", text)
    return _bounded_marks(text)


def _one(character: str) -> str:
    if character < "\u200c":
        return character
    category = unicodedata.category(character)
    return "\ufffd" if category in ("Cs", "Co") else character


def _bounded_marks(text: str) -> str:
    """At most four combining marks on a base, no joiner doubled, so that a flood cannot spill over its cell."""
    kept: list[str] = []
    marks = 0
    for character in text:
        if character in "\u200c\u200d":
            if kept and kept[-1] in "\u200c\u200d":
                continue
        elif unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
            marks += 1
            if marks > MAX_MARKS:
                continue
        else:
            marks = 0
        kept.append(character)
    return "".join(kept)
