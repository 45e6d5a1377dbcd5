"""Each scenario that comes with the program gives each of its answer files the grade that is stated, always the same bytes."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.sizes import sized

from atendente_tui.domain.words import Channel, Tier
from atendente_tui.knowledge.answers import Answers
from atendente_tui.knowledge.shipped import ARTICLES, TRAINING
from atendente_tui.training.library import Kept, check, files, library
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document, written
from atendente_tui.training.tracks import read_track

LIBRARY = library([TRAINING])
RESULTS = Path(__file__).with_name("results.json")
"""SHA-256 of each result. Every Python and every machine must come to the same; `python -m tests.training.renew` writes it anew."""
TWICE = ("pico-de-200", "queda-no-meio")


def digest(kept: Kept, answers: Answers) -> tuple[str, int, bool]:
    done = document(rehearse(kept.scenario, answers))
    return hashlib.sha256(written(done).encode()).hexdigest(), done["score"], done["passed"]


@pytest.mark.parametrize("kept", LIBRARY, ids=lambda one: one.scenario.name)
def test_every_answer_file_gets_its_stated_grade_byte_for_byte(kept: Kept) -> None:
    stated = json.loads(RESULTS.read_text())
    times = sized(2 if kept.scenario.name in TWICE else 1, 100)
    for _path, answers in kept.answers:
        expected = answers.expected
        assert expected is not None, "an answer file states its grade"
        for _n in range(times):
            bytes_, score, passed = digest(kept, answers)
            assert expected.low <= score <= expected.high, answers.name
            assert passed == expected.passed, answers.name
            assert bytes_ == stated[f"{kept.scenario.name}/{answers.name}"], answers.name


def test_no_file_has_a_fault() -> None:
    assert [str(fault) for path in files([TRAINING]) for fault in check(path)] == []


def test_every_channel_tier_and_kind_of_work_is_there_with_three_answers_each() -> None:
    assert len(LIBRARY) >= 15
    for kept in LIBRARY:
        assert [answers.name for _path, answers in kept.answers] == ["excelente", "fatal", "mediano"], (
            kept.path
        )
    tickets = [
        ticket
        for kept in LIBRARY
        for ticket in (
            *kept.scenario.tickets,
            *(one.opened for one in kept.scenario.timeline if one.opened is not None),
        )
    ]
    assert {one.fields["channel"] for one in tickets} == set(Channel)
    assert {kept.scenario.agent.tier for kept in LIBRARY} == set(Tier)
    assert {one.what for kept in LIBRARY for one in kept.scenario.timeline} >= {
        "opens",
        "rings",
        "note",
        "order",
        "incident",
        "network",
    }
    peak = next(kept for kept in LIBRARY if kept.scenario.name == "pico-de-200")
    opened = [one for one in peak.scenario.timeline if one.what == "opens"]
    assert len(opened) == 200
    assert opened[-1].at.delta - opened[0].at.delta <= timedelta(minutes=10)


def test_the_fatal_answers_are_good_but_for_what_is_fatal() -> None:
    """Else they would prove nothing: without the fatal criterion they would have passed, or nearly."""
    for kept in LIBRARY:
        answers = next(one for _path, one in kept.answers if one.name == "fatal")
        assert answers.expected is not None
        assert (answers.expected.high, answers.expected.passed) == (0, False)


def test_the_tracks_lead_through_scenarios_and_articles_that_are_there() -> None:
    tracks = [
        track
        for path in files([TRAINING])
        if (text := path.read_text()) and "\ntrack:" in text and (track := read_track(text, path.name)[0])
    ]
    assert len(tracks) == 2
    names = {kept.scenario.name for kept in LIBRARY}
    for track in tracks:
        for step in track.steps:
            if step.kind == "scenario":
                assert step.of in names
            elif step.kind == "reading":
                assert (ARTICLES / f"{step.of}.md").is_file()
