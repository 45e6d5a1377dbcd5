"""Who asks: every request is let in here, before anything of it is read, and routes take the actor from here.

    router = guarded()                       # below /v1; 401 and 429 come before the route is reached
    @router.put("/x", responses=declared(403, 404))
    async def put_x(parts: Parts, actor: WritingActor) -> Response: ...

`AnyActor` is whoever has a token; `WritingActor` may change something (403 for supervisors). Bodies come by `strict_json.strictly`. A router of `open_to_all` asks for no token; its routes see to it themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from atendente_tui.hub import problems, tokens
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.strict_json import StrictRequest, check_type
from atendente_tui.hub.tokens import Holder

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def parts_of(request: Request) -> HubParts:
    parts: HubParts = request.app.state.parts
    return parts


async def holder_of(request: Request) -> Holder:
    holder: Holder = request.state.holder
    return holder


async def actor(request: Request) -> Actor:
    holder: Holder = request.state.holder
    return holder.actor


async def writing_actor(request: Request) -> Actor:
    found = await actor(request)
    if not found.may_write:
        raise problems.forbidden(found.role)
    return found


Parts = Annotated[HubParts, Depends(parts_of)]
TheHolder = Annotated[Holder, Depends(holder_of)]
AnyActor = Annotated[Actor, Depends(actor)]
WritingActor = Annotated[Actor, Depends(writing_actor)]


def guarded() -> APIRouter:
    """A router below /v1 whose every route wants a token."""
    shown = HTTPBearer(auto_error=False, description="A token of `atendente hub token create`")
    return APIRouter(
        prefix="/v1", route_class=Route, dependencies=[Depends(shown)], responses=problems.declared(401, 429)
    )


def open_to_all() -> APIRouter:
    """A router below /v1 whose routes want no token."""
    return APIRouter(prefix="/v1", route_class=OpenRoute)


class OpenRoute(APIRoute):
    """Reads bodies strictly."""

    def get_route_handler(self) -> Handler:
        carry_on = super().get_route_handler()
        takes_json = self.body_field is not None

        async def handle(request: Request) -> Response:
            if takes_json:
                check_type(request)
            return await carry_on(StrictRequest(request.scope, request.receive, request._send))

        return handle


class Route(OpenRoute):
    """Lets in who has a token, as often as they may, and reads bodies strictly."""

    def get_route_handler(self) -> Handler:
        carry_on = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.state.holder = await let_in(request)
            return await carry_on(request)

        return handle


async def let_in(request: Request) -> Holder:
    """Raises Problem 401 and 429."""
    parts: HubParts = request.app.state.parts
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        raise problems.unauthorized("token_missing")
    address = request.client.host if request.client is not None else ""
    hashed = tokens.hash_of(token)
    wait = parts.limits.barred(address, hashed)
    if wait is not None:
        raise problems.rate_limited(wait)
    found = await run_in_threadpool(_find, parts, token) if tokens.well_formed(token) else "token_unknown"
    if isinstance(found, str):
        parts.limits.failed(address, hashed)
        raise problems.unauthorized(found)
    parts.limits.held(hashed)
    wait = parts.limits.asked(found.token)
    if wait is not None:
        raise problems.rate_limited(wait)
    return found


def _find(parts: HubParts, token: str) -> Holder | tokens.Reason:
    with parts.database.read() as db:
        return tokens.find(db, token, parts.now())
