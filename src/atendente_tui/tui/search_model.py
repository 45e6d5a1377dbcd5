"""Searching while somebody types: one thread, the newest question only, each answer within its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Literal

from atendente_tui.privacy.safe import safe_line
from atendente_tui.store.rows import SearchHit
from atendente_tui.tui.lines import Span

GROUPS = ("customer", "ticket", "article", "event")
"""Kinds of hits, in the order they are shown."""
BEGIN, END = "\u0002", "\u0003"

Rank = Literal["recent", "best"]
Ask = Callable[[str, "Sequence[str] | None", Rank], list[SearchHit]]
"""(query, kinds or None for all, rank) -> hits; runs on the search's own thread."""


class Searching:
    """Answers are given to whoever asked last; questions that were overtaken are never run."""

    def __init__(self, make: Callable[[], tuple[Ask, Callable[[], None]]]) -> None:
        """`make` opens what is asked, on the search's thread: the function, and the way to close it."""
        self._make = make
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._opened: tuple[Ask, Callable[[], None]] | None = None
        self._newest = 0

    async def ask(self, query: str, kinds: Sequence[str] | None, rank: Rank) -> list[SearchHit] | None:
        """The hits, or None when a newer question overtook this one."""
        self._newest += 1
        number = self._newest

        def run() -> list[SearchHit] | None:
            if number != self._newest:
                return None
            if self._opened is None:
                self._opened = self._make()
            return self._opened[0](query, kinds, rank)

        found = await asyncio.get_running_loop().run_in_executor(self._thread, run)
        return found if number == self._newest else None

    def close(self) -> None:
        """Let go of the connections on the thread that made them; does not wait."""
        self._newest += 1

        def shut() -> None:
            if self._opened is not None:
                with suppress(Exception):
                    self._opened[1]()

        self._thread.submit(shut)
        self._thread.shutdown(wait=False)


def grouped(hits: Sequence[SearchHit]) -> Iterator[tuple[str, list[SearchHit]]]:
    """The hits of each kind that has any, in their own order."""
    for kind in GROUPS:
        found = [hit for hit in hits if hit.kind == kind]
        if found:
            yield kind, found


def passage(snippet: str, *, lead: int = 24, characters: int = 200) -> tuple[Span, ...]:
    """The passage with the words found in a look of their own, everything foreign in it cleaned.

    It begins at most `lead` characters before the first word found, so that a narrow row shows that word.
    """
    first = snippet.find(BEGIN)
    if first > lead:
        start = snippet.find(" ", first - lead, first) + 1 or first - lead
        snippet = "…" + snippet[start:]
    parts: list[Span] = []
    left = characters
    for n, piece in enumerate(snippet.split(BEGIN)):
        found, end, rest = piece.partition(END) if n else ("", "", piece)
        if not end:
            found, rest = "", piece
        for text, role in ((found, "found"), (rest, "")):
            if text and left > 0:
                shown = safe_line(text, characters=max(2, left))
                left -= len(shown)
                parts.append(Span(shown, role))
    return tuple(parts)
