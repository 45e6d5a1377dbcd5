"""Opening what a command works on: configuration, store and desk; and the workstation itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import tzinfo
from time import monotonic, sleep
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sqlcipher3 import dbapi2 as sqlite
from sqlcipher3.dbapi2 import Connection

from atendente_tui import i18n, os_words, paths
from atendente_tui.cli.exits import Ended, Exit, failures_said, say, unforeseen
from atendente_tui.clock import SystemClock
from atendente_tui.config import Config
from atendente_tui.config_reading import load
from atendente_tui.desk.desk import Desk
from atendente_tui.domain.refusal import Refused
from atendente_tui.i18n import _
from atendente_tui.store import migrate
from atendente_tui.store.errors import StoreError, StoreLocked
from atendente_tui.store.store import Lane, Store

if TYPE_CHECKING:
    from atendente_tui.desk.governing import Governing

INDEXING = 60.0  # seconds that a search waits for the full text
JUDGING = (
    10.0  # seconds that a command stays for tickets to be judged by other rules; a later one goes on with it
)


LEAVING = 2.0  # seconds that a command stays for that
COUNTING = 10.0  # seconds that a report waits for the process that has the store to count


class Session(NamedTuple):
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
    from atendente_tui.keys import chain

    found = chain.store_key(paths.store_dir())
    if found.made:
        say(found.made)
    return found.key


@contextmanager
def session(*, writing: bool = False, searching: bool = False, counting: bool = False) -> Iterator[Session]:
    """Open the working profile; a command that only reads leaves no trace and needs no lock.

    searching   finish reading into the full text first what a hurried end left unread
    counting    make the numbers of the figures first that are still to be made
    """
    from atendente_tui.desk.governing import Governing
    from atendente_tui.desk.opening import agent_of, desk_of

    config = configuration()
    data = paths.data_dir()
    try:
        paths.private_dir(data)
    except OSError as error:
        say(
            _("The data directory {folder} cannot be used: {error}").format(
                folder=data, error=os_words.why(error)
            )
        )
        raise Ended(Exit.USAGE) from error
    clock = SystemClock()
    try:
        store = _opened(config, clock, writing=writing, searching=searching, counting=counting)
    except OSError as error:
        say(_("The store cannot be used: {error}").format(error=f"{error.filename}: {os_words.why(error)}"))
        raise Ended(Exit.STORE) from error
    try:
        governing = None if store.read_only else Governing(store, config)
        if counting:
            _count(store, governing)
        read = store.reader()
        try:
            desk = desk_of(store, agent_of(config, read), config, clock, read)
            yield Session(config, store, desk, read, ZoneInfo(config.ui.zone))
        finally:
            read.close()
            if governing is not None:
                governing.finish(JUDGING)
                _count_some(store)
    finally:
        store.close()


def _count(store: Store, governing: Governing | None) -> None:
    """Count what is to be counted; where another process has the store, wait a little for it to do that."""
    from atendente_tui.store import counting

    if governing is not None:
        governing.finish(JUDGING)
        counting.count_all(store)
        return
    until = monotonic() + COUNTING
    with closing(store.reader()) as db:
        while counting.uncounted(db) and monotonic() < until:
            sleep(0.1)


def _count_some(store: Store) -> None:
    """Leave figures behind that whoever only reads can trust; of a great many the next who opens the store does the rest."""
    from atendente_tui.store.counting import STEP, count_due

    until = monotonic() + LEAVING
    with suppress(StoreError):
        while store.write(count_due, Lane.IDLE) >= STEP and monotonic() < until:
            pass


def _opened(config: Config, clock: SystemClock, *, writing: bool, searching: bool, counting: bool) -> Store:
    from atendente_tui.policies import rules_of

    place = paths.store_dir()
    key, rules = store_key(config), rules_of(config)
    if not writing and (place / "store.db").exists():
        store = Store.open(place, key=key, rules=rules, clock=clock, read_only=True)
        if not _needs_work(store, searching) and not (counting and _to_count(store, config)):
            return store
        store.close()
        try:
            store = Store.open(place, key=key, rules=rules, clock=clock)
        except StoreLocked:  # who has it is doing just that
            return Store.open(place, key=key, rules=rules, clock=clock, read_only=True)
    else:
        store = Store.open(place, key=key, rules=rules, clock=clock)
    if searching:
        store.wait_indexed(INDEXING)
    return store


def _needs_work(store: Store, searching: bool) -> bool:
    """Whether the store has to be brought up to this version, or its full text up to the store."""
    with closing(store.reader()) as db:
        if migrate.version(db) < migrate.latest():
            return True
        unread = db.execute("SELECT 1 FROM index_queue LIMIT 1").fetchone() is not None
    return searching and (unread or not _can_search(store))


def _to_count(store: Store, config: Config) -> bool:
    """Whether figures would miss something: tickets that are not counted yet, or were by other rules."""
    from atendente_tui.desk.governing import in_force
    from atendente_tui.store.counting import uncounted

    with closing(store.reader()) as db:
        return uncounted(db) > 0 or not in_force(db, config)[1]


def _can_search(store: Store) -> bool:
    """Whether the full text is there, sound, of this version and whole."""
    from atendente_tui.store import indexing

    try:
        with closing(store.search_reader()) as db:
            told = dict(db.execute("SELECT key, value FROM main.meta").fetchall())
    except (OSError, StoreError, sqlite.Error):
        return False
    return told.get("version") == indexing.VERSION and not any(key.startswith("walk_") for key in told)


def open_workstation() -> int:
    """`atendente` without a word: the screen."""
    try:
        with failures_said():
            config = configuration()
            from atendente_tui.tui.boot import run

            return run(config)
    except Ended as ended:
        return ended.code
    except Exception as error:
        return unforeseen(error)
