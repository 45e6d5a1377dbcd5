"""What one connection knows: the client, the words, the queues and the people met so far."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from atendente_tui.backends.port import BackendSettings, Forbidden, Rejected
from atendente_tui.backends.rt.client import Client, segment
from atendente_tui.backends.rt.shape import Row, refs, text
from atendente_tui.backends.rt.words import Vocabulary, vocabulary
from atendente_tui.domain.change import Unreadable

SYSTEM = "RT_System"
NOBODY = "Nobody"
PARALLEL = 4
_PEOPLE_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Queue:
    id: str
    name: str
    description: str
    fields: Mapping[str, str]
    """Name of each ticket custom field this login may see, by its id."""
    marks: frozenset[str]
    """Names of the transaction custom fields it may see."""
    may_create: bool


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    agent: bool
    """RT's "privileged": one who works there."""


@dataclass(slots=True)
class Session:
    """Remembered look-ups, and what waits for the next page; losing them costs requests, nothing else."""

    client: Client
    words: Vocabulary
    options: Mapping[str, str | int | float | bool]
    queues: dict[str, Queue] = field(default_factory=dict)
    """By id."""
    unreadable: list[Unreadable] = field(default_factory=list)
    """Rows that fit no change of ours: they go with the next page."""
    _people: dict[str, Person] = field(default_factory=dict)
    _me: Person | None = None

    async def me(self) -> Person:
        """This login. Raises Unauthorized where the secret is not accepted."""
        if self._me is None:
            row, _etag = await self.client.record(self.client.own_path)
            login = text(row, "Name")
            self._me = Person(login, text(row, "RealName") or login, text(row, "Privileged") == "1")
        return self._me

    async def person(self, login_or_number: str) -> Person:
        """Who a login or a principal's number is. One whom RT does not show is judged by the look of the name."""
        known = self._people.get(login_or_number)
        if known is not None:
            return known
        if login_or_number in (SYSTEM, NOBODY):
            return Person(login_or_number, login_or_number, agent=True)
        try:
            row, _etag = await self.client.record(f"/user/{segment(login_or_number)}")
            login = text(row, "Name") or login_or_number
            person = Person(login, text(row, "RealName") or login, text(row, "Privileged") == "1")
        except (Forbidden, Rejected):
            person = Person(login_or_number, login_or_number, agent="@" not in login_or_number)
        if len(self._people) >= _PEOPLE_KEPT:
            self._people.clear()
        self._people[login_or_number] = person
        return person

    async def load_queues(self, *, again: bool = False) -> dict[str, Queue]:
        """Every queue this login may see, with its custom fields."""
        if self.queues and not again:
            return self.queues
        rows = [
            row
            async for page in self.client.pages("/queues/all", {"fields": "Name,Description,Disabled"})
            for row in page.rows
            if text(row, "Disabled") != "1"
        ]
        found = await asyncio.gather(*(self._queue(text(row, "id")) for row in rows))
        self.queues = {queue.id: queue for queue in found}
        return self.queues

    async def _queue(self, number: str) -> Queue:
        row, _etag = await self.client.record(f"/queue/{number}")
        return Queue(
            id=number,
            name=text(row, "Name"),
            description=text(row, "Description"),
            fields={text(one, "id"): text(one, "name") for one in refs(row, "TicketCustomFields")},
            marks=frozenset(text(one, "name") for one in refs(row, "TicketTransactionCustomFields")),
            may_create=any(text(link, "ref") == "create" for link in refs(row, "_hyperlinks")),
        )

    async def queue(self, number: str) -> Queue | None:
        """A queue by id; one made since the last look is looked up, one out of sight is None."""
        await self.load_queues()
        if number not in self.queues:
            try:
                self.queues[number] = await self._queue(number)
            except (Forbidden, Rejected):
                return None
        return self.queues[number]

    async def queue_named(self, name: str) -> Queue | None:
        for again in (False, True):
            for queue in (await self.load_queues(again=again)).values():
                if queue.name.casefold() == name.casefold():
                    return queue
        return None

    @contextmanager
    def reading(self, kind: str, row: Row) -> Iterator[None]:
        """What cannot be made of this row of RT's is set aside whole, and nothing else with it."""
        try:
            yield
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as wrong:
            told = json.dumps({"rt": kind, **row}, ensure_ascii=False, default=str)
            self.unreadable.append(Unreadable(told=told, error=f"{kind}: {type(wrong).__name__}"))

    def take_unreadable(self) -> tuple[Unreadable, ...]:
        taken = tuple(self.unreadable)
        self.unreadable.clear()
        return taken

    def field_name(self, number: str) -> str:
        """The name of a ticket custom field by its id, '' for one not to be seen."""
        return next((queue.fields[number] for queue in self.queues.values() if number in queue.fields), "")


def open_session(settings: BackendSettings) -> Session:
    return Session(Client(settings, PARALLEL), vocabulary(settings), settings.options)
