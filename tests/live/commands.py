"""Commands for the live tests, and the rule by which sync sends: never again before asking twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, TypeVar

from atendente_tui.backends.port import Backend, ProtocolError, Unreachable
from atendente_tui.backends.rt import RequestTracker
from atendente_tui.backends.rt.cursor import Cursor, encode
from atendente_tui.domain.change import Change, ChangePage, EventAppend, Identity, TicketUpsert
from atendente_tui.domain.command import Command, Create, Receipt, TicketRef
from atendente_tui.domain.ids import new_id
from atendente_tui.domain.words import Channel, IdentityKind

C = TypeVar("C")


def make(kind: type[C], remote: str | None = None, **fields: Any) -> C:
    """A command of one kind with everything filled that the test does not care about."""
    now = datetime.now(UTC)
    return kind(
        **{
            "id": new_id(now),
            "at": now,
            "author": "agent1",
            "ticket": TicketRef(id=1, remote=remote),
            **fields,
        }
    )


def a_ticket(subject: str, **fields: Any) -> Create:
    return make(
        Create,
        **{
            "customer_name": "Ana Souza",
            "identities": (Identity(kind=IdentityKind.EMAIL, value="ana@cliente.example"),),
            "channel": Channel.EMAIL,
            "subject": subject,
            "text": "Meu pedido não chegou.",
            "opened_at": datetime.now(UTC),
            **fields,
        },
    )


async def opened(backend: RequestTracker, subject: str, **fields: Any) -> str:
    """The remote id of a new ticket."""
    receipt = await backend.push(a_ticket(subject, **fields))
    assert receipt.ticket
    return receipt.ticket


async def send_surely(backend: Backend, command: Command) -> Receipt:
    """What sync does: after an answer that never came, look, wait, look, and only then send again."""
    for _attempt in range(5):
        try:
            return await backend.push(command)
        except (Unreachable, ProtocolError) as error:
            if not error.sent:
                continue
        found = await _found(backend, command)
        if found is None:
            await asyncio.sleep(backend.capabilities.find_delay)
            found = await _found(backend, command)
        if found is not None:
            return found
    raise AssertionError("never got through")


async def _found(backend: Backend, command: Command) -> Receipt | None:
    while True:
        try:
            return await backend.find(command.id)
        except Unreachable:
            await asyncio.sleep(0.05)


async def here(backend: RequestTracker) -> str:
    """The cursor of somebody who has seen everything up to now, without walking there."""
    page = await backend._session.client.page(
        "/transactions", {"query": "id > 0", "order": "DESC", "per_page": 1}
    )
    top = max((int(row["id"]) for row in page.rows), default=0)
    now = int(page.date.timestamp())
    return encode(Cursor(phase="follow", low=top, refreshed=now, sweep_since=now))


async def pulled(backend: Backend, cursor: str | None = None, *, full: bool = False) -> list[ChangePage]:
    return [page async for page in backend.pull(cursor, full=full)]


def changes(pages: list[ChangePage]) -> list[Change]:
    return [change for page in pages for change in page.changes]


def events_of(pages: list[ChangePage], remote: str) -> list[EventAppend]:
    """Its events, once each: what a walk brought may come again with the overlap."""
    found = {
        one.remote_id: one for one in changes(pages) if isinstance(one, EventAppend) and one.ticket == remote
    }
    return [found[key] for key in sorted(found, key=int)]


def newest_of(pages: list[ChangePage], remote: str) -> TicketUpsert:
    return [one for one in changes(pages) if isinstance(one, TicketUpsert) and one.remote_id == remote][-1]
