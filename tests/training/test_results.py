"""Results, signatures, cards and certificates: what was changed is found out, what is foreign is never markup."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.training.broken import SOUND

from atendente_tui.i18n import choose
from atendente_tui.knowledge.answers import read_answers
from atendente_tui.knowledge.reading_scenarios import read_scenario
from atendente_tui.training import kept_results, scorecard
from atendente_tui.training.certificates import Lacking, certificate, expired
from atendente_tui.training.rehearsing import rehearse
from atendente_tui.training.results import document, written
from atendente_tui.training.signing import public_of, signed, signer
from atendente_tui.training.tracks import passed_quiz, read_track, standing

KEY, OTHER = bytes(range(32)), bytes(32)
EVIL = "<script>alert(1)</script> **x** | [a](http://example.com/e) \x1b[31m"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TRACK = """track: t
title: T
valid_days: 10
steps:
  - {reading: tom, id: ler}
  - {id: q, least: 1, quiz: [{asks: x, options: [a, b], right: 2}, {asks: y, options: [a, b], right: 1}]}
  - {scenario: caso}
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    scenario, faults = read_scenario(
        SOUND.replace("title: Um caso", f"title: {json.dumps(EVIL)}"), Path("caso.yaml")
    )
    assert scenario is not None, faults
    answers, _faults = read_answers(
        "answers: a\nscenario: caso\nticket: '1'\nactions:\n"
        "  - {at: +1m, claim: true}\n"
        f"  - {{at: +2m, reply: {json.dumps('O prazo é amanhã ' + EVIL)}}}\n"
        "  - {at: +4m, wrap_up: ok}\n"
        "  - {at: +5m, wrap_up: ok, status: snoozed}\n",
        "a.yaml",
    )
    assert answers is not None
    done = document(rehearse(scenario, answers))
    assert done == document(rehearse(scenario, answers))
    assert (done["score"], done["passed"]) == (100, True)
    return done


def test_what_the_desk_does_not_let_happen_is_on_the_record(result: dict[str, Any]) -> None:
    assert [one["value"] for one in result["events"] if one["kind"] == "refused"] == ["snooze_needs_time"]


def test_evidence_names_events_of_the_record(result: dict[str, Any]) -> None:
    ids = [one["id"] for one in result["events"]]
    assert len(set(ids)) == len(ids)
    for one in result["criteria"]:
        assert set(one["evidence"]) <= set(ids)
    assert next(one for one in result["criteria"] if one["id"] == "clareza")["evidence"]


def test_a_signature_holds_until_anything_is_changed(result: dict[str, Any]) -> None:
    kept = json.loads(json.dumps(signed(result, KEY)))
    assert signer(kept) == public_of(KEY)
    assert signer(signed(result, OTHER)) == public_of(OTHER) != public_of(KEY)
    assert signer(result) is None
    for name, value in (("score", 99), ("trainee", "x"), ("events", []), ("title", "")):
        assert signer({**kept, name: value}) is None, name
    for part in ("key", "value", "algorithm"):
        assert signer({**kept, "signature": {**kept["signature"], part: "00"}}) is None


def test_a_kept_result_is_read_back_whole_or_refused(tmp_path: Path, result: dict[str, Any]) -> None:
    file = tmp_path / "r.json"
    kept_results.write(file, result)
    assert written(kept_results.read(file)) == written(result)
    with pytest.raises(FileExistsError):
        kept_results.write(file, result)
    scenario, _faults = read_scenario(
        SOUND.replace("title: Um caso", f"title: {json.dumps(EVIL)}"), Path("caso.yaml")
    )
    assert scenario is not None
    again = rehearse(scenario, kept_results.acted(kept_results.read(file)))
    assert written(document(again)) == written(result)
    for text in (
        "",
        "{}",
        "[]",
        "null",
        '{"format": 1}',
        json.dumps({**result, "score": "x"}),
        json.dumps({**result, "events": [1]}),
    ):
        file.write_text(text)
        with pytest.raises(kept_results.Unreadable):
            kept_results.read(file)


def test_nothing_of_a_result_is_markup_on_its_card(result: dict[str, Any]) -> None:
    page = scorecard.html({**result, "trainee": EVIL})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    text = scorecard.markdown({**result, "trainee": EVIL})
    assert "\x1b" not in text
    assert "\\<script\\>" in text
    assert "\\*\\*x\\*\\* \\| \\[a\\]" in text
    assert all(
        line.count(" | ") == 3 for line in text.splitlines() if line.startswith("| ") and "---" not in line
    )


def exam(result: dict[str, Any], key: bytes = KEY, **more: Any) -> dict[str, Any]:
    return signed(
        {**result, "exam": True, "trainee": "Ana", "taken": "2026-11-30T10:00:00+00:00", **more}, key
    )


def test_a_certificate_wants_every_step_by_signed_exams_of_this_very_person(result: dict[str, Any]) -> None:
    track, _faults = read_track(TRACK, "t.yaml")
    assert track is not None

    def made(results: list[dict[str, Any]], quizzes: dict[str, bool]) -> dict[str, Any]:
        return certificate(track, "Ana", results, quizzes, NOW, key=public_of(KEY))

    good = made([exam(result)], {"q": True})
    assert [(one["id"], one["score"]) for one in good["scenarios"]] == [("caso", 100)]
    assert not expired(good, NOW + timedelta(days=9))
    assert expired(good, NOW + timedelta(days=11))
    with pytest.raises(Lacking, match=r"^q$"):
        made([exam(result)], {})
    for bad in (
        exam(result, OTHER),
        exam(result, passed=False),
        exam(result, trainee="Bia"),
        exam(result, exam=False),
        {**exam(result, passed=False), "passed": True},
        result,
    ):
        with pytest.raises(Lacking, match=r"^caso$"):
            made([bad], {"q": True})


def test_steps_open_when_those_before_them_are_passed() -> None:
    track, _faults = read_track(TRACK, "t.yaml")
    assert track is not None
    assert standing(track, ()) == {"ler": "open", "q": "closed", "caso": "closed"}
    assert standing(track, ("ler", "q")) == {"ler": "passed", "q": "passed", "caso": "open"}
    assert passed_quiz(track.steps[1], (2, 2))
    assert not passed_quiz(track.steps[1], (1, 2))


def test_a_report_sums_up_by_each_of_its_four_ways(result: dict[str, Any]) -> None:
    results = [
        exam(result),
        exam(result, trainee="Bia", passed=False, score=40, taken="2026-12-01T10:00:00+00:00"),
    ]
    by_trainee = kept_results.summed(results, "trainee")
    assert [(one["trainee"], one["n"], one["passed"], one["mean"]) for one in by_trainee] == [
        ("Ana", 1, 1, 100.0),
        ("Bia", 1, 0, 40.0),
    ]
    (scenario,) = kept_results.summed(results, "scenario")
    assert (scenario["n"], scenario["mean"], scenario["best"], scenario["last"]) == (2, 70.0, 100, 40)
    assert [one["day"] for one in kept_results.summed(results, "day")] == ["2026-11-30", "2026-12-01"]
    assert {one["skill"] for one in kept_results.summed(results, "skill")} == {"communication", "solving"}
