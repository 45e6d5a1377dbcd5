"""Bodies read strictly: bounded in size and in time, UTF-8, JSON that every program reads alike, values of the declared type.

A body that is no such JSON is 400; one whose values are not as described is 422; one that is too large is 413, with or
without Content-Length; one of another content type is 415. NaN and infinities, lone surrogates, numbers beyond 64 bits, a
name twice in one object and nesting deeper than `DEPTH` are no such JSON. NUL becomes U+FFFD, as in every foreign text
(`domain.change.received`).

A route takes a body so, on a router whose `route_class` is `asking.Route`:

    async def put(body: Annotated[Model, strictly(Model)]) -> Response
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, WrapValidator
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect, Request

from atendente_tui.hub import problems
from atendente_tui.i18n import _

LIMIT = 1 << 20
"""Bytes of a JSON body."""
DEPTH = 32
PATIENCE = 10.0
"""Seconds in which a JSON body must have arrived."""
SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1
_SPILL = 8 << 20
"""Bytes of a body too large that are thrown away, so that its sender comes to read the answer."""


class Sent:
    """A body as it came in: what `strictly` makes a value of."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw


class StrictRequest(Request):
    """Its body is read by `read_body`; its JSON is a `Sent`, so that nothing but `strictly` makes values of it."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = await read_body(self)
        return self._body

    async def json(self) -> Any:
        return Sent(await self.body())


async def read_body(request: Request, limit: int = LIMIT) -> bytes:
    """The whole body. Raises Problem 413 for more than `limit` bytes, 400 for one that did not arrive."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told[:20]) > limit:
        await spill(request, int(told[:20]))
        raise problems.too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    break
    except (TimeoutError, ClientDisconnect):
        raise problems.unreadable(_("it did not arrive"), hang_up=True) from None
    if len(body) > limit:
        await spill(request, _SPILL)
        raise problems.too_large(limit)
    return bytes(body)


async def spill(request: Request, told: int = 0) -> None:
    """Throw away what still comes of a body, within reason: a line that is cut while it is written to loses our answer."""
    if told > _SPILL or "expect" in request.headers or request._stream_consumed:
        return
    try:
        async with asyncio.timeout(PATIENCE):
            thrown = 0
            while thrown < _SPILL:
                message = await request.receive()
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
                thrown += len(message["body"])
    except TimeoutError:
        return


def check_type(request: Request) -> None:
    """Raises Problem 415 unless the body says that it is JSON."""
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if told != "application/json":
        raise problems.wrong_type("application/json")


def loads(raw: bytes) -> Any:
    """A body's JSON as plain values. Raises Problem 400."""
    value, odd = _checked(raw)
    return _evened(value) if odd else value


def strictly(model: Any) -> WrapValidator:
    """Validates a body (`Sent`) against a model as JSON, without the leniences of Python: "1" is no number."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)

    def read(sent: Any, _handler: Any) -> Any:
        if not isinstance(sent, Sent):
            raise problems.unreadable(_("it is empty"))
        return parsed(adapter, sent.raw)

    return WrapValidator(read)


def parsed(adapter: TypeAdapter[Any], raw: bytes) -> Any:
    """Raises Problem 400 for what is no JSON, ValidationError for what is not as described."""
    value, odd = _checked(raw)
    if odd:
        raw = to_json(_evened(value))
    return adapter.validate_json(raw, strict=True)


def _checked(raw: bytes) -> tuple[Any, bool]:
    """The values, and whether `_evened` would change them."""
    try:
        value = from_json(raw, allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise problems.unreadable(_("it is not JSON in UTF-8")) from None
    odd = _check(value) or b"\\u0000" in raw
    try:
        json.loads(raw, object_pairs_hook=_once)  # after the check: it is sound, and not deep
    except ValueError:  # an endless number under a name that stands twice
        raise problems.unreadable(_("a name stands twice in one object")) from None
    return value, odd


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Of two values of one name one program takes the first, and another one the last."""
    if len({name for name, _value in pairs}) < len(pairs):
        raise problems.unreadable(_("a name stands twice in one object"))


def _check(value: object) -> bool:
    """Level by level, so that no depth can exhaust the stack. Whether a whole number is written as a fraction."""
    level: list[Iterable[object]] = [(value,)]
    odd = False
    for _depth in range(DEPTH + 1):
        deeper: list[Iterable[object]] = []
        for values in level:
            for one in values:
                if isinstance(one, dict):
                    deeper.append(one.values())
                elif isinstance(one, list):
                    deeper.append(one)
                elif isinstance(one, int | float):
                    if not SMALLEST <= one <= LARGEST:
                        raise problems.unreadable(_("a number is beyond 64 bits"))
                    odd = odd or (isinstance(one, float) and one.is_integer())
        if not deeper:
            return odd
        level = deeper
    raise problems.unreadable(_("it is nested deeper than {depth}").format(depth=DEPTH))


def _evened(value: Any) -> Any:
    """The same without NUL, and with whole numbers as such: to JSON 1.0 is no other number than 1."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_evened(one) for one in value]
    if isinstance(value, dict):
        return {_evened(key): _evened(one) for key, one in value.items()}
    return value
