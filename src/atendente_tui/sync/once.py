"""One round without a screen: send, fetch, send what that made possible, and say how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from atendente_tui.backends.port import BackendError, RateLimited
from atendente_tui.clock import Clock
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.words import OutboxState
from atendente_tui.store import outbox
from atendente_tui.store.writing import Lane
from atendente_tui.sync.pulling import LowSpace, MassDisappearance, pull
from atendente_tui.sync.pushing import Pushed, Pusher
from atendente_tui.sync.remembered import SyncStatus, keep, keep_identity, recall
from atendente_tui.sync.retrying import Gate, asked
from atendente_tui.sync.saying import code_of, state_of

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx


@dataclass(frozen=True, slots=True)
class SyncReport:
    pulled: int
    """Rows that changed here."""
    pushed: int
    """Commands confirmed in this round."""
    pending: int
    """Commands still on their way."""
    refused: int
    conflicts: int
    unknown: int
    lost: int
    """Claims of this round that somebody else had first."""
    cursor: str | None
    seconds: float
    skipped: int = 0
    """Changes set aside because they could not be applied."""
    error: str | None = None
    """What stopped the round, as in `SyncStatus.error`."""
    detail: str = ""
    gone: int = 0
    """Tickets of `known` that vanished at once, where that stopped the round (mass_disappearance)."""
    known: int = 0


async def sync_once(
    store: Store,
    backend: Backend,
    *,
    backend_name: str,
    clock: Clock,
    rng: Random,
    full: bool = False,
    fetch: bool = True,
    accept_gone: bool = False,
    patience: float = 10.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> SyncReport:
    """Do it once. Never raises the port's errors: they are in the report.

    fetch      False only sends
    patience   seconds for which commands that failed are tried again before they are left for another time
    """
    started = clock.now()
    gate = Gate(clock)
    pusher = Pusher(store, backend, backend_name, clock=clock, rng=rng, gate=gate, sleep=sleep)
    pushed, pulled, skipped = Pushed(), 0, 0
    error: str | None = None
    detail = ""
    gone = known = 0
    await pusher.recover()
    try:
        if (silence := gate.pause_left()) > 0:  # what the server asked for holds for the next process, too
            raise _Silent(silence)
        identity = await backend.identify()
        await asyncio.wrap_future(
            store.submit(
                lambda tx: keep_identity(tx, backend_name, identity, backend.capabilities), Lane.SYNC
            )
        )
        pushed += await pusher.push()
        if fetch and gate.pause_left() == 0:
            told = await pull(store, backend, backend_name, full=full, accept_gone=accept_gone)
            pulled = told.applied.customers + told.applied.tickets + told.applied.events
            skipped = told.applied.skipped
            pushed += await pusher.push()
        pushed += await _again(pusher, patience, sleep)
        if pusher.next_due(tried=True) is not None or gate.pause_left() > 0:
            error = pushed.error
    except (BackendError, MassDisappearance, LowSpace) as wrong:
        error, detail = code_of(wrong), str(wrong)
        if isinstance(wrong, RateLimited) and not isinstance(wrong, _Silent):
            until = gate.pause(asked(wrong.retry_after, 1, rng))
            await asyncio.wrap_future(
                store.submit(lambda tx: keep(tx, backend_name, "pause_until", str(until)), Lane.SYNC)
            )
        if isinstance(wrong, MassDisappearance):
            gone, known = wrong.gone, wrong.known
        pushed += Pushed(confirmed=await pusher.settle_local())
    with closing(store.reader()) as db:
        left = outbox.counts(db)
        cursor = recall(db, backend_name, "cursor")
        before = recall(db, backend_name, "last_ok")
    stopped = {OutboxState.REFUSED, OutboxState.CONFLICT, OutboxState.UNKNOWN}
    now = to_ms(clock.now())
    last_ok = now if fetch and error is None else int(before) if before else None
    status = SyncStatus(state_of(error), last_ok, error=error, detail=detail, gone=gone, known=known)

    def remember(tx: Tx) -> None:
        keep(tx, backend_name, "status", status.as_json())
        if last_ok is not None:
            keep(tx, backend_name, "last_ok", str(last_ok))

    await asyncio.wrap_future(store.submit(remember, Lane.SYNC))
    return SyncReport(
        pulled=pulled,
        pushed=pushed.confirmed,
        pending=sum(n for state, n in left.items() if state not in stopped),
        refused=left.get(OutboxState.REFUSED, 0),
        conflicts=left.get(OutboxState.CONFLICT, 0),
        unknown=left.get(OutboxState.UNKNOWN, 0),
        lost=pushed.lost,
        cursor=cursor,
        seconds=(clock.now() - started).total_seconds(),
        skipped=skipped,
        error=error,
        detail=detail,
        gone=gone,
        known=known,
    )


class _Silent(RateLimited):
    """Nobody was asked: the server wants silence still."""


async def _again(pusher: Pusher, patience: float, sleep: Callable[[float], Awaitable[None]]) -> Pushed:
    """Short waits of commands that failed are waited for; holds are not: they belong to the person."""
    pushed, waited = Pushed(), 0.0
    while (wait := pusher.next_due(tried=True)) is not None and waited + wait <= patience:
        step = max(wait, 0.05)
        await sleep(step)
        waited += step
        pushed += await pusher.push()
    return pushed
