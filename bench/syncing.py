"""What a running sync takes from the person: keys at the screen, and the writes of their own.

A prepared helpdesk's pages are read from a file and validated as an adapter's answers are, and go through the
product's own sync service; the keys go through a pseudo-terminal. Rest and sync take turns in one process.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from bench import dataset
from bench.dataset import World
from bench.measuring import median, ms, percentile
from bench.options import ROOT, Options, child_environment
from bench.probe import Probe
from bench.table import Ratio

_MOVE = re.compile(rb"\x1b\[(\d+);\d+H")
_CURSOR = "›".encode()
PAUSE = 0.03
"""Seconds between two keys: a fast hand holding one down."""


def run(options: Options) -> list[Ratio]:
    rows = 60_000 if options.quick else 200_000
    pages = dataset.pages(ROOT / ".cache" / "bench", rows)
    parts = options.rounds(4, 2)
    return [
        _keys(options.large.copy(options.scratch / "keys"), pages, rows, parts),
        _writes(options.large.copy(options.scratch / "writes"), pages, rows, parts),
    ]


def _keys(world: World, pages: Path, rows: int, parts: int) -> Ratio:
    told = world.data / "told"
    command = [sys.executable, "-m", "bench.children.workplace", str(pages), str(parts), str(told)]
    idle: list[float] = []
    busy: list[float] = []
    seconds = 0.0
    with ExitStack() as stack:
        probe = stack.enter_context(Probe(command, environment=world.environment))
        probe.until(world.shows)
        stack.callback(probe.leave)
        _until(probe, told, "1 nothing")
        probe.rest(1.0)
        presses = _Presses(probe)
        for _ in range(20):
            presses.next()
        for part in range(parts):
            idle += [presses.next() for _ in range(100)]
            probe.send(b"\x1b[15~")  # F5: synchronize
            _until(probe, told, f"{part + 2} running")
            begun = time.monotonic()
            while told.read_text(encoding="ascii") == f"{part + 2} running\n":
                busy.append(presses.next())
            seconds += time.monotonic() - begun
            probe.rest(3.0, 60)  # until the full text is in, too
    return Ratio(
        f"syncing: key p99 while {rows:,} rows are synced, against idle",
        percentile(busy, 99) / percentile(idle, 99),
        "<=",
        1.6,
        f"p50 {ms(median(busy))} p99 {ms(percentile(busy, 99))} ({len(busy)}, {rows / seconds:,.0f} rows/s)",
        f"p50 {ms(median(idle))} p99 {ms(percentile(idle, 99))} ({len(idle)})",
    )


class _Presses:
    """The cursor down and up the rows on screen, each press timed until its row shows the cursor."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._at = 0

    def next(self) -> float:
        key = "down" if self._at % 24 < 12 else "up"
        self._at += 1
        took = self._probe.key_shown(key, _shows_cursor)
        deadline = time.perf_counter() + PAUSE
        while (left := deadline - time.perf_counter()) > 0:
            self._probe.read(left)
        return took


def _shows_cursor(frame: bytes) -> bool:
    """Whether a frame moves the cursor's sign: a line of the list with it and one without are painted."""
    lines = _MOVE.split(frame)[2::2]
    return any(_CURSOR in line for line in lines) and any(_CURSOR not in line for line in lines)


def _until(probe: Probe, told: Path, word: str) -> None:
    deadline = time.monotonic() + 60
    while not told.exists() or told.read_text(encoding="ascii").strip() != word:
        probe.read(0.005)
        if time.monotonic() > deadline:
            raise TimeoutError(f"the sync did not say {word!r}")


def _writes(world: World, pages: Path, rows: int, parts: int) -> Ratio:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.children.writes",
            str(pages),
            str(parts),
            str(world.data / "told"),
            str(300 // parts),
        ],
        env=child_environment(world.environment),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-1_000:])
    found = json.loads(done.stdout)
    idle, busy = found["idle"], found["busy"]
    return Ratio(
        f"syncing: a person's committed write p99 while {rows:,} rows are synced, against idle",
        percentile(busy, 99) / percentile(idle, 99),
        "<=",
        15,
        f"p50 {ms(median(busy))} p99 {ms(percentile(busy, 99))} ({len(busy)})",
        f"p50 {ms(median(idle))} p99 {ms(percentile(idle, 99))} ({len(idle)})",
    )
