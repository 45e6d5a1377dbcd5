"""A scenario played without a screen: a trainee's actions by the desk's own verbs, the world by its own clock, both on virtual time.

Whatever is random comes from the scenario's seed, so the same scenario and the same answers give the same record, byte for byte.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from atendente_tui.backends.port import Unreachable
from atendente_tui.clock import VirtualClock
from atendente_tui.desk.scratch import Rehearsal, rehearsal
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.refusal import Refused
from atendente_tui.flow import expectation as proving
from atendente_tui.flow.expectation import Happened, Verdict
from atendente_tui.flow.rubric import Grade, asked_of, grade
from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.written_training import Training
from atendente_tui.sync.pulling import pull
from atendente_tui.sync.pushing import Pusher
from atendente_tui.sync.retrying import Gate
from atendente_tui.training.deeds import Deeds
from atendente_tui.training.witnessing import Witness

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""When a scenario begins that proposes no moment."""
AFTER = timedelta(minutes=10)
"""How long the world goes on after the last thing that is written, where the scenario sets no limit."""
NAME = "demo"


@dataclass(frozen=True, slots=True)
class Performance:
    """What came of it: the record in the order of time, and the grade."""

    scenario: Scenario
    answers: Answers
    began: datetime
    ended: datetime
    record: tuple[Happened, ...]
    verdicts: tuple[Verdict, ...]
    grade: Grade


class NoExercise(ValueError):
    """The scenario has no training part: nothing is expected, so nothing can be graded."""


def rehearse(scenario: Scenario, answers: Answers) -> Performance:
    """Play it to its end. Raises NoExercise."""
    training = scenario.training
    if training is None:
        raise NoExercise(scenario.name)
    clock = VirtualClock(scenario.start or START)
    with rehearsal(scenario, clock) as place, closing(place.store.reader()) as db:
        return asyncio.run(_Playing(scenario, training, answers, place, clock, db).through())


def end_of(scenario: Scenario, training: Training, answers: Answers) -> timedelta:
    """When the play ends, counted from its start: at the limit, else a while after the last thing that is written."""
    last = max((one.at for one in answers.actions), default=timedelta())
    return training.limit if training.limit is not None else max(scenario.length, last) + AFTER


class _Playing:
    def __init__(
        self,
        scenario: Scenario,
        training: Training,
        answers: Answers,
        place: Rehearsal,
        clock: VirtualClock,
        db: Connection,
    ) -> None:
        self._scenario, self._training, self._answers = scenario, training, answers
        self._place, self._clock, self._world = place, clock, place.world
        self._began = clock.now()
        self._deeds = Deeds(place.desk, scenario, place.processes, db)
        self._witness = Witness(scenario, place.desk.agent.login)
        self._rng = Random(scenario.seed)  # noqa: S311  # nosec B311 # it spreads retries, the same each time
        self._gate = Gate(clock)
        self._pusher = Pusher(
            place.store, place.backend, NAME, clock=clock, rng=self._rng, gate=self._gate, sleep=_at_once
        )
        self._proof = proving.begin((*training.expectations, *asked_of(training.rubric)), self._began)
        self._record: list[Happened] = []
        self._read = 0
        self._own = 0
        self._online = True
        self._fetched = 0
        """Entries of the world's log that the desk was told of."""
        self._waiting = False
        """Whether something may still have to be sent."""

    async def through(self) -> Performance:
        ends = self._began + end_of(self._scenario, self._training, self._answers)
        await self._fetch()
        for action in self._answers.actions:
            at = self._began + action.at
            if at > ends:
                break
            await self._until(at)
            await self._fetch()
            self._act(action)
            await self._send()
        await self._until(ends)
        await self._fetch(all_of_it=True)
        self._tell_checklists()
        verdicts = proving.conclude(
            self._proof, self._witness.fields(self._world.tickets.values()), self._clock.now()
        )
        return Performance(
            self._scenario,
            self._answers,
            self._began,
            self._clock.now(),
            tuple(self._record),
            verdicts,
            grade(self._training.rubric, verdicts, self._training.pass_mark),
        )

    async def _until(self, moment: datetime) -> None:
        """Let time pass up to a moment; what waits to be sent leaves as soon as it may."""
        while True:
            due = self._pusher.next_due() if self._waiting else None
            wakes = [moment]
            if due is not None:
                wakes.append(self._clock.now() + timedelta(seconds=max(due, 0.001)))
            if not self._world.online and self._world.next_moment is not None:
                wakes.append(self._world.next_moment)
            at = min(wakes)
            self._clock.set(max(at, self._clock.now()))
            self._world.advance(self._clock.now())
            self._look()
            if due is not None:
                await self._send()
            if at >= moment:
                return

    async def _send(self) -> None:
        pushed = await self._pusher.push()
        tried = self._waiting or pushed.waiting > 0 or not self._world.online
        self._waiting = tried and self._pusher.next_due() is not None
        self._look()

    async def _fetch(self, *, all_of_it: bool = False) -> None:
        """Have the desk hear what others did. Of what it did itself it knows already: that comes along later."""
        heard, log = self._fetched, self._world.log
        mine = self._place.desk.agent.login
        if heard and not all_of_it:
            told = (change for _at, change in log[heard:])
            if all(not isinstance(one, EventAppend) or one.author == mine for one in told):
                return
        self._fetched = len(log)
        try:
            await pull(self._place.store, self._place.backend, NAME)
            self._gate.ok()
        except Unreachable:
            self._fetched = heard
        finally:
            self._look()

    def _act(self, action: Action) -> None:
        try:
            self._deeds.do(action)
        except Refused as refused:
            self._happened("refused", refused.code, action.ticket)
            return
        if action.verb == "check":
            for item in action.values:
                self._happened("check", item, action.ticket)
        elif action.verb == "undo":
            self._happened("undone", "", action.ticket)

    def _look(self) -> None:
        """Read what the world's log has that was not read yet."""
        while self._read < len(self._world.log):
            _at, change = self._world.log[self._read]
            self._read += 1
            seen = self._witness.seen(change)
            if seen is not None:
                self._prove(seen)
        if self._online != self._world.online:
            self._online = self._world.online
            self._happened("network", "up" if self._online else "down")

    def _happened(self, kind: str, value: str, ticket: str = "") -> None:
        """Something that no helpdesk is told of; its id counts on within the play."""
        self._own += 1
        self._prove(
            Happened(f"{ticket or 'desk'}/own/{self._own}", self._clock.now(), kind, value, ticket, mine=True)
        )

    def _prove(self, seen: Happened) -> None:
        self._record.append(seen)
        self._proof, _verdicts = proving.step(self._proof, seen, seen.at)

    def _tell_checklists(self) -> None:
        for ticket, complete in sorted(self._deeds.checklists().items()):
            self._happened("checklist", "complete" if complete else "incomplete", ticket)


async def _at_once(_seconds: float) -> None:
    """Nobody waits on real time."""
