"""One playing of a scenario on virtual time: what the world brings, what leaves the desk, and what of it is proved so far.

Who does the trainee's deeds does not matter here: written answers (`rehearsing`) and a person at the screens
(`live`) go through the same course, so that both are graded by the same record.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from pydantic import TypeAdapter

from atendente_tui.backends.demo_commands import carry_out
from atendente_tui.backends.port import Conflict, Rejected, Unreachable
from atendente_tui.clock import VirtualClock
from atendente_tui.desk.scratch import Rehearsal
from atendente_tui.domain.change import EventAppend
from atendente_tui.domain.command import Command
from atendente_tui.flow import expectation as proving
from atendente_tui.flow.expectation import Happened, Proof, Verdict
from atendente_tui.flow.rubric import Grade, asked_of, grade
from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.knowledge.reading_scenarios import read_happening
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.knowledge.written_training import Training
from atendente_tui.sync.pulling import pull
from atendente_tui.sync.pushing import Pusher
from atendente_tui.sync.retrying import Gate
from atendente_tui.training.witnessing import Witness

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""When a scenario begins that proposes no moment."""
AFTER = timedelta(minutes=10)
"""How long the world goes on after the last thing that is written, where the scenario sets no limit."""
NAME = "demo"
HAPPENS = "happens"
"""Verb of what a trainer had happen in the middle of a class: one line of a timeline."""
COMMAND, OWN = "command", "own"
"""Verbs of what was done at the screens: a command as it arrived, and what no helpdesk is told of, as kind and value."""
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)


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


def end_of(scenario: Scenario, training: Training, actions: Iterable[Action]) -> timedelta:
    """When the play ends, counted from its start: at the limit, else a while after the last thing that is done."""
    last = max((one.at for one in actions if one.verb != OWN), default=timedelta())
    return training.limit if training.limit is not None else max(scenario.length, last) + AFTER


class Course:
    """Moved on by whoever holds it, on one asyncio loop."""

    def __init__(
        self, scenario: Scenario, training: Training, place: Rehearsal, clock: VirtualClock, began: datetime
    ) -> None:
        self.scenario, self.training = scenario, training
        self.place, self.clock, self.world = place, clock, place.world
        self.began = began
        self._witness = Witness(scenario, place.desk.agent.login)
        self._gate = Gate(clock)
        rng = Random(scenario.seed)  # noqa: S311  # nosec B311 # it spreads retries, the same each time
        self._pusher = Pusher(
            place.store, place.backend, NAME, clock=clock, rng=rng, gate=self._gate, sleep=_at_once
        )
        self.proof: Proof = proving.begin((*training.expectations, *asked_of(training.rubric)), began)
        self.record: list[Happened] = []
        self.tells_network = True
        """Whether a network that goes and comes is put on the record; not where the deeds that are played say so."""
        self.beside: Callable[[Happened], None] = lambda _seen: None
        """Called with what is put on the record though no helpdesk was told of it."""
        self._read = 0
        self._own = 0
        self._brought = 0
        self._online = True
        self._fetched = 0
        """Entries of the world's log that the desk was told of."""
        self._waiting = False
        """Whether something may still have to be sent."""

    async def until(self, moment: datetime) -> None:
        """Let time pass up to a moment; what waits to be sent leaves as soon as it may."""
        while True:
            due = self._pusher.next_due() if self._waiting else None
            wakes = [moment]
            if due is not None:
                wakes.append(self.clock.now() + timedelta(seconds=max(due, 0.001)))
            if not self.world.online and self.world.next_moment is not None:
                wakes.append(self.world.next_moment)
            at = min(wakes)
            self.clock.set(max(at, self.clock.now()))
            self.world.advance(self.clock.now())
            self.look()
            if due is not None:
                await self.send()
            if at >= moment:
                return

    async def send(self) -> None:
        pushed = await self._pusher.push()
        tried = bool(self.place.desk.holds) or self._waiting or pushed.waiting > 0 or not self.world.online
        self._waiting = tried and self._pusher.next_due() is not None
        self.look()

    async def fetch(self, *, all_of_it: bool = False) -> None:
        """Have the desk hear what others did. Of what it did itself it knows already: that comes along later."""
        heard, log = self._fetched, self.world.log
        mine = self.place.desk.agent.login
        if heard and not all_of_it:
            told = (change for _at, change in log[heard:])
            if all(not isinstance(one, EventAppend) or one.author == mine for one in told):
                return
        self._fetched = len(log)
        try:
            await pull(self.place.store, self.place.backend, NAME)
            self._gate.ok()
        except Unreachable:
            self._fetched = heard
        finally:
            self.look()

    def look(self) -> None:
        """Read what the world's log has that was not read yet."""
        while self._read < len(self.world.log):
            _at, change = self.world.log[self._read]
            self._read += 1
            seen = self._witness.seen(change)
            if seen is not None:
                self._prove(seen)
        if self._online != self.world.online:
            self._online = self.world.online
            if self.tells_network:
                self.happened("network", "up" if self._online else "down")

    def happened(self, kind: str, value: str, ticket: str = "") -> None:
        """Something that no helpdesk is told of; its id counts on within the play."""
        self._own += 1
        at = self.clock.now()
        seen = Happened(f"{ticket or 'desk'}/own/{self._own}", at, kind, value, ticket, mine=True)
        self._prove(seen)
        self.beside(seen)

    def again(self, action: Action) -> None:
        """What was done at the screens, done once more at the moment the clock stands at."""
        if action.verb == HAPPENS:
            self._bring(action.value)
            return
        if action.verb == OWN:
            kind, value = action.values
            self.happened(kind, value, action.ticket)
            return
        with contextlib.suppress(Rejected, Conflict):
            carry_out(self.world, command_in(action), self.world.now)
        self.look()

    def _bring(self, text: str) -> None:
        """One more line of the timeline, counted from now. What cannot be read does not happen."""
        self._brought += 1
        happening, faults = read_happening(text, self.scenario, self._brought)
        if happening is not None and not faults:
            self.world.bring(happening, self.clock.now() + happening.at.delta)
            self.world.advance(self.clock.now())
        self.look()

    def tell_checklists(self, complete: dict[str, bool]) -> None:
        for ticket, done in sorted(complete.items()):
            self.happened("checklist", "complete" if done else "incomplete", ticket)

    def verdicts(self) -> tuple[Verdict, ...]:
        """How everything stands if it ended now."""
        fields = self._witness.fields(self.world.tickets.values())
        return proving.conclude(self.proof, fields, self.clock.now())

    def performance(self, answers: Answers) -> Performance:
        """What came of it, now that it is over."""
        verdicts = self.verdicts()
        return Performance(
            self.scenario,
            answers,
            self.began,
            self.clock.now(),
            tuple(self.record),
            verdicts,
            grade(self.training.rubric, verdicts, self.training.pass_mark),
        )

    def _prove(self, seen: Happened) -> None:
        self.record.append(seen)
        self.proof, _verdicts = proving.step(self.proof, seen, seen.at)


def command_in(action: Action) -> Command:
    """The command of a deed at the screens. Raises ValueError."""
    return _COMMANDS.validate_json(action.value)


async def _at_once(_seconds: float) -> None:
    """Nobody waits on real time."""
