"""Agreement of two reviewers: the share, Cohen's kappa by a worked example, and where it is not defined."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given

from atendente_tui.quality.agreement import compare
from atendente_tui.quality.card import Item
from atendente_tui.quality.scoring import Answer
from tests.quality.reviews import answer_lists


def said(*given: int | None) -> list[Answer]:
    return [Answer(Item(f"i{n}", f"Item {n}"), True, one) for n, one in enumerate(given)]


def test_a_worked_example() -> None:
    """Ten items: both yes on 4, both no on 3, apart on 3. Observed 0.7; by chance 0.6·0.5 + 0.4·0.5 = 0.5; kappa 0.4."""
    one = said(1, 1, 1, 1, 0, 0, 0, 1, 1, 0)
    other = said(1, 1, 1, 1, 0, 0, 0, 0, 0, 1)
    found = compare(one, other)
    assert found.share == Fraction(7, 10)
    assert found.kappa == Fraction(2, 5)
    assert [each.item for each in found.items if not each.same] == ["i7", "i8", "i9"]


def test_does_not_apply_is_an_answer_of_its_own() -> None:
    found = compare(said(1, None, 0), said(1, None, None))
    assert [each.same for each in found.items] == [True, True, False]


def test_where_kappa_is_not_defined() -> None:
    assert compare(said(1, 1, 1), said(1, 1, 1))[1:] == (1, None)
    assert compare(said(), said(1)) == ((), None, None)


@given(answer_lists(), answer_lists())
def test_it_is_the_same_from_both_sides_and_within_bounds(one: list[Answer], other: list[Answer]) -> None:
    found, back = compare(one, other), compare(other, one)
    assert (found.share, found.kappa) == (back.share, back.kappa)
    if found.share is not None:
        assert 0 <= found.share <= 1
    if found.kappa is not None:
        assert -1 <= found.kappa <= 1
        assert (found.kappa == 1) == (found.share == 1)
