"""Speaking REST 2.0 to Request Tracker: logging in, lists by page, writes that are told apart from refusals."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from atendente_tui.backends.http import ANSWER_LIMIT, Answer, Http, Params, refusal
from atendente_tui.backends.port import BackendSettings, ProtocolError, Unauthorized
from atendente_tui.backends.rt.shape import Row

PER_PAGE = 100
"""RT's own maximum, silently enforced."""
_TOKEN = re.compile(r"\d+-(\d+)-[0-9a-f]{8,}")
_SESSION = re.compile(r"(RT_SID_[^=;\s]+)=([^;\s]+)")
Auth = Literal["token", "basic", "cookie"]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[dict[str, Any]]
    date: datetime
    """The server's clock."""
    total: int | None
    """For progress only: RT withholds it from most people on most lists."""


class Client:
    """One login at one RT. Raises the port's errors."""

    def __init__(self, settings: BackendSettings, parallel: int) -> None:
        self.http = Http(settings.url, verify=settings.verify, parallel=parallel)
        self._user = settings.user
        self._secret = settings.secret or ""
        self.auth: Auth = _chosen(settings)
        self._cookie: str | None = None
        self._login_turn: asyncio.Lock | None = None

    @property
    def own_path(self) -> str:
        """Where this login's own record is: RT has no "me", but a token names its owner."""
        token = _TOKEN.fullmatch(self._secret)
        if self.auth == "token" and token:
            return f"/user/{token[1]}"
        if not self._user:
            raise Unauthorized("no user is configured")
        return "/user/" + segment(self._user)

    async def get(self, path: str, params: Params | None = None, *, limit: int = ANSWER_LIMIT) -> Answer:
        answer = await self._exchange("GET", path, params=params, limit=limit)
        if answer.status == 500 and not answer.body:
            answer = await self._exchange("GET", path, params=params, limit=limit)
        return _accepted(answer)

    async def record(self, path: str, params: Params | None = None) -> tuple[dict[str, Any], str | None]:
        """One record and its ETag without quotes."""
        answer = await self.get(path, params)
        value = answer.json()
        if not isinstance(value, dict):
            raise ProtocolError(f"{path.split('/')[1]}: a record was expected")
        return value, (answer.headers.get("etag") or "").strip('"') or None

    async def page(self, path: str, params: Mapping[str, str | int], *, body: object = None) -> Page:
        """One page of a list; `body` (a JSON search) makes it a POST, which for lists is a reading too."""
        asked = {"per_page": PER_PAGE, "orderby": "id", **params}
        if body is None:
            answer = await self.get(path, asked)
        else:
            answer = _accepted(await self._exchange("POST", path, params=asked, body=body))
        value = answer.json()
        rows = value.get("items") if isinstance(value, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProtocolError(f"{path.split('/')[1]}: a list was expected")
        total = value.get("total")
        return Page(rows, answer.date, total if isinstance(total, int) else None)

    async def pages(
        self, path: str, params: Mapping[str, str | int], *, body: object = None
    ) -> AsyncIterator[Page]:
        """All pages, until one comes back empty: totals are not to be trusted, nor are short pages."""
        number = 1
        while (page := await self.page(path, {**params, "page": number}, body=body)).rows:
            yield page
            number += 1

    async def put(self, path: str, body: Mapping[str, object], *, etag: str | None = None) -> list[str]:
        """RT's remarks, in the person's RT language. 200 says nothing: read back. 412 raises Conflict."""
        headers = {"If-Match": f'"{etag}"'} if etag else None
        answer = _accepted(await self._exchange("PUT", path, body=body, headers=headers))
        remarks = answer.json()
        return [str(one) for one in remarks] if isinstance(remarks, list) else []

    async def post(self, path: str, body: Mapping[str, object]) -> tuple[str, list[str]]:
        """The new record's id (the Location's last part) and RT's remarks. Raises ProtocolError without one."""
        answer = _accepted(await self._exchange("POST", path, body=body))
        made = answer.headers.get("location", "").rstrip("/").rsplit("/", 1)[-1]
        value = answer.json()
        if answer.status != 201 or not made.isdigit():
            raise ProtocolError(f"HTTP {answer.status} without a Location")
        return made, [str(one) for one in value] if isinstance(value, list) else []

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        for attempt in (1, 2):
            known = self._cookie
            answer = await self.http.send(
                method,
                "/REST/2.0" + path,
                params=params,
                body=body,
                headers={**(headers or {}), **await self._credentials()},
                limit=limit,
            )
            expired = self.auth == "cookie" and known is not None and answer.status in (301, 302, 303, 401)
            if not expired or attempt == 2:
                break
            if self._cookie == known:
                self._cookie = None  # the session ended: log in once more; the request was not looked at
        if self.auth == "cookie" and answer.status in (301, 302, 303, 401):
            self._cookie = None
        return answer

    async def _credentials(self) -> dict[str, str]:
        if self.auth == "token":
            return {"Authorization": f"token {self._secret}"}
        if self.auth == "basic":
            pair = base64.b64encode(f"{self._user or ''}:{self._secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        if self._login_turn is None:
            self._login_turn = asyncio.Lock()
        async with self._login_turn:
            if self._cookie is None:
                self._cookie = await self._log_in()
            return {"Cookie": self._cookie}

    async def _log_in(self) -> str:
        """A web session. RT pays for its password hash once here instead of with every request."""
        answer = await self.http.send(
            "POST",
            "/NoAuth/Login.html",
            form={"user": self._user or "", "pass": self._secret},
            limit=2_000_000,
        )
        found = _SESSION.search(answer.headers.get("set-cookie", ""))
        if answer.status in (200, 301, 302, 303) and found:
            return f"{found[1]}={found[2]}"  # RT gives one to a wrong password too; the first request tells
        raise refusal(answer) if answer.status >= 300 else Unauthorized("RT opened no session")

    async def aclose(self) -> None:
        self._cookie = None
        await self.http.aclose()


def segment(value: str) -> str:
    """One part of a path: a login may be an e-mail address, a queue's name may hold a slash."""
    return quote(value, safe="@+") if value not in (".", "..") else quote(value).replace(".", "%2E")


def _chosen(settings: BackendSettings) -> Auth:
    named = settings.options.get("auth")
    if named in ("token", "basic", "cookie"):
        return named  # type: ignore[return-value]
    if named is not None:
        raise ProtocolError("option auth must be token, basic or cookie", sent=False)
    return "token" if _TOKEN.fullmatch(settings.secret or "") else "cookie"


def _accepted(answer: Answer) -> Answer:
    if answer.status < 300:
        return answer
    raise refusal(answer, message=_reason(answer))


def _reason(answer: Answer) -> str:
    """`{"message": ...}`, where RT says why."""
    try:
        value: object = answer.json()
    except ProtocolError:
        return ""
    message = value.get("message") if isinstance(value, dict) else None
    return str(message).strip()[:500] if message else ""


__all__ = ["PER_PAGE", "Client", "Page", "Row", "segment"]
