"""The one thread of a process that writes what readers are told of. What waits together is committed together.

A job is a function of a `Recording`. Jobs share a transaction, its lock and its flush to the disk; each hears of its end
only after the commit. A job that fails must fail before it changes anything; where one did not, or the database itself
refused, everything is rolled back and each job is tried again alone.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from atendente_tui.clock import Clock
from atendente_tui.hub import tables
from atendente_tui.hub.notices import Notice
from atendente_tui.hub.recording import Numbers, Recording

if TYPE_CHECKING:
    from atendente_tui.hub.database import Database

T = TypeVar("T")
TOGETHER = 128
"""Jobs in one transaction, at most."""
_log = logging.getLogger(__name__)


class Heard(Protocol):
    """Who wants to know of commits; called on the writer's thread."""

    def before_commit(self, db: Connection, notice: Notice) -> None: ...

    def after_commit(self, notice: Notice) -> None: ...


class Stopped(Exception):
    """The writer ended before it came to this job; nothing was written."""


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[Recording], T]
    tickets: tuple[int, ...]
    commands: tuple[str, ...]
    told: Future[T]


class _Apart(Exception):
    """These jobs cannot share a transaction."""


class Writer:
    def __init__(self, database: Database, clock: Clock, heard: Heard | None = None) -> None:
        self._database, self._clock, self._heard = database, clock, heard
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._accepting = threading.Lock()
        self._stopped = True

    def start(self) -> None:
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="hub-writer", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """What was submitted before is written first."""
        with self._accepting:
            self._stopped = True
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(timeout)

    def submit(
        self,
        work: Callable[[Recording], T],
        *,
        tickets: Iterable[int] = (),
        commands: Iterable[str] = (),
    ) -> Future[T]:
        """Do it in the next transaction. `tickets` and `commands` it will ask for are read for all jobs at once.

        The future gives what it returned once it is committed, or raises what it raised.
        """
        job = _Job(work, tuple(tickets), tuple(commands), Future[T]())
        with self._accepting:
            if self._stopped:
                job.told.set_exception(Stopped())
            else:
                self._jobs.put(job)
        return job.told

    def _run(self) -> None:
        ending = False
        while not ending:
            first = self._jobs.get()
            jobs: list[_Job[Any]] = []
            if first is None:
                return
            jobs.append(first)
            while len(jobs) < TOGETHER:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    ending = True
                    break
                jobs.append(job)
            self._carry_out(jobs)

    def _carry_out(self, jobs: Sequence[_Job[Any]]) -> None:
        try:
            self._attempt(jobs)
        except _Apart:
            for job in jobs:
                self._alone(job)
        except BaseException as error:
            if len(jobs) == 1 and not _broken(error):
                _fail(jobs[0], error)
            else:
                for job in jobs:
                    self._alone(job)

    def _alone(self, job: _Job[Any]) -> None:
        for last in (False, True):
            try:
                self._attempt([job])
            except _Apart as apart:
                _fail(job, apart.__cause__ or apart)
            except BaseException as error:
                if not last and _broken(error):
                    continue  # the line to the database broke: once more over a new one
                _fail(job, error)
            return

    def _attempt(self, jobs: Sequence[_Job[Any]]) -> None:
        outcomes: list[tuple[_Job[Any], Any, BaseException | None]] = []
        notice: Notice | None = None
        with self._database.write() as db:
            numbers = self._locked(db)
            before = numbers.seq
            recording = Recording(db, self._clock.now(), numbers)
            recording.expect(
                (key for job in jobs for key in job.tickets), (key for job in jobs for key in job.commands)
            )
            for job in jobs:
                mark = recording.touched
                try:
                    outcomes.append((job, job.work(recording), None))
                except SQLAlchemyError as error:
                    raise _Apart from error
                except Exception as error:
                    if recording.touched != mark:
                        raise _Apart from error
                    outcomes.append((job, None, error))
            recording.put_down()
            if recording.touched:
                self._advance(db, numbers)
            if numbers.seq > before:
                notice = Notice(numbers.seq, *recording.news(), first=before + 1)
                if self._heard is not None:
                    self._heard.before_commit(db, notice)
        if notice is not None and self._heard is not None:
            try:
                self._heard.after_commit(notice)
            except Exception:
                _log.exception("a commit could not be announced")
        for job, result, wrong in outcomes:
            if wrong is not None:
                _fail(job, wrong)
            else:
                with contextlib.suppress(InvalidStateError):  # nobody waits any more
                    job.told.set_result(result)

    def _locked(self, db: Connection) -> Numbers:
        """The last numbers given, with nobody else able to give any until this transaction ends."""
        t = tables.clock
        asked = select(t.c.seq, t.c.ticket, t.c.customer)
        if self._database.kind == "postgresql":
            asked = asked.with_for_update()
        return Numbers(*db.execute(asked).one())

    def _advance(self, db: Connection, numbers: Numbers) -> None:
        db.execute(
            update(tables.clock).values(seq=numbers.seq, ticket=numbers.ticket, customer=numbers.customer)
        )


def _broken(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _fail(job: _Job[Any], error: BaseException) -> None:
    with contextlib.suppress(InvalidStateError):
        job.told.set_exception(error)
