"""Opening what a command works on: configuration, store and desk; and the workstation itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from sqlcipher3.dbapi2 import Connection

from atendente_tui import i18n, paths
from atendente_tui.cli.exits import Ended, failures_said, say
from atendente_tui.clock import SystemClock
from atendente_tui.config import Config, load
from atendente_tui.desk.desk import Desk
from atendente_tui.domain.refusal import Refused
from atendente_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works on. `read` is a read-only connection of the main thread."""

    config: Config
    store: Store
    desk: Desk
    read: Connection
    zone: tzinfo

    def ticket(self, text: str) -> int:
        """The ticket that an id or a protocol number names. Raises Refused("no_such_ticket")."""
        from atendente_tui.store.reading import find_ticket

        found = find_ticket(self.read, text)
        if found is None:
            raise Refused("no_such_ticket", found=text)
        return found

    def now(self) -> int:
        from atendente_tui.domain.instants import to_ms

        return to_ms(self.desk.clock.now())


def configuration() -> Config:
    """The configuration, with the language it chooses in force."""
    config = load(paths.config_file())
    if "ATENDENTE_LANG" not in os.environ and config.ui.language:
        i18n.choose(config.ui.language)
    return config


def store_key(config: Config) -> bytes | None:
    """The key of the working profile's store, None where encryption is off. Says when one was made."""
    if not config.store.encryption:
        return None
    from atendente_tui import secrets

    key, made = secrets.store_key(paths.store_dir())
    if made:
        say(made)
    return key


@contextmanager
def session(*, writing: bool = False) -> Iterator[Session]:
    """Open the working profile; a command that only reads leaves no trace and needs no lock."""
    from atendente_tui.desk.opening import agent_of, desk_of
    from atendente_tui.policies import rules_of

    config = configuration()
    paths.private_dir(paths.data_dir())
    clock = SystemClock()
    place = paths.store_dir()
    fresh = not (place / "store.db").exists()
    store = Store.open(
        place, key=store_key(config), rules=rules_of(config), clock=clock, read_only=not (writing or fresh)
    )
    try:
        read = store.reader()
        try:
            desk = desk_of(store, agent_of(config, read), config, clock, read)
            yield Session(config, store, desk, read, ZoneInfo(config.ui.zone))
        finally:
            read.close()
    finally:
        store.close()


def open_workstation() -> int:
    """`atendente` without a word: the screen."""
    try:
        with failures_said():
            config = configuration()
            from atendente_tui.tui.boot import run

            return run(config)
    except Ended as ended:
        return ended.code
