"""YAML read so that every value knows its line, and every fault names file, line, field, what was found and what is allowed.

PyYAML's safe loader composes the tree; nothing is constructed, so every scalar stays the text its author wrote and
is turned into a number or a word only by the reader that expects one. Aliases, foreign tags and doubled keys are faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 40

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a written file. `line` counts from 1; 0 is the file as a whole."""

    file: str
    line: int
    message: str
    field: str = ""
    found: str | None = None
    allowed: tuple[str, ...] = ()
    column: int = 0
    """Counts from 1; 0 when it is not known (`columned` finds it)."""

    @property
    def place(self) -> str:
        """File, line and column, as far as they are known: what editors jump to."""
        return ":".join([self.file, *(str(one) for one in (self.line, self.column) if one)])

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        parts = [where, self.field, self.message] if self.field else [where, self.message]
        sentence = ": ".join(parts)
        if self.found is not None:
            sentence += "; " + _("found {found}").format(
                found=repr(str(safe_line(self.found, characters=80)))
            )
        if self.allowed:
            sentence += "; " + _("allowed: {words}").format(words=", ".join(self.allowed))
        return sentence


@dataclass(frozen=True, slots=True)
class Value:
    """One value: a text, nothing, a list or a mapping. `path` is the dotted name of its place."""

    line: int
    path: str
    data: str | tuple[Value, ...] | dict[str, Value] | None
    block: bool = False
    """A `|` or `>` text: its first line stands below `line`."""


class _Wrong(Exception):
    def __init__(self, line: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.field = line, message, field


def parse(text: str, file: str, *, first_line: int = 1) -> tuple[Value | None, list[Fault]]:
    """The tree of one YAML document. (None, faults) when it cannot be read; (None, []) when it is empty."""
    if len(text) > MAX_CHARACTERS:
        return None, [
            Fault(file, 0, _("the file is too long"), found=str(len(text)), allowed=(f"≤ {MAX_CHARACTERS}",))
        ]
    try:
        root = yaml.compose(text, Loader=_Loader)
        return (None, []) if root is None else (_value(root, "", first_line, set(), 0), [])
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + first_line if mark is not None else 0
        said = _("not readable as YAML: {problem}").format(problem=error.problem or error.context)
        return None, [Fault(file, line, said, column=mark.column + 1 if mark is not None else 0)]
    except (yaml.YAMLError, RecursionError) as error:
        problem = str(safe_line(str(error) or type(error).__name__, characters=120))
        return None, [Fault(file, 0, _("not readable as YAML: {problem}").format(problem=problem))]
    except _Wrong as wrong:
        return None, [Fault(file, wrong.line, wrong.message, wrong.field)]


def columned(faults: Iterable[Fault], text: str) -> list[Fault]:
    """The faults of a file's text with their columns: of what was found where it stands on the line, else of the line's beginning."""
    lines = text.splitlines()
    return [
        replace(one, column=_column(one, lines[one.line - 1])) if 0 < one.line <= len(lines) else one
        for one in faults
    ]


def _column(fault: Fault, line: str) -> int:
    if fault.column:
        return fault.column
    at = line.rfind(fault.found.split("\n")[0]) if fault.found else -1
    return (at if at >= 0 else len(line) - len(line.lstrip())) + 1


def _value(node: yaml.Node, path: str, first: int, seen: set[int], depth: int) -> Value:
    line = node.start_mark.line + first
    if id(node) in seen:
        raise _Wrong(line, _("anchors and aliases are not allowed"), path)
    seen.add(id(node))
    if depth > MAX_DEPTH:
        raise _Wrong(line, _("nested too deeply"), path)
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
        raise _Wrong(line, _("tags are not allowed"), path)
    if isinstance(node, yaml.ScalarNode):
        empty = node.tag == "tag:yaml.org,2002:null"
        return Value(line, path, None if empty else node.value, node.style in ("|", ">"))
    if isinstance(node, yaml.SequenceNode):
        items = (_value(one, f"{path}[{n}]", first, seen, depth + 1) for n, one in enumerate(node.value, 1))
        return Value(line, path, tuple(items))
    entries: dict[str, Value] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Wrong(key.start_mark.line + first, _("a name must be plain text"), path)
        name = str(key.value)
        if name in entries:
            raise _Wrong(key.start_mark.line + first, _("named twice"), f"{path}.{name}".lstrip("."))
        entry = _value(value, f"{path}.{name}".lstrip("."), first, seen, depth + 1)
        # A mapping or list is where its name stands, not where its first entry does.
        entries[name] = replace(entry, line=key.start_mark.line + first) if not _scalar(entry) else entry
    return Value(line, path, entries)


def _scalar(value: Value) -> bool:
    return value.data is None or isinstance(value.data, str)


def plain_tree(value: Value) -> Any:
    """The value as plain dictionaries, lists and texts, as its author wrote it."""
    if isinstance(value.data, dict):
        return {name: plain_tree(one) for name, one in value.data.items()}
    if isinstance(value.data, tuple):
        return [plain_tree(one) for one in value.data]
    return value.data.rstrip("\n") if value.data is not None and value.block else value.data


class Fields:
    """The fields of one mapping, read by type. Faults are collected; a wrong field reads as absent, so that all show at once."""

    def __init__(self, value: Value | None, file: str, faults: list[Fault], path: str = "") -> None:
        self.file = file
        self.faults = faults
        self.line = value.line if value is not None else 1
        self.path = value.path if value is not None else path
        self.whole_value = value
        """What it reads."""
        self._asked: list[str] = []
        self._values: dict[str, Value] = {}
        if value is None:
            return
        if isinstance(value.data, dict):
            self._values = value.data
        else:
            self.wrong(_("must be a mapping of names to values"), value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def wrong(
        self,
        message: str,
        value: Value | None = None,
        *,
        field: str = "",
        found: str | None = None,
        allowed: tuple[str, ...] = (),
    ) -> None:
        """Record a fault at `value`, else at the field named, else at the mapping itself."""
        value = value or self._values.get(field)
        path = value.path if value is not None else f"{self.path}.{field}".strip(".")
        if value is not None and found is None and isinstance(value.data, str):
            found = value.data
        self.faults.append(
            Fault(self.file, value.line if value is not None else self.line, message, path, found, allowed)
        )

    def value(self, name: str) -> Value | None:
        self._asked.append(name)
        return self._values.get(name)

    def maybe(self, name: str) -> str | None:
        """A text, None when the field is absent or empty."""
        value = self.value(name)
        if value is None or value.data is None:
            return None
        if not isinstance(value.data, str):
            self.wrong(_("must be a text"), value)
            return None
        return value.data.rstrip("\n") if value.block else value.data

    def text(self, name: str) -> str:
        """A text that must be there; "" after a fault."""
        text = self.maybe(name)
        if text is None or not text.strip():
            if not self.faults or self.faults[-1].field != f"{self.path}.{name}".strip("."):
                self.wrong(_("is required"), field=name)
            return ""
        return text

    def word(self, name: str, words: type[_Word]) -> _Word | None:
        """One of a closed set of words, None when absent."""
        text = self.maybe(name)
        if text is None:
            return None
        try:
            return words(text)
        except ValueError:
            self.wrong(_("is not a word known here"), field=name, allowed=tuple(words))
            return None

    def words(self, name: str, words: type[_Word]) -> tuple[_Word, ...]:
        known: list[_Word] = []
        for text in self.texts(name):
            try:
                known.append(words(text))
            except ValueError:
                self.wrong(_("is not a word known here"), field=name, found=text, allowed=tuple(words))
        return tuple(known)

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number within bounds, both included."""
        text = self.maybe(name)
        if text is None:
            return None
        if (
            not text.lstrip("+-").isascii()
            or not text.lstrip("+-").isdigit()
            or not low <= int(text[:12]) <= high
        ):
            self.wrong(_("must be a whole number"), field=name, allowed=(f"{low}…{high}",))
            return None
        return int(text)

    def number(self, name: str) -> float | None:
        text = self.maybe(name)
        if text is None:
            return None
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not -1e12 < number < 1e12:
            self.wrong(_("must be a number"), field=name)
            return None
        return number

    def flag(self, name: str, default: bool) -> bool:
        text = self.maybe(name)
        if text is None:
            return default
        if text not in ("true", "false"):
            self.wrong(_("must be true or false"), field=name, allowed=("true", "false"))
            return default
        return text == "true"

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of one."""
        value = self.value(name)
        if value is None or value.data is None:
            return ()
        if isinstance(value.data, str):
            return (value.data.rstrip("\n") if value.block else value.data,)
        if isinstance(value.data, dict):
            self.wrong(_("must be a list of texts"), value)
            return ()
        texts: list[str] = []
        for one in value.data:
            if isinstance(one.data, str):
                texts.append(one.data.rstrip("\n") if one.block else one.data)
            else:
                self.wrong(_("must be a text"), one)
        return tuple(texts)

    def plain(self, name: str) -> dict[str, str]:
        """A mapping of texts."""
        inner = self.fields(name)
        return {} if inner is None else {key: inner.maybe(key) or "" for key in inner}

    def fields(self, name: str) -> Fields | None:
        """A mapping, None when absent."""
        value = self.value(name)
        return None if value is None or value.data is None else Fields(value, self.file, self.faults)

    def each(self, name: str) -> list[Fields]:
        """A list of mappings."""
        value = self.value(name)
        if value is None or value.data is None:
            return []
        if not isinstance(value.data, tuple):
            self.wrong(_("must be a list"), value)
            return []
        return [Fields(one, self.file, self.faults) for one in value.data]

    def named(self, name: str) -> list[tuple[str, Fields]]:
        """A mapping of mappings, in the order written."""
        inner = self.fields(name)
        return (
            []
            if inner is None
            else [(key, Fields(inner._values[key], self.file, self.faults)) for key in inner]
        )

    def close(self) -> None:
        """Every field nobody asked for is a fault: a misspelt name must not pass unseen."""
        for name, value in self._values.items():
            if name not in self._asked:
                self.wrong(
                    _("is not a field known here"),
                    value,
                    found=name,
                    allowed=tuple(dict.fromkeys(self._asked)),
                )
