"""A small real HTTP server on loopback that answers as told: well, badly, half, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True)
class Says:
    """An answer, or the lack of one."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    """What Content-Length claims; None tells the truth."""
    reset: bool = False
    """End the connection without a word."""
    silent: bool = False
    """Never answer."""
    open: bool = False
    """Give no length, and keep the connection open after `body`."""


def says(value: object, status: int = 200, **headers: str) -> Says:
    return Says(
        status, json.dumps(value).encode(), {name.replace("_", "-"): one for name, one in headers.items()}
    )


Answer = Callable[[Asked], Says]


class Server:
    """Answers every request with `answer(asked)`; `asked` has them all."""

    def __init__(self) -> None:
        self.answer: Answer = lambda _asked: Says()
        self.asked: list[Asked] = []
        self.url = ""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _version = head[0].split(" ", 2)
            headers = {
                name.lower(): value for name, _c, value in (line.partition(": ") for line in head[1:]) if name
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            parts = urlsplit(target)
            asked = Asked(method, parts.path, parse_qs(parts.query), headers, body)
            self.asked.append(asked)
            said = self.answer(asked)
            if said.silent:
                await asyncio.Event().wait()
            if not said.reset:
                length = len(said.body) if said.length is None else said.length
                lines = [f"HTTP/1.1 {said.status} Whatever", "Connection: close"]
                lines += [] if said.open else [f"Content-Length: {length}"]
                lines += [f"{name}: {value}" for name, value in said.headers.items()]
                writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + said.body)
                await writer.drain()
                if said.open:
                    await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
