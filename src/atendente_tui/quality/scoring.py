"""What a review comes to: the weighted mean of the items that apply; whole numbers until the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from atendente_tui.quality.card import Item, Needs

Missing = Literal["answer", "comment"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer said of one item."""

    item: Item
    answered: bool = False
    given: int | None = None
    """Points; None, once it is answered, where it does not apply."""
    comment: str = ""
    evidence: tuple[str, ...] = ()
    """References to events (`quality.evidence`)."""

    @property
    def value(self) -> Fraction | None:
        """The part of its points that was given, None where it does not count."""
        return Fraction(self.given, self.item.points) if self.answered and self.given is not None else None


class Score(NamedTuple):
    """Each from 0 to 1; None where nothing applied."""

    whole: Fraction | None
    critical: Fraction | None
    """Of the critical items alone."""
    failed: tuple[str, ...]
    """Ids of the fatal items that were failed: then `whole` is 0."""
    skills: Mapping[str, Fraction]


def score(answers: Iterable[Answer]) -> Score:
    counted = [one for one in answers if one.value is not None]
    failed = tuple(one.item.id for one in counted if one.item.fatal and one.value == 0)
    skills = {
        skill: mean
        for skill in dict.fromkeys(one.item.skill for one in counted)
        if skill and (mean := _mean([one for one in counted if one.item.skill == skill])) is not None
    }
    return Score(
        Fraction() if failed else _mean(counted),
        _mean([one for one in counted if one.item.critical]),
        failed,
        skills,
    )


def _mean(counted: list[Answer]) -> Fraction | None:
    weights = sum(one.item.weight for one in counted)
    if not weights:
        return None
    return sum((one.item.weight * (one.value or Fraction()) for one in counted), Fraction()) / weights


def lacking(answers: Iterable[Answer]) -> list[tuple[Item, Missing]]:
    """What must still be said before the review is finished, in the order of the card."""
    found: list[tuple[Item, Missing]] = []
    for one in answers:
        if not one.answered:
            found.append((one.item, "answer"))
        elif not one.comment.strip() and needs_comment(one):
            found.append((one.item, "comment"))
    return found


def needs_comment(one: Answer) -> bool:
    match one.item.needs:
        case Needs.ALWAYS:
            return True
        case Needs.FAILED:
            return one.value is not None and one.value < 1
    return False
