"""The hub's ratios: writing, reading, being told, and what many tickets cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.hub.wire import Line

from bench.hub.places import Place
from bench.measuring import cpu_of, median, ms
from bench.table import Ratio

LINES = 32


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is asked, and how many turns are taken."""

    rounds: int = 5
    commands: int = 2_000
    batched: int = 6_000
    pages: int = 200
    listeners: int = 500
    hints: int = 20
    small: int = 1_000
    large: int = 1_000_000


@dataclass
class Side:
    """One side of a ratio: seconds of each turn per thing asked, and CPU of the server."""

    place: Place
    pid: int
    what: str
    told: dict[str, Any]
    count: int
    each: list[float]
    cpu: list[float]

    @classmethod
    def of(cls, place: Place, what: str, count: int, *, bare: bool = False, **told: Any) -> Side:
        port = {"port": place.bare_port} if bare else {}
        return cls(place, place.bare_pid if bare else place.hub.pid, what, told | port, count, [], [])

    def turn(self, seed: int) -> None:
        before = cpu_of(self.pid)
        found = self.place.load(self.what, seed=seed, count=self.count, **self.told)
        self.each.append(found["seconds"] / self.count)
        self.cpu.append((cpu_of(self.pid) - before) / self.count)

    def shown(self, unit: str) -> str:
        return f"{1 / median(self.each):,.0f} {unit}/s, CPU {ms(median(self.cpu))}"


def in_turns(rounds: int, *sides: Side) -> None:
    """One turn more than is counted: the first warms both."""
    for n in range(rounds + 1):
        for number, one in sorted(enumerate(sides), key=lambda pair: pair[0], reverse=bool(n % 2)):
            one.turn(seed=10 * n + number)  # its own each time: no command's id comes twice
    for one in sides:
        del one.each[0], one.cpu[0]


def commands(place: Place, sizes: Sizes) -> list[Ratio]:
    single = Side.of(place, "commands", sizes.commands, lines=LINES)
    batched = Side.of(place, "batches", sizes.batched, lines=8)
    rows = Side.of(place, "rows", sizes.commands, bare=True, lines=LINES)
    in_turns(sizes.rounds, single, batched, rows)
    beside = rows.shown("rows")
    return [
        Ratio(
            f"{place.kind}: commands/s, one a request, against bare inserts",
            median(rows.each) / median(single.each),
            ">=",
            0.5,
            single.shown("commands"),
            beside,
        ),
        Ratio(
            f"{place.kind}: commands/s, a hundred a request, against bare inserts",
            median(rows.each) / median(batched.each),
            ">=",
            None,
            batched.shown("commands"),
            beside,
        ),
    ]


def changes(place: Place, sizes: Sizes) -> list[Ratio]:
    """Pages of the log, after moments spread over it. The cursors are the hub's own, with another number put in."""
    from atendente_tui.hub.cursor import read_cursor

    own = read_cursor(asyncio.run(_cursor(place)))
    last = own.seq - 600
    numbers = [last * n // sizes.pages for n in range(sizes.pages)]
    ours = Side.of(
        place,
        "pages",
        sizes.pages,
        lines=4,
        path="/v1/changes?limit=500&after=",
        cursors=[str(own._replace(mode="log", seq=n, phase=0, ticket=0, event=0)) for n in numbers],
    )
    bare = Side.of(
        place, "pages", sizes.pages, bare=True, lines=4, path="/page?limit=500&after=", cursors=numbers
    )
    in_turns(sizes.rounds, ours, bare)
    return [
        Ratio(
            f"{place.kind}: pages of 500 changes/s, against the bare query's",
            median(bare.each) / median(ours.each),
            ">=",
            0.5,
            ours.shown("pages"),
            bare.shown("pages"),
        )
    ]


async def _cursor(place: Place) -> str:
    """Of the first page of a walk: it has the moment and the sight in it."""
    line = Line(place.hub.port, place.tokens[0])
    told = (await line.ask("GET", "/v1/changes?limit=1")).json()
    line.close()
    return str(told["cursor"])


def hints(place: Place, sizes: Sizes) -> list[Ratio]:
    """From the request that causes it until each of the listeners has heard of it; the hub's has a commit in it."""
    told = {"listeners": sizes.listeners, "count": sizes.hints, "warm": 3, "pause": 0.05}
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    for n in range(sizes.rounds):
        sides: list[Callable[[], None]] = [
            lambda n=n: ours.append(place.load("hints", seed=n, **told)),  # type: ignore[misc]
            lambda n=n: bare.append(place.load("echo", seed=n, port=place.bare_port, **told)),  # type: ignore[misc]
        ]
        for one in sides if n % 2 else reversed(sides):
            one()
    value = {
        (side, share): median([one[share] for one in found])
        for side, found in (("ours", ours), ("bare", bare))
        for share in ("p50", "p99")
    }
    return [
        Ratio(
            f"{place.kind}: a hint to {sizes.listeners} listeners p99, against a bare echo's",
            value["ours", "p99"] / value["bare", "p99"],
            "<=",
            2,
            f"p50 {ms(value['ours', 'p50'])} p99 {ms(value['ours', 'p99'])}",
            f"p50 {ms(value['bare', 'p50'])} p99 {ms(value['bare', 'p99'])}",
        )
    ]


def size(large: Place, small: Place, sizes: Sizes) -> list[Ratio]:
    """The same commands, spread over all tickets, where there are many and where there are few."""
    many = Side.of(large, "commands", sizes.commands, lines=LINES)
    few = Side.of(small, "commands", sizes.commands, lines=LINES)
    in_turns(sizes.rounds, many, few)
    return [
        Ratio(
            f"{large.kind}: a command at {large.tickets:,} tickets, against {small.tickets:,}",
            median(many.each) / median(few.each),
            "<=",
            1.3,
            many.shown("commands"),
            few.shown("commands"),
        )
    ]
