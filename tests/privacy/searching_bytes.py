"""Looking for texts in files byte by byte, as somebody with the disk in hand would."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def hits(folder: Path, markers: Iterable[str]) -> list[tuple[str, str]]:
    """Which markers stand in which files below `folder`, in UTF-8 or UTF-16, whatever their case."""
    wanted = [(marker, form) for marker in markers for form in _forms(marker)]
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes().lower()
        found += [(marker, file.name) for marker, form in wanted if form in content]
    return sorted(set(found))


def digits_in(folder: Path, numbers: Iterable[str]) -> list[tuple[str, str]]:
    """The same for numbers, however they are grouped."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        close = re.sub(rb"[ .\-]", b"", file.read_bytes())
        found += [(number, file.name) for number in numbers if number.encode() in close]
    return found


def _forms(marker: str) -> tuple[bytes, ...]:
    return (marker.lower().encode(), marker.lower().encode("utf-16-le"))
