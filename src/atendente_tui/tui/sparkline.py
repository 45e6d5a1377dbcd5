"""A row of numbers as a row of bars, one cell each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
PLAIN = "_.-=+*%#"


def sparkline(values: Sequence[float | None], *, plain: bool = False) -> str:
    """The least as the lowest bar, the most as the highest; what is not known leaves a gap."""
    bars = PLAIN if plain else BARS
    known = [one for one in values if one is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    return "".join(
        " " if one is None else bars[round((one - low) / span * (len(bars) - 1)) if span else 0]
        for one in values
    )
