"""A connection that waits when it is asked to: a check is about its promise, and not about how often one may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from atendente_tui.backends.port import (
    AgentIdentity,
    Backend,
    Capabilities,
    Hint,
    Presence,
    RateLimited,
)
from atendente_tui.domain.change import Attachment, ChangePage
from atendente_tui.domain.command import Command, Receipt

T = TypeVar("T")
LONGEST = 300.0
"""Seconds that one call is waited for, all its pauses together."""
UNTOLD = 5.0
"""Seconds to wait where it is not told how long."""

Sleep = Callable[[float], Awaitable[None]]


class Patient:
    """The backend, with every call repeated that was asked to wait: nothing of it was done."""

    def __init__(self, backend: Backend, sleep: Sleep) -> None:
        self.backend, self._sleep = backend, sleep

    @property
    def capabilities(self) -> Capabilities:
        return self.backend.capabilities

    async def identify(self) -> AgentIdentity:
        return await self._again(self.backend.identify)

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        waited = 0.0
        while True:
            pulled = self.backend.pull(cursor, full=full)
            try:
                async for page in pulled:
                    yield page
                    cursor, full, waited = page.cursor, False, 0.0
                return
            except RateLimited as asked:
                waited = await self._wait(asked, waited)
            finally:
                close = getattr(pulled, "aclose", None)
                if close is not None:
                    await close()

    async def push(self, command: Command) -> Receipt:
        return await self._again(lambda: self.backend.push(command))

    async def find(self, command_id: UUID) -> Receipt | None:
        return await self._again(lambda: self.backend.find(command_id))

    def hints(self) -> AsyncIterator[Hint | Presence]:
        return self.backend.hints()

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        await self._again(lambda: self.backend.attend(ticket, writing=writing))

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:
        return await self._again(lambda: self.backend.upload(name, content_type, content))

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        return await self._again(lambda: self.backend.fetch_attachment(remote_id, limit))

    async def aclose(self) -> None:
        await self.backend.aclose()

    async def _again(self, call: Callable[[], Awaitable[T]]) -> T:
        waited = 0.0
        while True:
            try:
                return await call()
            except RateLimited as asked:
                waited = await self._wait(asked, waited)

    async def _wait(self, asked: RateLimited, waited: float) -> float:
        """Seconds waited so far. Raises what was asked once that is too long."""
        pause = asked.retry_after if asked.retry_after is not None else UNTOLD
        if waited + pause > LONGEST:
            raise asked
        await self._sleep(max(pause, 0.1))
        return waited + max(pause, 0.1)
