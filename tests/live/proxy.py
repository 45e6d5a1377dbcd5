"""A proxy on loopback between an adapter and a server, which loses answers the way networks and crashes do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Literal
from urllib.parse import urlsplit

Fate = Literal["pass", "swallow", "cut", "late", "refuse", "stall", "twice"]
"""pass: as if it were not there. swallow: the server answers, nobody hears it. cut: half of the answer arrives.
late: the client is let down at once, the server gets the request seconds later. refuse: the server never hears it.
stall: the answer begins, and never ends. twice: the server gets it twice, the second answer is heard."""

PATIENCE = 30.0
"""Seconds that late requests may take."""
STALL = 1.5
"""Seconds before a stalled line breaks."""


class Proxy:
    """One exchange a connection. `fate(method, path)` decides; `log` has what was asked and what became of it."""

    def __init__(self, upstream: str, *, lateness: float = 1.0) -> None:
        parts = urlsplit(upstream)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self.lateness = lateness
        self.fate: Callable[[str, str], Fate] = lambda _method, _path: "pass"
        self.log: list[tuple[str, str, Fate]] = []
        self.url = ""
        self._server: asyncio.Server | None = None
        self._background: set[asyncio.Task[bytes]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        await self.settled()

    async def settled(self) -> None:
        """Wait for the late requests; a stream of hints that came late never ends by itself."""
        if self._background:
            _done, left = await asyncio.wait(self._background, timeout=PATIENCE)
            for one in left:
                one.cancel()

    def once(self, fate: Fate, *, method: str = "POST", path: str = "") -> None:
        """The next matching request meets `fate`, all others pass."""
        left = [fate]

        def decide(asked: str, where: str) -> Fate:
            return left.pop() if left and asked == method and path in where else "pass"

        self.fate = decide

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, path, _version = lines[0].split(" ", 2)
            headers = [line for line in lines[1:] if line and not line.lower().startswith("connection:")]
            length = next(
                (int(one.split(":")[1]) for one in headers if one.lower().startswith("content-length:")), 0
            )
            body = await reader.readexactly(length)
            request = "\r\n".join([lines[0], *headers, "Connection: close", "", ""]).encode("latin-1") + body
            fate = self.fate(method, path)
            self.log.append((method, path, fate))
            if fate == "late":
                task = asyncio.ensure_future(self._late(request))
                self._background.add(task)
                task.add_done_callback(self._background.discard)
            elif fate != "refuse":
                answer = await self._ask(request)
                if fate == "twice":
                    answer = await self._ask(request)
                if fate in ("pass", "twice"):
                    writer.write(answer)
                elif fate in ("cut", "stall"):
                    writer.write(answer[: answer.index(b"\r\n\r\n") + 5])
                    if fate == "stall":
                        await writer.drain()
                        await asyncio.sleep(STALL)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _late(self, request: bytes) -> bytes:
        await asyncio.sleep(self.lateness)
        return await self._ask(request)

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(request)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer
