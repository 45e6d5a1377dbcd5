"""Who looks at a ticket and who writes in it: in the queue's row, in the ticket's header, and told of ourselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tests.tui.pane_world import World, history, lines_of, message, put, ticket, world

from atendente_tui.store import presence
from atendente_tui.store.rows import PresentRow
from atendente_tui.tui import attending, presence_words
from atendente_tui.tui.glyphs import ASCII, UNICODE

HOSTILE = "\x1b]52;c;UFdORUQ=\x07[@click=app.quit]Bru\u202eno[/] Dias"


class Recorder:
    """A sync that only remembers what it was told to tell."""

    def __init__(self) -> None:
        self.told: list[tuple[int | None, bool]] = []

    def attend(self, ticket_id: int | None, *, writing: bool = False) -> None:
        self.told.append((ticket_id, writing))


def here(w: World, remote: str, *people: tuple[str, str, bool]) -> None:
    w.store.write(lambda tx: presence.keep(tx, remote, people, tx.now + 60_000))


def row_of(w: World, subject: str) -> str:
    return next(line for line in lines_of(w.screen.queue) if subject in line)


# -- words ---------------------------------------------------------------------------------------------------------


def people(*names: str, writing: int = 0) -> list[PresentRow]:
    """The first so many of them write."""
    return [PresentRow(1, name.lower(), name, n < writing) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (people("Bruno Dias"), ["Bruno está vendo"]),
        (people("Ana Souza", writing=1), ["Ana está escrevendo…"]),
        (people("Ana", "Bruno", writing=1), ["Ana está escrevendo…", "Bruno está vendo"]),
        (people("Ana", "Bruno", writing=2), ["Ana e Bruno estão escrevendo…"]),
        (people("Ana", "Bruno", "Caio"), ["Ana, Bruno e Caio estão vendo"]),
        (people("Ana", "Bruno", "Caio", "Davi", "Eva"), ["Ana, Bruno, Caio e mais 2 estão vendo"]),
        (people("Ξ" * 60), ["ΞΞΞΞΞΞΞΞΞΞΞ… está vendo"]),
    ],
)
def test_in_words(who: list[PresentRow], said: list[str]) -> None:
    assert [text for text, _writing in presence_words.told(who, UNICODE)] == said


@pytest.mark.parametrize(
    ("who", "width", "said", "plain"),
    [
        (people("Bruno Dias"), 20, "Bruno está vendo", "Bruno está vendo"),
        (people("Bruno Dias"), 10, "@Bruno", "@Bruno"),
        (people("Ana", writing=1), 10, "@Ana…", "@Ana..."),
        (people("Ana", "Bruno", writing=1), 12, "@Ana… +1", "@Ana... +1"),
        (people("Ana", "Bruno", "Caio"), 12, "@Ana +2", "@Ana +2"),
        (people("Maximiliana", writing=1), 8, "@Maximi…", "@Maxi..."),
        (people("Maximiliana"), 8, "@Maximi…", "@Maximi~"),
        (people("日本語の名前"), 8, "@日本語…", "@日本語~"),
    ],
)
def test_in_a_few_signs(who: list[PresentRow], width: int, said: str, plain: str) -> None:
    assert presence_words.short(who, width, UNICODE) == said
    assert presence_words.short(who, width, ASCII) == plain
    assert cell_len(said) <= width


@pytest.mark.parametrize("width", range(6, 40))
def test_it_is_never_wider_than_its_room(width: int) -> None:
    for who in (
        people("Maximiliana", "B", "C", writing=1),
        people("Ана", "Б"),
        people(HOSTILE),
        [PresentRow(1, "", "", True)],
        [PresentRow(1, "x" * 90, " ", False)],
    ):
        told = presence_words.short(who, width, UNICODE)
        assert cell_len(told) <= max(width, 9)
        assert "\x1b" not in told


# -- on screen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "words"), [((80, 24), "Bruno está vendo"), ((160, 45), "@Bruno")])
async def test_the_queue_shows_who_is_where(tmp_path: Path, size: tuple[int, int], words: str) -> None:
    async with world(tmp_path, size=size) as w:
        before = row_of(w, "Pedido")
        assert "Bruno" not in before
        here(w, "late", ("bruno", "Bruno Dias", False))
        await w.until(lambda: words in row_of(w, "Pedido"))
        assert cell_len(row_of(w, "Pedido")) <= size[0]
        here(w, "late", ("bruno", "Bruno Dias", True))
        await w.until(lambda: "@Bruno…" in row_of(w, "Pedido") or "escrevendo…" in row_of(w, "Pedido"))
        here(w, "late")
        await w.until(lambda: row_of(w, "Pedido") == before)


async def test_only_the_rows_it_is_about_are_painted_again(tmp_path: Path) -> None:
    extra = [ticket(f"x{n}", f"Outro {n}", f"2026-00600{n}", 60) for n in range(3)]
    async with world(tmp_path, *history(), *extra, size=(80, 24)) as w:
        queue = w.screen.queue
        painted: list[int] = []
        refresh = queue.refresh_line
        queue.refresh_line = lambda y: (painted.append(y), refresh(y))  # type: ignore[assignment]
        read = queue.window.source
        here(w, "x1", ("bruno", "Bruno", True))
        await w.until(lambda: "Bruno" in row_of(w, "Outro 1"))
        assert len(painted) == 1
        assert queue.window.source is read


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_ticket_says_it_above_how_it_stands(tmp_path: Path, size: tuple[int, int]) -> None:
    async with world(tmp_path, size=size) as w:
        await w.open()
        assert "está vendo" not in w.frame()
        here(w, "late", ("carla", "Carla Prado", True), ("bruno", "Bruno Dias", False))
        await w.shows("@ Carla está escrevendo… · Bruno está vendo")
        await w.shows("por que está aqui?")
        here(w, "old", ("davi", "Davi", False))
        here(w, "late")
        await w.until(lambda: "Carla está" not in w.frame())
        assert "Davi está vendo" not in w.frame().split("por que está aqui?")[1]


async def test_a_name_is_foreign_text(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24), glyphs="ascii") as w:
        here(w, "late", ("bruno", HOSTILE, True))
        await w.until(lambda: "@" in row_of(w, "Pedido"))
        await w.open()
        await w.shows("escrevendo...")
        assert "\x1b" not in w.frame()
        assert "\u202e" not in w.frame()


async def test_who_said_nothing_for_too_long_is_not_shown(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24)) as w:
        w.store.write(lambda tx: presence.keep(tx, "late", [("bruno", "Bruno", False)], tx.now - 1))
        await w.open()
        await w.pilot.pause()
        assert "Bruno está vendo" not in w.frame()


# -- of ourselves --------------------------------------------------------------------------------------------------


async def test_what_we_have_open_is_told_and_what_we_write(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as w:
        sync: Any = Recorder()
        w.app.workplace.sync = sync
        await w.open()
        assert sync.told == [(w.ticket_id, False)]
        await w.pilot.press("r")
        await w.pilot.press(*"Oi!")
        await w.until(lambda: sync.told[-1] == (w.ticket_id, True))
        assert len(sync.told) == 2  # a letter more tells nothing more
        await w.pilot.press("escape")
        await w.until(lambda: sync.told[-1] == (w.ticket_id, False))
        await w.open(w.other_id)
        assert sync.told[-1] == (w.other_id, False)
        await w.pilot.press("1")
        await w.pilot.pause()
        assert sync.told[-1] == (w.other_id, False)  # it is still on the screen
        assert len(sync.told) == 4


async def test_where_one_pane_is_seen_at_a_time_the_queue_hides_the_ticket(tmp_path: Path) -> None:
    async with world(tmp_path, size=(80, 24)) as w:
        sync: Any = Recorder()
        w.app.workplace.sync = sync
        await w.pilot.press("space")  # a peek, too, is seen by colleagues
        await w.until(lambda: sync.told == [(w.ticket_id, False)])
        await w.pilot.press("1")
        await w.until(lambda: sync.told[-1] == (None, False))
        await w.pilot.press("2")
        await w.until(lambda: sync.told[-1] == (w.ticket_id, False))


async def test_who_sent_is_not_writing_any_more(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as w:
        sync: Any = Recorder()
        w.app.workplace.sync = sync
        await w.open()
        await w.pilot.press("o")
        await w.pilot.press(*"nota")
        await w.until(lambda: sync.told[-1] == (w.ticket_id, True))
        await w.pilot.press("ctrl+s")
        await w.until(lambda: sync.told[-1] == (w.ticket_id, False))


async def test_who_stopped_typing_is_not_writing_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "QUIET", 0.1)
    async with world(tmp_path, size=(160, 45)) as w:
        sync: Any = Recorder()
        w.app.workplace.sync = sync
        await w.open()
        await w.pilot.press("r", "x")
        await w.until(lambda: sync.told[-2:] == [(w.ticket_id, True), (w.ticket_id, False)])
        await w.pilot.press("y")
        await w.until(lambda: len(sync.told) == 5)


async def test_a_draft_that_comes_back_is_not_writing(tmp_path: Path) -> None:
    from atendente_tui.desk import drafting

    async with world(tmp_path, size=(160, 45)) as w:
        drafting.save_draft(w.desk, w.ticket_id, "reply", "rascunho", (0, 8)).result()
        sync: Any = Recorder()
        w.app.workplace.sync = sync
        await w.open()
        await w.shows("rascunho")
        assert sync.told == [(w.ticket_id, False)]


async def test_without_a_sync_nothing_is_told_and_it_is_told_later(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as w:
        await w.open()
        sync: Any = Recorder()
        w.app.workplace.sync = sync
        w.screen.attending.look()
        assert sync.told == [(w.ticket_id, False)]
        put(w.store, message(930, "late", 0, "oi"))
        await w.pilot.pause()
        assert len(sync.told) == 1
