"""`POST /v1/commands`: carry out what people did; `GET /v1/commands/{id}`: the receipt of what has its effect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.command import Command, Receipt
from atendente_tui.hub import problems
from atendente_tui.hub.asking import AnyActor, Parts, WritingActor, guarded
from atendente_tui.hub.commands import carry_out, receipt, wanted
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.problems import declared
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.strict_json import strictly

router = guarded()
MOST = 100
"""Commands at once."""


class Batch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    commands: Annotated[tuple[Command, ...], Field(min_length=1, max_length=MOST)]


class Outcome(BaseModel):
    """What became of one command (docs/hub.md)."""

    model_config = ConfigDict(title="Result")

    command_id: UUID
    outcome: Literal["applied", "conflict", "refused", "reused"]
    receipt: Receipt | None = None
    error: str | None = None
    values: Mapping[str, Any] = Field(default_factory=dict)
    detail: str = ""
    current: Mapping[str, str | None] = Field(default_factory=dict)
    events: tuple[EventAppend, ...] = ()


class Outcomes(BaseModel):
    model_config = ConfigDict(title="Results")

    results: tuple[Outcome, ...]


_RECEIPT = {"operationId": "receipt", "parameters": {"id": "$response.body#/results/0/receipt/command_id"}}
_TOLD: dict[int | str, dict[str, Any]] = {200: {"links": {"receipt": _RECEIPT}}}


@router.post("/commands", response_model=Outcomes, responses=_TOLD | declared(400, 403, 413, 415, 422))
async def post(parts: Parts, actor: WritingActor, batch: Annotated[Batch, strictly(Batch)]) -> Response:
    told = [
        parts.writer.submit(
            partial(carry_out, actor=actor, command=one), tickets=wanted(one), commands=(str(one.id),)
        )
        for one in batch.commands
    ]
    results = [(await asyncio.wrap_future(one)).json() for one in told]
    return Response(f'{{"results":[{",".join(results)}]}}', media_type="application/json")


@router.get("/commands/{id}", response_model=Receipt, responses=declared(404, 422), operation_id="receipt")
async def get(parts: Parts, actor: AnyActor, id: Annotated[UUID, Path()]) -> Response:
    found = await run_in_threadpool(_receipt, parts, actor, id)
    if found is None:
        raise problems.unknown("command_unknown")
    return Response(found, media_type="application/json")


def _receipt(parts: HubParts, actor: Actor, command_id: UUID) -> str | None:
    with parts.database.read() as db:
        return receipt(db, actor, command_id)
