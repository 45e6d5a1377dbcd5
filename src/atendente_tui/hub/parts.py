"""What a running hub is made of, put together once and handed to every route."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from atendente_tui.clock import Clock, SystemClock
from atendente_tui.domain.instants import to_ms
from atendente_tui.hub import accounts, attachments, limits, tables
from atendente_tui.hub.blobs import Blobs
from atendente_tui.hub.database import Database
from atendente_tui.hub.limits import Limits
from atendente_tui.hub.listening import STREAMS, Listeners
from atendente_tui.hub.notices import Notices
from atendente_tui.hub.presence import Presence
from atendente_tui.hub.watching import watch
from atendente_tui.hub.writer import Writer

PING = 15.0
"""Seconds between two comments that keep a line of hints open."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What whoever starts a hub may choose. Limits are a minute's; 0 lifts one."""

    files: Path
    """Where attachments lie."""
    rate: int = limits.RATE
    """Requests of one token."""
    failures: int = limits.FAILURES
    """Log-ins that fail, of one address."""
    streams: int = STREAMS
    """Lines of hints of one token."""
    ping: float = PING


class HubParts:
    """Made anywhere; `start` and `stop` belong to the event loop that serves. The database is its owner's to close."""

    def __init__(self, database: Database, settings: Settings, clock: Clock | None = None) -> None:
        self.database, self.settings = database, settings
        self.clock: Clock = clock or SystemClock()
        self.notices = Notices(database)
        self.writer = Writer(database, self.clock, self.notices)
        self.limits = Limits(settings.rate, settings.failures)
        self.listeners = Listeners(settings.streams)
        self.presence = Presence(database, self.clock, self.listeners)
        with database.read() as db:
            self.hub_id = str(
                db.execute(select(tables.state.c.value).where(tables.state.c.key == "id")).scalar_one()
            )
        self._watch: asyncio.Task[None] | None = None

    def now(self) -> int:
        """Ms since 1970."""
        return to_ms(self.clock.now())

    async def start(self) -> None:
        self.writer.start()
        self.notices.listen(self.listeners.hear)
        self.notices.start()
        self._watch = asyncio.create_task(watch(self))
        await asyncio.wrap_future(self.writer.submit(accounts.tell_all))
        await run_in_threadpool(self._sweep)

    def _sweep(self) -> None:
        """Files that were uploaded and put on nothing for a day."""
        try:
            attachments.sweep(self.database, Blobs(self.settings.files), self.now())
        except OSError as error:  # the doctor says more; a hub that cannot tidy up can still serve
            _log.warning("files that nobody uses could not be removed (%s)", type(error).__name__)

    async def stop(self) -> None:
        """What was asked before is carried out first."""
        self.listeners.end()
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await run_in_threadpool(self.writer.stop)
        self.notices.stop()
        await run_in_threadpool(self.notices.join)
