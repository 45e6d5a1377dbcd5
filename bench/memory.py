"""What stands in memory once the workstation is open, furnished and has been paged through."""

from __future__ import annotations

from contextlib import ExitStack

from bench.keys import workstation
from bench.measuring import median, memory_of, mib
from bench.options import Options
from bench.table import Ratio

PAGES = 40


def run(options: Options) -> list[Ratio]:
    worlds = (options.large, options.small)
    sizes: tuple[list[float], ...] = ([], [])
    for _ in range(options.rounds(3, 2)):
        for world, found in zip(worlds, sizes, strict=True):
            with ExitStack() as stack:
                probe = workstation(stack, world)
                for _ in range(PAGES):
                    probe.key("pagedown")
                probe.key("space")
                probe.rest(1.0)
                found.append(memory_of(probe.pid))
    large, small = (median(found) for found in sizes)
    name = f"memory: {options.large.tickets:,} against {options.small.tickets:,} tickets"
    return [Ratio(name, large / small, "<=", 1.2, mib(large), mib(small))]
