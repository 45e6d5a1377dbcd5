"""News in: page after page from the backend into the store, each with its cursor, resumable anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atendente_tui.store import room
from atendente_tui.store.gone import awaited, let_lost_go
from atendente_tui.store.ingest import Applied, apply_in_slices
from atendente_tui.store.writing import Lane
from atendente_tui.sync.remembered import keep, recall

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.domain.change import ChangePage
    from atendente_tui.store.store import Store

FEW, SHARE = 20, 0.5
"""More tickets than this, and a larger share of all, do not vanish in one pull: a person must say that they did."""


class MassDisappearance(Exception):
    """The backend says that so many of the tickets known here are gone. Nothing of that page was applied."""

    def __init__(self, gone: int, known: int) -> None:
        super().__init__(f"{gone} of {known} tickets gone in one pull")
        self.gone, self.known = gone, known


class LowSpace(Exception):
    """So little is left on the disk that answers come first. Nothing more was fetched; what waits is still sent."""

    def __init__(self, free: int) -> None:
        super().__init__(f"{free >> 20} MiB free")
        self.free = free


@dataclass(slots=True)
class Pulled:
    applied: Applied = field(default_factory=Applied)
    pages: int = 0
    cursor: str | None = None
    caught_up: bool = False


async def pull(
    store: Store,
    backend: Backend,
    name: str,
    *,
    full: bool = False,
    accept_gone: bool = False,
    on_page: Callable[[ChangePage, Applied], None] = lambda _page, _applied: None,
    may_ask: Callable[[], bool] = lambda: True,
) -> Pulled:
    """Everything since the stored cursor (`full`: everything there is). Raises the port's errors, MassDisappearance, LowSpace.

    accept_gone   a person said that the tickets really are gone
    on_page       called after each page is committed
    may_ask       asked before every page but the first; False ends the pull there, not caught up
    """
    with store.reading() as db:
        cursor = recall(db, name, "cursor")
        before = recall(db, name, "vanished")
    told = Pulled(cursor=cursor)
    gone = _Gone(store, stopped=bool(before))
    async with aclosing(backend.pull(cursor, full=full)) as pages:  # type: ignore[type-var]
        async for page in pages:
            if not accept_gone:
                try:
                    gone.check(page)
                except MassDisappearance as wrong:  # the next pull must not take the rest in small bites
                    await _remember(store, name, wrong.args[0])
                    raise
            if room.is_low(store.path):
                raise LowSpace(room.free(store.path))
            if store.alone:
                applied = apply_in_slices(store, page, name)
            else:
                applied = await asyncio.to_thread(apply_in_slices, store, page, name)
            told.applied += applied
            told.pages += 1
            told.cursor, told.caught_up = page.cursor, page.caught_up
            on_page(page, applied)
            if not may_ask():
                break
            if store.courtesy.at_the_keys():  # reading the next page costs milliseconds, too
                await asyncio.to_thread(store.courtesy.take_turn)
    if before and told.caught_up:
        await _remember(store, name, "")
    if told.caught_up:
        with store.reading() as db:
            owed = awaited(db)
        if owed:
            await asyncio.wrap_future(store.submit(let_lost_go, Lane.SYNC))
    return told


async def _remember(store: Store, name: str, vanished: str) -> None:
    """What stopped a pull, until one gets through: meanwhile nothing more goes without a person."""
    await asyncio.wrap_future(store.submit(lambda tx: keep(tx, name, "vanished", vanished), Lane.SYNC))


class _Gone:
    """How many of the tickets known when the pull began it says are gone."""

    def __init__(self, store: Store, *, stopped: bool) -> None:
        """stopped   True when the pull before was: then nothing may go"""
        self._store, self._stopped = store, stopped
        self._gone: set[str] = set()
        self._known: int | None = None

    def check(self, page: ChangePage) -> None:
        told = [one.remote_id for one in page.changes if one.type == "gone"]
        if not told:
            return
        with self._store.reading() as db:
            if self._known is None:
                self._known = int(db.execute("SELECT coalesce(sum(n), 0) FROM tally").fetchone()[0])
            self._gone.update(
                remote_id
                for remote_id in told
                if db.execute("SELECT 1 FROM ticket WHERE remote_id = ?", (remote_id,)).fetchone()
            )
        if self._stopped and self._gone:
            raise MassDisappearance(len(self._gone), self._known)
        if len(self._gone) > FEW and len(self._gone) > SHARE * self._known:
            raise MassDisappearance(len(self._gone), self._known)
