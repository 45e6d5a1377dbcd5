"""Listening for hints while a check does something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from atendente_tui.backends.conformance.checking import Broken
from atendente_tui.backends.conformance.trial import STEP, Trial
from atendente_tui.backends.port import Backend
from atendente_tui.i18n import _

Heard = Callable[[Callable[[Any], bool], str], Awaitable[Any]]


@asynccontextmanager
async def listening(trial: Trial, backend: Backend) -> AsyncIterator[Heard]:
    """A line for hints, open while the block runs.

    `await heard(wanted, what)` gives the next hint or presence that is as wanted, each looked at once. Raises Broken
    when none comes in time or the line ends, and whatever ended it.
    """
    news: asyncio.Queue[Any] = asyncio.Queue()

    async def listen() -> None:
        async for hint in backend.hints():
            news.put_nowait(hint)

    async def heard(wanted: Callable[[Any], bool], what: str) -> Any:
        deadline = trial.waits.now() + trial.patience
        while True:
            while not news.empty():
                hint = news.get_nowait()
                if wanted(hint):
                    return hint
            if line.done():
                line.result()
                raise Broken(_("the line for hints stays open"))
            if trial.waits.now() > deadline:
                raise Broken(_("the line brings {what}").format(what=what))
            await trial.waits.sleep(STEP)

    line = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
