"""`GET` and `PUT /v1/presence`: who has which ticket open."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from atendente_tui.hub import problems
from atendente_tui.hub.asking import AnyActor, Parts, WritingActor, guarded
from atendente_tui.hub.presence import NoSuchTicket
from atendente_tui.hub.problems import declared
from atendente_tui.hub.strict_json import strictly

router = guarded()


class Attending(BaseModel):
    """What somebody has open."""

    model_config = ConfigDict(extra="forbid")

    ticket: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")] | None
    writing: bool = False


class Person(BaseModel):
    login: str
    name: str
    writing: bool


class AttendedTicket(BaseModel):
    ticket: str
    people: tuple[Person, ...]


class AttendedTickets(BaseModel):
    tickets: tuple[AttendedTicket, ...]


@router.get("/presence")
async def look(parts: Parts, actor: AnyActor) -> AttendedTickets:
    seen = await run_in_threadpool(parts.presence.seen_by, actor)
    return AttendedTickets.model_validate({"tickets": [one.json() for one in seen]})


@router.put("/presence", status_code=204, responses=declared(400, 403, 404, 413, 415, 422))
async def attend(
    parts: Parts, actor: WritingActor, said: Annotated[Attending, strictly(Attending)]
) -> Response:
    ticket = None if said.ticket is None else int(said.ticket)
    try:
        news = await run_in_threadpool(parts.presence.put, actor, ticket, writing=said.writing)
    except NoSuchTicket:
        raise problems.unknown("ticket_unknown") from None
    if news and parts.listeners.come.is_set():
        await parts.presence.look()
    return Response(status_code=204)
