"""Protocol numbers of our own: `YYYY-NNNNNN`, for a backend that gives none."""

from __future__ import annotations

import re

_PROTOCOL = re.compile(r"#?\s*(\d{4})-(\d{1,9})")


def protocol(year: int, number: int) -> str:
    """`protocol(2026, 4821)` is "2026-004821"."""
    return f"{year:04d}-{number:06d}"


def parse_protocol(text: str) -> tuple[int, int] | None:
    """Year and number of what a person typed ("#2026-4821"), None when it is no protocol of ours."""
    found = _PROTOCOL.fullmatch(text.strip())
    return (int(found[1]), int(found[2])) if found else None
