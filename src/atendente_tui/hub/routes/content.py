"""`/v1/content/{kind}`: what a team shares. Everybody reads it; trainers and administrators change it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Path
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from atendente_tui.domain.change import ArticleUpsert, DirectoryEntry, SettingKind, SettingUpsert
from atendente_tui.hub import content, problems
from atendente_tui.hub.asking import AnyActor, Parts, actor, guarded
from atendente_tui.hub.content import Entry, Faulty, GivenArticle, GivenSetting, GivenWord, Kind, WordKind
from atendente_tui.hub.parts import HubParts
from atendente_tui.hub.problems import Problem, declared
from atendente_tui.hub.recording import Recording
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.strict_json import strictly
from atendente_tui.i18n import _
from atendente_tui.knowledge.marked import Fault

router = guarded()
EDITORS = ("trainer", "administrator")
Key = Annotated[str, Path(min_length=1, max_length=content.KEY, pattern=content.KEY_PATTERN)]


async def editor(found: Annotated[Actor, Depends(actor)]) -> Actor:
    if found.role not in EDITORS:
        raise problems.forbidden(found.role)
    return found


Editor = Annotated[Actor, Depends(editor)]


class Articles(BaseModel):
    entries: tuple[ArticleUpsert, ...]


class Settings(BaseModel):
    entries: tuple[SettingUpsert, ...]


class Words(BaseModel):
    entries: tuple[DirectoryEntry, ...]


def _offer(kind: str, one: type[BaseModel], several: type[BaseModel]) -> None:
    """The two ways to read a kind."""

    async def look(parts: Parts, _actor: AnyActor) -> Response:
        rows = await run_in_threadpool(_listed, parts, kind)
        return Response(f'{{"entries":[{",".join(rows)}]}}', media_type="application/json")

    async def get(parts: Parts, _actor: AnyActor, key: Key) -> Response:
        found = await run_in_threadpool(_stored, parts, kind, key)
        if found is None:
            raise problems.unknown("content_unknown")
        return Response(found, media_type="application/json")

    router.get(f"/content/{kind}", response_model=several, operation_id=f"list_{kind}")(look)
    router.get(
        f"/content/{kind}/{{key:path}}",
        response_model=one,
        responses=declared(404, 422),
        operation_id=f"get_{kind}",
    )(get)


def _take(kind: Kind, model: type[Any], shown: type[BaseModel], made: Callable[[str, Any], Entry]) -> None:
    """The two ways to change a kind."""

    async def put(parts: Parts, _editor: Editor, key: Key, given: Any) -> Response:
        try:
            entry = await run_in_threadpool(made, key, given)
        except Faulty as faulty:
            raise _faulty(faulty) from None
        return await _written(parts, entry)

    async def drop(parts: Parts, _editor: Editor, key: Key) -> Response:
        if not await asyncio.wrap_future(parts.writer.submit(lambda r: content.drop(r, kind, key))):
            raise problems.unknown("content_unknown")
        return Response(status_code=204)

    put.__annotations__["given"] = Annotated[model, strictly(model)]
    router.put(
        f"/content/{kind}/{{key:path}}",
        response_model=shown,
        responses=declared(400, 403, 404, 413, 415, 422),  # 404: no path has a line break
        operation_id=f"put_{kind}",
    )(put)
    router.delete(
        f"/content/{kind}/{{key:path}}",
        status_code=204,
        responses=declared(403, 404, 422),
        operation_id=f"delete_{kind}",
    )(drop)


async def _written(parts: HubParts, entry: Entry) -> Response:
    def job(recording: Recording) -> str:
        content.write(recording, [entry])
        return recording.content(entry.kind, entry.key) or ""

    body = await asyncio.wrap_future(parts.writer.submit(job))
    return Response(body, media_type="application/json")


def _faulty(faulty: Faulty) -> Problem:
    """Where each fault is and what is allowed there; what was found is the sender's own, and not repeated."""
    told = [_told(one) for one in faulty.faults[: problems.FAULTS]]
    return Problem(422, "content_faulty", _("It cannot be taken: it has faults."), {"faults": told})


def _told(fault: Fault) -> dict[str, Any]:
    return {
        "line": fault.line,
        "field": fault.field,
        "message": fault.message,
        "allowed": list(fault.allowed),
    }


def _listed(parts: HubParts, kind: str) -> list[str]:
    with parts.database.read() as db:
        return [body for _key, body in content.listed(db, kind)]


def _stored(parts: HubParts, kind: str, key: str) -> str | None:
    with parts.database.read() as db:
        return content.stored(db, kind, key)


def _setting_of(kind: SettingKind, key: str, given: GivenSetting) -> Entry:
    return content.setting(kind, key, given.body)


def _word_of(kind: WordKind, key: str, given: GivenWord) -> Entry:
    return content.word(kind, key, given.label)


_offer("article", ArticleUpsert, Articles)
_take("article", GivenArticle, ArticleUpsert, content.article)
for _setting in content.SETTINGS:
    _offer(_setting, SettingUpsert, Settings)
    _take(_setting, GivenSetting, SettingUpsert, partial(_setting_of, _setting))
for _word in content.WORDS:
    _offer(_word, DirectoryEntry, Words)
    _take(_word, GivenWord, DirectoryEntry, partial(_word_of, _word))
for _who in ("agent", "team"):
    _offer(_who, DirectoryEntry, Words)  # changed as accounts
