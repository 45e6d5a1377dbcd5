"""`caderno`: a team's notebook of tickets, one file of JSON Lines in a folder that all of them share.

A line is one command that was carried out: its receipt, and what it changed.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from atendente_tui import labels
from atendente_tui.backends import port
from atendente_tui.domain import deciding
from atendente_tui.domain.change import Attachment, Change, ChangePage, CustomerUpsert
from atendente_tui.domain.command import Command, Create, Receipt
from atendente_tui.domain.refusal import Refused
from atendente_tui.domain.words import Status

PAGE = 50
"""Tickets, or lines, that make one page."""


class Line(BaseModel):
    receipt: Receipt
    changes: tuple[Change, ...]
    end: int = Field(default=0, exclude=True)
    """The place in the file behind it."""


class Caderno:
    capabilities: ClassVar[port.Capabilities] = port.Capabilities(
        commands=frozenset({"create", "note", "claim", "release", "status", "tag"}),
        idempotency="native",
        statuses=frozenset(Status) - {Status.SNOOZED},
        parallel=1,
    )

    def __init__(self, settings: port.BackendSettings) -> None:
        if not settings.url or not settings.user:
            raise port.ProtocolError("a caderno needs a url, its folder, and a user, you", sent=False)
        self._file = Path(settings.url.removeprefix("file://")) / "caderno.jsonl"
        self._login = settings.user

    async def identify(self) -> port.AgentIdentity:
        await asyncio.to_thread(self._lines, 0)
        return port.AgentIdentity(self._login, self._login)

    async def pull(self, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
        place, told = (None, 0) if cursor is None or full else _read_cursor(cursor)
        if told is not None:  # a first walk: the tickets as they stood at `place`, the newest first
            lines = await asyncio.to_thread(self._lines, 0, place)
            place = lines[-1].end if lines else 0
            tickets = _newest_first(lines)
            for at in range(told, len(tickets), PAGE):
                changes = tuple(change for ticket in tickets[at : at + PAGE] for change in ticket)
                done = min(at + PAGE, len(tickets))
                yield ChangePage(changes=changes, cursor=f"{place}+{done}", done=done, total=len(tickets))
        caught_up = False
        while not caught_up:  # then line after line, as they were written
            lines = await asyncio.to_thread(self._lines, place or 0)
            caught_up = len(lines) <= PAGE
            place = lines[:PAGE][-1].end if lines else place or 0
            news = tuple(change for line in lines[:PAGE] for change in line.changes)
            yield ChangePage(changes=news, cursor=str(place), caught_up=caught_up)

    async def push(self, command: Command) -> Receipt:
        if command.type not in self.capabilities.commands:
            raise port.Rejected(f"a caderno has no {command.type}")
        if getattr(command, "attachments", ()):
            raise port.Rejected("a caderno takes no files")
        return await asyncio.to_thread(self._carry_out, command)

    async def find(self, command_id: UUID) -> Receipt | None:
        lines = await asyncio.to_thread(self._lines, 0)
        return next((line.receipt for line in lines if line.receipt.command_id == command_id), None)

    async def hints(self) -> AsyncIterator[port.Hint | port.Presence]:
        nobody_tells: tuple[port.Hint, ...] = ()
        for hint in nobody_tells:
            yield hint

    async def attend(self, ticket: str | None, *, writing: bool = False) -> None:
        raise port.Rejected("nobody is told who reads a caderno")

    async def upload(self, name: str, content_type: str, content: bytes) -> Attachment:
        raise port.Rejected("a caderno takes no files")

    async def fetch_attachment(self, remote_id: str, limit: int) -> bytes:
        raise port.Rejected("a caderno has no files")

    async def aclose(self) -> None:
        pass

    def _lines(self, start: int, end: int | None = None) -> list[Line]:
        """From one place to another; whole lines only, for somebody may be in the middle of one."""
        if not self._file.parent.is_dir():
            raise port.Unreachable(f"there is no folder {self._file.parent}", sent=False)
        if not self._file.exists():
            return []
        try:
            with self._file.open("rb") as file:
                file.seek(start)
                *whole, _rest = file.read(-1 if end is None else max(0, end - start)).split(b"\n")
        except OSError as error:
            raise port.Unreachable(str(error), sent=False) from error
        lines = []
        for raw in whole:
            start += len(raw) + 1
            try:
                lines.append(Line.model_validate_json(raw).model_copy(update={"end": start}))
            except ValueError as error:
                raise port.ProtocolError(f"{self._file}: no line before {start}", sent=False) from error
        return lines

    def _carry_out(self, command: Command) -> Receipt:
        with self._alone():
            lines = self._lines(0)
            for line in lines:
                if line.receipt.command_id == command.id:
                    return line.receipt
            try:
                made = _decided(command.model_copy(update={"author": self._login}), lines)
            except Refused as no:
                raise port.Rejected(labels.refusal(no)) from no
            except deciding.Clash as clash:
                raise port.Conflict(clash.detail, clash.current) from clash
            self._append(made, lines[-1].end if lines else 0)
            return made.receipt

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, on a network drive too: of all who make the lock file one succeeds."""
        lock = self._file.with_suffix(".lock")
        for _time in range(200):
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
                break
            except FileExistsError:
                time.sleep(0.05)
            except OSError as error:
                raise port.Unreachable(str(error), sent=False) from error
        else:
            raise port.Unreachable(f"{lock} stays: remove it when nobody writes", sent=False)
        try:
            yield
        finally:
            lock.unlink()

    def _append(self, line: Line, end: int) -> None:
        try:
            with os.fdopen(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o660), "r+b") as file:
                file.truncate(end)  # half a line is of somebody who was cut off, and has no receipt
                file.seek(end)
                file.write(line.model_dump_json(exclude_none=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise port.Unreachable(str(error), sent=True) from error


def _read_cursor(cursor: str) -> tuple[int, int | None]:
    """The place in the file, and of a first walk how many tickets were told."""
    found = re.fullmatch(r"(\d{1,15})(?:\+(\d{1,9}))?", cursor, re.ASCII)
    if found is None:
        raise port.ProtocolError("no cursor of a caderno", sent=False)
    return int(found[1]), None if found[2] is None else int(found[2])


def _known(lines: Sequence[Line]) -> dict[tuple[str, str], Any]:
    """Customers and tickets as they stand, by type and id."""
    changes = (change for line in lines for change in line.changes)
    return {(one.type, one.remote_id): one for one in changes if one.type in ("customer", "ticket")}


def _newest_first(lines: Sequence[Line]) -> list[list[Change]]:
    """Each ticket with what it belongs to before it and what happened to it behind it."""
    known = _known(lines)
    tickets = {
        key: [known["customer", one.customer], one] for (kind, key), one in known.items() if kind == "ticket"
    }
    for change in (change for line in lines for change in line.changes):
        if change.type == "event":
            tickets[change.ticket or ""].append(change)
    return [tickets[key] for key in sorted(tickets, key=int, reverse=True)]


def _decided(command: Any, lines: Sequence[Line]) -> Line:
    """The line for a command, by the house's own rules. Raises Refused, Clash: then nothing is written."""
    now, known, people = datetime.now(UTC), _known(lines), []
    if isinstance(command, Create):
        number = str(sum(kind == "ticket" for kind, _key in known) + 1)
        same = (one for (kind, _key), one in known.items() if kind == "customer")
        person = next((one for one in same if set(one.identities) & set(command.identities)), None)
        if person is None:
            person = CustomerUpsert(
                remote_id=f"c{number}", name=command.customer_name, identities=command.identities
            )
            people.append(person)
        decision = deciding.create(command, person, number, f"CAD-{number}", now)
    else:
        ticket = known.get(("ticket", command.ticket.remote or ""))
        decision = deciding.decide(command, deciding.Facts(ticket), now)
    events = [
        event.model_copy(update={"remote_id": f"{len(lines) + 1}.{n}"})
        for n, event in enumerate(decision.events)
    ]
    changed = [*people, decision.ticket, *events] if events else []
    return Line(
        receipt=Receipt(
            command_id=command.id,
            at=now,
            ticket=decision.ticket.remote_id,
            event=events[0].remote_id if events else None,
            protocol=decision.ticket.protocol,
        ),
        changes=tuple(changed),
    )
