"""Names of files that somebody else chose, made safe to write: what is shown of one is what lies in the folder."""

from __future__ import annotations

import re
import unicodedata

from atendente_tui.privacy.safe import SafeText, safe_line

LONGEST = 120
"""Bytes of a name in UTF-8: every common file system takes it, with room for a number or a mark."""
ENDING = 16
"""Bytes up to which what follows the last dot is kept when a name is shortened."""

_PATH = re.compile(r"[/\\]")
_NOT_IN_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def file_name(name: str, otherwise: str) -> SafeText:
    """The last part of `name`, without anything a file system, a terminal or a shell's eye could take for something
    else; `otherwise` (a plain word) where nothing is left.

    Unlike on a screen, what is removed leaves no mark: the ending that is then seen is the one that counts.
    """
    kept = "".join(map(_one, unicodedata.normalize("NFC", _PATH.split(name)[-1])))
    kept = safe_line(kept, characters=len(kept) + LONGEST).translate(_NOT_IN_WINDOWS)
    kept = _shortened(" ".join(kept.split()).lstrip(" .-~").rstrip(" .")) or otherwise
    return safe_line(_shortened(f"_{kept}") if _DEVICE.match(kept) else kept)


def numbered(name: str, n: int) -> str:
    """Another name for the same: "nota (2).csv"."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({n}){dot}{ending}" if stem else f"{name} ({n})"


def _one(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Cf" | "Cs" | "Co" | "Zl" | "Zp":
            return ""
        case "Cn":
            return "_"
        case "Zs":
            return " "
    return character


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > ENDING:
        stem, dot, ending = name, "", ""
    room = LONGEST - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending
