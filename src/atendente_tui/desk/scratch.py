"""A world to play in: a scenario on a scratch store and a virtual or real clock. Nothing of it can reach a real backend."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui.backends.demo import DemoBackend
from atendente_tui.backends.demo_world import DemoWorld
from atendente_tui.backends.port import BackendSettings
from atendente_tui.clock import Clock, SystemClock
from atendente_tui.config import Config
from atendente_tui.desk.desk import Agent, Can, Desk
from atendente_tui.desk.processes import processes_in, timed
from atendente_tui.desk.reviewing import settings_of
from atendente_tui.domain.words import Tier
from atendente_tui.knowledge.shipped import PROCESSES
from atendente_tui.policies import SHARED, governed
from atendente_tui.store.rows import SettingRow
from atendente_tui.store.store import Store
from atendente_tui.sync.service import SyncService

if TYPE_CHECKING:
    from atendente_tui.domain.command import Command, Receipt
    from atendente_tui.domain.rules import Rules
    from atendente_tui.knowledge.processes import Process
    from atendente_tui.knowledge.scenario import Scenario

POLL = 1.0  # seconds: a demonstration should feel alive


@dataclass(frozen=True, slots=True)
class Scratch:
    """A desk at a world of its own; `sync` is not started yet."""

    store: Store
    desk: Desk
    sync: SyncService
    folder: Path


def start_of(scenario: Path | None) -> datetime:
    """When the scenario begins: the moment its author proposes, else now.

    Raises ProtocolError that names every fault of a scenario that cannot be played.
    """
    backend = DemoBackend(BackendSettings("demo", str(scenario) if scenario else ""))
    return backend.scenario.start or SystemClock().now()


class Rehearsal(NamedTuple):
    """A desk at a scenario's world with nobody between: whoever holds it moves its clock, its world and its commands."""

    store: Store
    desk: Desk
    backend: OneAtATime
    world: DemoWorld
    processes: list[Process]


@contextmanager
def rehearsal(
    scenario: Scenario,
    clock: Clock,
    holds: Mapping[str, float] = MappingProxyType({}),
    *,
    alone: bool = False,
) -> Iterator[Rehearsal]:
    """A scenario's world on a store of its own, gone afterwards.

    Nothing of the person's is in it, neither configuration nor processes: it is the same on every machine.

    holds   seconds before a command leaves, as the desk has them; none, where nobody is there to take it back
    alone   its store has no threads: what happens when hangs on the clock and nothing else
    """
    config = Config()
    processes = list(_shipped_processes())
    rules = timed(_shared_rules(scenario), processes)
    world = DemoWorld(scenario, clock.now(), "rehearsal")
    backend = OneAtATime(BackendSettings("demo", ""), clock=clock, world=world)
    folder = Path(tempfile.mkdtemp(prefix="atendente-train-"))
    try:
        store = Store.open(folder / "store", key=None, rules=rules, clock=clock, throwaway=True, alone=alone)
        try:
            played = scenario.agent
            agent = Agent(played.login, played.name, played.teams, played.tier)
            can = Can.everything()._replace(uploads=False)
            review = settings_of(config)
            desk = Desk(
                store, agent, rules, clock, holds, can, zone=scenario.zone, review=review, own=folder / "own"
            )
            yield Rehearsal(store, desk, backend, world, processes)
        finally:
            store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _shared_rules(scenario: Scenario) -> Rules:
    """What the scenario's team agreed on, above our own; nothing of the person's configuration."""
    rows = [SettingRow(one.kind, one.key, one.body) for one in scenario.shared if one.kind in SHARED]
    return governed(Config(), rows).rules


@lru_cache(maxsize=1)
def _shipped_processes() -> tuple[Process, ...]:
    return tuple(processes_in([PROCESSES])[0])


class OneAtATime(DemoBackend):
    """Takes commands one after the other: what was given at one moment arrives in one order, on every machine."""

    capabilities = replace(DemoBackend.capabilities, parallel=1)
    heard: Callable[[Command], None] = staticmethod(lambda _command: None)
    """Called with each command once it is carried out."""

    async def push(self, command: Command) -> Receipt:
        again = await self.find(command.id) is not None
        receipt = await super().push(command)
        if not again:
            self.heard(command)
        return receipt


@contextmanager
def scratch(scenario: Path | None, clock: Clock, config: Config) -> Iterator[Scratch]:
    """Open the scenario (None: the one that is shipped). Store and files are gone afterwards.

    Raises ProtocolError that names every fault of a scenario that cannot be played.
    """
    settings = BackendSettings("demo", str(scenario) if scenario else "")
    backend = DemoBackend(settings, clock=clock)
    world = backend.world()
    rules = _shared_rules(backend.scenario)
    if scenario is None:
        rules = timed(rules, processes_in([PROCESSES])[0])
    folder = Path(tempfile.mkdtemp(prefix="atendente-demo-"))
    try:
        store = Store.open(folder / "store", key=None, rules=rules, clock=clock)
        try:
            played = backend.scenario.agent
            agent = Agent(played.login, played.name, played.teams, getattr(played, "tier", None) or Tier.N1)
            desk = Desk(
                store=store,
                agent=agent,
                rules=rules,
                clock=clock,
                holds=config.holds,
                can=Can.everything()._replace(uploads=False),
                zone=config.ui.zone,
                review=settings_of(config),
                signatures=config.signatures,
                survey_days=config.survey_days,
            )
            sync = SyncService(
                store,
                lambda: DemoBackend(settings, clock=clock, world=world),
                clock=clock,
                rng=Random(0),  # noqa: S311  # nosec B311 # it spreads retries, it guards nothing
                backend_name="demo",
                poll_seconds=POLL,
            )
            try:
                yield Scratch(store, desk, sync, folder)
            finally:
                sync.stop(5.0)
        finally:
            store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
