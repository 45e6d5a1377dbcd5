"""What somebody outside may send us, and what they are answered (docs/hub.md, "Inbound")."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from atendente_tui.domain.change import Identity, received
from atendente_tui.domain.instants import EPOCH
from atendente_tui.domain.words import IdentityKind

Kind = Literal["message", "call", "survey_answer", "order", "bot_turn"]
Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | Annotated[float, Field(allow_inf_nan=False)]


def _one_line(text: str) -> str:
    return " ".join(received(text).split())


def _bare(text: str) -> str:
    """Mail writes ids in angle brackets, others do not."""
    return received(text).strip().removeprefix("<").removesuffix(">").strip()


def _filled(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
Id = Annotated[
    str, StringConstraints(min_length=1, max_length=400), AfterValidator(_bare), AfterValidator(_filled)
]


class Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Asked):
    kind: IdentityKind
    value: Annotated[Line, Field(min_length=1, max_length=320), AfterValidator(_filled)]


class Person(Asked):
    name: Annotated[Line, Field(max_length=200)] = ""
    identities: Annotated[tuple[Address, ...], Field(min_length=1, max_length=20)]
    """The first that is known says who it is."""

    def addresses(self) -> tuple[Identity, ...]:
        return tuple(Identity(kind=one.kind, value=one.value) for one in self.identities)


class Call(Asked):
    seconds: Annotated[float, Field(ge=0, le=604_800, allow_inf_nan=False)] | None = None
    wait: Annotated[float, Field(ge=0, le=604_800, allow_inf_nan=False)] | None = None
    hold: Annotated[float, Field(ge=0, le=604_800, allow_inf_nan=False)] | None = None
    after: Annotated[float, Field(ge=0, le=604_800, allow_inf_nan=False)] | None = None
    """In the queue, on hold and after the call, in seconds."""
    outcome: Annotated[Line, Field(max_length=80)] | None = None
    """"answered" and "abandoned" are counted (docs/metrics.md)."""
    agent: Annotated[Line, Field(max_length=80)] | None = None
    """The login of who took it."""


class Survey(Asked):
    survey: Literal["csat", "nps"]
    score: Annotated[int, Field(ge=0, le=10)]
    of: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _within(self) -> Survey:
        if self.score > (self.of or (10 if self.survey == "nps" else 5)):
            raise ValueError("more than the highest")
        return self


class Order(Asked):
    number: Annotated[Line, Field(min_length=1, max_length=80)]
    status: Annotated[Line, Field(max_length=80)] | None = None
    total: Number | None = None
    expected: date | None = None


class Nothing(Asked):
    """Kinds that say everything in their text."""


_DATA: dict[str, type[Asked]] = {
    "message": Nothing,
    "bot_turn": Nothing,
    "call": Call,
    "survey_answer": Survey,
    "order": Order,
}


class InboundMessage(Asked):
    """One thing a customer did, as whoever carries their channel tells it."""

    message_id: Id
    """The sender's own id: sent again it is answered again and changes nothing."""
    customer: Person
    kind: Kind = "message"
    text: Annotated[str, Field(max_length=200_000), AfterValidator(received)] = ""
    subject: Annotated[Line, Field(max_length=400)] = ""
    at: AwareDatetime | None = None
    """When they said it; now, where that is not told or has not come yet."""
    references: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    """What it answers, the nearest last: ids of earlier messages, a protocol number, or "event:ID"."""
    team: Annotated[Line, Field(max_length=80)] | None = None
    attachments: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=64)], ...], Field(max_length=20)
    ] = ()
    """Files sent before, by their ids."""
    data: Annotated[dict[str, str | Number | bool | None], Field(max_length=10)] = Field(
        default_factory=dict, validate_default=True
    )
    """What the kind needs, as events have it: call: seconds, wait, hold, after, outcome, agent · survey_answer: survey (csat|nps), score, of ·
    order: number, status, total, expected (ISO date)."""
    auto_submitted: bool = False
    """An automatic answer (RFC 3834): kept, but it wakes nobody."""

    @field_validator("at")
    @classmethod
    def _since_1970(cls, at: datetime | None) -> datetime | None:
        if at is None:
            return None
        if at < EPOCH:
            raise ValueError("before 1970")
        try:
            return at.astimezone(UTC)
        except OverflowError:
            raise ValueError("after 9999") from None

    @field_validator("data")
    @classmethod
    def _of_its_kind(cls, data: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Only what the kind knows, each of its own type."""
        kind = _DATA.get(info.data.get("kind", ""))
        if kind is None:  # the kind itself is wrong, and said so
            return data
        return kind.model_validate(data).model_dump(mode="json", exclude_none=True)

    @model_validator(mode="after")
    def _says_something(self) -> InboundMessage:
        if self.kind in ("message", "bot_turn") and not self.text.strip() and not self.attachments:
            raise ValueError("nothing said")
        return self


class Taken(BaseModel):
    """What became of it. `ticket` is null where it belongs to the customer alone."""

    ticket: str | None
    protocol: str | None
    event: str
    new_ticket: bool
    repeated: bool
    """It was here before; nothing was changed."""
