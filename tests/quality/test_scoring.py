"""What a review comes to: bounds, what does not apply left out, a fatal item, and what must still be said."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given

from atendente_tui.quality.card import Item, Needs
from atendente_tui.quality.scoring import Answer, lacking, score
from tests.quality.reviews import VECTOR, answer_lists


def vector() -> list[Answer]:
    return [Answer(item, True, points) for item, points in zip(VECTOR.items, (1, 0, 1, None), strict=True)]


def test_the_case_of_the_book() -> None:
    found = score(vector())
    assert found.whole == Fraction(3, 4)
    assert found.critical == 1
    assert found.skills == {"communication": Fraction(1), "solving": Fraction(0)}
    assert not found.failed


@given(answer_lists())
def test_a_score_is_a_mean_of_what_applies(answers: list[Answer]) -> None:
    found = score(answers)
    counted = [one for one in answers if one.answered and one.given is not None]
    assert (found.whole is None) == (not counted)
    if found.whole is not None:
        assert 0 <= found.whole <= 1
        values = [one.value for one in counted if one.value is not None]
        assert found.failed or min(values) <= found.whole <= max(values)
    assert score([one for one in answers if one in counted]) == found, "what does not apply changes nothing"


@given(answer_lists())
def test_a_failed_fatal_item_makes_it_nothing_and_leaves_the_critical_score(answers: list[Answer]) -> None:
    fatal = Answer(Item("fatal", "Fatal", 3, fatal=True), True, 0)
    found = score([*answers, fatal])
    assert found.whole == 0
    assert "fatal" in found.failed
    assert found.critical == score(answers).critical


@given(answer_lists())
def test_a_better_answer_never_makes_it_worse(answers: list[Answer]) -> None:
    for n, one in enumerate(answers):
        if one.answered and one.given is not None and one.given < one.item.points:
            better = [*answers[:n], replace(one, given=one.given + 1), *answers[n + 1 :]]
            before, after = score(answers).whole, score(better).whole
            assert before is not None
            assert after is not None
            assert after >= before


def test_what_is_missing_is_named_in_the_order_of_the_card() -> None:
    always = Item("sempre", "Sempre", needs=Needs.ALWAYS)
    answers = [*vector(), Answer(always, True, 1), Answer(Item("novo", "Novo"))]
    assert [(item.id, what) for item, what in lacking(answers)] == [
        ("dois", "comment"),
        ("sempre", "comment"),
        ("novo", "answer"),
    ]
    said = [replace(one, answered=True, given=1, comment="porque sim") for one in answers]
    assert lacking(said) == []
