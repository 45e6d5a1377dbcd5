"""The hub's JSON (docs/hub.md) as models. Fields that a newer hub adds are passed over."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from atendente_tui.backends.http import Answer
from atendente_tui.backends.port import ProtocolError
from atendente_tui.domain.change import Attachment, Change, ChangePage, EventAppend, Unreadable
from atendente_tui.domain.command import Receipt

Model = TypeVar("Model", bound=BaseModel)


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Me(_Told):
    login: str
    name: str
    teams: tuple[str, ...] = ()
    may_write: bool = True
    hub: str | None = None
    takes_work: bool = False
    role: str = ""


class Problem(_Told):
    """What the hub says with every status of 400 and above; `error` is a code of `refusals` or one of its own."""

    error: str
    detail: str = ""
    values: dict[str, Any] = Field(default_factory=dict)


class Result(_Told):
    """What became of one command."""

    outcome: Literal["applied", "conflict", "refused", "reused"]
    receipt: Receipt | None = None
    error: str | None = None
    values: dict[str, Any] | None = None
    detail: str | None = None
    current: dict[str, str | None] | None = None
    events: tuple[EventAppend, ...] | None = None


class Results(_Told):
    results: tuple[Result, ...]


class Person(_Told):
    login: str
    name: str
    writing: bool = False


class Changed(_Told):
    """A hint; `ticket` None for what belongs to no ticket."""

    ticket: str | None = None


class Attended(_Told):
    """Who has a ticket open."""

    ticket: str
    people: tuple[Person, ...] = ()


class _Page(_Told):
    """A `ChangePage` of which not every change can be read."""

    changes: tuple[dict[str, Any], ...]
    cursor: str
    done: int | None = None
    total: int | None = None
    caught_up: bool = False


FEW, SHARE = 20, 0.5
"""More changes than this, and a larger share of a page, are not single faults: the hub speaks what we do not."""
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


def read(model: type[Model], answer: Answer, what: str) -> Model:
    """The answer as that model. Raises ProtocolError that names the place and nothing of what stands there."""
    try:
        return model.model_validate(answer.json())
    except ValidationError as error:
        raise ProtocolError(f"{what}: {_faults(error)}") from None


def read_page(answer: Answer) -> ChangePage:
    """A page of changes, with what could not be read of it beside them. Raises ProtocolError where that is no page,
    or too much of it to be a matter of single changes."""
    value = answer.json()
    try:
        return ChangePage.model_validate(value)
    except ValidationError as error:
        first = _faults(error)
    page = read(_Page, answer, "changes")
    changes: list[Change] = []
    unreadable: list[Unreadable] = []
    for told in page.changes:
        try:
            changes.append(_change(told))
        except ValidationError as error:
            unreadable.append(Unreadable(told=json.dumps(told, ensure_ascii=False), error=_faults(error)))
    if len(unreadable) > FEW and len(unreadable) > SHARE * len(page.changes):
        raise ProtocolError(f"changes: {first}, and {len(unreadable)} of {len(page.changes)} like it")
    return ChangePage(
        changes=tuple(changes),
        cursor=page.cursor,
        done=page.done,
        total=page.total,
        caught_up=page.caught_up,
        unreadable=tuple(unreadable),
    )


def _change(told: dict[str, Any]) -> Change:
    """One change, without fields that only a newer hub knows. Raises ValidationError."""
    try:
        return _CHANGE.validate_python(told)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        if any(one["type"] != "extra_forbidden" for one in wrong):
            raise
    known = deepcopy(told)
    for one in wrong:
        _drop(known, one["loc"][1:])  # the first part names the kind of change
    return _CHANGE.validate_python(known)


def _drop(told: Any, place: tuple[int | str, ...]) -> None:
    for step in place[:-1]:
        told = told[step]
    del told[place[-1]]


def _faults(error: ValidationError) -> str:
    """The first few: kind and place of each, nothing of what stands there."""
    found = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    return ", ".join(f"{one['type']} at {_place(one['loc'])}" for one in found)


def _place(steps: tuple[int | str, ...]) -> str:
    return ".".join(map(str, steps))[:120] or "the top"


__all__ = [
    "Attachment",
    "Attended",
    "Changed",
    "Me",
    "Person",
    "Problem",
    "Receipt",
    "Result",
    "Results",
    "read",
    "read_page",
]
