"""A child: what anybody would write first. One endpoint inserts a row, one answers a query, one echoes to whoever listens.

python -m bench.hub.bare DATABASE SOCKET-FD
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import Text, and_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sse_starlette import EventSourceResponse, ServerSentEvent

from atendente_tui.hub import tables
from atendente_tui.hub.database import Database


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "bench_row"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class Given(BaseModel):
    id: str
    at: str
    author: str
    text: str


def make(database: Database) -> FastAPI:
    app = FastAPI()
    listening: set[asyncio.Queue[str]] = set()
    g, t, c, e = tables.log, tables.ticket, tables.customer, tables.event

    @app.post("/rows")
    def insert(given: Given) -> dict[str, str]:
        with Session(database.engine) as session:
            session.add(Row(**given.model_dump()))
            session.commit()
        return {"id": given.id}

    @app.get("/page")
    def page(after: int, limit: int = 500) -> Response:
        joined = (
            g.outerjoin(t, t.c.id == g.c.ticket)
            .outerjoin(c, c.c.id == g.c.customer)
            .outerjoin(e, and_(g.c.kind == "event", e.c.id == g.c.seq))
        )
        asked = (
            select(g.c.seq, g.c.kind, t.c.team, t.c.body, c.c.body.label("customer"), e.c.body.label("event"))
            .select_from(joined)
            .where(g.c.seq > after)
            .order_by(g.c.seq)
            .limit(limit)
        )
        with database.read() as db:
            rows = [dict(row) for row in db.execute(asked).mappings()]
        return Response(json.dumps(rows), media_type="application/json")

    @app.post("/echo")
    async def echo(given: dict[str, Any]) -> dict[str, str]:
        for one in listening:
            one.put_nowait(str(given["n"]))
        return {}

    @app.get("/listen")
    async def listen() -> EventSourceResponse:
        told: asyncio.Queue[str] = asyncio.Queue()
        listening.add(told)

        async def events() -> AsyncIterator[ServerSentEvent]:
            yield ServerSentEvent("{}", event="hello")
            while True:
                yield ServerSentEvent(await told.get(), event="change")

        return EventSourceResponse(events())

    return app


def main() -> None:
    database = Database.open(sys.argv[1], migrate=False)
    Base.metadata.create_all(database.engine)
    config = uvicorn.Config(make(database), log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])


if __name__ == "__main__":
    main()
