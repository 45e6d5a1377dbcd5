"""The hub's JSON (docs/hub.md) as models. Fields that a newer hub adds are passed over."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atendente_tui.backends.http import Answer
from atendente_tui.backends.port import ProtocolError
from atendente_tui.domain.change import Attachment, ChangePage, EventAppend
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


def read(model: type[Model], answer: Answer, what: str) -> Model:
    """The answer as that model. Raises ProtocolError that names the place and nothing of what stands there."""
    value = answer.json()
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))[:120]
        raise ProtocolError(f"{what}: {first['type']} at {place or 'the top'}") from None


__all__ = [
    "Attachment",
    "Attended",
    "ChangePage",
    "Changed",
    "Me",
    "Person",
    "Problem",
    "Receipt",
    "Result",
    "Results",
    "read",
]
