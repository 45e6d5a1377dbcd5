"""The line on which a backend tells at once that something happened, and on which we tell which ticket we have open.

A hint says pull now, never what changed: whoever misses one loses nothing, because the fetching goes on all the same,
only more rarely while the line stands. Colleagues' presence is believed for as long as the line stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import aclosing, closing
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.backends.port import PRESENCE_BEAT, BackendError, Presence, RateLimited
from atendente_tui.clock import Clock
from atendente_tui.domain.instants import to_ms
from atendente_tui.store import presence
from atendente_tui.store.errors import StoreError
from atendente_tui.store.writing import Lane
from atendente_tui.sync.retrying import LONGEST_PAUSE

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

FIRST, LONGEST = 1.0, 60.0
"""Seconds before a broken line is tried again: drawn from the first up to a bound that doubles, so that a whole team
does not come back together."""
GAP = 0.5
"""Seconds between two pulls for the sake of hints: the first is at once, what comes close behind it comes together."""
SETTLE = 0.3
"""Seconds that a look at a ticket lasts before it is told: who leafs through a queue has none of them open."""
APART = 1.0
"""Seconds between two tellings, at least."""
BEATS = 3
"""So many beats without a word, and somebody is not there any more."""
_log = logging.getLogger(__name__)


class Attention(NamedTuple):
    """Which ticket (our id) we have open, and whether we write in it."""

    ticket_id: int | None = None
    writing: bool = False


class _Said(NamedTuple):
    ticket: str | None
    writing: bool
    at: float


class Listening:
    """Both ways of one service, on its loop. `look` asks for a pull."""

    def __init__(self, store: Store, clock: Clock, rng: Random, look: Callable[[], None]) -> None:
        self._store, self._clock, self._rng, self._look = store, clock, rng, look
        self.standing = False
        """Whether the line stands: then nothing happens there without a hint."""
        self._attention = Attention()
        self._turned = asyncio.Event()
        self._told: str | None = None
        """The ticket (remote id) that colleagues may believe we have open."""
        self._looked = -GAP
        self._owed: asyncio.TimerHandle | None = None

    def turn(self, attention: Attention) -> None:
        """We look at something else now; told in a moment."""
        if attention != self._attention:
            self._attention = attention
            self._turned.set()

    async def leave(self, backend: Backend) -> None:
        """Nothing is heard any more, and we have nothing open: said once, in vain where nobody answers."""
        if self._owed is not None:
            self._owed.cancel()
            self._owed = None
        if self._told is not None:
            self._told = None
            with contextlib.suppress(BackendError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await backend.attend(None)

    # -- hearing ---------------------------------------------------------------------------------------------------

    async def hear(self, backend: Backend) -> None:
        """Listen for as long as the backend lives; a line that breaks is made again."""
        broken = 0
        while True:
            began = _now()
            try:
                wrong = await self._one_line(backend)
            finally:
                await self._silent()
            broken = 1 if _now() - began >= LONGEST else broken + 1
            wait = self._rng.uniform(FIRST, min(LONGEST, FIRST * 2.0**broken))
            if isinstance(wrong, RateLimited) and wrong.retry_after is not None:
                wait = max(wait, min(wrong.retry_after, LONGEST_PAUSE))
            await asyncio.sleep(wait)

    async def _one_line(self, backend: Backend) -> Exception | None:
        try:
            async with aclosing(backend.hints()) as told:  # type: ignore[type-var]
                async for one in told:
                    first, self.standing = not self.standing, True
                    if first or not isinstance(one, Presence):
                        self._hinted()
                    if isinstance(one, Presence) and backend.capabilities.presence:
                        await self._keep(one)
        except StoreError:
            raise
        except BackendError as wrong:
            _log.info("the line of hints broke: %s", type(wrong).__name__)
            return wrong
        except Exception as wrong:  # an adapter's own fault: the fetching goes on without hints
            _log.exception("listening for hints failed")
            return wrong
        return None

    def _hinted(self) -> None:
        """Have it fetched, now or in a moment together with what follows."""
        if self._owed is not None:
            return
        wait = self._looked + GAP - _now()
        if wait <= 0:
            self._fetch()
        else:
            self._owed = asyncio.get_running_loop().call_later(wait, self._fetch)

    def _fetch(self) -> None:
        self._owed, self._looked = None, _now()
        self._look()

    async def _silent(self) -> None:
        """The line is gone: nobody tells who is where, and what happened meanwhile has to be fetched."""
        stood, self.standing = self.standing, False
        if stood:
            self._hinted()
        await self._write(presence.forget)

    async def _keep(self, told: Presence) -> None:
        people = [(one.login, one.name, one.writing) for one in told.people]
        await self._write(partial(presence.keep, ticket=told.ticket, people=people, until=self._until()))

    # -- telling ---------------------------------------------------------------------------------------------------

    async def tell(self, backend: Backend) -> None:
        """Tell what we have open whenever that changes, and on the beat; keep what colleagues told from fading."""
        said, renewed = _Said(None, False, -APART), 0.0
        self._turned.set()  # whatever we had open before there was anybody to tell
        while True:
            rest = PRESENCE_BEAT if said.ticket is None else said.at + PRESENCE_BEAT - _now()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._turned.wait(), max(0.1, rest))
            if self.standing and _now() - renewed >= PRESENCE_BEAT / 2:
                renewed = _now()
                await self._write(self._renew)
            if self._turned.is_set():
                await asyncio.sleep(max(SETTLE, said.at + APART - _now()))
                self._turned.clear()
            ticket = self._remote(self._attention.ticket_id)
            writing = self._attention.writing and ticket is not None
            beat = ticket is not None and _now() - said.at >= PRESENCE_BEAT - 0.1
            if (ticket, writing) == said[:2] and not beat:
                continue
            self._told = ticket or self._told  # it may arrive though no answer comes
            try:
                await backend.attend(ticket, writing=writing)
            except BackendError as wrong:
                _log.info("who looks at a ticket could not be told: %s", type(wrong).__name__)
                said = said._replace(ticket=said.ticket or "", at=_now())  # again on the next beat
            else:
                said, self._told = _Said(ticket, writing, _now()), ticket

    def _remote(self, ticket_id: int | None) -> str | None:
        if ticket_id is None:
            return None
        with closing(self._store.reader()) as db:
            found = db.execute("SELECT remote_id FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
        return None if found is None or found[0] is None else str(found[0])

    def _renew(self, tx: Tx) -> None:
        presence.renew(tx, self._until())

    def _until(self) -> int:
        return to_ms(self._clock.now() + timedelta(seconds=BEATS * PRESENCE_BEAT))

    async def _write(self, job: Callable[[Tx], None]) -> None:
        await asyncio.wrap_future(self._store.submit(job, Lane.SYNC))


def _now() -> float:
    """Seconds, on a clock that nobody sets."""
    return asyncio.get_running_loop().time()
