"""Whether more people write about something than they usually do at this hour of the week. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, pstdev
from typing import NamedTuple


class Spike(NamedTuple):
    """`usual` is the mean of the same hour in the weeks before; `sigmas` how far `number` lies above it."""

    reason: str
    number: int
    usual: float
    sigmas: float


def spikes(
    counts: Mapping[str, int], before: Mapping[str, Sequence[int]], *, sigmas: float, least: int
) -> list[Spike]:
    """The reasons whose count is `sigmas` deviations above usual, and at least `least`; the most unusual first.

    before   counts of the same hour in weeks before, by reason; weeks in which nobody wrote count as 0

    The deviation is that of the weeks before, and no smaller than chance alone makes it (a Poisson count's, at least 1).
    """
    found = []
    for reason, count in counts.items():
        weeks = before.get(reason, ())
        usual = fmean(weeks) if weeks else 0.0
        spread = max(pstdev(weeks) if weeks else 0.0, sqrt(usual), 1.0)
        above = (count - usual) / spread
        if count >= least and above >= sigmas:
            found.append(Spike(reason, count, usual, above))
    return sorted(found, key=lambda one: (-one.sigmas, one.reason))
