"""`monitor`: the floor on a screen that can change nothing, as one answer, on a wall, or in a browser of this machine."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.opening import configuration, session, store_key
from atendente_tui.cli.printing import print_json, print_text
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

PORT = 8765


def register(app: typer.Typer) -> None:
    app.command("monitor", help=_("See the whole floor; nothing is claimed, marked or changed."))(monitor)


def monitor(
    once: Annotated[bool, typer.Option("--once", help=_("Print what it shows now, and end."))] = False,
    wall: Annotated[bool, typer.Option("--wall", help=_("Large pages that turn by themselves."))] = False,
    serve: Annotated[
        bool,
        typer.Option("--serve", help=_("In a browser of this machine: it can be reached from nowhere else.")),
    ] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help=_("Of --serve."))] = PORT,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))] = False,
) -> int:
    if once or as_json:
        return _once(as_json)
    if serve:
        return _serve(wall, port)
    return _on_screen(wall)


def _once(as_json: bool) -> int:
    from atendente_tui.cli.floor_shapes import floor_json, floor_lines
    from atendente_tui.desk.floor import look

    with session() as at:
        found = look(at.read, at.config, at.now(), at.zone)
        if as_json:
            print_json(floor_json(found, at.config, at.zone))
        else:
            for line in floor_lines(found, at.config):
                print_text(line)
    return Exit.DONE


def _on_screen(wall: bool) -> int:
    from zoneinfo import ZoneInfo

    from atendente_tui import log, paths
    from atendente_tui.clock import SystemClock
    from atendente_tui.tui import boot
    from atendente_tui.tui.terminal import unfit

    served = bool(os.environ.get("TEXTUAL_DRIVER"))  # by textual-serve: its pipe is no terminal
    if not served and (sentence := unfit()):
        say(sentence)
        say(_("Without a screen: atendente monitor --once"))
        return Exit.USAGE
    config = configuration()
    boot.calm(low_bandwidth=config.ui.low_bandwidth)
    log.begin()
    paths.private_dir(paths.data_dir())
    from contextlib import closing

    from atendente_tui.desk.monitoring import monitored
    from atendente_tui.desk.opening import agent_of, desk_of
    from atendente_tui.tui.monitor_app import MonitorApp
    from atendente_tui.tui.workplace import Workplace

    clock = SystemClock()
    with monitored(paths.store_dir(), store_key(config), config, clock) as opened:
        with closing(opened.store.reader()) as read:
            desk = desk_of(opened.store, agent_of(config, read), config, clock, read)
        workplace = Workplace(opened.store, desk, config, clock, ZoneInfo(config.ui.zone))
        app = MonitorApp(workplace, wall=wall)
        app.run(mouse=config.ui.mouse)
        return app.return_code or Exit.DONE


def _serve(wall: bool, port: int) -> int:
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise Refused("serve_missing") from error
    server: Any = Server(serve_command(wall), host="127.0.0.1", port=port, title="Atendente · Monitor")
    say(
        _("The monitor is at {url}, for this machine alone. Ctrl+C ends it.").format(
            url=f"http://127.0.0.1:{port}"
        )
    )
    server.serve()
    return Exit.DONE


def serve_command(wall: bool) -> str:
    """What each page of the browser runs: this very program."""
    import shlex

    words = [sys.executable, "-m", "atendente_tui", "monitor", *(("--wall",) if wall else ())]
    return shlex.join(words)
