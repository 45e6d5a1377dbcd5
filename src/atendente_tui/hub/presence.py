"""Who has which ticket open. Kept in the database, so that all processes of a hub agree; each tells its own listeners.

Whoever does not say so again within `TTL` has gone. Only those who may see a ticket are told who looks at it.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import select, text
from starlette.concurrency import run_in_threadpool

from atendente_tui.clock import Clock
from atendente_tui.domain.instants import to_ms
from atendente_tui.hub import tables
from atendente_tui.hub.database import Database
from atendente_tui.hub.listening import Attended, Listener, Listeners, Person, news_of
from atendente_tui.hub.scope import Actor

BEAT = 20.0
"""Seconds after which a workstation says again what it has open."""
TTL = 3 * BEAT
_p, _a, _t = tables.presence, tables.agent, tables.ticket
_PUT = text(
    "INSERT INTO presence (login, ticket, writing, until) VALUES (:login, :ticket, :writing, :until) "
    "ON CONFLICT (login) DO UPDATE SET ticket = excluded.ticket, writing = excluded.writing, until = excluded.until"
)

Open = dict[int, Attended]


class NoSuchTicket(Exception):
    """It is not there, or not for them to see."""


class Presence:
    def __init__(self, database: Database, clock: Clock, listeners: Listeners) -> None:
        self._database, self._clock, self._listeners = database, clock, listeners
        self._told: Open = {}
        """What listeners were told last."""
        self._turn = asyncio.Lock()

    # -- any thread --------------------------------------------------------------------------------------------------

    def put(self, actor: Actor, ticket: int | None, *, writing: bool) -> bool:
        """They have this ticket open, or none. Whether that is news. Raises NoSuchTicket."""
        now = self._now()
        with self._database.write() as db:
            if ticket is not None:
                found = db.execute(select(_t.c.team).where(_t.c.id == ticket)).first()
                if found is None or not actor.sees(found.team):
                    raise NoSuchTicket
            before = db.execute(
                select(_p.c.ticket, _p.c.writing).where(_p.c.login == actor.login, _p.c.until > now)
            ).first()
            if ticket is None:
                db.execute(_p.delete().where(_p.c.login == actor.login))
                return before is not None
            until = now + int(TTL * 1000)
            db.execute(_PUT, {"login": actor.login, "ticket": ticket, "writing": writing, "until": until})
            return before is None or (before.ticket, bool(before.writing)) != (ticket, writing)

    def seen_by(self, actor: Actor) -> list[Attended]:
        """Who has which of the tickets open that they may see."""
        return [one for _key, one in sorted(self._open().items()) if actor.sees(one.team)]

    def _open(self) -> Open:
        with self._database.read() as db:
            rows = db.execute(
                select(_p.c.login, _a.c.name, _p.c.ticket, _p.c.writing, _t.c.team)
                .select_from(_p.join(_a, _a.c.login == _p.c.login).join(_t, _t.c.id == _p.c.ticket))
                .where(_p.c.until > self._now(), _a.c.active)
                .order_by(_p.c.ticket, _p.c.login)
            ).all()
        found: Open = {}
        for row in rows:
            people = found[row.ticket].people if row.ticket in found else ()
            person = Person(row.login, row.name, bool(row.writing))
            found[row.ticket] = Attended(row.ticket, row.team, (*people, person))
        return found

    def _now(self) -> int:
        return to_ms(self._clock.now())

    # -- on the event loop -------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Tell listeners what is other than it was told last."""
        async with self._turn:
            now = await run_in_threadpool(self._open)
            before, self._told = self._told, now
            left = [Attended(key, one.team, ()) for key, one in before.items() if key not in now]
            changed = [one for key, one in now.items() if before.get(key) != one]
            self._listeners.attended([*left, *changed])

    async def welcome(self, listener: Listener) -> None:
        """Tell somebody who just began to listen how things stand."""
        await self.look()
        listener.tell(news_of(one for one in self._told.values() if listener.holder.actor.sees(one.team)))
