"""A training that somebody does at the screens: their commands leave for the scenario's world, and are graded on the way.

The course is the one that written answers go through (`rehearsing`). Every command is kept as it arrived, and everything that no
helpdesk is told of beside it, so that the same play comes out again from its result alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from atendente_tui.backends.port import BackendError, Unreachable
from atendente_tui.clock import VirtualClock
from atendente_tui.desk.processes import tick
from atendente_tui.desk.scratch import Rehearsal
from atendente_tui.domain.command import Command, TicketCommand
from atendente_tui.domain.instants import to_ms
from atendente_tui.flow.expectation import Happened
from atendente_tui.flow.rubric import Criterion, Grade, grade
from atendente_tui.knowledge.answers import Action, Answers
from atendente_tui.knowledge.processes import process_for
from atendente_tui.knowledge.scenario import Scenario
from atendente_tui.store import reading
from atendente_tui.store.writing import Lane
from atendente_tui.sync.remembered import SyncStatus, keep
from atendente_tui.training.classroom import brought_in
from atendente_tui.training.course import COMMAND, NAME, OWN, Course, NoExercise, Performance, end_of
from atendente_tui.training.deeds import Deeds
from atendente_tui.training.rehearsing import AT_THE_SCREENS

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

FRESH = 60_000
"""ms after which it is said again that the desk knows all there is."""
_UNDONE = (
    "SELECT o.command_id, t.remote_id FROM outbox o LEFT JOIN ticket t ON t.id = o.ticket_id"
    " WHERE o.state = 'undone' ORDER BY o.n"
)
_TICKED = (
    "SELECT b.ticket_id, b.name, t.remote_id FROM beside b JOIN ticket t ON t.id = b.ticket_id"
    " WHERE b.kind = 'item' ORDER BY b.ticket_id, b.name"
)


class Live:
    """Used on one asyncio loop. `clock` stands where it is until `pass_to` moves it."""

    def __init__(self, scenario: Scenario, place: Rehearsal, clock: VirtualClock, db: Connection) -> None:
        """`db` reads the desk's store, on this thread. Raises NoExercise."""
        if scenario.training is None:
            raise NoExercise(scenario.name)
        self.scenario, self.training = scenario, scenario.training
        self.course = Course(scenario, scenario.training, place, clock, clock.now())
        self.sync = InStep(self)
        self.actions: list[Action] = []
        """Everything done so far, in the order of time."""
        self.kept: Callable[[Action], None] = lambda _action: None
        """Called with each of them as it comes to be."""
        self.over = False
        self._place, self._clock, self._db = place, clock, db
        self.deeds = Deeds(place.desk, scenario, place.processes, db)
        self._undone: set[str] = set()
        self._ticked: set[tuple[int, str]] = set()
        self._turn = asyncio.Lock()
        self._said: tuple[bool, int] | None = None
        self._again = False
        place.backend.heard = self._heard
        self.course.beside = self._beside

    @property
    def seen(self) -> int:
        """How much is on the record."""
        return len(self.course.record)

    @property
    def began(self) -> datetime:
        return self.course.began

    @property
    def passed(self) -> timedelta:
        return self._clock.now() - self.course.began

    @property
    def ends(self) -> timedelta:
        """When it is over by itself, counted from the start."""
        return end_of(self.scenario, self.training, self.actions)

    # What goes on

    async def begin(self, done: Iterable[Action] = (), until: timedelta = timedelta()) -> None:
        """Bring the desk to a moment at which this had been done; at first nothing at the start."""
        async with self._turn:
            self._again, self.course.tells_network = True, False
            await self.course.fetch()
            for action in done:
                await self.course.until(self.began + action.at)
                self.course.again(action)
                self.actions.append(action)
                if action.verb == OWN and action.values[0] == "check":
                    await self.course.fetch()
                    await self._tick(action)
            await self.course.until(self.began + until)
            self._again, self.course.tells_network = False, True
            await self.course.fetch(all_of_it=True)
            await self._say()

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass; what is due on the way happens on the way, and the desk hears of it."""
        async with self._turn:
            if self.over:
                return
            await self.course.until(min(moment, self.began + self.ends))
            await self.course.fetch()
            await self._say()

    async def done(self) -> None:
        """Something was done at the desk: what may leave leaves."""
        async with self._turn:
            if self.over:
                return
            self._look()
            await self.course.send()
            await self.course.fetch()

    async def finish(self) -> Performance:
        """Let the world go on to its end without another deed, as with written answers, and grade it."""
        async with self._turn:
            if not self.over:
                self._look()
                await self.course.send()
                await self.course.until(self.began + self.ends)
                await self.course.fetch(all_of_it=True)
                self.course.tell_checklists(self.deeds.checklists())
                self.over = True
                await self._say()
        answers = Answers(AT_THE_SCREENS, self.scenario.name, None, tuple(self.actions), "")
        return self.course.performance(answers)

    async def bring(self, text: str) -> None:
        """Have one more line of a timeline happen now, as a trainer asked for it."""
        async with self._turn:
            if self.over:
                return
            action = brought_in(self.course, text)
            self.course.again(action)
            self.actions.append(action)
            self.kept(action)
            await self.course.fetch()

    def refused(self, code: str, ticket_id: int | None) -> None:
        """A rule of the desk said no to the trainee."""
        if not self.over:
            self.course.happened("refused", code, self._remote(ticket_id))

    # How it stands

    def grade(self) -> Grade:
        """As it would be if it ended now."""
        return grade(self.training.rubric, self.course.verdicts(), self.training.pass_mark)

    def next_criterion(self) -> Criterion | None:
        """The first that is not met and still can be."""
        proof = self.course.proof
        lost = {mark.verdict.id for mark in proof.marks if mark.verdict is not None and not mark.verdict.met}
        for one in self.grade().criteria:
            if one.outcome in ("partly", "failed") and not set(one.criterion.uses) <= lost:
                return one.criterion
        return None

    # What is noticed

    def _heard(self, command: Command) -> None:
        ticket = command.ticket.remote or "" if isinstance(command, TicketCommand) else ""
        at = self.course.world.now - self.began
        self._keep(at, COMMAND, ticket, (command.model_dump_json(),))

    def _beside(self, seen: Happened) -> None:
        if not self._again:
            self._keep(seen.at - self.began, OWN, seen.ticket, (seen.kind, seen.value))

    def _keep(self, at: timedelta, verb: str, ticket: str, values: tuple[str, ...]) -> None:
        ms = to_ms(self.began + at) - to_ms(self.began)
        action = Action(timedelta(milliseconds=ms), verb, ticket, values, {"ms": str(ms)})
        self.actions.append(action)
        self.kept(action)

    def _look(self) -> None:
        """What was taken back or ticked since the last look: no helpdesk is told of it."""
        for command, remote in self._db.execute(_UNDONE).fetchall():
            if command not in self._undone:
                self._undone.add(command)
                self.course.happened("undone", "", remote or "")
        ticked = {(ticket, item): remote for ticket, item, remote in self._db.execute(_TICKED).fetchall()}
        for (ticket, item), remote in ticked.items():
            if (ticket, item) not in self._ticked:
                self.course.happened("check", item, remote or "")
        self._ticked = set(ticked)

    async def _tick(self, action: Action) -> None:
        row = self._db.execute("SELECT id FROM ticket WHERE remote_id = ?", (action.ticket,)).fetchone()
        ticket = reading.ticket(self._db, row[0]) if row is not None else None
        process = process_for(self._place.processes, ticket.reason) if ticket is not None else None
        if ticket is not None and process is not None:
            item = action.values[1]
            await asyncio.wrap_future(tick(self._place.desk, ticket.id, process, item, done=True))
            self._ticked.add((ticket.id, item))

    def _remote(self, ticket_id: int | None) -> str:
        row = self._db.execute("SELECT remote_id FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
        return str(row[0] or "") if row is not None else ""

    async def _say(self) -> None:
        """How the helpdesk stands, for the first line of the screen."""
        online, now = self.course.world.online, to_ms(self._clock.now())
        if self._said is not None and self._said[0] == online and now - self._said[1] < FRESH:
            return
        last = now if online or self._said is None else self._said[1]
        self._said = (online, now if online else last)
        status = SyncStatus("idle", now) if online else SyncStatus("offline", last, error="unreachable")
        told = self._place.store.submit(lambda tx: keep(tx, NAME, "status", status.as_json()), Lane.SYNC)
        await asyncio.wrap_future(told)


class InStep:
    """What the screens know as the sync: the course keeps the desk in step by itself."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def nudge(self, *, full: bool = False, accept_gone: bool = False) -> None:
        """Nothing is ever waiting."""

    def attend(self, ticket_id: int | None, *, writing: bool = False) -> None:
        """Nobody else works in this world."""

    def fetch_attachment(self, remote_id: str, limit: int) -> Future[bytes]:
        told: Future[bytes] = Future()
        try:
            content = self._live.course.world.file(remote_id)
            if content is None or len(content) > limit:
                raise Unreachable("no such file", sent=False)
            told.set_result(content)
        except BackendError as wrong:
            told.set_exception(wrong)
        return told

    def stop(self, timeout: float = 5.0) -> bool:  # noqa: ARG002 # there is no thread to wait for
        return True
