"""Manners every HTTP adapter shares: one client, short time-outs, no redirects, bounded answers, closed errors.

httpx is imported when the first request is made, so that naming an adapter costs nothing.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import math
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Never, cast
from urllib.parse import urlsplit

from atendente_tui.backends.port import (
    BackendError,
    Conflict,
    Forbidden,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.i18n import _

if TYPE_CHECKING:
    import httpx
    from httpx_sse import ServerSentEvent

CONNECT, READ, WRITE, POOL = 5.0, 10.0, 10.0, 5.0
"""Seconds. READ is between two pieces of an answer; `TOTAL` bounds one whole exchange."""
TOTAL = 60.0
SILENCE = 45.0
"""Seconds without a word after which a line of events is broken: who keeps one open says something more often."""
ANSWER_LIMIT = 20 * 1024 * 1024
"""Bytes of one answer, after decompression."""
EVENT_LIMIT = 256 * 1024
"""Characters of one event of a line."""
JSON_DEPTH = 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")

Params = Mapping[str, str | int] | Sequence[tuple[str, str | int]]


class TooLarge(ProtocolError):
    """The answer is longer than the caller allowed; asking for less may work."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """The body as JSON, what is no Unicode in it mended. Raises ProtocolError for anything else, NaN, absurd
        depth or absurd numbers."""
        try:
            value = json.loads(self.body.decode("utf-8", "replace"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ProtocolError(f"not JSON (HTTP {self.status}): {type(error).__name__}") from error
        if _deeper_than(value, JSON_DEPTH):
            raise ProtocolError(f"JSON nested deeper than {JSON_DEPTH}")
        return _whole(value) if b"\\ud" in self.body or b"\\uD" in self.body else value

    @property
    def date(self) -> datetime:
        """The server's clock when it answered; ours where it does not say."""
        return _http_date(self.headers.get("date", "")) or datetime.now(UTC)


class Http:
    """Requests below one base address; the address of an answer's links is never followed.

    `parallel` requests run at once and the rest wait here, not in the pool: a full pool is not a fault.
    """

    def __init__(self, base: str, *, verify: bool | str = True, parallel: int = 4) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ProtocolError(_("the address must be http(s)://HOST[:PORT][/PATH]"), sent=False)
        if parts.username or parts.password:
            raise ProtocolError(_("the address must not contain a user or password"), sent=False)
        self.base = base.rstrip("/")
        self.loopback = parts.hostname in LOOPBACK
        self.encrypted = parts.scheme == "https"
        self._verify = verify
        self._parallel = parallel
        self.transport: httpx.AsyncBaseTransport | None = None
        """Another way out than the network, set before the first request: a simulated one."""
        self._client: httpx.AsyncClient | None = None
        self._turn: asyncio.Semaphore | None = None

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = ANSWER_LIMIT,
        total: float | None = None,
    ) -> Answer:
        """One exchange, any status. `body` is sent as JSON, `form` as a form, `content` as it is (`headers` say what).

        total   seconds for all of it, None for `TOTAL`

        Raises Unreachable (`sent` tells whether the server may have acted), TooLarge, ProtocolError.
        """
        import httpx

        client, turn = self._opened()
        sent_headers = dict(headers or {})
        if body is not None:
            # Lone surrogates are no text: no request can carry them.
            content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
            sent_headers["Content-Type"] = "application/json"
        async with turn:
            with _closed_errors():
                async with (
                    asyncio.timeout(TOTAL if total is None else total),
                    client.stream(
                        method,
                        self.base + path,
                        params=None if params is None else httpx.QueryParams(_pairs(params)),
                        content=content,
                        data=form,
                        headers=sent_headers,
                    ) as response,
                ):
                    answer = await _answer(response, limit)
        return answer

    async def listen(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        refused: Callable[[Answer], BackendError],
        limit: int = EVENT_LIMIT,
    ) -> AsyncIterator[ServerSentEvent]:
        """Server-sent events for as long as the line stands, beside the requests and without a turn among them.

        A line on which nothing is heard for `SILENCE` seconds is broken. Raises as `send`, TooLarge for an event longer
        than `limit`, and what `refused` makes of a status that is not 200.
        """
        import httpx
        from httpx_sse import EventSource

        client, _turn = self._opened()
        asked = {**(headers or {}), "Accept": "text/event-stream", "Accept-Encoding": "identity"}
        silence = httpx.Timeout(connect=CONNECT, read=SILENCE, write=WRITE, pool=POOL)
        with _closed_errors():
            async with client.stream("GET", self.base + path, headers=asked, timeout=silence) as response:
                if response.status_code != 200:
                    raise refused(await _answer(response, ANSWER_LIMIT))
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                if kind != "text/event-stream" or "content-encoding" in response.headers:
                    raise ProtocolError("not a line of events", sent=False)
                line = _Line(response, limit)
                async with aclosing(EventSource(cast("httpx.Response", line)).aiter_sse()) as told:
                    async for event in told:
                        line.since = 0
                        yield event

    def _opened(self) -> tuple[httpx.AsyncClient, asyncio.Semaphore]:
        if self._client is None or self._turn is None:
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            import httpx

            from atendente_tui import __version__

            self._turn = asyncio.Semaphore(self._parallel)
            self._client = httpx.AsyncClient(
                transport=self.transport,
                verify=_no_tls() if self.loopback and not self.encrypted else _tls(self._verify),
                # No cookie is ever kept or sent but what an adapter sets itself.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                follow_redirects=False,
                timeout=httpx.Timeout(connect=CONNECT, read=READ, write=WRITE, pool=POOL),
                # One more than there are turns: the line of events.
                limits=httpx.Limits(max_connections=self._parallel + 1, keepalive_expiry=5.0),
                trust_env=not self.loopback,
                headers={
                    "User-Agent": f"atendente/{__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                },
            )
        return self._client, self._turn

    async def aclose(self) -> None:
        client, self._client, self._turn = self._client, None, None
        if client is not None:
            await client.aclose()


def refusal(answer: Answer, *, message: str = "") -> BackendError:
    """What a status of 300 and above means to us. `message` is the server's own reason, if it gave one."""
    status = answer.status
    told = message or f"HTTP {status}"
    if status == 401 or 300 <= status < 400:
        # A redirect is a log-in page; it is never followed, so the secret never leaves the origin.
        return Unauthorized(f"HTTP {status}")
    if status == 403:
        return Forbidden(told)
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return RateLimited(retry_after(answer.headers.get("retry-after", ""), answer.date))
    if status in (409, 412):
        return Conflict(told, {})
    if status in (408, 425):
        return Unreachable(f"HTTP {status}", sent=True)
    if status == 413:
        return Rejected("too_large")
    if status < 300:
        return ProtocolError(f"unexpected HTTP {status}")
    if status < 500 or status in (501, 505):
        return Rejected(told)
    if status == 500 and not answer.body:
        return ProtocolError("HTTP 500 without a body")
    return Unreachable(told, sent=True)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds from a Retry-After header (RFC 9110, 10.2.3): a number or a date; None when it is neither.

    Never negative; more than a day is a slip and becomes an hour.
    """
    try:
        seconds = float(value)
    except ValueError:
        moment = _http_date(value)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    if not math.isfinite(seconds):
        return None
    return 3600.0 if seconds > 86_400 else max(0.0, seconds)


class _Line:
    """The text of a line of events, as `httpx_sse` reads it, no event of it without end."""

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self.headers = response.headers
        self.since = 0
        """Characters since the last event was whole."""
        self._response, self._limit = response, limit

    async def aiter_text(self) -> AsyncIterator[str]:
        async for piece in self._response.aiter_text():
            self.since += len(piece)
            if self.since > self._limit:
                raise TooLarge(f"an event of more than {self._limit} characters")
            if piece.endswith(("\n\n", "\r\r", "\r\n\r\n")):  # comments are no events, and may go on for ever
                self.since = 0
            yield piece


@contextmanager
def _closed_errors() -> Iterator[None]:
    """httpx's faults as the port's."""
    import httpx

    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise Unreachable(_told(error), sent=False) from error
    except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise ProtocolError(_told(error), sent=False) from error
    except httpx.DecodingError as error:
        raise ProtocolError(_told(error), sent=True) from error
    except (httpx.TransportError, TimeoutError) as error:
        # Also a failed write: what of it had arrived is not known, and asking is cheap.
        raise Unreachable(_told(error), sent=True) from error


async def _answer(response: httpx.Response, limit: int) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, await _bounded(response, limit))


async def _bounded(response: httpx.Response, limit: int) -> bytes:
    if int(response.headers.get("content-length") or 0) > limit:
        raise TooLarge(f"an answer of {response.headers['content-length']} bytes")
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > limit:
            raise TooLarge(f"an answer of more than {limit} bytes")
    return bytes(body)


def _pairs(params: Params) -> list[tuple[str, str | int | float | bool | None]]:
    pairs = params.items() if isinstance(params, Mapping) else params
    return [(name, _text(value) if isinstance(value, str) else value) for name, value in pairs]


def _text(value: str) -> str:
    """Without lone surrogates."""
    return value.encode(errors="replace").decode()


def _no_tls() -> Any:
    """Trusts nobody, and is asked by nobody: reading the system's certificates takes longer than most answers."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _tls(verify: bool | str) -> Any:
    import ssl

    return ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _http_date(value: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _no_constant(name: str) -> Never:
    raise ValueError(name)


def _whole(value: Any) -> Any:
    """The same without lone surrogates, which JSON can spell and nothing else can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value


def _deeper_than(value: object, limit: int) -> bool:
    level: list[object] = [value]
    for _level in range(limit):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
