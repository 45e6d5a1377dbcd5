"""`/v1/classes`: a scenario that several play at once; trainers and administrators start them, supervisors look on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from typing_extensions import TypeAliasType

from atendente_tui.hub import classes, problems
from atendente_tui.hub.asking import AnyActor, Parts, WritingActor, actor, guarded
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.problems import Problem, declared
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.strict_json import strictly
from atendente_tui.i18n import _

T = TypeVar("T")
router = guarded()
ID = r"^[A-Za-z0-9-]{1,64}$"
LOGIN = 64
TEXT = 400_000
"""Characters of a scenario."""
Key = Annotated[str, Path(pattern=ID)]
Login = Annotated[str, Field(min_length=1, max_length=LOGIN)]
Short = Annotated[str, Field(max_length=200)]


async def starter(found: Annotated[Actor, Depends(actor)]) -> Actor:
    if found.role not in classes.STARTERS:
        raise problems.forbidden(found.role)
    return found


Starter = Annotated[Actor, Depends(starter)]


MOST = 2**53
"""Of a number in a result: what every program reads the same."""
_Number = Annotated[int, Field(ge=-MOST, le=MOST)] | Annotated[float, Field(ge=-MOST, le=MOST)]
Json = TypeAliasType("Json", "dict[str, Json] | list[Json] | str | bool | _Number | None")
"""What a result is made of."""


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GivenClass(_Given):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    version: Annotated[int, Field(ge=1, le=10_000)]
    title: Short
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    scenario: Annotated[str, Field(min_length=1, max_length=TEXT)]
    mode: Literal["practice", "exam"] = "practice"
    trainees: Annotated[tuple[Login, ...], Field(min_length=1, max_length=200)]


class Expected(_Given):
    """An expectation, and whether it came true; null while nobody can say."""

    id: Short
    met: bool | None


class GivenProgress(_Given):
    seq: Annotated[int, Field(ge=1)]
    """Grows with each; an older one says nothing."""
    state: Literal["playing", "finished"]
    seconds: Annotated[int, Field(ge=0, le=10_000_000)]
    score: Annotated[int, Field(ge=0, le=100)]
    passed: bool | None = None
    last: Short = ""
    """What happened last, as kind and value."""
    expectations: Annotated[tuple[Expected, ...], Field(max_length=500)] = ()
    result: dict[str, Json] | None = None


class GivenMessage(_Given):
    kind: Literal["hint", "event"]
    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    to: Login | None = None


class Trainee(BaseModel):
    login: str
    name: str
    state: Literal["invited", "playing", "finished"]
    seen: int | None
    seconds: int
    score: int | None
    passed: bool | None
    last: str
    expectations: tuple[Expected, ...]
    has_result: bool


class Class(BaseModel):
    id: str
    name: str
    version: int
    title: str
    digest: str
    mode: Literal["practice", "exam"]
    by: str
    began: int
    ended: int | None
    trainees: tuple[Trainee, ...]


class Classes(BaseModel):
    classes: tuple[Class, ...]


class Scenario(BaseModel):
    name: str
    digest: str
    text: str


class Message(BaseModel):
    id: str
    n: int
    to: str | None
    kind: Literal["hint", "event"]
    text: str
    at: int


class Messages(BaseModel):
    ended: bool
    messages: tuple[Message, ...]


@router.get("/classes")
async def look(parts: Parts, who: AnyActor) -> Classes:
    found = await _read(parts, lambda db: classes.listed(db, who))
    return Classes.model_validate({"classes": found})


@router.get("/classes/{id}", responses=declared(404, 422))
async def get(parts: Parts, who: AnyActor, id: Key) -> Class:
    return Class.model_validate(await _read(parts, lambda db: classes.shown(db, who, id)))


@router.put("/classes/{id}", responses=declared(400, 403, 404, 409, 413, 415, 422))
async def start(
    parts: Parts, who: Starter, id: Key, given: Annotated[GivenClass, strictly(GivenClass)]
) -> Class:
    made = classes.Started(**given.model_dump())
    return Class.model_validate(await _write(parts, lambda db: classes.start(db, who, id, made, parts.now())))


@router.get("/classes/{id}/scenario", responses=declared(404, 422))
async def scenario(parts: Parts, who: AnyActor, id: Key) -> Scenario:
    return Scenario.model_validate(await _read(parts, lambda db: classes.scenario(db, who, id)))


@router.put("/classes/{id}/progress", status_code=204, responses=declared(400, 403, 404, 413, 415, 422))
async def tell(
    parts: Parts, who: WritingActor, id: Key, given: Annotated[GivenProgress, strictly(GivenProgress)]
) -> Response:
    told = given.model_dump(exclude={"seq", "state", "result"})
    await _write(
        parts,
        lambda db: classes.tell(db, who, id, given.seq, given.state, told, given.result, parts.now()),
    )
    return Response(status_code=204)


@router.get("/classes/{id}/messages", responses=declared(404, 422))
async def messages(
    parts: Parts, who: AnyActor, id: Key, after: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> Messages:
    return Messages.model_validate(await _read(parts, lambda db: classes.messages(db, who, id, after)))


@router.put(
    "/classes/{id}/messages/{message}",
    status_code=204,
    responses=declared(400, 403, 404, 409, 413, 415, 422),
)
async def send(
    parts: Parts,
    who: Starter,
    id: Key,
    message: Key,
    given: Annotated[GivenMessage, strictly(GivenMessage)],
) -> Response:
    await _write(
        parts,
        lambda db: classes.send(db, who, id, message, given.kind, given.text, given.to, parts.now()),
    )
    return Response(status_code=204)


@router.put("/classes/{id}/end", status_code=204, responses=declared(403, 404, 422))
async def end(parts: Parts, who: Starter, id: Key) -> Response:
    await _write(parts, lambda db: classes.end(db, who, id, parts.now()))
    return Response(status_code=204)


@router.get("/classes/{id}/results/{login}", responses=declared(404, 422))
async def result(
    parts: Parts, who: AnyActor, id: Key, login: Annotated[str, Path(min_length=1, max_length=LOGIN)]
) -> dict[str, Any]:
    found = await _read(parts, lambda db: classes.result(db, who, id, login))
    return Response(found, media_type="application/json")  # type: ignore[return-value]


async def _read(parts: HubParts, work: Callable[[Connection], T]) -> T:
    def job() -> T:
        with parts.database.read() as db:
            return work(db)

    return await _answered(job)


async def _write(parts: HubParts, work: Callable[[Connection], T]) -> T:
    def job() -> T:
        with parts.database.write() as db:
            return work(db)

    return await _answered(job)


async def _answered(job: Callable[[], T]) -> T:
    try:
        return await run_in_threadpool(job)
    except classes.Unknown:
        raise problems.unknown("class_unknown") from None
    except classes.NotTheirs:
        raise Problem(
            403, "not_a_trainee", _("Only a trainee of this class tells how far they are.")
        ) from None
    except classes.Reused:
        raise Problem(409, "reused", _("This id is of something else already.")) from None
    except classes.Full:
        raise Problem(409, "class_full", _("This class was sent as much as it can be.")) from None
    except classes.Strangers as wrong:
        raise Problem(
            409, "trainee_unknown", _("Not known here, or not of this class."), {"n": len(wrong.logins)}
        ) from None
