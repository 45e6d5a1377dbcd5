"""YAML whose faults know their line, and which runs nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atendente_tui.domain.words import Channel
from atendente_tui.i18n import choose
from atendente_tui.knowledge.marked import Fault, Fields, parse


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def fields(text: str) -> tuple[Fields, list[Fault]]:
    tree, faults = parse(text, "a.yaml")
    assert faults == []
    return Fields(tree, "a.yaml", faults), faults


def test_scalars_stay_as_written():
    one, faults = fields('number: "007"\nyes: yes\ntime: 10:30\nempty:\n')
    assert (one.text("number"), one.text("yes"), one.text("time"), one.maybe("empty")) == (
        "007",
        "yes",
        "10:30",
        None,
    )
    assert faults == []


def test_a_wrong_word_tells_everything():
    one, faults = fields("name: x\n\nchannel: pombo\n")
    assert one.word("channel", Channel) is None
    (fault,) = faults
    assert (fault.file, fault.line, fault.field, fault.found) == ("a.yaml", 3, "channel", "pombo")
    assert "email" in fault.allowed
    assert str(fault).startswith(
        "a.yaml:3: channel: is not a word known here; found 'pombo'; allowed: email, chat"
    )


def test_every_fault_shows_at_once_with_its_path():
    one, faults = fields("tickets:\n  a:\n    size: many\n  b:\n    size: -1\n")
    for _name, ticket in one.named("tickets"):
        ticket.whole("size", 0, 9)
        ticket.text("subject")
    assert [(fault.line, fault.field) for fault in faults] == [
        (3, "tickets.a.size"),
        (2, "tickets.a.subject"),
        (5, "tickets.b.size"),
        (4, "tickets.b.subject"),
    ]


def test_a_misspelt_field_does_not_pass():
    one, faults = fields("titel: x\n")
    one.maybe("title")
    one.close()
    assert [(fault.line, fault.found, fault.allowed) for fault in faults] == [(1, "titel", ("title",))]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\na: 2\n", 2, "named twice"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: !!python/object/apply:os.system ['true']\n", 1, "tags"),
        ("a: !own 1\n", 1, "tags"),
        ("a: [1\nb: 2\n", 2, "not readable as YAML"),
        ("a: 1\n? [b]\n: c\n", 2, "plain text"),
        ("[" * 200 + "]" * 200, 1, "nested"),
    ],
)
def test_what_is_refused(text: str, line: int, says: str):
    tree, (fault,) = parse(text, "a.yaml")
    assert tree is None
    assert fault.line == line
    assert says in fault.message


def test_hostile_values_are_cleaned_in_the_sentence():
    one, faults = fields('channel: "\\e[31mred\\a"\n')
    one.word("channel", Channel)
    assert "\x1b" not in str(faults[0])
    assert "\x07" not in str(faults[0])


def test_lists_numbers_and_flags():
    one, faults = fields("one: a\nmany: [a, b]\nbad: {x: y}\nprice: 1.5\nwrong: nan\non: true\noff: maybe\n")
    assert one.texts("one") == ("a",)
    assert one.texts("many") == ("a", "b")
    assert one.texts("bad") == ()
    assert one.number("price") == 1.5
    assert one.number("wrong") is None
    assert one.flag("on", False) is True
    assert one.flag("off", True) is True
    assert [fault.line for fault in faults] == [3, 5, 7]


@given(st.text(max_size=300))
def test_no_text_raises(text: str):
    tree, faults = parse(text, "a.yaml")
    assert tree is None or faults == []
    one = Fields(tree, "a.yaml", faults)
    one.maybe("a")
    one.each("b")
    one.named("c")
    one.close()
    for fault in faults:
        assert "\n" not in str(fault)
