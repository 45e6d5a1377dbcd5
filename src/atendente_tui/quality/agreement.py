"""How far two reviews of one ticket agree: item by item, as a share, and beyond chance (Cohen's kappa)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from atendente_tui.quality.scoring import Answer

Given = Fraction | None
"""The part of its points; None where it was said not to apply."""


class Compared(NamedTuple):
    item: str
    title: str
    one: Given
    other: Given

    @property
    def same(self) -> bool:
        return self.one == self.other


class Agreement(NamedTuple):
    items: tuple[Compared, ...]
    """Those that both have, in the order of the first."""
    share: Fraction | None
    """Of the items on which both say the same; None where they have none in common."""
    kappa: Fraction | None
    """None where it is not defined: nothing in common, or both gave one and the same answer to everything."""


def compare(one: Iterable[Answer], other: Iterable[Answer]) -> Agreement:
    theirs: Mapping[str, Given] = {each.item.id: each.value for each in other if each.answered}
    items = tuple(
        Compared(each.item.id, each.item.title, each.value, theirs[each.item.id])
        for each in one
        if each.answered and each.item.id in theirs
    )
    if not items:
        return Agreement((), None, None)
    observed = Fraction(sum(each.same for each in items), len(items))
    return Agreement(items, observed, _kappa(items, observed))


def _kappa(items: tuple[Compared, ...], observed: Fraction) -> Fraction | None:
    ours, theirs = Counter(each.one for each in items), Counter(each.other for each in items)
    by_chance = (
        sum((Fraction(ours[answer] * theirs[answer]) for answer in ours), Fraction()) / len(items) ** 2
    )
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)
