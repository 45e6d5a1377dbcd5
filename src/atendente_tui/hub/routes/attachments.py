"""`POST /v1/attachments`: a file comes in, part by part. `GET /v1/attachments/{id}`: it goes out, always as a download."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from atendente_tui import labels
from atendente_tui.domain.change import Attachment
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub import attachments, problems
from atendente_tui.hub.asking import AnyActor, Parts, WritingActor, guarded
from atendente_tui.hub.attachments import Stored, Upload
from atendente_tui.hub.blobs import Blobs
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.problems import Problem, declared
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.strict_json import spill
from atendente_tui.i18n import _

router = guarded()
Name = Annotated[str, Query(min_length=1, max_length=400, description="What the file is called")]
_BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
BODY: dict[str, Any] = {"requestBody": {"required": False, **_BINARY}}
"""No body is a file with nothing in it."""
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "Its bytes", "content": {"*/*": _BINARY["content"]["application/octet-stream"]}}
}
_STATUS = {"attachment_type": 415, "attachment_size": 413}


@router.post(
    "/attachments",
    response_model=Attachment,
    responses=declared(400, 403, 413, 415, 422),
    openapi_extra=BODY,
)
async def upload(request: Request, parts: Parts, actor: WritingActor, name: Name) -> Attachment:
    async def owner() -> str:
        return actor.login

    return await take(request, parts, name, owner)


async def take(
    request: Request,
    parts: HubParts,
    name: str,
    owner: Callable[[], Awaitable[str]],
    each: Callable[[bytes], None] = lambda _part: None,
) -> Attachment:
    """Take the body as a file. `each` sees every part; `owner` is asked once all are here, and may refuse by a Problem."""
    limit = attachments.LARGEST
    told = request.headers.get("content-length", "")
    here = False
    try:
        if told.isdigit() and int(told[:20]) > limit:
            raise Refused("attachment_size", limit=limit)
        coming = await run_in_threadpool(
            Upload, Blobs(parts.settings.files), name, request.headers.get("content-type"), limit
        )
        try:
            async for part in request.stream():
                each(part)
                await run_in_threadpool(coming.write, part)
            here = True
            return await run_in_threadpool(coming.keep, parts.database, await owner(), parts.now())
        finally:
            await run_in_threadpool(coming.discard)
    except ClientDisconnect:
        raise problems.unreadable(_("it did not arrive")) from None
    except Refused as refused:
        if not here:
            await spill(request, int(told[:20]) if told.isdigit() else 0)
        if refused.code not in _STATUS:
            raise
        raise Problem(
            _STATUS[refused.code],
            refused.code,
            labels.refusal(refused),
            {"limit": limit} if refused.code == "attachment_size" else {},
            headers={"Connection": "close"},
        ) from None


@router.get(
    "/attachments/{id}",
    response_class=StreamingResponse,
    responses={**declared(404, 422), **_FILE},
)
async def download(
    parts: Parts, actor: AnyActor, id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
) -> Response:
    found = await run_in_threadpool(_readable, parts, actor, id)
    if found is None:
        raise problems.unknown("attachment_unknown")
    try:
        content = await run_in_threadpool(Blobs(parts.settings.files).parts, found.sha256)
    except OSError:
        raise problems.unknown("attachment_lost") from None  # the doctor finds it
    return StreamingResponse(content, headers=attachments.headers(found), media_type=found.content_type)


def _readable(parts: HubParts, actor: Actor, attachment: str) -> Stored | None:
    with parts.database.read() as db:
        return attachments.readable(db, actor, attachment)
