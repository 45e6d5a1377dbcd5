"""Serve a hub over HTTP: on loopback alone, unless by TLS or behind a proxy that does TLS.

uvicorn, with what an open door needs: a bounded head, time-outs for heads and bodies that come too slowly, no word of
which server it is, and an end in which lines of hints are closed and what was asked is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from atendente_tui import os_words
from atendente_tui.domain.refusal import Refused
from atendente_tui.hub.app import make_app
from atendente_tui.hub.parts import HubParts

PORT = 8484
HEAD = 8192
"""Bytes of a request's line and headers."""
HEAD_TIME = 10.0
"""Seconds in which a request's head must be here, from the first byte of a line or of a further request."""
BODY_PAUSE = 10.0
"""Seconds that a body may stand still."""
KEEP_ALIVE = 75
"""Seconds that an idle line is kept: more than a workstation's, so that it is they who end it."""
GRACE = 10
"""Seconds for requests under way, when we are told to stop."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where to listen, and how what is said there is kept from others."""

    host: str = "127.0.0.1"
    port: int = PORT
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    keep_alive: int = KEEP_ALIVE

    @property
    def tls(self) -> bool:
        return self.certificate is not None


def check(door: Door) -> None:
    """Raises Refused("hub_exposed") where others could listen in, Refused("tls_unusable") for files that do not do."""
    if (door.certificate is None) != (door.key is None):
        raise Refused("tls_incomplete")
    if not (door.tls or door.behind_proxy or _loopback(door.host)):
        raise Refused("hub_exposed", found=door.host)
    if door.certificate is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(door.certificate, door.key)
        except ssl.SSLError as error:
            raise Refused("tls_unusable", found=str(door.certificate), why=error.reason or "TLS") from error
        except OSError as error:
            raise Refused("tls_unusable", found=str(door.certificate), why=os_words.why(error)) from error


def bound(door: Door) -> socket.socket:
    """The socket, before anything else is begun. Raises OSError where the address cannot be had."""
    check(door)
    family, kind, proto, _name, address = socket.getaddrinfo(
        door.host, door.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made


def address(door: Door, listening: socket.socket) -> str:
    """The address that a workstation is to be told."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if door.tls else 'http'}://{shown}:{port}"


class Server(uvicorn.Server):
    """Runs until it is told to stop (`should_exit`, or a signal in the main thread)."""

    def __init__(self, parts: HubParts, door: Door, ready: Callable[[], None] | None = None) -> None:
        self.parts, self._ready = parts, ready
        super().__init__(
            uvicorn.Config(
                make_app(parts),
                http=Protocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=door.behind_proxy,
                timeout_keep_alive=door.keep_alive,
                timeout_graceful_shutdown=GRACE,
                h11_max_incomplete_event_size=HEAD,
                headers=[("X-Content-Type-Options", "nosniff")],
                ssl_certfile=door.certificate,
                ssl_keyfile=door.key,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None and self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.parts.listeners.end()
        await super().shutdown(sockets)
        self._captured_signals.clear()  # we have done what they asked for


class Protocol(H11Protocol):
    """Hangs up on who says nothing for too long, and says in our own shape what is no HTTP."""

    _timer: asyncio.TimerHandle | None = None
    _waiting_for = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait("head", HEAD_TIME)

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE and self._too_long(data):
            self.send_400_response("The head of the request is too long.")
            return
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._wait("body", BODY_PAUSE)
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            if self._waiting_for != "head":  # a head has its time from its first byte, however it drips
                self._wait("head", HEAD_TIME)
        else:
            self._wait("", 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait("", 0)
        super().connection_lost(exc)

    def _too_long(self, data: bytes) -> bool:
        """h11 bounds a head that is not whole yet; one that comes in one piece is bounded here."""
        whole = self.conn.trailing_data[0] + data
        return len(whole) > HEAD and b"\r\n\r\n" not in whole[: HEAD + 4]

    def _wait(self, what: str, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._waiting_for = what
        self._timer = self.loop.call_later(seconds, self._too_late) if what else None

    def _too_late(self) -> None:
        if self._waiting_for == "body" and self.flow.read_paused:
            self._wait("body", BODY_PAUSE)  # it is we who do not read
        elif not self.transport.is_closing():
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        body = json.dumps({"error": "request_unreadable", "detail": msg, "values": {}}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        events: tuple[Any, ...] = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        with contextlib.suppress(h11.LocalProtocolError):  # an answer was under way
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        self._wait("", 0)
        self.transport.close()


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
