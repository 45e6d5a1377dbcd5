"""One line a request: method, route, status, time, bytes, and the id of the token. Nothing that a person wrote.

    POST /v1/commands 200 4.1ms 312B 5f0c11ab

A route is named by its template, so no id and no query is in it, and what matches none is "-": nothing a client sends can
write into the log. The middleware is also the last resort: what nobody foresaw becomes an answer here (`problems.broken`).
"""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING

from atendente_tui.hub import problems

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from atendente_tui.hub.tokens import Holder

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = logging.getLogger(__name__)


class Cut(Exception):
    """An answer broke off after it had begun; says nothing of why, for the log has it."""


class AccessLog:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = size = 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception as error:
            answer = problems.broken(error)
            if status:
                raise Cut from None
            await answer(scope, receive, counted)
        finally:
            if _log.isEnabledFor(logging.INFO):
                _log.info(
                    "%s %s %d %.1fms %dB %s",
                    scope["method"] if scope["method"] in _METHODS else "-",
                    _route(scope),
                    status,
                    (perf_counter() - began) * 1000,
                    size,
                    _token(scope),
                )


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "-"))


def _token(scope: Scope) -> str:
    holder: Holder | None = scope.get("state", {}).get("holder")
    return "-" if holder is None else holder.token
