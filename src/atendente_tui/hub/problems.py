"""The one shape in which the hub says no: `{"error": CODE, "detail": SENTENCE, "values": {...}}` (docs/hub.md).

What was sent is never repeated in it, nor in the log: not by the validation, which names only place and kind of each fault,
and not by the last resort, which keeps where something broke under an id and tells the id alone.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from atendente_tui import labels
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

FAULTS = 20
"""Faults of one body that are told."""
_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_log = logging.getLogger(__name__)


class Told(BaseModel):
    """What every answer of 400 and above says."""

    model_config = ConfigDict(title="Problem")

    error: str
    """A code that software reads."""
    detail: str
    """A sentence for people."""
    values: dict[str, Any] = Field(default_factory=dict)


class Problem(HTTPException):
    """Ends a request with this answer. Raise it anywhere below a route."""

    def __init__(
        self,
        status: int,
        error: str,
        detail: str,
        values: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.error, self.values = error, values or {}

    def answer(self) -> Response:
        return _answer(self.status_code, self.error, self.detail, self.values, self.headers)


def unauthorized(why: str) -> Problem:
    """`why` is a code of `tokens`, or "token_missing"."""
    sentences = {
        "token_missing": _("This needs a token: Authorization: Bearer TOKEN."),
        "token_unknown": _("This token is not known here."),
        "token_revoked": _("This token was revoked."),
        "token_expired": _("This token has expired. Ask for a new one."),
        "agent_inactive": _("This account is closed."),
    }
    return Problem(401, why, sentences[why], headers={"WWW-Authenticate": "Bearer"})


def forbidden(role: str) -> Problem:
    return Problem(
        403, "forbidden", _("Your role does not allow that: {role}.").format(role=role), {"role": role}
    )


def unreadable(why: str, *, hang_up: bool = False) -> Problem:
    detail = _("The body cannot be read as JSON: {why}.").format(why=why)
    return Problem(400, "body_unreadable", detail, headers={"Connection": "close"} if hang_up else None)


def too_large(limit: int) -> Problem:
    detail = _("The body is larger than {limit} bytes.").format(limit=limit)
    return Problem(413, "too_large", detail, {"limit": limit}, headers={"Connection": "close"})


def wrong_type(allowed: str) -> Problem:
    detail = _("The content type must be {allowed}.").format(allowed=allowed)
    return Problem(415, "content_type", detail, {"allowed": allowed})


def rate_limited(seconds: int) -> Problem:
    detail = _("Too many requests. Try again in {seconds} s.").format(seconds=seconds)
    return Problem(429, "rate_limited", detail, {"seconds": seconds}, headers={"Retry-After": str(seconds)})


def unknown(error: str = "not_found") -> Problem:
    """For what is not there and for what this agent may not see, alike."""
    return Problem(404, error, _("There is no such thing here."))


_DECLARED = {
    400: "The body cannot be read",
    401: "No token, or one that does not hold",
    403: "The role does not allow it",
    404: "There is no such thing, or none that this agent may see",
    409: "The world moved on",
    410: "Of another hub, or from before it was restored: begin anew",
    413: "Too large",
    415: "The content type is not accepted",
    422: "Understood, and not acceptable",
    429: "Too many requests; Retry-After says when",
}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route, for the published description."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        found[status] = {"model": Told, "description": _DECLARED[status]}
    if 429 in found:
        seconds = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds"}
        found[429]["headers"] = {"Retry-After": seconds}
    return found


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Refused, _refused)


def broken(error: BaseException) -> Response:
    """The answer to what nobody foresaw. Where it happened goes to the log under an id; what it happened to does not."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        _log.error("the database does not answer (%s)", type(error).__name__)
        return _answer(503, "database", _("The database does not answer. Try again later."), {})
    known_by = secrets.token_hex(4)
    places = ", ".join(
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)[-6:]
    )
    kinds = " from ".join(_chain(error))
    _log.error("fault %s: %s at %s", known_by, kinds, places)
    detail = _("Something went wrong here. It is kept in the log as {id}.").format(id=known_by)
    return _answer(500, "internal", detail, {"id": known_by})


def _chain(error: BaseException) -> Iterable[str]:
    seen: BaseException | None = error
    for _step in range(4):
        if seen is None:
            return
        yield f"{type(seen).__module__}.{type(seen).__name__}"
        seen = seen.__cause__ or seen.__context__


def _answer(
    status: int, error: str, detail: str, values: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    body = json.dumps(
        {"error": error, "detail": detail, "values": values}, default=str, separators=(",", ":")
    )  # ASCII: no text of a rule's values can break it
    return Response(body, status, headers, media_type="application/json")


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101  # nosec B101 # for the type checker
    return problem.answer()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # nosec B101 # for the type checker
    if error.status_code == 404:
        return unknown().answer()
    if error.status_code == 405:
        allowed = {"Allow": _allowed(request) or (error.headers or {}).get("Allow", "")}
        return _answer(405, "method_not_allowed", _("This cannot be done here."), {}, allowed)
    return _answer(error.status_code, "refused", _("This cannot be done here."), {}, error.headers)


def _allowed(request: Request) -> str:
    """All methods of a path; the framework names those of the first route it comes upon."""
    path = getattr(request.scope.get("route"), "path", "").replace(":path}", "}")  # as it is described
    described = request.app.openapi()["paths"].get(path, {})
    return ", ".join(sorted(method.upper() for method in described))


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # nosec B101 # for the type checker
    faults = [
        {"loc": [part for part in _place(one) if _plain(part)], "type": one["type"]}
        for one in error.errors()[:FAULTS]
    ]
    return _answer(422, "invalid", _("What was sent is not as described."), {"faults": faults})


def _place(fault: Mapping[str, Any]) -> tuple[Any, ...]:
    """Where it is. A name that no field has is the sender's own word, and is not repeated."""
    place = tuple(fault["loc"])
    return place[:-1] if fault["type"] == "extra_forbidden" else place


def _plain(part: object) -> bool:
    return isinstance(part, int) or (isinstance(part, str) and _NAME.fullmatch(part) is not None)


async def _refused(_request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)  # noqa: S101  # nosec B101 # for the type checker
    return _answer(422, refused.code, labels.refusal(refused), refused.values)
