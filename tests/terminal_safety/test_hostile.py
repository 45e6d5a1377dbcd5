"""Every hostile string in every field of every screen, through a real pseudo-terminal.

Not one foreign control byte or bidi override may reach the terminal, no markup may be read, nothing may break. The
program's stream is read strictly (`stream.py`), and that it ends well when asked proves that it got through all keys.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from atendente_tui.privacy.safe import safe_line
from tests.sizes import FULL, sized
from tests.terminal_safety.stream import leaked, offences
from tests.terminal_safety.strings import MARKUP
from tests.terminal_safety.touring import READY, Tour, touring
from tests.terminal_safety.world import COMMON, environment
from tests.tmux import Tmux, present, socket_name

NARROW, WIDE = (80, 24), (160, 45)
SIZES = pytest.mark.parametrize("size", sized([NARROW], [NARROW, WIDE]), ids=lambda one: f"{one[0]}x{one[1]}")


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
    tour.step("u")


def library(tour: Tour, strings: list[str]) -> None:
    tour.step("enter", "b")
    tour.expect("interno")
    for _article in range(3):
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
        for text in (COMMON, "script", "PWNED"):
            tour.step("ctrl+u") if kind or text != COMMON else None
            tour.paste(text)
            tour.settle(quiet=0.1)
            tour.pages(4)
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
        tour.burst(*["down"] * 3)
        tour.burst("tab", *["down"] * 4)
        tour.burst("tab", *["down"] * 4)
        tour.paste("".join(strings[500:510]))
        tour.step("ctrl+s", "escape", "escape")
    tour.step("N", "tab")
    tour.paste(strings[440])
    tour.step("ctrl+s", "escape")
    if tour.columns < 100 and FULL:
        tour.step("E")  # one pick-list from its beginning to its end
        tour.expect("conclui")
        for _ in range(len(strings) // 8):
            tour.burst(*["down"] * 8)


def bulk(tour: Tour, strings: list[str]) -> None:
    tour.step("X", "E")
    tour.expect("conclui")
    tour.step("down", "down", "ctrl+s")
    tour.expect("vão mudar")
    tour.pages(20)


def bulk_done(tour: Tour, strings: list[str]) -> None:
    tour.step("]")
    tour.expect("[Livres")
    tour.step("X", "c")
    tour.expect("Enter faz")
    tour.step("enter")
    tour.expect("Enter fecha")
    tour.pages(8)


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
    *(queue, ticket, customer, composer, library, outbox, search, promises, forms, bulk, bulk_done),
    *(palette_and_help, toast),
]


PLACES = [(tour, size) for tour in TOURS for size in (NARROW, WIDE)]
"""Every tour at either size; at each change in turn at one of them, what is written in at both."""
CHOSEN = [
    (tour, size)
    for n, tour in enumerate(TOURS)
    for size in (NARROW, WIDE)
    if tour is composer or size == (NARROW, WIDE)[n % 2]
]


@pytest.mark.parametrize(
    ("tour_of", "size"),
    sized(CHOSEN, PLACES),
    ids=lambda one: f"{one[0]}x{one[1]}" if isinstance(one, tuple) else one.__name__,
)
def test_nothing_foreign_reaches_the_terminal(
    profile: Path, strings: list[str], size: tuple[int, int], tour_of: Callable[[Tour, list[str]], None]
) -> None:
    with touring(profile, strings, size=size) as tour:
        tour_of(tour, strings)
    print(f"\n{tour_of.__name__} {size[0]}x{size[1]}: {len(tour.raw):,} bytes")


@SIZES
def test_a_hostile_scenario_plays(
    tmp_path: Path, profile: Path, strings: list[str], size: tuple[int, int]
) -> None:
    """The demo on a scenario file in which people are called and say what nobody should."""
    some = [text for text in strings if text.strip()]
    file = tmp_path / "hostil.yaml"
    file.write_text(yaml.safe_dump(_scenario(some), allow_unicode=False), encoding="utf-8")
    with touring(profile, strings, "demo", "--scenario", str(file), size=size) as tour:
        tour.step("n", "pagedown", "home", "3", "pagedown", "1")
        tour.pages(12)
        tour.step("]", "home", "pagedown", "enter", "home", "1", "/")
        tour.paste(COMMON)
        tour.step("down", "pagedown", "pagedown")


def _scenario(strings: list[str]) -> dict[str, object]:
    def of(n: int) -> str:
        return strings[n % len(strings)]

    return {
        "scenario": "hostil",
        "version": 1,
        "title": of(400),
        "purpose": of(401),
        "language": "pt-BR",
        "seed": 7,
        "clock": {"start": "2026-11-18T14:20:00-03:00", "zone": "America/Sao_Paulo"},
        "agent": {"login": "ana", "name": of(402), "teams": ["Varejo"], "tier": "N1"},
        "directory": {"teams": {"Varejo": of(403)}, "wrap_ups": {"resolvido": of(404)}},
        "customers": {
            f"c{n}": {"name": of(n), "social_name": of(n + 1), "identities": {"email": of(n + 2)}}
            for n in range(len(strings))
        },
        "tickets": {
            f"{n}": {
                "customer": f"c{n}",
                "subject": of(n),
                "channel": "email",
                "status": "open",
                "team": "Varejo",
                "events": [{"at": "-10m", "says": f"{COMMON} {of(n)}"}],
            }
            for n in range(len(strings))
        },
    }


def test_a_faulty_scenario_is_told_without_harm(tmp_path: Path, profile: Path, strings: list[str]) -> None:
    broken: dict[str, object] = {"scenario": "x", "version": 1, "tickets": {}}
    for n, text in enumerate(strings[383:]):
        broken["tickets"][f"{n}"] = {"status": text, "customer": text, text or "x": text}  # type: ignore[index]
    file = tmp_path / "errado.yaml"
    file.write_text(yaml.safe_dump(broken), encoding="utf-8")
    with Tour(profile, "demo", "--scenario", str(file), columns=80, rows=24) as tour:
        assert tour.wait(20) == 2
    found = offences(bytes(tour.raw)) + leaked(bytes(tour.raw), strings)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "where",
    sized(
        ["queue", "ticket", "library", "bulk"],
        ["queue", "ticket", "customer", "library", "outbox", "search", "promises", "bulk"],
    ),
)
def test_clicking_every_cell_runs_no_action_of_the_text(
    profile_of_markup: Path, built_of_markup: Path, where: str
) -> None:
    """Everything on screen says `[@click=...]`: quit, ring the bell, write a file. Nothing of it may happen.

    Every second cell of every row, the first of the next row one further: no marked text is one cell wide.
    """
    ways: dict[str, tuple[str, ...]] = {
        "queue": (),
        "ticket": ("enter",),
        "customer": ("enter", "3"),
        "library": ("enter", "b"),
        "outbox": ("O",),
        "search": ("/", *COMMON),
        "promises": ("P",),
        "bulk": ("X", "c"),
    }
    with Tour(profile_of_markup, columns=80, rows=24) as tour:
        tour.expect(READY)
        tour.step(*ways[where])
        tour.settle(quiet=0.3)
        begun = len(tour.raw)
        for row in range(3, 24):  # not the bars, whose words are our own
            for column in range(1 + row % 2, 81, 2):
                tour.click(column, row)
            tour.settle(quiet=0.03)
        tour.settle(quiet=0.2)
        clicked = bytes(tour.raw[begun:])
        tour.quit()
    # A click may select text or take it in hand; the bell is the one action of the text that would be heard.
    assert b"\x07" not in re.sub(rb"\x1b\](?:22|52);[^\x07]*\x07", b"", clicked)
    assert not list(built_of_markup.glob("pwn*"))
    found = offences(bytes(tour.raw), copies=10_000)
    assert not found, "\n".join(found)
    assert "[@click=app." in tour.drawn()


def test_a_message_of_100_000_lines_costs_what_an_ordinary_one_does(profile: Path) -> None:
    """Bytes sent and lines drawn are bounded by the screen; the time is told, because a busy machine would lie."""
    told: dict[str, tuple[int, float]] = {}
    for name, downs in (("ordinary", 1), ("100,000 lines", 2)):
        with Tour(profile, columns=80, rows=24) as tour:
            tour.expect(READY)
            tour.burst("home", *["down"] * downs)
            for what, keys in (("ticket", ["enter"]), ("in full", ["home", "down", "down", "down", "enter"])):
                if what == "in full":
                    tour.step(*keys[:-1])
                before, began = len(tour.raw), time.monotonic()
                tour.burst(keys[-1])
                told[f"{name}, {what}"] = (len(tour.raw) - before, time.monotonic() - began)
            tour.quit()
    print()
    for name, (size, seconds) in told.items():
        print(f"{name}: {size:,} bytes, {seconds * 1000:.0f} ms")
    for what in ("ticket", "in full"):
        assert 0 < told[f"100,000 lines, {what}"][0] < 64_000
        # A whole screen of 80×24 is some 4 kB with its styles; an ordinary message repaints a part of one.
        assert told[f"100,000 lines, {what}"][0] < 10 * max(4_000, told[f"ordinary, {what}"][0])


def test_every_string_is_shown_as_text_in_the_queue(profile: Path, strings: list[str]) -> None:
    """Neither swallowed nor read as markup: what can be shown of each string stands there, letter by letter."""
    with Tour(profile, columns=160, rows=45) as tour:
        tour.expect(READY)
        tour.step("]", "]", "home")
        tour.pages(60, "pagedown")
        drawn = tour.drawn()
        tour.quit()
    shown = [(text, safe_line(text).strip()[:8].strip()) for text in strings]
    missing = [text for text, start in shown if start and start not in drawn]
    assert len(missing) <= len(strings) // 50, missing[:20]
    for text in MARKUP[:4]:
        assert text[:12] in drawn, text


@pytest.mark.skipif(not present(), reason="tmux is not installed")
def test_a_real_terminal_keeps_its_title_and_its_clipboard(profile: Path) -> None:
    command = [sys.executable, "-m", "atendente_tui"]
    settings = dict(environment(profile))
    name = socket_name(profile)
    with Tmux(name, command, columns=160, rows=45, environment=settings) as screen:
        screen.wait_for("Escrever")
        title = screen.title()
        screen.press("End", "PPage", "Enter")
        screen.wait_for("por que está aqui?")
        screen.press("Home", "NPage", "End", "Enter")
        screen.wait_for("copiar")
        screen.press("Escape")
        screen.wait_for("por que está aqui?")
        screen.press("1", "O")
        screen.wait_for("Precisam de você")
        screen.press("NPage", "End", "Escape")
        screen.wait_for("por que está aqui?")
        screen.press("C-q")
        assert screen.wait_for_end() == 0
        assert (screen.title(), screen.clipboard()) == (title, "")
