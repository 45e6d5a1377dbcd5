"""What is wrong with training files is said with its line, and nothing that a file holds gives a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sizes import sized
from tests.training.broken import AT, CASES, SOUND, Broken

from atendente_tui.domain.words import Channel
from atendente_tui.i18n import choose
from atendente_tui.knowledge.answers import VERBS, read_answers
from atendente_tui.knowledge.reading_scenarios import read_scenario
from atendente_tui.training.beginning import template
from atendente_tui.training.library import check_text
from atendente_tui.training.tracks import read_track

FILE = Path("caso.yaml")


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def test_a_sound_scenario_has_no_fault() -> None:
    assert check_text(SOUND, FILE) == []


def test_there_are_forty_broken_ones_at_least_each_of_its_own_kind() -> None:
    assert len({one.name for one in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("broken", CASES, ids=lambda one: one.name)
def test_every_seeded_fault_is_found_and_names_its_line(broken: Broken) -> None:
    assert SOUND.count(broken.old) == 1, "the case replaces nothing, or too much"
    text = SOUND.replace(broken.old, broken.new)
    lines = text.splitlines()
    if broken.name in AT:
        wanted = next(n for n, line in enumerate(lines, 1) if line.startswith(AT[broken.name]))
    else:
        wanted = next(n for n, line in enumerate(lines, 1) if "# !" in line)
    found = check_text(text, FILE)
    hits = [one for one in found if broken.says in one.message and one.line == wanted]
    assert hits, [str(one) for one in found]
    assert all(one.column > 0 for one in hits)
    assert all(str(one).startswith(f"caso.yaml:{wanted}: ") for one in hits)


@settings(max_examples=sized(25, 2_000), deadline=None)
@given(st.data())
def test_a_scenario_with_anything_torn_out_or_put_in_gives_faults_and_no_traceback(
    data: st.DataObject,
) -> None:
    lines = SOUND.splitlines()
    for _n in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "swap", "cut", "put", "twice"])):
            case "drop":
                lines.pop(at)
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
            case "put":
                lines[at] += data.draw(
                    st.sampled_from([":", " [", "}", " - x", "\t", " {a: 1}", '"', " null", " &a *a", " -1d"])
                )
            case "twice":
                lines.insert(at, lines[at])
        if not lines:
            break
    text = "\n".join(lines)
    for one in check_text(text, FILE):
        assert str(one)
    read_scenario(text, FILE)


@settings(max_examples=sized(20, 1_000), deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_faults_and_no_traceback(text: str) -> None:
    for kind in ("", "scenario: x\n", "answers: x\n", "track: x\n"):
        for one in check_text(kind + text, FILE):
            assert str(one)


_NAMES = st.sampled_from([*VERBS, "at", "ticket", "reason", "tried", "over", "due", "status", "x"])
_VALUES = st.one_of(
    st.sampled_from(["+1m", "-1m", "1", "N2", "solved", "true", "2h", "", "kept"]),
    st.text(max_size=8),
    st.integers(),
    st.none(),
)


@settings(max_examples=sized(30, 1_000), deadline=None)
@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=5), max_size=4))
def test_any_actions_give_faults_and_no_traceback(actions: list[dict[str, object]]) -> None:
    import yaml

    text = yaml.safe_dump({"answers": "a", "scenario": "s", "actions": actions}, allow_unicode=True)
    answers, faults = read_answers(text, "a.yaml")
    assert (answers is None) == bool(faults)


@pytest.mark.parametrize("channel", Channel)
def test_the_template_passes_the_check_for_every_channel(channel: Channel) -> None:
    assert check_text(template("meu-caso", 'Um "caso": difícil', channel), FILE) == []


def test_a_track_says_what_is_wrong_with_it() -> None:
    text = """track: t
title: T
steps:
  - {scenario: a}
  - {scenario: a}
  - {scenario: b, after: [z]}
  - {id: q, quiz: [{asks: x, options: [a], right: 3}], least: 2}
  - {id: w}
"""
    _track, faults = read_track(text, "t.yaml")
    assert [one.line for one in sorted(faults, key=lambda one: one.line)] == [5, 6, 7, 7, 7, 8]
