"""`GET /v1/changes`: a page of what an agent may see, after their cursor."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from atendente_tui.domain.change import ChangePage
from atendente_tui.hub import changes
from atendente_tui.hub.asking import AnyActor, Parts, guarded
from atendente_tui.hub.cursor import CursorGone, CursorInvalid
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.problems import Problem, declared
from atendente_tui.hub.scope import Actor
from atendente_tui.i18n import _

router = guarded()
_CURSOR = {"format": "cursor", "maxLength": 400}


@router.get("/changes", response_model=ChangePage, responses=declared(410, 422))
async def page(
    parts: Parts,
    actor: AnyActor,
    after: Annotated[
        str | None,
        Query(max_length=400, description="`cursor` of the page before", json_schema_extra=_CURSOR),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=changes.MOST)] = 500,
    full: Annotated[bool, Query(description="Begin anew, to find what vanished")] = False,
) -> Response:
    try:
        body = await run_in_threadpool(_page, parts, actor, after, limit, full)
    except CursorInvalid:
        raise Problem(422, "cursor_invalid", _("This is no cursor of a hub.")) from None
    except CursorGone:
        raise Problem(
            410,
            "cursor_gone",
            _("This cursor is of another hub, or from before it was restored. Begin anew."),
        ) from None
    return Response(body, media_type="application/json")


def _page(parts: HubParts, actor: Actor, after: str | None, limit: int, full: bool) -> str:
    with parts.database.read() as db:
        return changes.page(db, actor, after, limit, full=full)
