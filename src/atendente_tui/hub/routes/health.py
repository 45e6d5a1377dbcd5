"""`GET /v1/health`: whether the hub and its database answer."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from atendente_tui.hub import tables
from atendente_tui.hub.asking import Parts, open_to_all
from atendente_tui.hub.parts import HubParts

router = open_to_all()


class Health(BaseModel):
    status: Literal["ok"] = "ok"


@router.get("/health")
async def health(parts: Parts) -> Health:
    await run_in_threadpool(_look, parts)
    return Health()


def _look(parts: HubParts) -> None:
    with parts.database.read() as db:
        db.execute(select(tables.clock.c.id)).one()
