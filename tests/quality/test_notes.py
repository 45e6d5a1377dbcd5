"""A review as the text of a note: read again as it was written, whatever somebody wrote; what was changed says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.quality.mark import readable
from atendente_tui.quality.notes import Said, read, written
from atendente_tui.quality.scoring import Answer
from atendente_tui.quality.states import Step
from tests.quality.reviews import answer_lists

PLAIN = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \n"), max_size=60)


def _kept(text: str) -> str:
    """What of a comment must come back: its lines, without blank around them."""
    lines = [one for one in text.strip().split("\n") if not one.lstrip().startswith("↳")]
    return "\n".join(lines).strip()


@given(answer_lists(), st.data())
def test_a_review_comes_back_as_it_was_said(answers: list[Answer], data: st.DataObject) -> None:
    told = tuple(
        replace(one, answered=True, comment=data.draw(PLAIN), evidence=("r:bbcc",)) for one in answers
    )
    said = Said(Step.RELEASE, "passo", "revisao", "ana", "geral", "Atendimento geral", told)
    found = read(written(said, {"r:bbcc": "22/11 · mensagem"}))
    assert found is not None
    assert (found.step, found.review, found.agent, found.card) == (Step.RELEASE, "revisao", "ana", "geral")
    for one, back in zip(told, found.answers, strict=True):
        assert (back.item.id, back.item.title, back.item.weight, back.item.points) == (
            one.item.id,
            one.item.title,
            one.item.weight,
            one.item.points,
        )
        assert (back.given, back.evidence) == (one.given, one.evidence)
        assert (back.item.critical, back.item.fatal) == (one.item.critical, one.item.fatal)
        assert back.comment == _kept(one.comment)


@given(PLAIN)
def test_what_is_written_of_a_dispute_comes_back(text: str) -> None:
    found = read(written(Said(Step.DISPUTE, "passo", "revisao", text=text.strip())))
    assert found is not None
    assert found.text == text.strip()


def test_people_read_it_without_the_last_line_and_a_calibration_says_nothing_of_its_answers() -> None:
    from tests.quality.test_scoring import vector

    answers = tuple(vector())
    told = written(Said(Step.RELEASE, "a", "b", "ana", "vetor", "Vetor", answers))
    assert "75%" in readable(told)
    assert "[dois] Dois: " in readable(told)
    assert "{" not in readable(told)
    sealed = written(Said(Step.CALIBRATION, "a", "b", "ana", "vetor", "Vetor", answers))
    assert "dois" not in sealed
    found = read(sealed)
    assert found is not None
    assert [one.given for one in found.answers] == [1, 0, 1, None]


@given(st.text(max_size=200))
def test_what_is_no_review_says_nothing(text: str) -> None:
    assert read(text) is None
    assert read(f"nota\n[atendente-qa] {text}") is None
    assert read(f'[atendente-qa] {{"v":1,"step":"release","id":"a","review":"b","items":{text!r}}}') is None


@pytest.mark.parametrize(
    "item",
    [
        '["a","t",Infinity,1,1,"empathy","",""]',
        '["a","t",1,-Infinity,1,"empathy","",""]',
        '["a","t",1,1,NaN,"empathy","",""]',
        '["a","meio \\ud800 sinal",1,1,1,"empathy","",""]',
        '["a","t",1e400,1,1,"empathy","",""]',
        f'["a","t",{10**40},1,1,"empathy","",""]',
        "[" * 5_000,
    ],
    ids=["infinite", "below", "no number", "half a sign", "too large", "huge", "deep"],
)
def test_what_no_store_could_keep_says_nothing(item: str) -> None:
    head = '[atendente-qa] {"v":1,"step":"release","id":"a","review":"b","agent":"ana","card":"c","title":"C","items":['
    assert read(f'{head}["a","t",1,1,1,"empathy","",""]]}}') is not None
    assert read(f"{head}{item}]}}") is None
