"""What a form asks, as data, and how what was typed becomes values. Nothing here knows the screen.

A `Form` is a row of `Field`s. What stands in the rows is *raw* (strings, and booleans of check boxes): it is what
is kept and shown again. `read` makes `Values` of it, or says what is wrong beside which field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from atendente_tui.domain.fold import folded
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import SafeText, safe_line, safe_text

Raw = Mapping[str, "str | bool"]
Value = str | bool | datetime | tuple[str, ...] | None
Kind = Literal["text", "choice", "many", "when", "lines", "check"]


class Option(NamedTuple):
    key: str
    """What the command carries."""
    label: SafeText


class Live(NamedTuple):
    """What is said under a field while it is typed in."""

    text: SafeText
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    value: str | bool = ""
    """What stands there at first: the label of an option, or text."""
    options: tuple[Option, ...] = ()
    """Of a choice, those there are; of the other kinds, suggestions."""
    free: bool = False
    """A choice that takes what is not among its options, too."""
    hint: str = ""
    live: Callable[[str], Live | None] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    """Under which an abandoned form is kept; the same for the same question."""
    title: str
    fields: tuple[Field, ...]
    about: SafeText = SafeText("")  # noqa: RUF009
    """One line: what it is about."""
    text: SafeText = SafeText("")  # noqa: RUF009
    """What should be read before answering."""
    check: Callable[[Values], Mapping[str, str]] | None = None
    """What is wrong among fields that are fine one by one: sentence by field."""
    blame: Mapping[str, str] = field(default_factory=dict)
    """Which field a refusal's code belongs to."""


class Values(dict[str, Value]):
    """What a form gives, by field: text and choices as strings, moments as aware datetimes, several as tuples."""

    def text(self, name: str) -> str:
        value = self.get(name)
        return value if isinstance(value, str) else ""

    def maybe(self, name: str) -> str | None:
        """None where nothing was filled in."""
        return self.text(name) or None

    def flag(self, name: str) -> bool:
        return self.get(name) is True

    def many(self, name: str) -> tuple[str, ...]:
        value = self.get(name)
        return value if isinstance(value, tuple) else ()

    def moment(self, name: str) -> datetime:
        value = self[name]
        if not isinstance(value, datetime):
            raise TypeError(f"{name} holds no moment")
        return value


def option(key: str, label: str) -> Option:
    """An option whose label may be foreign."""
    return Option(key, safe_line(label, characters=80))


def matching(options: Sequence[Option], typed: str) -> list[Option]:
    """The options that hold every word typed, accents and case aside: those that begin with it first."""
    words = folded(typed).split()
    if not words:
        return list(options)
    whole = " ".join(words)
    found: list[tuple[int, int, Option]] = []
    for place, one in enumerate(options):
        label = folded(one.label)
        key = folded(one.key)
        if not all(word in label or word in key for word in words):
            continue
        if whole in (label, key):
            rank = 0
        elif label.startswith(whole):
            rank = 1
        elif all(any(part.startswith(word) for part in label.split()) for word in words):
            rank = 2
        elif key.startswith(whole):
            rank = 3
        else:
            rank = 4
        found.append((rank, place, one))
    return [one for _rank, _place, one in sorted(found, key=lambda row: row[:2])]


def last_part(typed: str) -> str:
    """Of "entrega, atra" what is being typed now."""
    return typed.rpartition(",")[2].strip()


def with_last_part(typed: str, whole: str) -> str:
    before = typed.rpartition(",")[0].strip()
    return f"{before}, {whole}" if before else whole


def label_of(options: Sequence[Option], key: str | None) -> str:
    """The label of the option with that key; the key itself where there is none."""
    return next((one.label for one in options if one.key == key), safe_line(key or ""))


def read(
    form: Form, raw: Raw, read_when: Callable[[str], datetime], say: Callable[[Refused], str]
) -> tuple[Values, dict[str, str]]:
    """The values of what was typed, and a sentence for every field that is wrong (then the values are not whole)."""
    values = Values()
    faults: dict[str, str] = {}
    for one in form.fields:
        typed = raw.get(one.name, "")
        try:
            values[one.name] = _value(one, typed, read_when)
        except Refused as refused:
            faults[one.name] = say(refused)
        except ValueError as fault:
            faults[one.name] = str(fault)
    if not faults and form.check is not None:
        faults.update(form.check(values))
    return values, faults


def _value(one: Field, typed: str | bool, read_when: Callable[[str], datetime]) -> Value:
    if one.kind == "check":
        return typed is True
    text = unicodedata.normalize("NFC", typed if isinstance(typed, str) else "")
    text = text.rstrip() if one.kind == "lines" else " ".join(text.split())
    if not text.strip():
        if one.required:
            raise ValueError(_("Fill this in."))
        return () if one.kind == "many" else None if one.kind == "when" else ""
    if one.kind == "when":
        return read_when(text)
    if one.kind == "many":
        return tuple(dict.fromkeys(_chosen(one, part) for part in map(str.strip, text.split(",")) if part))
    if one.kind == "choice":
        return _chosen(one, text)
    return text


def _chosen(one: Field, text: str) -> str:
    found = matching(one.options, text)
    if found and folded(text) in (folded(found[0].label), folded(found[0].key)):
        return found[0].key
    if one.free or one.kind == "many":
        return text
    if not found:
        raise ValueError(_("There is no such option."))
    return found[0].key


def filled_from(
    form: Form, given: Mapping[str, Any], say_moment: Callable[[datetime], str]
) -> dict[str, str | bool]:
    """What would have stood in the form, had it given these values (a command's body, by the fields' names)."""
    return {
        one.name: _typed_for(one, given[one.name], say_moment) for one in form.fields if one.name in given
    }


def _typed_for(one: Field, value: Any, say_moment: Callable[[datetime], str]) -> str | bool:
    if one.kind == "check":
        return value is True
    if value is None:
        return ""
    if one.kind == "when":
        return say_moment(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    if one.kind == "many":
        return ", ".join(label_of(one.options, str(part)) for part in value)
    if one.kind == "choice":
        return label_of(one.options, str(value))
    return str(value)


def raw_of(form: Form) -> dict[str, str | bool]:
    """What stands in a form nobody touched."""
    return {one.name: one.value for one in form.fields}


def shown(text: str) -> str:
    """Text that may be edited and sent again, made such that what is seen is what is sent."""
    return safe_text(text)
