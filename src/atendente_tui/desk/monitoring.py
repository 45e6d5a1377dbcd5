"""Opening the monitor: a store that is only read, fed by a session that only reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.policies import rules_of
from atendente_tui.store.errors import StoreLocked
from atendente_tui.store.store import Store

if TYPE_CHECKING:
    from atendente_tui.clock import Clock
    from atendente_tui.config import Config
    from atendente_tui.sync.only_reading import Follower


class Opened(NamedTuple):
    """`store` is read-only. `follower` feeds it where nobody else does; None beside an open workstation, which does."""

    store: Store
    follower: Follower | None


@contextmanager
def monitored(folder: Path, key: bytes | None, config: Config, clock: Clock) -> Iterator[Opened]:
    """The store of the working profile for one who only looks; its news come in as long as this stands.

    What waits in its outbox stays there: nothing is sent. Raises StoreError.
    """
    rules = rules_of(config)
    feed: Store | None = None
    with suppress(StoreLocked):  # a workstation has it open, and keeps it fresh
        feed = Store.open(folder, key=key, rules=rules, clock=clock)
    follower: Follower | None = None
    try:
        store = Store.open(folder, key=key, rules=rules, clock=clock, read_only=True)
        try:
            if feed is not None:
                store.fed_by(feed)
            if feed is not None and config.backend is not None:
                from atendente_tui.desk.connecting import connection
                from atendente_tui.sync.only_reading import Follower

                backend = config.backend
                follower = Follower(
                    feed,
                    lambda: connection(backend),
                    backend.name,
                    clock,
                    rng=SystemRandom(),
                    every=backend.poll_seconds,
                )
                follower.start()
            yield Opened(store, follower)
        finally:
            if follower is not None:
                follower.stop(5.0)
            store.close()
    finally:
        if feed is not None:
            feed.close()
