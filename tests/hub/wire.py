"""HTTP/1.1 over raw asyncio streams: a client so light that it is not what is measured, and that can hang up at any moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class HungUp(Exception):
    """The line ended before the answer was complete: whether it was carried out, nobody knows."""


@dataclass(slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One kept connection of one token; opened when needed, and again after it ended."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Raises HungUp, and OSError where nobody listens."""
        await self.send(request(method, path, body, self.token, **headers))
        return await self.answer()

    async def post(self, path: str, value: Any) -> Answer:
        return await self.ask("POST", path, json.dumps(value).encode())

    async def send(self, raw: bytes) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 26)
        try:
            self._writer.write(raw)
            await self._writer.drain()
        except OSError as error:
            self.close()
            raise HungUp from error

    async def answer(self) -> Answer:
        assert self._reader is not None, "nothing was asked"
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            status, headers = _head(head)
            if headers.get("transfer-encoding") == "chunked":
                body = await self._chunks()
            else:
                body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise HungUp from error
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body)

    async def head(self) -> tuple[int, Mapping[str, str]]:
        """Only the head of an answer that goes on for ever; `reader` has the rest."""
        return _head(await self.reader.readuntil(b"\r\n\r\n"))

    @property
    def reader(self) -> asyncio.StreamReader:
        assert self._reader is not None, "nothing was asked"
        return self._reader

    async def _chunks(self) -> bytes:
        assert self._reader is not None
        body = bytearray()
        while True:
            size = int(await self._reader.readuntil(b"\r\n"), 16)
            body += (await self._reader.readexactly(size + 2))[:-2]
            if not size:
                return bytes(body)

    def close(self) -> None:
        """Hang up, also in the middle of an answer."""
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None


def request(method: str, path: str, body: bytes = b"", token: str = "", **headers: str) -> bytes:
    """The bytes of a request; names of headers with `_` for `-`."""
    told = {"host": "127.0.0.1", "content_length": str(len(body))}
    if token:
        told["authorization"] = f"Bearer {token}"
    if body:
        told["content_type"] = "application/json"
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (told | headers).items()]
    return "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", "")).encode() + body


def _head(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _colon, value in pairs}
