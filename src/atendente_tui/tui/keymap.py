"""Keys to actions, context by context, with what the person changed in the settings; checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key

from atendente_tui.i18n import _, later
from atendente_tui.tui.actions import (
    ACTIONS,
    BOARDS,
    GLOBAL,
    MONITOR,
    PRESENTING,
    TRAINING,
    WORKSTATION,
    Action,
)

_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_NAMED = {key.value for key in Keys if not key.value.startswith(("<", "ctrl+", "shift+", "ctrl_"))} | {
    "space",
    "enter",
    "escape",
    "tab",
    "backspace",
    "delete",
    *KEY_NAME_REPLACEMENTS.values(),
}
_SAME_IN_TERMINALS = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
"""What most terminals send for another key: such a binding would act on that one."""
_SHOWN = {
    "enter": later("enter"),
    "space": later("space"),
    "escape": later("esc"),
    "tab": "tab",
    "backspace": "backspace",
    "delete": "del",
    "up": later("up"),
    "down": later("down"),
    "left": later("left arrow"),
    "right": later("right arrow"),
    "pageup": "pgup",
    "pagedown": "pgdn",
}


class Fault(NamedTuple):
    """One thing wrong with the keys in the settings, and where."""

    file: str
    line: int
    """0 when unknown."""
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return place + self.message


class Keymap(NamedTuple):
    keys: Mapping[str, tuple[str, ...]]
    """Keys of each action, in Textual's spelling."""
    actions: Mapping[str, Mapping[str, str]]
    """context → key → action."""

    def only(self, names: Collection[str]) -> Keymap:
        """The keys of these actions alone."""
        keys = {name: one for name, one in self.keys.items() if name in names}
        return Keymap(keys, _by_context(keys))

    def find(self, key: str, contexts: Sequence[str]) -> str | None:
        """The action a key means where the given contexts count, innermost first."""
        for context in contexts:
            action = self.actions.get(context, {}).get(key)
            if action is not None:
                return action
        return None

    def shown(self, action: str) -> str:
        """The first key of an action as people read it, "" when it has none."""
        keys = self.keys.get(action, ())
        return shown(keys[0]) if keys else ""

    def all_shown(self, action: str) -> str:
        return " ".join(shown(key) for key in self.keys.get(action, ()))


def shown(key: str) -> str:
    """A key in Textual's spelling as a person reads it: "^p", "?", "esc", "F8"."""
    *modifiers, base = key.split("+") if key != "+" else ["+"]
    if base in _SHOWN:
        base = _(_SHOWN[base])
    elif re.fullmatch(r"f\d+", base):
        base = base.upper()
    else:
        base = _CHARACTERS.get(base, base)
    return "".join("^" if one == "ctrl" else f"{one}+" for one in modifiers) + base


def spelled(key: str) -> str:
    """A key as people write it in Textual's spelling. Raises ValueError for what is no key."""
    if len(key) == 1:
        if not key.isprintable():
            raise ValueError(key)
        return "space" if key == " " else _character_to_key(key)
    *modifiers, base = key.split("+") if not key.endswith("++") else [*key[:-2].split("+"), "+"]
    modifiers = [one.strip().lower() for one in modifiers]
    if any(one not in _MODIFIERS for one in modifiers):
        raise ValueError(key)
    base = base.strip()
    if len(base) == 1:
        base = _character_to_key(base.lower() if modifiers else base)
    else:
        base = {
            "esc": "escape",
            "pgup": "pageup",
            "pgdn": "pagedown",
            "return": "enter",
            "del": "delete",
        }.get(base.lower(), base.lower())
        if base not in _NAMED:
            raise ValueError(key)
    return "+".join([*modifiers, base])


def make(
    custom: Mapping[str, Sequence[str]] | None = None,
    *,
    source: Path | None = None,
    lines: Mapping[str, int] | None = None,
) -> tuple[Keymap, list[Fault]]:
    """The keymap with the person's changes, and every fault found in them.

    custom  action → its keys, replacing the default ones (an empty list unbinds).
    source  the settings file, and
    lines   the line of each entry in it: only to say where a fault stands.

    A faulty entry keeps its default, so one mistake never costs the other keys.
    """
    faults: list[Fault] = []

    def fault(action: str, message: str) -> None:
        faults.append(Fault(str(source or ""), (lines or {}).get(action, 0), message))

    wanted: dict[str, tuple[str, ...]] = {}
    for name, keys in (custom or {}).items():
        if name not in ACTIONS:
            fault(name, _("there is no action “{name}”").format(name=name))
            continue
        normal: list[str] = []
        for key in keys:
            try:
                one = spelled(key)
            except ValueError:
                fault(name, _("“{key}” is no key (for {name})").format(key=key, name=name))
                break
            if one in _SAME_IN_TERMINALS:
                other = _SAME_IN_TERMINALS[one]
                fault(
                    name,
                    _("terminals send “{key}” for {other}: choose another key for {name}").format(
                        key=key, other=other, name=name
                    ),
                )
                break
            normal.append(one)
        else:
            if name == "quit" and not normal:
                fault(name, _("quit needs a key: it must always be in reach"))
                continue
            wanted[name] = tuple(normal)
    while clashes := _clashes(_chosen(wanted)):
        settled = False
        for first, second, key in clashes:
            loser = second if second in wanted else first
            if loser in wanted:
                other = first if loser == second else second
                fault(
                    loser,
                    _("“{key}” is already the key of {other}, so {name} keeps its own").format(
                        key=shown(key), other=other, name=loser
                    ),
                )
                del wanted[loser]
                settled = True
        if not settled:
            break
    keys_of = _chosen(wanted)
    return Keymap(keys_of, _by_context(keys_of)), faults


def _chosen(wanted: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {
        name: wanted.get(name, tuple(spelled(key) for key in action.keys)) for name, action in ACTIONS.items()
    }


def _by_context(keys_of: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, keys in keys_of.items():
        for context in ACTIONS[name].contexts:
            for key in keys:
                found.setdefault(context, {})[key] = name
    return found


def _clashes(keys_of: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """Pairs of actions that share a key where both count."""
    by_key: dict[str, list[Action]] = {}
    for name, keys in keys_of.items():
        for key in keys:
            by_key.setdefault(key, []).append(ACTIONS[name])
    return [
        (one.name, other.name, key)
        for key, actions in by_key.items()
        for index, one in enumerate(actions)
        for other in actions[index + 1 :]
        if _together(one, other)
    ]


def _together(one: Action, other: Action) -> bool:
    both = {*one.contexts, *other.contexts}
    if TRAINING in both:  # beside everything but what is no training
        return not both & {MONITOR, PRESENTING}
    if set(one.contexts) & set(other.contexts) or GLOBAL in (*one.contexts, *other.contexts):
        return True
    # The workstation's keys count beside those of its panes, but not on the boards in front of it.
    panes = [set(action.contexts) - {*BOARDS, MONITOR, PRESENTING} for action in (one, other)]
    return all(panes) and any(WORKSTATION in pane for pane in panes)


_CHARACTERS = {
    _character_to_key(chr(code)): chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum()
}
