"""What nobody tells a process of and it has to look for itself: only while somebody listens to it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from atendente_tui.hub import tokens

if TYPE_CHECKING:
    from atendente_tui.hub.parts import HubParts

STEP = 0.5
"""Seconds between two looks for commits of other processes; the rest is looked for every other time."""
_log = logging.getLogger(__name__)


async def watch(parts: HubParts) -> None:
    """Runs until it is cancelled. A look that fails is made again."""
    turn = 0
    while True:
        try:
            await parts.listeners.come.wait()
            await asyncio.sleep(STEP)
            await run_in_threadpool(parts.notices.look)
            turn += 1
            if turn % 2:
                await parts.presence.look()
                await call_the_roll(parts)
        except Exception as error:
            _log.warning("a look at the database failed (%s); looking again", type(error).__name__)
            await asyncio.sleep(STEP)


async def call_the_roll(parts: HubParts) -> None:
    """End the lines of tokens that do not hold any more, and let the others see what they may see now."""
    asked = parts.listeners.tokens()
    if asked:
        held = await run_in_threadpool(_held, parts, asked)
        parts.listeners.called(asked, held)


def _held(parts: HubParts, asked: list[str]) -> dict[str, tokens.Holder]:
    with parts.database.read() as db:
        return tokens.find_hashed(db, asked, parts.now())
