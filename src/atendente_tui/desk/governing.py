"""The rules in force at an open store: the configuration's and, below them, what the team shares; followed as it changes.

A store remembers by which rules its tickets were judged. Where others hold now, every ticket that is not done is judged
again, a few at a time, when nobody waits for the writer; cut short, it begins again at the next opening.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from atendente_tui import paths
from atendente_tui.policies import SHARED, governed
from atendente_tui.store import reading
from atendente_tui.store.errors import StoreError
from atendente_tui.store.writing import Lane

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import Config
    from atendente_tui.config_tables import Fault
    from atendente_tui.domain.rules import Rules
    from atendente_tui.store.rows import SettingRow
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

STEP = 100
"""Tickets judged in one transaction."""
TOPIC = "rules"
"""Announced when other rules hold, or other faults were found."""


class Governing:
    """Of one store that is open for writing. `faults` says which shared settings cannot be used."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store, self._config = store, config
        self.faults: tuple[Fault, ...] = ()
        self._mark = ""
        self._judging: threading.Thread | None = None
        self._turn = threading.Lock()
        self._leave = store.subscribe(self._heard)
        self._read_again()

    def finish(self, timeout: float | None = None) -> bool:
        """Wait until every ticket is judged by the rules that hold now; False when that takes longer."""
        with suppress(StoreError):
            for _turn in ("what was committed is announced", "what was heard of it is taken"):
                self._store.submit(lambda _tx: None, Lane.SYNC).result(timeout)
        thread = self._judging
        if thread is not None:
            thread.join(timeout)
            return not thread.is_alive()
        return True

    def close(self) -> None:
        self._leave()

    def _heard(self, topics: frozenset[str]) -> None:
        if "settings" in topics:
            self._read_again()

    def _read_again(self) -> None:
        with suppress(StoreError):
            self._store.submit(self._take, Lane.SYNC)

    def _take(self, tx: Tx) -> None:
        """On the writer's thread: nothing is judged between the look and the change."""
        shared = reading.settings(tx.db, *SHARED)
        found = governed(self._config, shared)
        rules, told = _with_processes(found.rules)
        before, self._mark = self._mark, _digest(self._config, shared, told)
        self._store.govern(rules)
        if self._mark == before:
            return
        self.faults = found.faults
        tx.touch(TOPIC)
        known = tx.db.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone()
        if known is None and not shared and not told:  # judged by the configuration from the first ticket on
            _remember(tx, self._mark)
        elif known is None or known[0] != self._mark:
            self._judge_again()

    def _judge_again(self) -> None:
        with self._turn:
            self._judging = threading.Thread(
                target=self._judge, args=(self._mark, self._judging), name="governing", daemon=True
            )
            self._judging.start()

    def _judge(self, mark: str, before: threading.Thread | None) -> None:
        from atendente_tui.store.assessing import judged_by_time, reassess

        if before is not None:
            before.join()
        with suppress(StoreError):
            with closing(self._store.reader()) as db:
                ids = judged_by_time(db)
            for start in range(0, len(ids), STEP):
                if self._mark != mark:  # others hold by now: whoever found that begins anew
                    return
                self._store.courtesy.take_turn()
                self._store.write(partial(reassess, ticket_ids=ids[start : start + STEP]), Lane.IDLE)
            self._store.write(lambda tx: _remember(tx, mark) if self._mark == mark else None, Lane.IDLE)


def in_force(db: Connection, config: Config) -> tuple[Rules, bool]:
    """The rules that hold, and whether the tickets of the store were judged by them."""
    shared = reading.settings(db, *SHARED)
    rules, told = _with_processes(governed(config, shared).rules)
    known = db.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone()
    return rules, known is None or known[0] == _digest(config, shared, told)


def _with_processes(rules: Rules) -> tuple[Rules, str]:
    """The rules with the target times of one's own processes over them, and what they say; "" where there are none."""
    folder = paths.data_dir() / "processes"
    if not folder.is_dir():
        return rules, ""
    from atendente_tui.desk.processes import processes_in, timed

    processes = processes_in([folder])[0]
    return timed(rules, processes), repr([(one.reason, one.targets) for one in processes])


def _digest(config: Config, shared: Iterable[SettingRow], processes: str) -> str:
    told = repr((config.calendars, config.sla, [tuple(one) for one in shared]))
    if config.metrics.session_gap:  # the figures are counted again where these change
        told += repr(sorted(config.metrics.session_gap.items()))
    return hashlib.sha256((told + processes).encode()).hexdigest()


def _remember(tx: Tx, mark: str) -> None:
    tx.db.execute(
        "INSERT INTO meta (key, value) VALUES ('rules', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (mark,),
    )
