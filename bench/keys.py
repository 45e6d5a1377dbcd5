"""From a key to its painted frame: the queue at its largest against a thousand tickets, and against Textual's DataTable."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.dataset import World
from bench.measuring import median, ms, percentile
from bench.options import Options
from bench.probe import Probe
from bench.table import Ratio

DOWNS = 4
"""Cursor moves between two pages."""
PAGES = 40
"""Pages until the list is begun again from its head: more rows than our list keeps drawn, and a new process for the
DataTable, which keeps all of them: what is measured is a page that was not seen before."""


@dataclass(slots=True)
class Pressed:
    """A program with a list at its terminal, and what its keys took."""

    probe: Probe
    downs: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    bytes_down: list[int] = field(default_factory=list)
    bytes_page: list[int] = field(default_factory=list)

    def round(self) -> None:
        """From the head: some moves of the cursor, back, a page; and so on."""
        self.probe.send(b"\x1b[H")
        self.probe.rest(0.15)
        for _ in range(PAGES):
            for _ in range(DOWNS):
                took, size = self.probe.key("down")
                self.downs.append(took)
                self.bytes_down.append(size)
            self.probe.send(b"\x1b[A" * DOWNS)  # so that the next page does not also move the cursor's line
            self.probe.rest(0.1)
            took, size = self.probe.key("pagedown")
            self.pages.append(took)
            self.bytes_page.append(size)


def workstation(stack: ExitStack, world: World) -> Probe:
    """The workstation over a store, on the view of all its tickets."""
    probe = stack.enter_context(Probe([sys.executable, "-m", "atendente_tui"], environment=world.environment))
    probe.until(world.shows)
    stack.callback(probe.leave)
    probe.rest(1.0)
    probe.key("[")  # the last of the views
    probe.rest(0.5)
    return probe


def run(options: Options) -> list[Ratio]:
    with ExitStack() as stack:
        large = Pressed(workstation(stack, options.large))
        small = Pressed(workstation(stack, options.small))
        for one in (large, small):
            one.round()
            one.downs, one.pages, one.bytes_down, one.bytes_page = [], [], [], []
        table: Pressed | None = None
        for n in range(options.rounds(5, 2)):
            for one in (large, small):
                one.round()
            if n % 2 == 0:
                table = _table_round(table)
    assert table is not None
    return list(_told(options, large, small, table))


def _table_round(before: Pressed | None) -> Pressed:
    """A round in a DataTable just made, its figures added to those of the rounds before."""
    with Probe([sys.executable, "-m", "bench.children.data_table"]) as probe:
        probe.until(b"cliente 1")
        probe.rest(1.0)
        probe.key("pagedown")
        table = Pressed(probe)
        if before is not None:
            table.downs, table.pages = before.downs, before.pages
            table.bytes_down, table.bytes_page = before.bytes_down, before.bytes_page
        table.round()
        probe.leave()
    return table


def _told(options: Options, large: Pressed, small: Pressed, table: Pressed) -> Iterator[Ratio]:
    sizes = f"{options.large.tickets:,} against {options.small.tickets:,} tickets"
    for what, ours, theirs in (
        ("cursor down", large.downs, small.downs),
        ("page down", large.pages, small.pages),
    ):
        yield Ratio(
            f"keys: {what} p99, {sizes}",
            percentile(ours, 99) / percentile(theirs, 99),
            "<=",
            1.2,
            _spread(ours),
            _spread(theirs),
        )
    for share in (50, 99):
        yield Ratio(
            f"keys: page down p{share} of a DataTable of 1,000 rows against ours",
            percentile(table.pages, share) / percentile(large.pages, share),
            ">=",
            4,
            _spread(large.pages),
            _spread(table.pages),
        )
    yield Ratio(
        "keys: bytes of a cursor move",
        median(large.bytes_down) / 1000,
        "<=",
        1,
        f"{median(large.bytes_down):.0f} B; page down {median(large.bytes_page):.0f} B",
        f"DataTable {median(table.bytes_down):.0f} B; page down {median(table.bytes_page):.0f} B",
        unit="kB",
    )


def _spread(values: list[float]) -> str:
    return f"p50 {ms(median(values))} p99 {ms(percentile(values, 99))} ({len(values)})"
