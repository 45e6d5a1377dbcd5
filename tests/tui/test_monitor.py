"""The supervisor's monitor, as a person sees it: everything on it, what is behind it, and that nothing can be changed."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders import NOW, ticket_change
from tests.sizes import sized
from tests.tui.monitor_world import monitor

from atendente_tui.config import Config, UiConfig
from atendente_tui.desk.floor import look
from atendente_tui.domain.instants import to_ms
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status
from atendente_tui.metrics import Scope, measure
from atendente_tui.monitor_config import MonitorConfig
from atendente_tui.store.store import Store
from atendente_tui.tui.actions import ACTIONS, LOOKING_BACK, PRACTISING, PRESENTED, READING, WORKING
from atendente_tui.tui.screens.drill import Drill
from atendente_tui.tui.screens.help import sections
from atendente_tui.tui.screens.monitor import PLACES, Monitor
from atendente_tui.tui.screens.wall import PAGES, Wall

SIZES = [(80, 24), (160, 45)]
CHANGING = sorted(
    {
        "reply",
        "note",
        "claim",
        "release",
        "assign",
        "status",
        "priority",
        "team",
        "escalate",
        "snooze",
        "wrap_up",
        "tag",
    }
    | {
        "promise",
        "fact",
        "merge",
        "link",
        "create",
        "next",
        "undo",
        "send",
        "reveal",
        "save_attachment",
        "agent_state",
    }
    | {
        "macro",
        "open",
        "peek",
        "mark",
        "sync",
        "vanished",
        "outbox_discard",
        "poison_forget",
        "promises_settle",
    }
)


def everything(store: Store) -> dict[str, list[object]]:
    """Every row of every table: what must not move while one looks on.

    Left out is the upkeep of the half that lets news in: when the store was checked, what the full text still has to read.
    """
    with closing(store.reader()) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        names = [one for one in names if one not in ("meta", "index_queue", "sqlite_sequence")]
        return {name: sorted(map(repr, db.execute(f"SELECT * FROM {name}"))) for name in names}


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_floor_can_be_read(tmp_path: Path, size: tuple[int, int]) -> None:
    async with monitor(tmp_path, size=size) as one:
        await one.until(lambda: one.app.screen.floor is not None)  # type: ignore[attr-defined]
        seen = await one.shows("só leitura", "12:00")
        for key in "123456":
            await one.pilot.press(key)
            await one.pilot.pause()
            seen += "\n" + one.frame()
        for text in (
            *("por nível", "N2", "por canal", "chegadas por hora"),
            *("Ana Souza em contato", "Bruno Dias em pausa almoço 00:40", "carla fora do turno"),
            *("CSAT  100,0 %", "TMA  —", "Nível de serviço"),
            *("prazos", "Esquecido", "desagrado", "absurdo"),
            *(
                "picos",
                "entrega/atraso",
                "7 em 1 h",
                "vai e vem",
                "3 mudanças, 1 devolução",
                "esquecidos",
                "há 3 d",
            ),
            "Nenhum chamado à mostra",
        ):
            assert text in seen, text


@pytest.mark.parametrize("size", SIZES[: sized(1, 2)])
async def test_from_a_figure_to_its_tickets_to_one_of_them_and_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with monitor(tmp_path, size=size) as one:
        screen = one.app.screen
        assert isinstance(screen, Monitor)
        await one.until(lambda: screen.floor is not None)
        await one.pilot.press("3")
        keys = [row.key for row in screen.lists["today"].rows]
        await one.pilot.press(*["down"] * keys.index("figure:fcr"), "enter")
        await one.until(lambda: isinstance(one.app.screen, Drill))
        await one.shows("FCR", "÷")
        drill = one.app.screen
        assert isinstance(drill, Drill)
        assert screen.floor is not None
        figure = next(one.figure for one in screen.floor.today if one.figure.key == "fcr")
        assert len(drill.list.rows) == figure.count
        await one.pilot.press("enter")
        await one.until(lambda: one.app.screen is screen and screen.place == "live")
        assert f"ticket:{screen.live.ticket_id}" == drill.list.rows[0].key
        await one.pilot.press("escape")
        assert screen.place == "today"


async def test_a_ticket_on_show_follows_what_happens_and_steps_through_its_past(tmp_path: Path) -> None:
    async with monitor(tmp_path) as one:
        screen = one.app.screen
        assert isinstance(screen, Monitor)
        await one.until(lambda: screen.floor is not None)
        floor = screen.floor
        assert floor is not None
        screen.open(f"ticket:{floor.upset[0].risk.ticket_id}")
        await one.shows("péssimo atendimento")
        await one.pilot.press("[")
        await one.shows("como estava em")
        await one.pilot.press("]")
        await one.until(lambda: "como estava em" not in one.frame())
        one.apply(ticket_change(8_000, NOW, subject="Ninguém me ajuda mesmo", updated_at=NOW))
        one.app.workplace.store.announce("*")
        await one.shows("Ninguém me ajuda mesmo")


async def test_nothing_can_be_changed_and_nothing_is(tmp_path: Path) -> None:
    """Every key there is, on every pane, a ticket open: absent, not disabled, and the store as it was."""
    async with monitor(tmp_path) as one:
        app, screen = one.app, one.app.screen
        assert isinstance(screen, Monitor)
        await one.until(lambda: screen.floor is not None)
        before = everything(one.feed)
        for action in CHANGING:
            assert action in ACTIONS
            assert action not in app.offered
            assert action not in app.keymap.keys
            assert action not in {name for keys in app.keymap.actions.values() for name in keys.values()}
            app.perform(action)
        help_text = "\n".join(
            line
            for place in PLACES
            for _title, lines in sections(app.keymap, (place,), app.offered)
            for line in lines
        )
        assert "assumir" not in help_text
        assert "espiar" not in help_text
        assert screen.floor is not None
        screen.open(f"ticket:{screen.floor.upset[0].risk.ticket_id}")
        for place in ("live", "risk")[: sized(1, 2)]:
            screen.go(place)
            for key in "rocdaiTpEgmktebsGMLvAznNuxXOPD#":
                await one.pilot.press(key)
            await one.pilot.pause()
            assert app.screen is screen
        with pytest.raises(Refused):
            app.workplace.store.write(lambda tx: tx.touch("queue"))
        assert everything(one.feed) == before


def test_the_workstation_has_all_the_rest() -> None:
    assert set(CHANGING) <= set(WORKING)
    elsewhere = {*PRACTISING, *PRESENTED, *LOOKING_BACK}
    assert {*READING, *WORKING, *elsewhere} == set(ACTIONS)


async def test_the_palette_offers_reading_only(tmp_path: Path) -> None:
    async with monitor(tmp_path) as one:
        await one.until(lambda: one.app.screen.floor is not None)  # type: ignore[attr-defined]
        await one.until(one.app.warm.is_set)
        await one.pilot.press("5", "ctrl+p")
        await one.until(lambda: "O que você quer fazer?" in one.frame())
        await one.shows("Como estava um evento antes")
        assert "Assumir" not in one.frame()


async def test_what_has_just_become_notable_is_told(tmp_path: Path) -> None:
    config = Config(monitor=MonitorConfig(bell=True))
    async with monitor(tmp_path, config=config) as one:
        screen = one.app.screen
        assert isinstance(screen, Monitor)
        await one.until(lambda: screen.floor is not None)
        assert not one.app._notifications
        for n in range(9_100, 9_107):
            one.apply(ticket_change(n, NOW, opened_at=NOW, updated_at=NOW, reason="cobrança"))
        screen.look_again()
        await one.shows("Pico em “cobrança”: 7 em 1 h")


@pytest.mark.parametrize("size", SIZES[: sized(1, 2)])
async def test_the_wall_turns_through_its_pages(tmp_path: Path, size: tuple[int, int]) -> None:
    async with monitor(tmp_path, size=size, wall=True) as one:
        wall = one.app.screen
        assert isinstance(wall, Wall)
        await one.shows("Fila agora", "esperando")
        for title, text in (
            ("Hoje", "CSAT"),
            ("Atendentes", "Bruno Dias"),
            ("Em risco", "Esquecido"),
            ("Avisos", "entrega/atraso"),
            ("Fila agora", "esperando"),
        ):
            wall.turn()
            await one.shows(title, text)
        assert wall.page == 0
        assert len(PAGES) == 5


async def test_what_is_counted_is_all_there_is_however_many_are_listed(tmp_path: Path) -> None:
    late = [
        ticket_change(
            n,
            NOW,
            status=Status.OPEN,
            assignee=None,
            opened_at=NOW - timedelta(days=4),
            updated_at=NOW - timedelta(days=3),
        )
        for n in range(20_000, 20_120)
    ]
    async with monitor(tmp_path) as one:
        one.apply(*late)
        with closing(one.feed.reader()) as db:
            found = look(db, one.app.workplace.config, to_ms(NOW), one.app.workplace.zone)
        assert len(found.forgotten) == 50
        assert found.numbers.forgotten >= 121
        assert found.numbers.waiting >= len(found.waiting)
        await one.pilot.press("6")
        await one.shows(f"({found.numbers.forgotten})")


async def test_what_it_shows_is_what_the_figures_say(tmp_path: Path) -> None:
    async with monitor(tmp_path) as one:
        with closing(one.feed.reader()) as db:
            config = one.app.workplace.config
            found = look(db, config, to_ms(NOW), one.app.workplace.zone)
            for told in found.today:
                again = measure(db, told.figure.key, Scope(_day(found.at)), config.metrics)
                assert told.figure.value == again.value
            assert (
                found.queued
                == db.execute("SELECT count(*) FROM ticket WHERE status IN ('new', 'open')").fetchone()[0]
            )


def _day(at: int):  # type: ignore[no-untyped-def]
    from zoneinfo import ZoneInfo

    from atendente_tui.desk.floor import today

    return today(at, ZoneInfo("America/Sao_Paulo"))


async def test_with_ascii_glyphs_only_letters_go_beyond_it(tmp_path: Path) -> None:
    def plain(frame: str) -> None:
        strange = {sign for sign in frame if not sign.isascii() and not sign.isalpha()}
        assert not strange, f"{strange}:\n{frame}"

    config = Config(ui=UiConfig(language="pt-BR", glyphs="ascii"))
    async with monitor(tmp_path, size=SIZES[0], config=config) as one:
        screen = one.app.screen
        assert isinstance(screen, Monitor)
        await one.until(lambda: screen.floor is not None)
        for key in "123456":
            await one.pilot.press(key)
            await one.pilot.pause()
            plain(one.frame())
        await one.pilot.press("3", "down", "enter")
        await one.until(lambda: isinstance(one.app.screen, Drill))
        plain(await one.shows("TMPR"))
    async with monitor(tmp_path / "wall", size=SIZES[0], wall=True, config=config) as one:
        wall = one.app.screen
        assert isinstance(wall, Wall)
        await one.shows("Fila agora")
        for _page in PAGES:
            wall.turn()
            await one.pilot.pause()
            plain(one.frame())
