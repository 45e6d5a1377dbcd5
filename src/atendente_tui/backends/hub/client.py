"""One login at one hub: requests that carry its token, and what a refusal of the hub means to the port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

from atendente_tui import labels
from atendente_tui.backends.http import ANSWER_LIMIT, Answer, Http, Params, refusal
from atendente_tui.backends.hub.wire import Problem
from atendente_tui.backends.port import (
    BackendError,
    BackendSettings,
    Forbidden,
    ProtocolError,
    Rejected,
    Unauthorized,
)
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.refusals import SENTENCES

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

FILE_TOTAL = 300.0
"""Seconds for a file to go or come, over a slow line."""
REASON = 500
"""Characters of a reason that are kept."""


class Client:
    """Raises the port's errors. The token goes to the one address and, by plain http, to this machine only."""

    def __init__(self, settings: BackendSettings, parallel: int) -> None:
        self.http = Http(settings.url, verify=settings.verify, parallel=parallel)
        if not self.http.encrypted and not self.http.loopback:
            raise ProtocolError(
                _("{url} must begin with https://: plain http is for a hub on this machine alone").format(
                    url=settings.url
                ),
                sent=False,
            )
        self._token = settings.secret or ""

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        content: bytes | None = None,
        content_type: str | None = None,
        limit: int = ANSWER_LIMIT,
        total: float | None = None,
    ) -> Answer:
        """One exchange, any status."""
        headers = self._headers()
        if content_type is not None:
            headers["Content-Type"] = content_type
        return await self.http.send(
            method,
            "/v1" + path,
            params=params,
            body=body,
            content=content,
            headers=headers,
            limit=limit,
            total=total,
        )

    async def asked(self, method: str, path: str, **more: Any) -> Answer:
        """One exchange that went well."""
        answer = await self.send(method, path, **more)
        if answer.status >= 300:
            raise failure(answer)
        return answer

    def listen(self, path: str) -> AsyncIterator[ServerSentEvent]:
        return self.http.listen("/v1" + path, headers=self._headers(), refused=failure)

    def _headers(self) -> dict[str, str]:
        if not self._token:
            raise Unauthorized("no token: atendente login")
        if not (self._token.isascii() and self._token.isprintable()) or " " in self._token:
            raise Unauthorized("what was kept is no token")
        return {"Authorization": f"Bearer {self._token}"}

    async def aclose(self) -> None:
        await self.http.aclose()


def problem(answer: Answer) -> Problem | None:
    """What the hub says is wrong; None for an answer that is not a hub's."""
    try:
        return Problem.model_validate(answer.json())
    except (ProtocolError, ValueError):
        return None


def failure(answer: Answer) -> BackendError:
    """What a status of 300 and above means to us.

    A no that is not in the hub's own words comes from somewhere on the way, and decides nothing about a command.
    """
    status = answer.status
    told = problem(answer)
    if status in (401, 408, 425, 429) or status >= 500 or status < 400:
        return refusal(answer, message=told.error if told is not None else "")
    if told is None:
        return ProtocolError(f"HTTP {status}, and not from a hub")
    if status == 403:
        return Forbidden(reason(told.error, told.values, told.detail))
    return Rejected(reason(told.error, told.values, told.detail))


def reason(code: str | None, values: Mapping[str, Any] | None, detail: str | None) -> str:
    """Why not, in the person's language where the code is one of the rules', else in the hub's own words."""
    plain = {
        name: [str(one) for one in value] if isinstance(value, list) else str(value)
        for name, value in (values or {}).items()
        if value is not None
    }
    if code is not None and code in SENTENCES and _wanted(SENTENCES[code]) <= plain.keys():
        return labels.refusal(_refused(code, plain))[:REASON]
    return (detail or code or _("The hub gave no reason."))[:REASON]


def _wanted(sentence: str) -> set[str]:
    """The values a sentence names."""
    return {name for _text, name, _spec, _as in Formatter().parse(sentence) if name}


def _refused(code: str, values: Mapping[str, Any]) -> Refused:
    refused = Refused(code)
    refused.values = dict(values)  # given by name they could hide the code
    return refused
