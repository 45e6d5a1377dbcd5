"""Keys: the defaults are sound, and what the settings say is checked whole, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from atendente_tui.config_reading import load
from atendente_tui.tui import keymap
from atendente_tui.tui.actions import ACTIONS, CONTEXTS, GROUPS

TEXT_AREA_OWNS = {f"ctrl+{letter}" for letter in "acdekuvwxyz"} | {"f6", "f7"}


def test_every_action_has_a_known_context_and_group() -> None:
    for action in ACTIONS.values():
        assert set(action.contexts) <= set(CONTEXTS)
        assert action.group in GROUPS
        assert action.label


def test_the_default_keys_do_not_clash_and_are_all_reachable() -> None:
    keys, faults = keymap.make()
    assert faults == []
    for action in ACTIONS.values():
        for context in action.contexts:
            for key in keys.keys[action.name]:
                assert keys.find(key, (context,)) == action.name


def test_the_composer_takes_no_key_that_the_text_field_owns() -> None:
    for action in ACTIONS.values():
        if "composer" in action.contexts:
            assert not set(action.keys) & TEXT_AREA_OWNS


@pytest.mark.parametrize(
    ("written", "spelled", "shown"),
    [
        ("?", "question_mark", "?"),
        ("/", "slash", "/"),
        ("]", "right_square_bracket", "]"),
        ("Ctrl+P", "ctrl+p", "^p"),
        ("F8", "f8", "F8"),
        ("X", "X", "X"),
        ("esc", "escape", "esc"),
        (" ", "space", "espaço"),
        ("ç", "ç", "ç"),
        ("+", "plus", "+"),
        ("ctrl++", "ctrl+plus", "^+"),
        ("shift+tab", "shift+tab", "shift+tab"),
    ],
)
def test_spelling(written: str, spelled: str, shown: str) -> None:
    assert keymap.spelled(written) == spelled
    assert keymap.shown(spelled) == shown


@pytest.mark.parametrize("written", ["", "ctrl+foo", "crtl+p", "\x1b", "<ignore>", "ctrl+", "nada"])
def test_what_is_no_key(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - it is what the name of the key was not
        keymap.spelled(written)


def test_faults_say_file_and_line_and_keep_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[ui]\ntheme = "dark"\n\n[keys]\nnext = ["j"]\nnonsense = ["a"]\nmark = "ctrl+foo"\nquit = []\n'
        'open = ["ctrl+m"]\nsort = ["f"]\n',
        encoding="utf-8",
    )
    config = load(file)
    keys, faults = keymap.make(config.keys, source=config.source, lines=config.key_lines)
    assert {fault.line for fault in faults} == {6, 7, 8, 9, 10}
    assert all(str(fault).startswith(f"{file}:{fault.line}: ") for fault in faults)
    assert keys.keys["next"] == ("j",)
    assert keys.find("x", ("queue",)) == "mark"
    assert keys.find("ctrl+q", ("global",)) == "quit"
    assert keys.find("S", ("queue",)) == "sort"
    assert keys.find("f", ("queue",)) == "filter"


def test_keys_can_change_places() -> None:
    keys, faults = keymap.make({"next": ["x"], "mark": ["n"]})
    assert faults == []
    assert keys.find("x", ("queue", "workstation", "global")) == "next"
    assert keys.find("n", ("queue", "workstation", "global")) == "mark"


def test_a_clash_within_a_context_is_a_fault_across_panes_it_is_not() -> None:
    _keys, faults = keymap.make({"next": ["x"]})
    assert [fault.message for fault in faults] == ["“x” já é a tecla de mark; next fica com a que tinha"]
    _keys, faults = keymap.make({"find": ["x"]})
    assert faults == []


def test_an_action_can_be_unbound() -> None:
    keys, faults = keymap.make({"merge": []})
    assert faults == []
    assert keys.shown("merge") == ""
