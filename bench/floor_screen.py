"""The monitor's whole screen at a real terminal: what a refresh costs, and how soon an event is on it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from bench.children import monitor
from bench.floor_data import EVENTS, LIVE, SMALL, made
from bench.measuring import cpu_of, median, ms, percentile
from bench.probe import FRAME_END, Probe
from bench.table import Ratio

COLUMNS, ROWS = 160, 45
BARE = [sys.executable, "-m", "bench.children.bare_news"]
STILL = 0.5


def run(cache: Path, tickets: int, *, rounds: int = 30, news: int = 100) -> list[Ratio]:
    few, many = made(cache, SMALL), made(cache, tickets)
    with (
        _monitor(few, SMALL) as small,
        _monitor(many, tickets) as large,
        Probe(BARE, columns=COLUMNS, rows=ROWS) as bare,
        Probe([*BARE, "line"], columns=COLUMNS, rows=ROWS) as line,
    ):
        for one in (bare, line):
            one.until(b"pronto-e-vivo")
        for one in (small, large):
            one.until(monitor.READY.encode())
            one.rest()
        spent: tuple[list[float], list[float]] = ([], [])
        for n in range(rounds + 1):
            for probe, found in zip((small, large), spent, strict=True):
                cost = _refresh(probe)
                if n:
                    found.append(cost)
        waits: tuple[list[float], ...] = ([], [], [], [])
        for n in range(1, news + 1):
            for probe, found in zip((bare, line, small, large), waits, strict=True):
                found.append(_news(probe, n))
        for one in (small, large):
            one.leave()
    name = f"{tickets:,} tickets, {tickets * EVENTS:,} events"
    theirs, ours = median(spent[0]), median(spent[1])
    at_bare, at_line, at_few, at_many = (percentile(one, 99) for one in waits)
    shown = [f"p50 {ms(median(one))}, p99 {ms(percentile(one, 99))}" for one in waits]
    return [
        Ratio(
            f"the whole screen read and painted again: {name} against {SMALL:,}",
            ours / theirs,
            "<=",
            1.5,
            ms(ours),
            ms(theirs),
        ),
        Ratio(
            f"an event to the screen p99, against a bare Textual update of such a pane: {name}",
            at_many / at_bare,
            "<=",
            3.0,
            shown[3],
            shown[0],
        ),
        Ratio(
            "the same, against a screen of nothing but one line",
            at_many / at_line,
            ours=shown[3],
            theirs=shown[1],
        ),
        Ratio(
            f"an event to the screen p99: {name} against {SMALL:,}",
            at_many / at_few,
            "<=",
            1.5,
            shown[3],
            shown[2],
        ),
    ]


def _monitor(folder: Path, count: int) -> Probe:
    """At the ticket that was opened last but one, so that the newest stay as they are."""
    command = [sys.executable, "-m", "bench.children.monitor", str(folder), str(count + LIVE - 1)]
    return Probe(command, columns=COLUMNS, rows=ROWS)


def _refresh(probe: Probe) -> float:
    """CPU of the whole program for one refresh, until it is still again."""
    probe.drain()
    before, begun = len(probe.raw), cpu_of(probe.pid)
    os.kill(probe.pid, signal.SIGUSR1)
    probe.until(lambda raw: raw.find(FRAME_END, before) >= 0)
    probe.rest(STILL)
    return cpu_of(probe.pid) - begun


def _news(probe: Probe, n: int) -> float:
    """Seconds from the signal, before anything is written, until the frame that shows it has ended; at rest before it."""
    probe.rest(STILL)
    before = len(probe.raw)
    text = f"{monitor.SAID}{n:04d}".encode()
    begun = time.perf_counter()
    os.kill(probe.pid, signal.SIGUSR2)

    def shown(raw: bytearray) -> bool:
        at = raw.find(text, before)
        return at >= 0 and raw.find(FRAME_END, at) >= 0

    return probe.until(shown) - begun
