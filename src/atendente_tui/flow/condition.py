"""Conditions over what is known: data that is read from files, and the one function that says whether they hold.

What is known is a mapping of names to the values each has: none when it is not known, several for a set such as tags.
Texts are compared without accents and case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from atendente_tui.domain.fold import folded
from atendente_tui.flow.hearing import says

Known = Mapping[str, tuple[str, ...]]

Op = Literal[
    "is", "is_not", "known", "unknown", "at_least", "at_most", "above", "below",
    "has_any", "has_all", "has_none", "hears_any", "hears_all", "hears_none", "longer_than",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one name.

    is, is_not                    a value is (none is) one of `values`
    known, unknown                there is a value that is not empty, or none
    at_least … below              a value is a number that stands so to the first of `values`
    has_any, has_all, has_none    words anywhere in the text
    hears_any …                   phrases, with alternatives and small slips (`hearing`)
    longer_than                   the text has at least so many characters
    """

    name: str
    op: Op
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Every:
    """Holds when every part holds; without parts always."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """Holds when one part holds; without parts never."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """Holds when its part does not."""

    part: Condition


Condition = Look | Every | Some | Never


def holds(condition: Condition, known: Known) -> bool:
    if isinstance(condition, Every):
        return all(holds(one, known) for one in condition.parts)
    if isinstance(condition, Some):
        return any(holds(one, known) for one in condition.parts)
    if isinstance(condition, Never):
        return not holds(condition.part, known)
    return _tested(condition, tuple(one for one in known.get(condition.name, ()) if one.strip()))


def names(condition: Condition) -> Iterator[str]:
    """Every name it looks at."""
    if isinstance(condition, Look):
        yield condition.name
    elif isinstance(condition, Never):
        yield from names(condition.part)
    else:
        for one in condition.parts:
            yield from names(one)


def _tested(test: Look, values: tuple[str, ...]) -> bool:
    match test.op:
        case "known":
            return bool(values)
        case "unknown":
            return not values
        case "is":
            return bool({folded(one) for one in values} & {folded(one) for one in test.values})
        case "is_not":
            return not {folded(one) for one in values} & {folded(one) for one in test.values}
        case "at_least" | "at_most" | "above" | "below":
            limit = _number(test.values[0] if test.values else "")
            numbers = [number for one in values if (number := _number(one)) is not None]
            return limit is not None and any(_stands(test.op, number, limit) for number in numbers)
        case "longer_than":
            limit = _number(test.values[0] if test.values else "")
            return limit is not None and sum(len(one) for one in values) >= limit
    if test.op in ("hears_any", "hears_all", "hears_none"):
        heard = [says("\n".join(values), one) for one in test.values]
        return {"hears_any": any(heard), "hears_all": all(heard), "hears_none": not any(heard)}[test.op]
    text = folded("\n".join(values))
    words = [folded(one) for one in test.values]
    if test.op == "has_any":
        return any(one in text for one in words)
    if test.op == "has_all":
        return all(one in text for one in words)
    return not any(one in text for one in words)


def _stands(op: str, number: float, limit: float) -> bool:
    return {
        "at_least": number >= limit,
        "at_most": number <= limit,
        "above": number > limit,
        "below": number < limit,
    }[op]


def _number(text: str) -> float | None:
    """A number as people here write it: `3`, `3.5`, `1.234,50`."""
    plain = text.strip().removeprefix("R$").strip()
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
