"""The cursor of a pull: where the first walk stands, and which transactions were applied since.

Transaction ids grow but become visible out of order where writers run in parallel. So `low` trails behind by the
overlap, and `done` remembers what above it was applied already.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["live", "articles", "talk", "rest", "follow"]
PHASES: tuple[Phase, ...] = ("live", "articles", "talk", "rest", "follow")


@dataclass(frozen=True, slots=True)
class Cursor:
    phase: Phase = "live"
    before: int = 0
    """Walk only: tickets at and above this id are in. 0 at a phase's start."""
    low: int = 0
    done: tuple[int, ...] = ()
    seen: int = 0
    """A bit for each ticket whose whole history is in: an unseen one that moves is new to us."""
    had: int = 0
    """During a walk: what was seen before it, or shown without its history. What is missing at its end vanished."""
    sweep_from: int = 0
    sweep_since: int = 0
    """Server seconds at which this round of the sweep began."""
    refreshed: int = 0
    """Server seconds of the last look at directory and articles."""
    articles: int = 0
    """A bit for each article that is in."""
    articles_at: str = ""
    """Newest LastUpdated among them, as RT writes it."""
    count: int = 0
    total: int = 0


def bits(ids: Iterable[int]) -> int:
    top = max(found := list(ids), default=-1) // 8 + 1
    field = bytearray(top)
    for one in found:
        field[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(field, "little")


def ids(field: int) -> list[int]:
    raw = field.to_bytes((field.bit_length() + 7) // 8, "little")
    return [
        (place << 3) + bit for place, byte in enumerate(raw) if byte for bit in range(8) if byte >> bit & 1
    ]


def encode(cursor: Cursor) -> str:
    """JSON without spaces, bit fields packed; made only of ASCII."""
    fields = {name: getattr(cursor, name) for name in Cursor.__slots__ if getattr(cursor, name)}
    for name in ("seen", "had", "articles"):
        if name in fields:
            fields[name] = _packed(fields[name])
    return json.dumps({"v": 1, **fields}, separators=(",", ":"))


def decode(text: str) -> Cursor | None:
    """None for what this version did not write: then everything is walked again, which loses nothing."""
    try:
        fields = json.loads(text)
        if fields.pop("v") != 1:
            return None
        for name in ("seen", "had", "articles"):
            if name in fields:
                fields[name] = _unpacked(fields[name])
        cursor = Cursor(**{**fields, "done": tuple(fields.get("done", ()))})
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
        return None
    return cursor if cursor.phase in PHASES else None


def _packed(field: int) -> str:
    raw = field.to_bytes((field.bit_length() + 7) // 8, "little")
    return base64.b85encode(zlib.compress(raw, 6)).decode()


def _unpacked(text: str) -> int:
    return int.from_bytes(zlib.decompress(base64.b85decode(text)), "little")
