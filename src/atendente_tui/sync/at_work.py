"""What the screens ask of whoever keeps them in step with a helpdesk: the sync, or the course of a training."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol


class AtWork(Protocol):
    def nudge(self, *, full: bool = False, accept_gone: bool = False) -> None: ...

    def attend(self, ticket_id: int | None, *, writing: bool = False) -> None: ...

    def fetch_attachment(self, remote_id: str, limit: int) -> Future[bytes]: ...

    def stop(self, timeout: float = 5.0) -> bool: ...
