"""Who listens to hints, and what each of them is still to be told.

Listeners who may see the same are told the same bytes, rendered once. What a slow one has not taken yet is kept a thing at
most once; too much of it becomes "something changed", and whoever reads nothing at all is hung up on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sse_starlette import ServerSentEvent

from atendente_tui.hub.notices import Notice
from atendente_tui.hub.scope import Actor
from atendente_tui.hub.tokens import Holder

STREAMS = 32
"""Lines of one token; the oldest gives way."""
PENDING = 256
"""Things a listener may be behind."""


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    writing: bool


@dataclass(frozen=True, slots=True)
class Attended:
    """Who has a ticket open, and whose ticket it is."""

    ticket: int
    team: str | None
    people: tuple[Person, ...]

    def json(self) -> dict[str, object]:
        people = [{"login": one.login, "name": one.name, "writing": one.writing} for one in self.people]
        return {"ticket": str(self.ticket), "people": people}


def rendered(event: str, data: object) -> bytes:
    return ServerSentEvent(json.dumps(data, separators=(",", ":")), event=event, sep="\n").encode()


HELLO = rendered("hello", {})
ANYTHING = {"change": rendered("change", {"ticket": None})}
"""News that something changed which belongs to no ticket, or more than can be told."""

Sight = frozenset[str] | None
"""The teams whose tickets somebody sees; None: all."""
News = Mapping[str, bytes]
"""Rendered events by what they are about: later ones about the same take the place of earlier ones."""


class Listener:
    """One line. Used on the event loop alone."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self._news: dict[str, bytes] = {}
        self._stirred = asyncio.Event()
        self._over = False

    def tell(self, news: News) -> None:
        self._news.update(news)
        if len(self._news) > PENDING:
            kept = {key: one for key, one in self._news.items() if key.startswith("presence")}
            self._over = self._over or len(kept) > PENDING
            self._news = kept | ANYTHING
        self._stirred.set()

    def end(self) -> None:
        self._over = True
        self._stirred.set()

    async def events(self) -> AsyncIterator[bytes]:
        """What is to be sent, several events at once where they waited together. Ends with `end`."""
        yield HELLO
        while not self._over:
            await self._stirred.wait()
            self._stirred.clear()
            if self._news and not self._over:
                news, self._news = self._news, {}
                yield b"".join(news.values())


class Listeners:
    """Used on the event loop alone."""

    def __init__(self, streams: int = STREAMS) -> None:
        self._streams = streams
        self._by_sight: dict[Sight, dict[Listener, None]] = {}
        self._by_token: dict[str, list[Listener]] = {}
        self.come = asyncio.Event()
        """Set while somebody listens."""

    def add(self, holder: Holder) -> Listener:
        made = Listener(holder)
        theirs = self._by_token.setdefault(holder.hash, [])
        if self._streams and len(theirs) >= self._streams:
            self.remove(theirs[0])
            theirs = self._by_token.setdefault(holder.hash, [])
        theirs.append(made)
        self._by_sight.setdefault(_sight(holder.actor), {})[made] = None
        self.come.set()
        return made

    def remove(self, listener: Listener) -> None:
        """Ends it, and forgets it. Again: nothing."""
        listener.end()
        theirs = self._by_token.get(listener.holder.hash, [])
        if listener in theirs:
            theirs.remove(listener)
            if not theirs:
                del self._by_token[listener.holder.hash]
            self._leave_group(listener)
        if not self._by_token:
            self.come.clear()

    def end(self) -> None:
        for listener in [one for theirs in self._by_token.values() for one in theirs]:
            self.remove(listener)

    def hear(self, notice: Notice) -> None:
        """Tell those who may see what changed, and those who could see it until now."""
        changed = [
            (before, now, f"change {key}", rendered("change", {"ticket": str(key)}))
            for key, before, now in notice.tickets
        ]
        for sight, listeners in self._by_sight.items():
            news: dict[str, bytes] = dict(ANYTHING) if notice.everybody else {}
            for before, now, key, event in changed:
                if _sees(sight, now) or _sees(sight, before):
                    news[key] = event
            _tell(listeners, news)

    def attended(self, changes: Sequence[Attended]) -> None:
        """Tell who has a ticket open now to those who may see that ticket."""
        told = list(zip(changes, news_of(changes).items(), strict=True))
        for sight, listeners in self._by_sight.items():
            _tell(listeners, {key: event for one, (key, event) in told if _sees(sight, one.team)})

    def tokens(self) -> list[str]:
        """Hashes of all that are listening."""
        return list(self._by_token)

    def called(self, asked: Iterable[str], held: Mapping[str, Holder]) -> None:
        """Of the hashes that were `asked` for, these are `held`: end the others, and let each see what they may see now."""
        for key in asked:
            now = held.get(key)
            for listener in list(self._by_token.get(key, ())):
                if now is None:
                    self.remove(listener)
                elif now.actor != listener.holder.actor:
                    self._leave_group(listener)
                    listener.holder = now
                    self._by_sight.setdefault(_sight(now.actor), {})[listener] = None
                    listener.tell(ANYTHING)

    def _leave_group(self, listener: Listener) -> None:
        sight = _sight(listener.holder.actor)
        group = self._by_sight[sight]
        del group[listener]
        if not group:
            del self._by_sight[sight]


def news_of(changes: Iterable[Attended]) -> dict[str, bytes]:
    return {f"presence {one.ticket}": rendered("presence", one.json()) for one in changes}


def _tell(listeners: Iterable[Listener], news: News) -> None:
    if news:
        for listener in listeners:
            listener.tell(news)


def _sight(actor: Actor) -> Sight:
    return None if actor.all_teams else frozenset(actor.teams)


def _sees(sight: Sight, team: str | None) -> bool:
    return sight is None or team is None or team in sight
