"""Every hostile string in every field of every screen, through a real pseudo-terminal.

Not one foreign control byte or bidi override may reach the terminal, no markup may be read, nothing may break. The
program's stream is read strictly (`stream.py`), and that it ends well when asked proves that it got through all keys.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal_safety.touring import Tour, touring
from tests.terminal_safety.world import COMMON

NARROW, WIDE = (80, 24), (160, 45)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])


def queue(tour: Tour, strings: list[str]) -> None:
    tour.step("home")
    tour.pages(40)
    for _view in range(7):
        tour.step("]", "home", "pagedown")
    tour.step("S", "S", "f")
    tour.paste(strings[-1] + strings[390])
    tour.step("enter")


def ticket(tour: Tour, strings: list[str]) -> None:
    tour.step("enter", "home")
    tour.pages(90)
    tour.step("end", "up", "enter", "pagedown", "end", "escape", "f", "down", "enter", "escape", "ctrl+f")
    tour.paste(COMMON)
    tour.step("enter", "f3", "f3", "f6", "escape")
    for _other in range(4):
        tour.step("1", "down", "enter", "home")


def customer(tour: Tour, strings: list[str]) -> None:
    for _other in range(6):
        tour.step("1")
        tour.burst("down", "down", "down")
        tour.step("enter", "3", "home")
        tour.pages(4)
    tour.step("v")
    tour.paste(strings[400])
    tour.step("enter", "home")
    tour.pages(4)


def composer(tour: Tour, strings: list[str]) -> None:
    tour.step("enter", "r")
    for n in range(0, len(strings), 60):
        tour.paste("\n".join(strings[n : n + 60]))
    tour.step("home", "pageup", "pageup", "f2", "escape", "ctrl+s", "escape", "o")
    tour.paste(strings[420])
    tour.step("ctrl+s")
    tour.expect("na saída", "desfaz")
    tour.step("escape", "u")


def library(tour: Tour, strings: list[str]) -> None:
    tour.step("enter", "b")
    tour.expect("interno")
    for _article in range(4):
        tour.step("down", "enter")
        tour.pages(8)
        tour.step("i", "escape", "b")
    for sign in ("/", "?", "="):
        tour.step("home", "escape", "5")
        tour.paste(sign + COMMON)
        tour.step("pagedown", "enter", "escape")


def outbox(tour: Tour, strings: list[str]) -> None:
    tour.step("O")
    tour.expect("Precisam de você")
    tour.pages(30)
    tour.step(
        "home",
        *["down"] * 30,
        "e",
        "pagedown",
        "escape",
        "home",
        "down",
        "c",
        "escape",
        "down",
        "v",
        "escape",
    )
    tour.step("a", "p")
    tour.pages(10)
    tour.step("r", "home")


def search(tour: Tour, strings: list[str]) -> None:
    tour.step("/")
    tour.expect("Buscar")
    for kind in range(4):
        tour.step("f2")
        for text in (COMMON, "script", "negrito", "PWNED", "a"):
            tour.step("ctrl+u") if kind or text != COMMON else None
            tour.paste(text)
            tour.settle(quiet=0.12)
            tour.pages(6)
            tour.step("home")
    tour.step("ctrl+u")
    tour.paste("\n".join(strings[-60:]))
    tour.step("ctrl+u")
    tour.paste(COMMON)
    tour.step("down", "enter")


def promises(tour: Tour, strings: list[str]) -> None:
    tour.step("P")
    tour.expect("Promessas")
    tour.pages(20)
    tour.step("a")
    tour.pages(20)
    tour.step("home", "down", "s", "down", "escape")


def forms(tour: Tour, strings: list[str]) -> None:
    tour.step("enter")
    for verb in "aEtgekzmMLTp":
        tour.step(verb)
        for _row in range(3):
            tour.burst(*["down"] * 4)
            tour.burst(*["down"] * 4)
            tour.burst("tab")
        tour.paste("".join(strings[500:510]))
        tour.step("ctrl+s", "escape", "escape")
    tour.step("N", "tab")
    tour.paste(strings[440])
    tour.step("ctrl+s", "escape")
    tour.step("E")  # one pick-list from its beginning to its end
    for _ in range(len(strings) // 4):
        tour.burst(*["down"] * 4)


def bulk(tour: Tour, strings: list[str]) -> None:
    tour.step("X", "E", *["down"] * 4, "ctrl+s")
    tour.expect("vão mudar")
    tour.pages(30)
    tour.step("escape", "escape", "escape", "]", "X", "c")
    tour.expect("Enter")
    tour.step("enter")
    tour.expect("Enter fecha")
    tour.pages(20)


def palette_and_help(tour: Tour, strings: list[str]) -> None:
    tour.step("ctrl+p", "down", "down")
    tour.paste("\n".join(strings[380:440]))
    tour.step("ctrl+u")
    tour.paste("prio")
    tour.step(
        "enter", "escape", "f1", "pagedown", "escape", "enter", "f1", "pagedown", "escape", "f9", "f10", "f10"
    )


def toast(tour: Tour, strings: list[str]) -> None:
    """Notices in which foreign words stand: refusals that name somebody, teams moved to, who has it."""
    tour.step("]", "]")
    for _row in range(12):
        tour.step("c")
        tour.burst("down")
    tour.step(
        "E", "down", "down", "ctrl+s", "escape", "a", "down", "down", "ctrl+s", "escape", "u", "u", "f5"
    )
    tour.copies = 1
    tour.step("1", "Y")


TOURS: list[Callable[[Tour, list[str]], None]] = [
    *(queue, ticket, customer, composer, library, outbox, search, promises, forms, bulk),
    *(palette_and_help, toast),
]


@SIZES
@pytest.mark.parametrize("tour_of", TOURS, ids=lambda one: one.__name__)
def test_nothing_foreign_reaches_the_terminal(
    profile: Path, strings: list[str], size: tuple[int, int], tour_of: Callable[[Tour, list[str]], None]
) -> None:
    with touring(profile, strings, size=size) as tour:
        tour_of(tour, strings)
    print(f"\n{tour_of.__name__} {size[0]}x{size[1]}: {len(tour.raw):,} bytes")
