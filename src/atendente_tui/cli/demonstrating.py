"""`demo`: the workstation on a scripted scenario, with no server, no keyring and no configuration."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.printing import print_json
from atendente_tui.clock import RunningClock, VirtualClock
from atendente_tui.config import BackendConfig, Config
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _


def register(app: typer.Typer) -> None:
    app.command("demo", help=_("Open the workstation on a scripted scenario; nothing has to be set up."))(
        demo
    )


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help=_("Play it through the real screens without a terminal."))
    ] = False,
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help=_("A scenario file of your own."))
    ] = None,
    play: Annotated[
        Path | None, typer.Option("--play", help=_("The operator's steps for --headless."))
    ] = None,
    pictures: Annotated[Path | None, typer.Option("--pictures", help=_("Where the pictures go."))] = None,
    size: Annotated[
        str | None, typer.Option("--size", help=_("Columns × rows for --headless, such as 80x24."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    if headless or as_json or not (sys.stdout.isatty() and sys.stdin.isatty()):
        return _headless(scenario, play, pictures, size, as_json)
    return _on_screen(scenario)


def _on_screen(scenario: Path | None) -> int:
    from zoneinfo import ZoneInfo

    from atendente_tui.desk.scratch import scratch, start_of
    from atendente_tui.tui import boot
    from atendente_tui.tui.terminal import unfit
    from atendente_tui.tui.workplace import Workplace

    if sentence := unfit():
        return boot.refuse(sentence)
    boot.calm()
    config = Config(backend=BackendConfig("demo"))
    with _playable(scenario):
        clock = RunningClock(start_of(scenario))
    with scratch(scenario, clock, config) as place:
        place.sync.start()
        return boot.show(
            Workplace(place.store, place.desk, config, clock, ZoneInfo(config.ui.zone), place.sync)
        )


def _headless(
    scenario: Path | None, play_file: Path | None, pictures: Path | None, size: str | None, as_json: bool
) -> int:
    import asyncio

    from atendente_tui.knowledge.shipped import PLAY
    from atendente_tui.training.playing import StepFailed, load_play

    play, faults = load_play(play_file or PLAY)
    if play is None:
        for fault in faults:
            say(str(fault))
        return Exit.USAGE
    if size is not None:
        play = replace(play, size=size_of(size))
    folder = pictures or Path(tempfile.mkdtemp(prefix="atendente-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    told = (lambda text: print(f"· {text}", flush=True)) if not as_json else (lambda _text: None)
    try:
        answer = asyncio.run(_perform(play, scenario, folder, told))
    except StepFailed as failed:
        say(str(failed))
        say(failed.screen)
        return Exit.REFUSED
    if as_json:
        print_json(answer)
    else:
        print(
            _("{n} replies reached the helpdesk. Picture of the screen: {file}").format(
                n=answer["replies"], file=answer["screenshot"]
            )
        )
    return Exit.DONE


async def _perform(play: Any, scenario: Path | None, folder: Path, told: Any) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    from atendente_tui.desk.scratch import scratch, start_of
    from atendente_tui.training.playing import perform
    from atendente_tui.tui import boot
    from atendente_tui.tui.app import AtendenteApp
    from atendente_tui.tui.stage import ScreenStage
    from atendente_tui.tui.workplace import Workplace

    boot.calm()
    config = Config(backend=BackendConfig("demo"))
    with _playable(scenario):
        clock = VirtualClock(start_of(scenario))
    with scratch(scenario, clock, config) as place:
        app = AtendenteApp(
            Workplace(place.store, place.desk, config, clock, ZoneInfo(config.ui.zone), place.sync),
            when_warm=place.sync.start,
        )
        async with app.run_test(size=play.size, notifications=True, tooltips=True) as pilot:
            await app.warm.wait()
            stage = ScreenStage(app, pilot, place.sync, clock, folder, told)
            await stage.caught_up()
            performed = await perform(play, stage)
            last = stage.picture("fim")
            replies = app.read.execute(
                "SELECT count(*) FROM outbox WHERE type = 'reply' AND state = 'confirmed'"
            ).fetchone()[0]
    return {
        "transcript": [
            {
                "step": one.number,
                "caption": one.caption,
                "did": one.did,
                "seconds": one.seconds,
                "picture": one.picture,
            }
            for one in performed
        ],
        "screenshot": last,
        "replies": replies,
        "pictures": {name: str(file) for name, file in stage.pictures.items()},
    }


def size_of(text: str) -> tuple[int, int]:
    columns, _x, rows = text.lower().partition("x")
    if not (
        columns.isdecimal() and rows.isdecimal() and 60 <= int(columns) <= 400 and 16 <= int(rows) <= 200
    ):
        raise Refused("size_unreadable", found=text)
    return int(columns), int(rows)


class _playable:
    """Say what is wrong with a scenario instead of failing on it."""

    def __init__(self, scenario: Path | None) -> None:
        self._scenario = scenario

    def __enter__(self) -> None:
        if self._scenario is not None and not self._scenario.is_file():
            raise Refused("no_such_file", found=str(self._scenario))

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        from atendente_tui.desk.connecting import BackendError

        if isinstance(error, BackendError):
            raise Refused("scenario_unplayable", why=str(error)) from error
