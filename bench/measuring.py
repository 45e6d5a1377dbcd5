"""Clocks and summaries. Times are seconds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import ceil


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` per cent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share / 100) - 1)]


def cpu_of(pid: int) -> float:
    """CPU that another process has used in all its threads, to the nanosecond (Linux: the process's own CPU clock)."""
    return time.clock_gettime((~pid << 3) | 2)


def memory_of(pid: int) -> int:
    """Bytes of a process that stand in memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def ms(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def mib(size: float) -> str:
    return f"{size / (1 << 20):.1f} MiB"
