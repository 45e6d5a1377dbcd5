"""The workstation as a person meets it: panes by width, the queue by keys and mouse, marks, views, palette, help."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.tui.shell_world import HOSTILE, NOW, UiConfig, World, ticket_change, world
from textual.geometry import Region

from atendente_tui.config import Config, ViewConfig
from atendente_tui.domain.words import Priority, Status
from atendente_tui.store import queue
from atendente_tui.tui import handlers
from atendente_tui.tui.actions import ACTIONS
from atendente_tui.tui.screens.help import HelpScreen
from atendente_tui.tui.screens.workstation import PLACES, Workstation
from atendente_tui.tui.themes import THEMES
from atendente_tui.tui.widgets import queue_list, queue_row


async def test_narrow_shows_one_pane_at_a_time(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        first = (await one.shows("próximo")).splitlines()
        assert first[0].startswith(" Atendente   Ana Souza")
        assert first[1].startswith("[1 Minha")
        assert first[2].startswith("[Minha ")
        assert "próximo" in first[-1]
        assert all(len(line) <= 80 for line in first)
        await one.press("enter")
        assert one.screen.place == "ticket"
        assert not one.screen.query_one("#left").display
        await one.press("3")
        await one.shows("[3 Cliente]")
        await one.press("1")
        assert one.screen.focused is one.screen.queue


async def test_wide_shows_everything(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        for name in (
            "pane-queue",
            "pane-library",
            "pane-ticket",
            "pane-composer",
            "pane-customer",
            "pane-promises",
        ):
            assert one.screen.query_one(f"#{name}").region.area > 0, name


async def test_medium_shows_two(tmp_path: Path) -> None:
    async with world(tmp_path, size=(120, 30)) as one:
        assert one.screen.query_one("#pane-ticket").region.area > 0
        assert one.screen.query_one("#pane-customer").region.area == 0
        await one.press("3")
        assert one.screen.query_one("#pane-customer").region.area > 0
        assert one.screen.query_one("#pane-queue").region.area == 0


async def test_arrangement_follows_the_terminal(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        await one.pilot.resize_terminal(80, 24)
        await one.until(lambda: one.screen.has_class("-narrow"))
        await one.pilot.resize_terminal(50, 12)
        await one.until(lambda: one.screen.has_class("-tiny"))
        await one.shows("O Atendente precisa de 60×16")
        await one.pilot.resize_terminal(120, 30)
        await one.until(lambda: "Fila" in one.frame())


async def test_moving_opening_and_peeking(tmp_path: Path) -> None:
    async with world(tmp_path, size=(120, 30)) as one:
        screen = one.screen
        rows = queue.queue_page(one.app.read, screen.views["minha"], "score")
        assert screen.queue.cursor_id == rows[0].id
        await one.press("down", "down")
        assert screen.queue.cursor_id == rows[2].id
        await one.press("end")
        assert screen.queue.cursor_id == rows[-1].id
        await one.press("home")
        assert screen.queue.cursor_id == rows[0].id
        await one.press("pagedown")
        assert screen.queue.cursor_id in {row.id for row in rows[5:]}
        await one.press("home", "space")
        assert screen.ticket_id == rows[0].id
        assert screen.focused is screen.queue, "peeking leaves the focus in the queue"
        await one.press("down", "enter")
        assert screen.ticket_id == rows[1].id
        assert screen.place == "ticket"


async def test_the_mouse_chooses_and_opens(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        rows = queue.queue_page(one.app.read, one.screen.views["minha"], "score")
        await one.pilot.click("#queue", offset=(10, 3))
        await one.pilot.pause()
        assert one.screen.queue.cursor_id == rows[3].id
        await one.pilot.click("#queue", offset=(10, 3))
        await one.until(lambda: one.screen.ticket_id == rows[3].id)
        await one.press("1")
        await one.pilot.click("#views", offset=(14, 0))
        await one.until(lambda: one.screen.view == "livres")
        await one.pilot.click("#keys", offset=(2, 0))
        await one.until(lambda: one.screen.place == "ticket")


async def test_wheel_scrolls_without_moving_the_cursor(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=400) as one:
        before = one.screen.queue.cursor_id
        for _ in range(3):
            one.screen.queue.scroll_down(animate=False)
            await one.pilot.pause()
        assert one.screen.queue.scroll_offset.y == 3
        assert one.screen.queue.cursor_id == before
        await one.press("down")
        assert one.screen.queue.scroll_offset.y == 1


async def test_far_rows_come_in_a_thread_and_placeholders_stand_until_then(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=1_500) as one:
        await one.press("[")
        list_ = one.screen.queue
        assert list_.window is not None
        list_.scroll_to(y=900, animate=False, force=True)
        strips = [list_.render_line(y).text for y in range(5)]
        assert all(strip.strip() == "…" for strip in strips), "drawing must not read"
        await one.until(lambda: list_.window.row(900) is not None)
        expected = queue.queue_page_at(one.app.read, one.screen.views["todos"], "updated", 900, limit=1)
        assert list_.window.row(900) == expected[0]
        await one.press("end")
        assert list_.row is not None
        assert "…" not in list_.render_line(0).text[:4]
        await one.press("pageup", "home")
        first = queue.queue_page(one.app.read, one.screen.views["todos"], "updated", limit=1)
        assert list_.row == first[0]


async def test_marks_are_what_verbs_act_on(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        screen = one.screen
        rows = queue.queue_page(one.app.read, screen.views["minha"], "score")
        assert screen.targets() == [rows[0].id]
        await one.press("x", "x")
        assert screen.targets() == sorted(row.id for row in rows[:2])
        assert screen.queue.cursor_id == rows[2].id
        await one.press("X")
        assert len(screen.targets()) == len(rows)
        await one.press("escape")
        assert screen.targets() == [rows[2].id]
        await one.press("x", "enter")
        assert screen.targets() == [screen.ticket_id], "in the ticket, verbs act on that one"


async def test_views_and_orders(tmp_path: Path) -> None:
    async with world(tmp_path, size=(120, 30)) as one:
        screen = one.screen
        names = list(screen.views)
        await one.press("]")
        assert screen.view == names[1]
        await one.press("[", "[")
        assert screen.view == names[-1]
        await one.shows("[Todos 40]")
        await one.press("]", "S")
        await one.shows("por prazo")
        due = [row.sla_due for row in screen.queue.window.rows]  # type: ignore[union-attr]
        assert due == sorted(due, key=lambda moment: (moment is None, moment))


async def test_a_view_of_ones_own(tmp_path: Path) -> None:
    own = ViewConfig("trocas", "Trocas", assignee="none", tags=("atraso",))
    async with world(tmp_path, size=(160, 45), config=Config(views=(own,))) as one:
        await one.press("[")
        assert one.screen.view == "trocas"
        rows = one.screen.queue.window.rows  # type: ignore[union-attr]
        assert rows
        assert all(row.assignee is None and "atraso" in row.tags for row in rows)


async def test_filter_narrows_and_escape_ends_it(tmp_path: Path) -> None:
    async with world(tmp_path, size=(120, 30)) as one:
        await one.press("[", "f")
        await one.until(lambda: not isinstance(one.app.screen, Workstation))
        await one.press(*"urgente", "enter")
        await one.until(lambda: isinstance(one.app.screen, Workstation))
        rows = one.screen.queue.window.rows  # type: ignore[union-attr]
        assert {row.priority for row in rows} == {"urgent"}
        await one.shows("urgente · pela última")
        await one.press("escape")
        assert len(one.screen.queue.window.rows) == 40  # type: ignore[union-attr]


async def test_news_from_the_store_keep_the_cursor_on_its_ticket(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=60) as one:
        screen = one.screen
        await one.press("[", "down", "down", "down")
        chosen, row = screen.queue.cursor_id, screen.queue.row
        assert row is not None
        one.apply(ticket_change(1_000, NOW, updated_at=NOW, opened_at=NOW, subject="Chegou agora"))
        await one.until(lambda: "Chegou agora" in one.frame())
        assert screen.queue.cursor_id == chosen
        assert screen.queue.row is not None
        assert screen.queue.row.protocol == row.protocol
        await one.until(lambda: "Todos 61" in one.frame())


async def test_a_ticket_that_leaves_the_view_gives_its_place_to_the_next(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=60) as one:
        screen = one.screen
        rows = queue.queue_page(one.app.read, screen.views["minha"], "score")
        await one.press("down")
        number = int(rows[1].protocol[5:])
        one.apply(ticket_change(number, NOW, status=Status.CLOSED, assignee="ana", updated_at=NOW))
        await one.until(lambda: screen.queue.window.number_of(rows[1].id) is None)  # type: ignore[union-attr]
        assert screen.queue.cursor_id == rows[2].id


def repaints(one: World) -> list[Region]:
    """What of the queue is asked to be painted again from now on; a Region of no height stands for all of it."""
    asked: list[Region] = []
    listed = one.screen.queue
    real = listed.refresh

    def refresh(*regions: Region, **more: bool) -> object:
        asked.extend(regions or (Region(),))
        return real(*regions, **more)

    listed.refresh = refresh  # type: ignore[assignment,method-assign]
    return asked


def drawn(one: World) -> bool:
    """Whether every row to be seen has been painted: the first frame may be late on a busy machine."""
    listed = one.screen.queue
    rows = listed._seen()
    total = listed.window.total if listed.window is not None else 0
    there = len(rows) == min(listed._height, total) > 0
    return there and {row.id for row in rows} <= listed._drawn_times.keys()


async def test_only_two_rows_are_painted_when_the_cursor_moves(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=60) as one:
        await one.until(lambda: drawn(one))
        asked = repaints(one)
        one.screen.queue.action_move(1)
        assert sorted(region.y for region in asked) == [0, 1]
        assert {region.height for region in asked} == {1}
        second = one.screen.queue._seen()[1].id
        await one.until(lambda: one.screen.queue.cursor_id == second)


async def test_time_goes_by_and_only_what_reads_differently_is_painted(tmp_path: Path) -> None:
    async with world(tmp_path, tickets=60, events=1) as one:
        await one.until(lambda: drawn(one))
        listed, rows, asked = one.screen.queue, one.screen.queue._seen(), repaints(one)

        def read() -> list[str]:
            return [queue_row.clock(row, one.app.now_ms())[0] for row in rows]

        before, frame = read(), one.frame()
        listed._tick()
        assert asked == []
        one.clock.advance(timedelta(hours=40))
        after = read()
        listed._tick()
        assert [region.y for region in asked] == [y for y, text in enumerate(after) if text != before[y]]
        assert {region.height for region in asked} == {1}
        await one.until(lambda: one.frame() != frame)


async def test_the_palette_finds_without_accents_and_runs(tmp_path: Path) -> None:
    async with world(tmp_path, size=(120, 30)) as one:
        await one.press("ctrl+p")
        await one.until(lambda: not isinstance(one.app.screen, Workstation))
        await one.press(*"proxima visao")
        await one.until(lambda: "Próxima visão" in one.frame())
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, Workstation))
        await one.until(lambda: one.screen.view == "livres")


async def test_every_action_is_done_by_somebody(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        here = {*PLACES, "workstation", "global"}
        for name in (name for name, action in ACTIONS.items() if here & set(action.contexts)):
            assert hasattr(one.app, f"do_{name}") or handlers.find(name, one.screen) is not None, name


async def test_the_help_lists_every_action_with_its_keys(tmp_path: Path) -> None:
    async with world(tmp_path, config=Config(keys={"next": ("shift+F9",)})) as one:
        await one.press("?")
        await one.until(lambda: isinstance(one.app.screen, HelpScreen))
        from atendente_tui.tui.screens.help import sections

        text = "\n".join(line for _title, lines in sections(one.app.keymap, ("queue",)) for line in lines)
        assert "shift+F9       Próximo" in text
        from atendente_tui.tui.palette import label

        assert all(label(action) in text for action in ACTIONS.values())
        await one.press("escape")
        assert isinstance(one.app.screen, Workstation)


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_every_theme_draws_and_f9_goes_round(tmp_path: Path, theme: str) -> None:
    async with world(tmp_path, config=Config(ui=UiConfig(theme=theme))) as one:
        assert one.app.theme == theme
        for _ in THEMES:
            await one.press("f9")
        assert one.app.theme == theme
        await one.shows("Minha")


async def test_ascii_glyphs_leave_no_box_drawing(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45), config=Config(ui=UiConfig(glyphs="ascii"))) as one:
        left = [line[:57] for line in one.frame().splitlines()[:31]]
        strange = {sign for sign in "".join(left) if not sign.isascii() and not sign.isalpha()}
        assert not strange


async def test_keys_can_be_remapped_and_faults_are_told(tmp_path: Path) -> None:
    config = Config(
        keys={"view_next": ("shift+F9",), "nonsense": ("a",)},
        key_lines={"nonsense": 7},
        source=tmp_path / "c.toml",
    )
    async with world(tmp_path, config=config) as one:
        await one.press("]")
        assert one.screen.view == "minha"
        await one.press("shift+f9")
        assert one.screen.view == "livres"
        assert any("c.toml:7: não existe a ação" in note.message for note in one.app._notifications)


async def test_letters_belong_to_the_text_field_that_has_the_focus(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        await one.press("enter", "r")
        await one.until(lambda: one.screen.place == "composer")
        await one.press(*"nao?/1[]")
        assert one.screen.place == "composer"
        assert isinstance(one.app.screen, Workstation)
        await one.press("escape")
        assert one.screen.place == "ticket"


async def test_foreign_text_stays_text_everywhere(tmp_path: Path) -> None:
    async with world(tmp_path, size=(160, 45)) as one:
        one.apply(
            ticket_change(
                2_000,
                NOW,
                subject=HOSTILE,
                assignee="ana",
                priority=Priority.URGENT,
                status=Status.OPEN,
                updated_at=NOW,
            )
        )
        found = one.app.read.execute("SELECT id FROM ticket WHERE remote_id = 't2000'").fetchone()
        one.screen.open_ticket(found[0])
        one.app.say(HOSTILE, title=HOSTILE)
        await one.pilot.pause()
        frame = await one.shows("[URGENTE]")
        assert "[@click=app.quit]" in frame
        assert not set(frame) & set("\x1b\x07\x9b\u202e")
        for y in range(0, 45, 6):
            for x in range(4, 160, 26):
                await one.pilot.click(offset=(x, y))
        assert one.app.is_running


async def test_a_refusal_is_told_and_comes_back_as_none(tmp_path: Path) -> None:
    from concurrent.futures import Future

    from atendente_tui.domain.refusal import Refused

    async with world(tmp_path) as one:
        future: Future[int] = Future()
        future.set_exception(Refused("text_empty"))
        assert await one.app.done(future) is None
        await one.pilot.pause()
        assert len(one.app._notifications) == 1


@pytest.mark.parametrize("words", ["nonsense", "urgent nonsense"])
async def test_a_filter_word_that_names_nothing_is_told(tmp_path: Path, words: str) -> None:
    async with world(tmp_path) as one:
        await one.press("f")
        await one.until(lambda: not isinstance(one.app.screen, Workstation))
        await one.press(*words.replace(" ", "_").split("_")[0], "enter")
        await one.until(lambda: isinstance(one.app.screen, Workstation))
        assert isinstance(one, World)


async def test_the_next_page_is_drawn_before_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, tickets=200) as one:
        await one.press("[")
        drawn: list[int] = []
        real = queue_row.cells

        def counted(row, *rest, **more):  # type: ignore[no-untyped-def]
            drawn.append(row.id)
            return real(row, *rest, **more)

        monkeypatch.setattr(queue_row, "cells", counted)
        await one.press("pagedown")
        await one.until(lambda: one.screen.queue._ahead is None)
        monkeypatch.setattr(queue_list, "_PAUSE", 600.0)
        drawn.clear()
        before = one.screen.queue.cursor_id
        await one.press("pagedown")
        assert one.screen.queue.cursor_id != before
        assert set(drawn) <= {before, one.screen.queue.cursor_id}
