"""`hub start`: serve, on loopback unless by TLS or behind a proxy; the first start makes an administrator."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atendente_tui import os_words, paths
from atendente_tui.cli import hub
from atendente_tui.cli.exits import Exit, say
from atendente_tui.cli.hub import AsJson, DatabaseOption
from atendente_tui.cli.printing import print_json
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _

if TYPE_CHECKING:
    import socket

    from atendente_tui.hub.database import Database
    from atendente_tui.hub.recording import Recording
    from atendente_tui.hub.serving import Door

PORT, RATE, KEEP_ALIVE = 8484, 600, 75  # as in hub.serving and hub.limits, which help must not load
FIRST = "admin"


def register(app: typer.Typer) -> None:
    app.command("start", help=_("Serve the hub; the first time it makes an administrator."))(start)


def start(
    host: Annotated[str, typer.Option("--host", help=_("Address to listen on."))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help=_("Port; 0 for any free one."))
    ] = PORT,
    database: DatabaseOption = "",
    files: Annotated[Path | None, typer.Option("--files", help=_("Folder of the attachments."))] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help=_("Certificate chain, PEM."))] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help=_("Its private key, PEM."))] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help=_("A proxy in front of it does TLS and says who asks."))
    ] = False,
    rate: Annotated[
        int, typer.Option("--rate", min=0, max=1_000_000, help=_("Requests a minute of one token; 0: any."))
    ] = RATE,
    keep_alive: Annotated[
        int, typer.Option("--keep-alive", min=1, max=3600, help=_("Seconds that an idle line is kept."))
    ] = KEEP_ALIVE,
    as_json: AsJson = False,
) -> int:
    hub.need_extra()
    from atendente_tui.hub.parts import HubParts, Settings
    from atendente_tui.hub.serving import Door, Server, address

    door = Door(host, port, tls_cert, tls_key, behind_proxy, keep_alive)
    listening = _bound(door)
    if not (database and files):
        paths.private_dir(paths.data_dir())
    with listening, hub.hub_database(database, begin=True) as opened:
        folder = paths.private_dir(files or paths.data_dir() / "hub" / "files")
        token = _first_administrator(opened)
        _log_to_stderr()
        url = address(door, listening)
        parts = HubParts(opened, Settings(files=folder, rate=rate))
        Server(parts, door, lambda: _tell(url, token, as_json)).run(sockets=[listening])
    say(_("The hub has stopped."))
    return Exit.DONE


def _bound(door: Door) -> socket.socket:
    from atendente_tui.hub.serving import bound

    try:
        return bound(door)
    except OSError as error:
        raise Refused("hub_port", found=f"{door.host}:{door.port}", why=os_words.why(error)) from error


def _first_administrator(database: Database) -> str | None:
    """The token of the account that a new hub begins with, None where there are accounts."""
    from atendente_tui.hub import accounts, tokens

    def begin(recording: Recording) -> str | None:
        if accounts.accounts(recording.db):
            return None
        accounts.add_agent(recording, FIRST, _("Administrator"), "administrator")
        return tokens.create(recording.db, FIRST, "start", recording.now_ms).secret

    with database.read() as db:
        if accounts.accounts(db):
            return None
    return hub.changed(database, begin)


def _tell(url: str, token: str | None, as_json: bool) -> None:
    joining = f"atendente login hub {url}"
    if as_json:
        print_json({"url": url} | ({"admin_token": token} if token is not None else {}))
    else:
        say(_("The hub listens at {url}. Ctrl+C stops it.").format(url=url))
        if token is not None:
            say(_("Token of the administrator {login}, shown this once:").format(login=FIRST))
            print(token, flush=True)
        say(_("A workstation joins with:"))
        print(joining)
    sys.stdout.flush()


class _Plain(logging.Formatter):
    """One line a record. Of an exception its kind alone: its message often quotes what somebody wrote."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0] if record.exc_info else None
        line = f"{self.formatTime(record)} {record.getMessage().strip()}"
        if kind is not None:
            line += f" ({kind.__name__})"
        return "".join(one if one.isprintable() else "?" for one in line)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("atendente_tui.hub.access_log").setLevel(logging.INFO)
