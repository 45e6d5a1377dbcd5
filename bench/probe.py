"""A program at a pseudo-terminal, timed by the frames it writes.

The terminal says that it knows synchronized output, so every frame ends with a mark of its own.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.terminal import KEYS, Terminal

from bench.options import child_environment

FRAME_END = b"\x1b[?2026l"
_ASKED, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
QUIET = 0.03
"""Seconds without a byte after which a key's frames are over."""


class Probe(Terminal):
    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        super().__init__(
            command,
            columns=columns,
            rows=rows,
            environment=child_environment(environment),
            directory=directory,
            emulate=False,
        )
        self._answered = False

    def __enter__(self) -> Probe:
        return self

    def until(self, shown: bytes | Callable[[bytearray], bool], limit: float = 60.0, start: int = 0) -> float:
        """Read until a text stands in what was written since byte `start`; the moment of it. Raises TimeoutError."""
        deadline = time.monotonic() + limit
        while True:
            now = time.perf_counter()
            if shown in self.raw[start:] if isinstance(shown, bytes) else shown(self.raw):
                return now
            ready, _, _ = select.select([self._master], [], [], 0.5)
            if ready and not self._take():
                raise TimeoutError(f"the program ended; the last it wrote: {bytes(self.raw[-2_000:])!r}")
            if not self._answered and _ASKED in self.raw:
                self._answered = True
                self.send(_ANSWER)
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"waited {limit:g} s for {shown!r}; the last bytes: {bytes(self.raw[-2_000:])!r}"
                )

    def rest(self, quiet: float = 0.5, limit: float = 20.0) -> None:
        """Read until the program has been silent for a while."""
        deadline = time.monotonic() + limit
        while (
            time.monotonic() < deadline and select.select([self._master], [], [], quiet)[0] and self._take()
        ):
            pass

    def key(self, name: str) -> tuple[float, int]:
        """Press a key; the seconds until the last of its frames was written, and the bytes of them all."""
        before = len(self.raw)
        begun = last = time.perf_counter()
        os.write(self._master, KEYS.get(name) or name.encode())
        wait = 5.0  # for the first frame
        while select.select([self._master], [], [], wait)[0] and self._take():
            if self.raw.rfind(FRAME_END, before) >= 0:
                last, wait = time.perf_counter(), QUIET
        if last == begun:
            raise TimeoutError(f"nothing was painted for the key {name!r}")
        return last - begun, len(self.raw) - before

    def key_shown(self, name: str, shown: Callable[[bytes], bool]) -> float:
        """Press a key; the seconds until a frame that shows its effect, whatever else is painted meanwhile."""
        self.drain()
        before = len(self.raw)
        begun = time.perf_counter()
        os.write(self._master, KEYS.get(name) or name.encode())
        at = before
        while select.select([self._master], [], [], 5.0)[0] and self._take():
            now = time.perf_counter()
            while (end := self.raw.find(FRAME_END, at)) >= 0:
                frame, at = bytes(self.raw[at:end]), end + len(FRAME_END)
                if shown(frame):
                    return now - begun
        raise TimeoutError(f"nothing was painted for the key {name!r}")

    def drain(self) -> None:
        """Take in what is already there."""
        while select.select([self._master], [], [], 0)[0] and self._take():
            pass

    def leave(self, key: str = "ctrl+q") -> None:
        """Have the program end itself, so that it leaves its files as it should; else end it."""
        if self.running:
            self.send(KEYS[key])
            if self.wait(10.0) is None:
                self.kill()
