"""Scorecards as files: the shipped one is sound, and what is wrong with one is told by file, line, column and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from atendente_tui.desk.scorecards import card_named, cards_in
from atendente_tui.domain.refusal import Refused
from atendente_tui.knowledge.qa_answers import points_of, read_answers
from atendente_tui.knowledge.scorecards import read_card
from atendente_tui.knowledge.written_training import Skill
from atendente_tui.quality.sampling import Rule

ITEM = "title: T\nitems:\n  - {id: a, title: A, "


def test_the_shipped_card_is_sound_and_asks_for_what_the_job_asks_for(tmp_path: Path) -> None:
    cards, faults = cards_in(tmp_path)
    assert not faults
    (card,) = cards
    assert card.id == "atendimento-geral"
    skills = {one.skill for one in card.items}
    assert skills <= set(Skill)
    assert len(skills) >= 7
    assert any(one.fatal for one in card.items)
    assert sum(one.critical for one in card.items) >= 2
    assert any(one.may_not_apply for one in card.items)
    assert Rule("low_csat", 5, (), 2.0) in card.rules


def test_an_own_card_stands_before_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "atendimento-geral.yaml").write_text("title: Nosso\nitems:\n  - {id: a, title: A}\n")
    assert card_named(tmp_path, None).title == "Nosso"
    (tmp_path / "qa" / "atendimento-geral.yaml").write_text("title: Nosso\n")
    with pytest.raises(Refused, match="qa_card_faulty") as refused:
        card_named(tmp_path, "atendimento-geral")
    assert "atendimento-geral.yaml:1" in str(refused.value.values["what"])
    with pytest.raises(Refused, match="no_such_card"):
        card_named(tmp_path, "outra")


@pytest.mark.parametrize(
    ("text", "line", "field", "found"),
    [
        ("", 0, "", None),
        ("title: T\n", 1, "items", None),
        ("items:\n  - {id: a, title: A}\n", 1, "title", None),
        (ITEM + "weight: 0}", 3, "items[1].weight", "0"),
        (ITEM + "weight: muito}", 3, "items[1].weight", "muito"),
        (ITEM + "skill: sorte}", 3, "items[1].skill", "sorte"),
        (ITEM + "scale: stars}", 3, "items[1].scale", "stars"),
        (ITEM + "scale: points}", 3, "items[1].points", None),
        (ITEM + "points: 3}", 3, "items[1].points", "3"),
        (ITEM + "comment: sometimes}", 3, "items[1].comment", "sometimes"),
        (ITEM + "fatal: talvez}", 3, "items[1].fatal", "talvez"),
        (ITEM + "peso: 2}", 3, "items[1].peso", "peso"),
        (ITEM + "may_not_apply: true}", 2, "items", None),
        ("title: T\nitems:\n  - {id: A b, title: A}\n", 3, "items[1].id", "A b"),
        ("title: T\nitems:\n  - {id: a, title: A}\n  - {id: a, title: B}\n", 4, "items[2].id", "a"),
        (ITEM + "weight: 1}\nsampling: {window: semana}", 4, "sampling.window", "semana"),
        (ITEM + "weight: 1}\nsampling:\n  rules:\n    - {low_csat: 9}", 6, "sampling.rules[1].low_csat", "9"),
        (ITEM + "weight: 1}\nsampling:\n  rules:\n    - {long: 3}", 6, "sampling.rules[1].long", "3"),
        (
            ITEM + "weight: 1}\nsampling:\n  rules:\n    - {channel: fax}",
            6,
            "sampling.rules[1].channel",
            "fax",
        ),
        (ITEM + "weight: 1}\nsampling:\n  rules:\n    - {random: 1, long: 3d}", 6, "sampling.rules[1]", None),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, line: int, field: str, found: str | None) -> None:
    card, faults = read_card(text, "c", "c.yaml")
    assert card is None
    fault = faults[0]
    assert (fault.file, fault.line, fault.field) == ("c.yaml", line, field)
    if found is not None:
        assert fault.found == found
        assert fault.column == text.split("\n")[line - 1].rfind(found) + 1


def test_answers_are_words_or_mappings() -> None:
    text = "a: yes\nb: {given: no, comment: Faltou., evidence: ['12']}\nc: na\n"
    found, faults = read_answers(text, "r.yaml")
    assert not faults
    assert (found["a"].given, found["b"].given, found["b"].evidence) == ("yes", "no", ("12",))
    assert [points_of(one, 3) for one in ("Sim", "NÃO", "n/a", "2")] == [3, 0, None, 2]
    for word in ("4", "talvez", "", "-1"):
        with pytest.raises(ValueError):  # noqa: PT011 - the word itself is all it says
            points_of(word, 3)
    assert [str(one.line) for one in read_answers("a:\nb: {nota: 3}\n", "r.yaml")[1]] == ["1", "2"]
