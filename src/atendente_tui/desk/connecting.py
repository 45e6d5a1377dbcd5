"""The desk's door to helpdesks: the one thing that screens and commands know of backends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import SystemRandom
from time import time
from typing import TYPE_CHECKING, Any, TypeVar

from atendente_tui import paths
from atendente_tui.backends.port import (
    AgentIdentity,
    BackendError,
    BackendSettings,
    Capabilities,
    Forbidden,
    ProtocolError,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.clock import Clock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.domain.refusal import Refused
from atendente_tui.sync.backends_by_name import load, names, ours

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.domain.change import Attachment
    from atendente_tui.store.store import Store
    from atendente_tui.sync.once import SyncReport
    from atendente_tui.sync.service import SyncService

__all__ = [
    "AgentIdentity",
    "BackendError",
    "BackendInfo",
    "Forbidden",
    "ProtocolError",
    "Rejected",
    "Unauthorized",
    "Unreachable",
    "backend_list",
    "check_settings",
    "fetch_attachment",
    "identify",
    "make_backend",
    "secret_of",
    "start_sync",
    "sync_now",
]

T = TypeVar("T")
LARGEST_ATTACHMENT = 20_000_000
"""Bytes."""


@dataclass(frozen=True, slots=True)
class BackendInfo:
    name: str
    installed: bool
    """False when it is there but cannot be imported: `fault` says why."""
    capabilities: dict[str, Any] = field(default_factory=dict)
    """What it can do at best; what a given server and login allow is known after a log-in."""
    fault: str | None = None


def make_backend(backend: BackendConfig, secret: str | None) -> Backend:
    """A connection to the helpdesk that the configuration names; nothing is sent yet. The caller ends it.

    Raises Refused: backend_unknown, backend_broken, backend_settings (what the adapter says of them).
    """
    adapter = load(backend.name)
    settings = BackendSettings(
        name=backend.name,
        url=backend.url,
        user=backend.user,
        secret=secret,
        verify=backend.ca_file if backend.ca_file is not None else True,
        options={**_usual(backend.name), **backend.options},
    )
    try:
        return adapter(settings)
    except ProtocolError as error:
        raise Refused("backend_settings", name=backend.name, why=str(error)) from error
    except Exception as wrong:  # somebody else's code: its fault, told by name
        detail = f"{type(wrong).__name__}: {wrong}"
        raise Refused("backend_broken", name=backend.name, detail=detail) from wrong


def connection(backend: BackendConfig) -> Backend:
    """A connection with the secret as it is kept now. Raises as `make_backend` does."""
    return make_backend(backend, secret_of(backend))


def check_settings(config: Config) -> None:
    """Whether the adapter takes its settings; nothing is sent. Raises as `make_backend` does."""

    async def work() -> None:
        await make_backend(_configured(config), None).aclose()

    asyncio.run(work())


def _usual(name: str) -> dict[str, str]:
    """Options that hold where the configuration says nothing: the demo's world goes on from one run to the next."""
    return {"journal": str(paths.data_dir() / "demo")} if name == "demo" else {}


def backend_list(*named: str) -> list[BackendInfo]:
    """Every adapter installed here; a broken one is told, not raised.

    Only ours and those `named` are loaded: of what somebody else installed nothing runs until a person names it.
    """
    trusted = ours() | set(named)
    return [_info(name) if name in trusted else BackendInfo(name, True) for name in names()]


def _info(name: str) -> BackendInfo:
    try:
        adapter = load(name)
    except Refused as refused:
        return BackendInfo(name, False, fault=str(refused.values.get("detail", refused)))
    told = getattr(adapter, "capabilities", None) or _told_by_one(adapter)
    if told is None:
        return BackendInfo(name, True)
    return BackendInfo(
        name,
        True,
        {
            "commands": sorted(told.commands),
            "local_only": sorted(told.local_only),
            "idempotency": told.idempotency,
            "statuses": sorted(told.statuses),
            "channels": sorted(told.channels),
            "hints": told.hints,
            "attachments": told.attachments,
            "articles": told.articles,
            "stale_replies": told.stale_replies,
            "presence": told.presence,
            "uploads": told.uploads,
            "copies": told.copies,
            "handling": told.handling,
            "settings": told.settings,
            "parallel": told.parallel,
            "write_fields": sorted(told.write_fields),
        },
    )


def _told_by_one(adapter: Callable[[BackendSettings], Backend]) -> Capabilities | None:
    """What an adapter says that knows its capabilities only once it is made; nothing is sent."""

    async def work() -> Capabilities:
        connection = adapter(BackendSettings(name="", url="http://localhost"))
        try:
            return connection.capabilities
        finally:
            await connection.aclose()

    try:
        return asyncio.run(work())
    except Exception:  # it wants real settings: then there is nothing to tell yet
        return None


def start_sync(config: Config, store: Store, clock: Clock) -> SyncService | None:
    """Start the sync of the configured helpdesk in a thread of its own; None when none is configured.

    The secret is read anew at every log-in, so a later `atendente login` needs only a nudge.
    """
    from atendente_tui.sync.service import SyncService

    backend = config.backend
    if backend is None:
        return None
    service = SyncService(
        store,
        lambda: make_backend(backend, secret_of(backend)),
        clock=clock,
        rng=SystemRandom(),
        backend_name=backend.name,
        poll_seconds=backend.poll_seconds,
    )
    service.start()
    return service


def sync_now(
    config: Config,
    store: Store,
    clock: Clock,
    *,
    full: bool = False,
    fetch: bool = True,
    accept_gone: bool = False,
    patience: float = 10.0,
) -> SyncReport:
    """One round, headless: send what is due and (`fetch`) bring in what is new. Raises Refused("no_backend").

    What the backend answers is in the report (`error`), never raised; settings that make no sense are raised.
    """
    from atendente_tui.sync.once import sync_once

    backend = _configured(config)

    async def work(connection: Backend) -> SyncReport:
        return await sync_once(
            store,
            connection,
            backend_name=backend.name,
            clock=clock,
            rng=SystemRandom(),
            full=full,
            fetch=fetch,
            accept_gone=accept_gone,
            patience=patience,
        )

    return _with(backend, work)


def identify(config: Config, secret: str | None = None) -> AgentIdentity:
    """Log in and say who we are there, with this secret or the one that is kept. Raises BackendError, Refused("no_backend")."""
    return _with(_configured(config), lambda connection: connection.identify(), secret)


def clock_ahead(config: Config) -> float | None:
    """Seconds by which this machine's clock is ahead of the helpdesk's `Date`; None where it has none. Sends no secret.

    Raises BackendError, Refused("no_backend").
    """
    from atendente_tui.backends.http import Http

    backend = _configured(config)
    if not backend.url.startswith(("http://", "https://")):
        return None

    async def work() -> float | None:
        http = Http(backend.url, verify=backend.ca_file if backend.ca_file is not None else True)
        try:
            before = time()
            answer = await http.send("GET", "/")
            here = (before + time()) / 2
        finally:
            await http.aclose()
        # The header counts whole seconds: half of one is its middle.
        return here - answer.date.timestamp() - 0.5 if "date" in answer.headers else None

    return asyncio.run(work())


def fetch_attachment(config: Config, remote_id: str, limit: int = LARGEST_ATTACHMENT) -> bytes:
    """The bytes of an attachment, at most `limit`. Raises BackendError, Refused("no_backend"). Blocks: use a thread."""
    return _with(_configured(config), lambda connection: connection.fetch_attachment(remote_id, limit))


def upload(config: Config, name: str, content_type: str, content: bytes) -> Attachment:
    """Hand a file to the backend for a later answer or note. Raises BackendError, Refused("no_backend")."""
    return _with(_configured(config), lambda connection: connection.upload(name, content_type, content))


def _configured(config: Config) -> BackendConfig:
    if config.backend is None:
        raise Refused("no_backend")
    return config.backend


def secret_of(backend: BackendConfig) -> str | None:
    from atendente_tui.secrets import backend_secret

    return backend_secret(backend.name, backend.user)


def _with(backend: BackendConfig, work: Callable[[Backend], Awaitable[T]], secret: str | None = None) -> T:
    """Run `work` on a connection of its own, closed afterwards, on a loop of its own."""

    async def main() -> T:
        connection = make_backend(backend, secret if secret is not None else secret_of(backend))
        try:
            return await work(connection)
        finally:
            await connection.aclose()

    return asyncio.run(main())
