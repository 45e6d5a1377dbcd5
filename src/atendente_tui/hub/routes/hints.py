"""`GET /v1/hints`: server-sent events that say when to pull, and who has a ticket open.

`hello` comes first, once whatever changes from then on will be told. The line ends when its token does.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from atendente_tui.hub.asking import Parts, TheHolder, guarded
from atendente_tui.hub.listening import Listener
from atendente_tui.hub.parts import HubParts

router = guarded()
PATIENCE = 30.0
"""Seconds that a listener may leave unread what it is sent, before it is hung up on."""
_PING = ServerSentEvent(comment="ping", sep="\n")
_TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`hello`, then `change` and `presence` as they happen, until one of us hangs up",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class Hints(EventSourceResponse):
    """Forgets its listener however it ends."""

    def __init__(self, parts: HubParts, listener: Listener) -> None:
        super().__init__(
            listener.events(),
            ping=parts.settings.ping,
            ping_message_factory=lambda: _PING,
            send_timeout=PATIENCE,
            sep="\n",
        )
        self._forget = partial(parts.listeners.remove, listener)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._forget()


@router.get("/hints", response_class=EventSourceResponse, responses=_TOLD)
async def hints(parts: Parts, holder: TheHolder) -> Hints:
    if not parts.listeners.come.is_set():
        await run_in_threadpool(parts.notices.look, tell=False)
    listener = parts.listeners.add(holder)
    try:
        await parts.presence.welcome(listener)
    except BaseException:
        parts.listeners.remove(listener)
        raise
    return Hints(parts, listener)
