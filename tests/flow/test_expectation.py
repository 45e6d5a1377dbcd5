"""Expectations proved event by event, and the grade that follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sizes import sized

from atendente_tui.flow.expectation import Expectation, Happened, Pattern, Verdict, begin, conclude, step
from atendente_tui.flow.rubric import Criterion, asked_of, grade

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
REPLY, CUSTOMER, NOTE = Pattern("reply"), Pattern("customer"), Pattern("note")


def happened(second: int, kind: str, value: str = "", ticket: str = "1", text: str = "") -> Happened:
    return Happened(f"{ticket}/{second}", START + timedelta(seconds=second), kind, value, ticket, text)


def prove(one: Expectation, *events: Happened, end: int = 10_000, **fields: tuple[str, ...]) -> Verdict:
    proof = begin((one,), START)
    for event in events:
        proof, _told = step(proof, event, event.at)
    (verdict,) = conclude(proof, {"1": fields}, START + timedelta(seconds=end))
    return verdict


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


@pytest.mark.parametrize(
    ("one", "events", "met", "evidence"),
    [
        (Expectation("a", "must", REPLY), [happened(5, "reply")], True, ("1/5",)),
        (Expectation("a", "must", REPLY), [happened(5, "note")], False, ()),
        (Expectation("a", "must", REPLY, within=minutes(1)), [happened(60, "reply")], True, ("1/60",)),
        (Expectation("a", "must", REPLY, within=minutes(1)), [happened(61, "reply")], False, ()),
        (
            Expectation("a", "must", REPLY, within=minutes(1), since=NOTE),
            [happened(500, "note"), happened(550, "reply")],
            True,
            ("1/550",),
        ),
        (Expectation("a", "must", REPLY, within=minutes(1), since=NOTE), [happened(10, "reply")], False, ()),
        (
            Expectation("a", "must", NOTE, before=REPLY),
            [happened(1, "note"), happened(2, "reply")],
            True,
            ("1/1",),
        ),
        (
            Expectation("a", "must", NOTE, before=REPLY),
            [happened(1, "reply"), happened(2, "note")],
            False,
            ("1/1",),
        ),
        (Expectation("a", "must", NOTE, after=REPLY), [happened(1, "note"), happened(2, "reply")], False, ()),
        (
            Expectation("a", "must", NOTE, after=REPLY),
            [happened(2, "reply"), happened(3, "note")],
            True,
            ("1/3",),
        ),
        (Expectation("a", "must", REPLY, at_least=2), [happened(1, "reply")], False, ("1/1",)),
        (
            Expectation("a", "must", REPLY, at_most=1),
            [happened(1, "reply"), happened(2, "reply")],
            False,
            ("1/1", "1/2"),
        ),
        (Expectation("a", "must", REPLY, at_most=1), [happened(1, "reply")], True, ("1/1",)),
        (Expectation("a", "never", REPLY), [happened(1, "note")], True, ()),
        (Expectation("a", "never", REPLY), [happened(1, "reply"), happened(2, "reply")], False, ("1/1",)),
        (
            Expectation("a", "never", REPLY, unless=NOTE),
            [happened(1, "note"), happened(2, "reply")],
            True,
            ("1/1",),
        ),
        (
            Expectation("a", "never", REPLY, unless=NOTE),
            [happened(1, "reply"), happened(2, "note")],
            False,
            ("1/1",),
        ),
        (Expectation("a", "never", REPLY, after=NOTE), [happened(1, "reply"), happened(2, "note")], True, ()),
        (
            Expectation("a", "never", REPLY, after=NOTE),
            [happened(1, "note"), happened(2, "reply")],
            False,
            ("1/2",),
        ),
    ],
)
def test_each_kind_of_expectation(
    one: Expectation, events: list[Happened], met: bool, evidence: tuple[str, ...]
) -> None:
    assert prove(one, *events) == Verdict("a", met, evidence)


def test_each_message_wants_its_answer_on_its_own_ticket() -> None:
    each = Expectation("a", "must", REPLY, within=minutes(1), since=CUSTOMER, every=True)
    assert prove(each, happened(0, "customer"), happened(30, "customer"), happened(59, "reply")).met
    assert prove(each, happened(0, "customer"), happened(59, "reply", ticket="2")) == Verdict(
        "a", False, ("1/0",)
    )
    assert prove(each, happened(0, "customer"), happened(61, "reply")) == Verdict("a", False, ("1/0",))
    assert prove(each, happened(0, "customer"), happened(40, "status", "solved")).met, (
        "who is done owes no answer"
    )
    assert prove(each, happened(0, "customer"), end=50).met, "there is time yet"


def test_fields_at_the_end_and_who_set_them() -> None:
    last = Expectation("a", "finally", ticket="1", fields={"status": ("solved",), "tags": ("festa",)})
    events = [
        happened(3, "status", "open"),
        happened(5, "status", "solved"),
        happened(6, "tags", "festa vip"),
    ]
    assert prove(last, *events, status=("solved",), tags=("festa", "vip")) == Verdict(
        "a", True, ("1/3", "1/5", "1/6")
    )
    assert not prove(last, *events, status=("solved",), tags=("vip",)).met
    assert not prove(last, *events, status=("open",), tags=("festa",)).met


def test_patterns_look_at_value_ticket_and_words() -> None:
    asked = Expectation("a", "must", Pattern("reply", ticket="1", says=("prazo",), lacks=("culpa",)))
    assert prove(asked, happened(1, "reply", text="O prazo é amanhã")).met
    assert not prove(asked, happened(1, "reply", text="O prazo é culpa da loja")).met
    assert not prove(asked, happened(1, "reply", ticket="2", text="O prazo é amanhã")).met
    also = Happened("1/1", START, "reply", ticket="1", also=(("asks_again", "cpf"),))
    assert not prove(Expectation("a", "never", Pattern("asks_again", ("cpf",))), also).met
    assert prove(Expectation("a", "never", Pattern("asks_again", ("phone",))), also).met


KINDS = st.sampled_from(["reply", "customer", "note", "status"])
EVENTS = st.lists(
    st.tuples(st.integers(0, 300), KINDS, st.sampled_from(["", "solved"]), st.sampled_from(["1", "2"])),
    max_size=12,
)
PATTERNS = st.builds(Pattern, KINDS, st.just(()), st.sampled_from([None, "1"]))


@settings(max_examples=sized(100, 3_000), deadline=None)
@given(EVENTS, PATTERNS, PATTERNS, st.integers(1, 200))
def test_a_must_and_a_never_agree_with_what_a_look_at_the_whole_record_says(
    told: list[tuple[int, str, str, str]], what: Pattern, other: Pattern, within: int
) -> None:
    events = [
        Happened(f"{n}", START + timedelta(seconds=at), kind, value, ticket)
        for n, (at, kind, value, ticket) in enumerate(sorted(told, key=lambda one: one[0]))
    ]

    def hits(pattern: Pattern) -> list[int]:
        return [
            n
            for n, one in enumerate(events)
            if one.kind == pattern.kind and pattern.ticket in (None, one.ticket)
        ]

    wanted, before = hits(what), hits(other)
    in_time = [n for n in wanted if (events[n].at - START).total_seconds() <= within]
    assert prove(Expectation("a", "must", what, within=timedelta(seconds=within)), *events).met == bool(
        in_time
    )
    assert prove(Expectation("a", "never", what), *events).met == (not wanted)
    first = before[0] if before else len(events)
    # One event may be both; then what is wanted counts as having come first.
    assert prove(Expectation("a", "must", what, before=other), *events).met == any(n <= first for n in wanted)
    assert prove(Expectation("a", "never", what, unless=other), *events).met == (
        not any(n <= first for n in wanted)
    )


def verdicts(**met: bool) -> list[Verdict]:
    return [
        Verdict(name.replace("_if", "?if").replace("_not", "?not"), one, (name,)) for name, one in met.items()
    ]


def test_a_grade_is_the_share_of_the_weights() -> None:
    criteria = [Criterion("x", "X", ("a", "b"), 2, "solving"), Criterion("y", "Y", ("c",), 1, "empathy")]
    got = grade(criteria, verdicts(a=True, b=False, c=True), 70)
    assert (got.score, got.passed) == (67, False)
    assert [(one.outcome, one.share) for one in got.criteria] == [("partly", (1, 2)), ("met", (1, 1))]
    assert got.criteria[0].evidence == ("b",), "what was missed is what one wants to see"
    assert got.skills == {"solving": 50, "empathy": 100}
    assert grade(criteria, verdicts(a=True, b=False, c=True), 67).passed


def test_critical_fatal_and_what_does_not_count() -> None:
    heavy, light = Criterion("x", "X", ("a",), 9), ("b",)
    ok = verdicts(a=True, b=False)
    assert grade([heavy, Criterion("y", "Y", light, 1)], ok, 70).passed
    critical = grade([heavy, Criterion("y", "Y", light, 1, critical=True)], ok, 70)
    assert (critical.score, critical.passed) == (90, False)
    fatal = grade([heavy, Criterion("y", "Y", light, 1, fatal=True)], ok, 0)
    assert (fatal.score, fatal.passed) == (0, False)
    human = grade([heavy, Criterion("y", "Y", (), 5, by_person=True)], ok, 70)
    assert (human.score, human.criteria[1].outcome) == (100, "pending")
    applies = Criterion("y", "Y", light, 5, only_if=NOTE, not_if=REPLY)
    assert {one.id for one in asked_of([applies])} == {"y?if", "y?not"}
    for asked, refused, outcome in (
        (False, False, "not_applicable"),
        (True, True, "not_applicable"),
        (True, False, "failed"),
    ):
        got = grade([heavy, applies], [*ok, Verdict("y?if", asked), Verdict("y?not", refused)], 70)
        assert got.criteria[1].outcome == outcome
