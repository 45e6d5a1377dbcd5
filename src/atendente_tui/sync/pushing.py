"""Commands out: in order per ticket, side by side across tickets, each exactly once or visibly unknown.

A row is marked as sent, on the disk, before the request leaves. When the answer does not come, the row goes back
in line marked "may have arrived", and before it is sent again the backend is asked (`find`) twice, `find_delay`
apart: a request given up on may still be under way. Where a backend cannot tell, a person decides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from atendente_tui.backends.port import (
    BackendError,
    Conflict,
    Forbidden,
    ProtocolError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
)
from atendente_tui.clock import Clock
from atendente_tui.domain.command import Claim, Command, Link, Merge, Receipt, TicketRef
from atendente_tui.domain.instants import to_ms
from atendente_tui.store import gone, outbox
from atendente_tui.sync.remembered import keep, recall
from atendente_tui.sync.retrying import HOURS, Gate, asked, delay, spent

if TYPE_CHECKING:
    from atendente_tui.backends.port import Backend
    from atendente_tui.store.outbox import Outgoing
    from atendente_tui.store.store import Store
    from atendente_tui.store.writing import Tx

T = TypeVar("T")
UNBOUND = 2.0
"""Seconds after which a command about a ticket that the backend does not know yet is looked at again."""
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pushed:
    confirmed: int = 0
    refused: int = 0
    conflicts: int = 0
    unknown: int = 0
    lost: int = 0
    """Claims that somebody else had first: told, and nothing is left to decide."""
    waiting: int = 0
    """Back in line."""
    error: str | None = None
    """The last thing that kept a command from being answered, as in `SyncStatus.error`."""

    def __add__(self, other: Pushed) -> Pushed:
        return Pushed(
            self.confirmed + other.confirmed,
            self.refused + other.refused,
            self.conflicts + other.conflicts,
            self.unknown + other.unknown,
            self.lost + other.lost,
            self.waiting + other.waiting,
            other.error or self.error,
        )


class _Unbound(Exception):
    """It names a ticket that has no remote id yet."""


class _Lost(Exception):
    """It names a ticket that is not here any more."""


class Pusher:
    """Sends what is due. One for each backend; used from one asyncio loop."""

    def __init__(
        self,
        store: Store,
        backend: Backend,
        name: str,
        *,
        clock: Clock,
        rng: Random,
        gate: Gate,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_change: Callable[[int], None] = lambda _active: None,
    ) -> None:
        """`on_change` is called with the number of requests under way."""
        self._store, self._backend, self._name = store, backend, name
        self._clock, self._rng, self._gate, self._sleep = clock, rng, gate, sleep
        self._on_change = on_change
        self.stopping = False
        """True lets what is under way end and starts nothing more."""

    async def recover(self) -> None:
        """At a start: what was in flight may have arrived; the server's pause is still in force; old rows go."""
        await self._write(outbox.recover)
        await self._write(outbox.prune)
        with self._store.reading() as db:
            self._gate.paused_until = told = int(recall(db, self._name, "pause_until") or 0)
        self._gate.pause_left()
        if self._gate.paused_until < told:  # the clock was set back: the pause counts from now, once
            until = str(self._gate.paused_until)
            await self._write(lambda tx: keep(tx, self._name, "pause_until", until))

    async def settle_local(self) -> int:
        """Confirm what stays here anyway because the backend has no such thing; needs no connection."""
        only = self._backend.capabilities.local_only - self._backend.capabilities.commands
        if not only:
            return 0
        settled = 0
        while rows := [row for row in self._due(256) if row.type in only]:
            for row in rows:
                settled += await self._write(partial(_settle_local, n=row.n))
        return settled

    async def push(self) -> Pushed:
        """Send everything that is due, until nothing is or the gate closes."""
        told = Pushed(confirmed=await self.settle_local())
        running: set[asyncio.Task[Pushed]] = set()
        try:
            while True:
                room = max(1, self._backend.capabilities.parallel) - len(running)
                started = 0
                for row in self._due(room) if room > 0 and not self.stopping else ():
                    if not self._gate.enter():
                        break
                    taken = await self._write(partial(outbox.mark_sent, n=row.n))
                    if taken is None:  # undone or edited between the look and now
                        self._gate.leave()
                        continue
                    running.add(asyncio.create_task(self._send(taken)))
                    started += 1
                self._on_change(len(running))
                if not running:
                    if started == 0:
                        return told
                    continue
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    told += task.result()
        finally:
            for task in running:
                task.cancel()
            if running:
                await asyncio.gather(*running, return_exceptions=True)
                self._gate.leave()
            self._on_change(0)

    def next_due(self, *, tried: bool = False) -> float | None:
        """Seconds until something may be sent, never less than the gate asks; None when nothing waits.

        tried   only what was tried before: no hold counts
        """
        with self._store.reading() as db:
            when = outbox.next_due(db, self._now(), tried=tried)
        if when is None:
            return None
        return max(0.0, (when - self._now()) / 1000, self._gate.wait())

    async def _send(self, row: Outgoing) -> Pushed:
        """Send one row and write down what came of it."""
        maybe = row.may_have_arrived
        try:
            command = self._addressed(row)
            if maybe:
                receipt = await self._looked_up(command)
                if receipt is not None:
                    self._gate.ok()
                    return await self._confirm(receipt)
                self._still_known(row)
                maybe = False
            self._not_paused()
            receipt = await self._backend.push(command)
            if receipt.command_id != command.id:
                raise ProtocolError("the receipt is of another command")
            self._gate.ok()
            return await self._confirm(receipt)
        except _Unbound:
            self._gate.leave()
            return await self._unbound(row)
        except _Lost:
            self._gate.leave()
            return await self._refuse(row, "ticket_gone", "")
        except _CannotTell as wrong:
            self._gate.leave()
            return await self._unknown(row, str(wrong))
        except RateLimited as wrong:
            return await self._rate_limited(row, wrong, maybe)
        except _Paused:  # another request was asked to wait meanwhile
            self._gate.leave()
            await self._back(row, self._gate.paused_until, maybe, "rate_limited", "", counted=False)
            return Pushed(waiting=1, error="rate_limited")
        except Unauthorized as wrong:
            self._gate.leave()
            self._gate.logged_out = True
            await self._back(row, self._now(), maybe, "unauthorized", str(wrong), counted=False)
            return Pushed(waiting=1, error="unauthorized")
        except Conflict as wrong:
            self._gate.ok()
            return await self._conflict(row, wrong)
        except Forbidden as wrong:
            self._gate.ok()
            return await self._no(row, "forbidden", str(wrong), maybe)
        except Rejected as wrong:
            self._gate.ok()
            return await self._no(row, "rejected", wrong.reason, maybe)
        except (Unreachable, ProtocolError) as wrong:
            return await self._no_answer(row, wrong, maybe or wrong.sent)
        except Exception as wrong:  # an adapter's own fault must not stop the others, nor lose this one
            _log.exception("backend %s failed on a command of type %s", self._name, row.type)
            return await self._no_answer(row, ProtocolError(type(wrong).__name__), True)

    def _addressed(self, row: Outgoing) -> Command:
        """The stored command with the remote ids that its tickets have by now."""
        command = _COMMAND.validate_json(row.body)
        ticket = getattr(command, "ticket", None)
        if ticket is None:
            return command
        changes: dict[str, Any] = {}
        with self._store.reading() as db:

            def bound(ref: TicketRef) -> TicketRef:
                found = db.execute("SELECT remote_id FROM ticket WHERE id = ?", (ref.id,)).fetchone()
                if found is None:
                    raise _Lost
                if found[0] is None:
                    raise _Unbound
                return ref.model_copy(update={"remote": found[0]})

            if command.type != "create":
                changes["ticket"] = bound(ticket)
            if isinstance(command, Merge):
                changes["into"] = bound(command.into)
            if isinstance(command, Link) and command.relation != "article":
                changes["other"] = bound(command.other)
        return command.model_copy(update=changes) if changes else command

    async def _looked_up(self, command: Command) -> Receipt | None:
        """Ask twice whether it arrived; not at all when a pull already brought its echo."""
        with self._store.reading() as db:
            echo = db.execute(
                "SELECT remote_id FROM event WHERE command_id = ? AND remote_id IS NOT NULL",
                (str(command.id),),
            ).fetchone()
        if echo is not None:
            return Receipt(command_id=command.id, at=self._clock.now(), event=echo[0])
        capabilities = self._backend.capabilities
        if capabilities.idempotency == "none":
            raise _CannotTell("no answer came, and this helpdesk cannot be asked whether it arrived")
        receipt = await self._find(command)
        if receipt is None:
            await self._sleep(capabilities.find_delay)
            receipt = await self._find(command)
        return receipt

    def _still_known(self, row: Outgoing) -> None:
        """That no trace of it is there says something only while the backend remembers what it was sent."""
        kept = self._backend.capabilities.remembers
        if kept is not None and not 0 <= self._now() - row.first_try < 1000 * kept:
            raise _CannotTell("the helpdesk may have forgotten it: nobody can tell whether it arrived")

    async def _find(self, command: Command) -> Receipt | None:
        self._not_paused()
        try:
            return await self._backend.find(command.id)
        except (Forbidden, Rejected, Conflict) as wrong:
            raise _CannotTell(str(wrong)) from wrong

    def _not_paused(self) -> None:
        if self._gate.pause_left() > 0:
            raise _Paused

    async def _confirm(self, receipt: Receipt) -> Pushed:
        await self._write(lambda tx: outbox.settle(tx, receipt))
        return Pushed(confirmed=1)

    async def _conflict(self, row: Outgoing, wrong: Conflict) -> Pushed:
        command = _COMMAND.validate_json(row.body)
        if isinstance(command, Claim) and wrong.current.get("assignee") == command.author:
            receipt = Receipt(command_id=command.id, at=self._clock.now(), note="already ours")
            return await self._confirm(receipt)
        open_still = await self._write(
            lambda tx: outbox.conflict(tx, row.n, str(wrong), wrong.current, wrong.events)
        )
        return Pushed(conflicts=1) if open_still else Pushed(lost=1)

    async def _no(self, row: Outgoing, code: str, reason: str, maybe: bool) -> Pushed:
        if maybe:
            return await self._unknown(row, reason)
        return await self._refuse(row, code, reason)

    async def _unknown(self, row: Outgoing, why: str) -> Pushed:
        await self._write(lambda tx: outbox.unknown(tx, row.n, why))
        return Pushed(unknown=1)

    async def _refuse(self, row: Outgoing, code: str, reason: str) -> Pushed:
        await self._write(lambda tx: outbox.refuse(tx, row.n, code, reason))
        return Pushed(refused=1)

    async def _no_answer(self, row: Outgoing, wrong: BackendError, maybe: bool) -> Pushed:
        self._gate.failed()
        code = "unreachable" if isinstance(wrong, Unreachable) else "protocol"
        if maybe and self._backend.capabilities.idempotency == "none":
            return replace(await self._unknown(row, str(wrong)), error=code)
        if spent(row.attempts, row.first_try, self._now()):
            told = self._unknown(row, str(wrong)) if maybe else self._refuse(row, "gave_up", str(wrong))
            return replace(await told, error=code)
        when = self._now() + round(1000 * delay(row.attempts, self._rng))
        await self._back(row, when, maybe, code, str(wrong))
        return Pushed(waiting=1, error=code)

    async def _rate_limited(self, row: Outgoing, wrong: RateLimited, maybe: bool) -> Pushed:
        until = self._gate.pause(asked(wrong.retry_after, row.attempts, self._rng))

        def job(tx: Tx) -> None:  # the pause and the row's wait stand or fall together
            keep(tx, self._name, "pause_until", str(until))
            outbox.requeue(
                tx,
                row.n,
                until,
                may_have_arrived=maybe,
                error_code="rate_limited",
                error=str(wrong),
                counted=False,
            )

        await self._write(job)
        return Pushed(waiting=1, error="rate_limited")

    async def _unbound(self, row: Outgoing) -> Pushed:
        with self._store.reading() as db:
            lost = row.ticket_id is not None and gone.is_lost(db, row.ticket_id, self._now())
        if lost or self._now() - row.first_try >= timedelta(hours=HOURS) // timedelta(milliseconds=1):
            return await self._refuse(row, "ticket_unbound", "")
        when = self._now() + round(1000 * UNBOUND)
        await self._back(row, when, row.may_have_arrived, "ticket_unbound", "", counted=False)
        return Pushed(waiting=1)

    async def _back(
        self, row: Outgoing, when: int, maybe: bool, code: str, error: str, *, counted: bool = True
    ) -> None:
        await self._write(
            lambda tx: outbox.requeue(
                tx, row.n, when, may_have_arrived=maybe, error_code=code, error=error, counted=counted
            )
        )

    def _due(self, limit: int) -> list[Any]:
        with self._store.reading() as db:
            return list(outbox.due(db, self._now(), limit))

    def _now(self) -> int:
        return to_ms(self._clock.now())

    async def _write(self, job: Callable[[Tx], T]) -> T:
        # A person's lane: that a command left must be on the disk before it leaves.
        given = self._store.submit(job)
        return given.result() if given.done() else await asyncio.wrap_future(given)


class _Paused(Exception):
    """The server asked for silence."""


class _CannotTell(Exception):
    """The backend cannot say whether a command arrived."""


def _settle_local(tx: Tx, n: int) -> int:
    if outbox.mark_sent(tx, n) is None:
        return 0
    outbox.settle_here(tx, n)
    return 1
