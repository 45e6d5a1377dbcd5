"""Pages of changes for one reader: what they may see, as it stands now, after their cursor.

A page is put together from stored JSON, people first, then tickets, then events: what an event belongs to always stands
before it, also for who came to see a ticket only now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from atendente_tui.hub import tables
from atendente_tui.hub.cursor import Cursor, CursorGone, read_cursor
from atendente_tui.hub.scope import Actor

MOST = 1_000
"""Log rows or events a page, at most."""
TICKETS = 50
"""Tickets a page of a walk."""
_ENDED = ("solved", "closed")
t, e, c, g, k = tables.ticket, tables.event, tables.customer, tables.log, tables.content


def page(db: Connection, actor: Actor, after: str | None, limit: int = 500, *, full: bool = False) -> str:
    """The JSON of a `ChangePage`. Begins a walk without `after`, or anew with `full`.

    limit   log rows or events, at most `MOST`. A page may be longer by the people and tickets they belong to.

    Raises CursorInvalid, CursorGone.
    """
    limit = max(1, min(limit, MOST))
    epoch = db.execute(select(tables.state.c.value).where(tables.state.c.key == "epoch")).scalar_one()
    if after is None:
        cursor = _begun(db, actor, epoch)
    else:
        cursor = read_cursor(after)
        if cursor.epoch != epoch or cursor.seq > _now(db):
            raise CursorGone
        if cursor.mode == "out" and cursor.event == actor.scope:
            pass  # on its way there already
        elif cursor.scope != actor.scope:
            cursor = _rescoped(db, actor, cursor, full=full)
        elif full:
            cursor = _begun(db, actor, epoch)._replace(seq=cursor.seq)
    made = _Page()
    if cursor.mode == "out":
        cursor = _take_back(db, actor, cursor, made, limit)
    elif cursor.mode == "walk":
        cursor = _walk(db, actor, cursor, made, limit)
    else:
        cursor = _follow(db, actor, cursor, made, limit)
    return made.json(cursor)


class _Page:
    """The parts of a page, each thing once."""

    def __init__(self) -> None:
        self.content: dict[str, str] = {}
        self.gone: dict[int, str] = {}
        self.customers: dict[int, str] = {}
        self.tickets: dict[int, str] = {}
        self.events: dict[int, str] = {}
        self.whole: set[int] = set()
        """Customers whose own events are in it."""
        self.caught_up = False

    def json(self, cursor: Cursor) -> str:
        parts = ",".join(
            (
                *self.content.values(),
                *self.customers.values(),
                *self.tickets.values(),
                *self.events.values(),
                *self.gone.values(),
            )
        )
        walking = cursor.total and cursor.mode != "log"
        done, total = (str(cursor.done), str(cursor.total)) if walking else ("null", "null")
        caught_up = "true" if self.caught_up else "false"
        return f'{{"changes":[{parts}],"cursor":"{cursor}","done":{done},"total":{total},"caught_up":{caught_up}}}'


def _now(db: Connection) -> int:
    return int(db.execute(select(tables.clock.c.seq)).scalar_one())


def _begun(db: Connection, actor: Actor, epoch: str) -> Cursor:
    total = db.execute(select(func.count()).select_from(t).where(_seen(actor))).scalar_one()
    return Cursor(epoch, actor.scope, "walk", _now(db), total=total)


def _seen(actor: Actor) -> Any:
    """The condition on a ticket's team under which they may see it."""
    return True if actor.all_teams else or_(t.c.team.is_(None), t.c.team.in_(actor.teams))


# -- following the log --------------------------------------------------------------------------------------------------


def _follow(db: Connection, actor: Actor, cursor: Cursor, made: _Page, limit: int) -> Cursor:
    rows = db.execute(
        select(
            g.c.seq,
            g.c.kind,
            g.c.ticket,
            g.c.customer,
            g.c.team.label("before"),
            g.c.ref,
            t.c.team.label("now"),
            t.c.body.label("ticket_body"),
            c.c.body.label("customer_body"),
            e.c.body.label("event_body"),
        )
        .select_from(
            g.outerjoin(t, t.c.id == g.c.ticket)
            .outerjoin(c, c.c.id == g.c.customer)
            .outerjoin(e, and_(g.c.kind == "event", e.c.id == g.c.seq))
        )
        .where(g.c.seq > cursor.seq)
        .order_by(g.c.seq)
        .limit(limit + 1)
    ).all()
    more = len(rows) > limit
    seen = _people(db, actor, {row.customer for row in rows if row.ticket is None and row.ref is None})
    content: list[str] = []
    met: list[int] = []
    """Customers of tickets that come into sight."""
    for row in rows[:limit]:
        if row.ref is not None:
            content.append(row.ref)
        elif row.ticket is None:
            if row.customer in seen:
                made.customers.setdefault(row.customer, row.customer_body)
                if row.event_body is not None:
                    made.events[row.seq] = row.event_body
        elif not actor.sees(row.now):
            if row.kind == "moved" and actor.sees(row.before):
                made.gone[row.ticket] = _gone(row.ticket)
        else:
            came = row.kind == "moved" and not actor.sees(row.before)
            if came or row.kind == "new":
                met.append(row.customer)
            _shown(made, row)
            if came:
                begun = cursor.event if row.seq == cursor.seq + 1 else 0
                last = _history(db, made, row.ticket, begun, limit)
                if last is not None:  # more than a page: the same row goes on next time
                    _alone_theirs(db, made, met)
                    _content(db, made, content)
                    return cursor._replace(seq=row.seq - 1, event=last)
    _alone_theirs(db, made, met)
    _content(db, made, content)
    made.caught_up = not more
    return cursor._replace(seq=rows[:limit][-1].seq if rows else cursor.seq, event=0)


def _shown(made: _Page, row: Any) -> None:
    made.customers.setdefault(row.customer, row.customer_body)
    made.tickets.setdefault(row.ticket, row.ticket_body)
    if row.event_body is not None:
        made.events[row.seq] = row.event_body


def _history(db: Connection, made: _Page, ticket: int, begun: int, limit: int) -> int | None:
    """The past of a ticket that came into sight, from event `begun` on. The last one that fitted, None when all did."""
    rows = db.execute(
        select(e.c.id, e.c.body).where(e.c.ticket == ticket, e.c.id > begun).order_by(e.c.id).limit(limit + 1)
    ).all()
    made.events |= {one.id: one.body for one in rows[:limit]}
    return rows[limit - 1].id if len(rows) > limit else None


def _gone(ticket: int) -> str:
    return f'{{"type":"gone","remote_id":"{ticket}"}}'


def _people(db: Connection, actor: Actor, asked: set[int]) -> set[int]:
    """Which of these customers a reader may see: those who have a ticket that they see."""
    if actor.all_teams or not asked:
        return asked
    found = select(t.c.customer).distinct().where(t.c.customer.in_(asked), _seen(actor))
    return set(db.execute(found).scalars())


def _content(db: Connection, made: _Page, refs: Iterable[str]) -> None:
    """Shared configuration that changed, as it is now."""
    wanted = [tuple(ref.split("/", 1)) for ref in dict.fromkeys(refs)]
    if not wanted:
        return
    keys = {key for _kind, key in wanted}
    rows = db.execute(select(k.c.kind, k.c.key, k.c.body).where(k.c.key.in_(keys)))
    bodies = {(row.kind, row.key): row.body for row in rows}
    for kind, key in wanted:
        made.content[f"{kind}/{key}"] = bodies.get((kind, key)) or _content_gone(kind, key)


def _content_gone(kind: str, key: str) -> str:
    if kind == "article":
        return json.dumps({"type": "article_gone", "remote_id": key}, ensure_ascii=False)
    name = "setting_gone" if kind in ("script", "macro", "calendar", "sla_policy") else "directory_gone"
    return json.dumps({"type": name, "kind": kind, "key": key}, ensure_ascii=False)


# -- a first walk -------------------------------------------------------------------------------------------------------


def _walk(db: Connection, actor: Actor, cursor: Cursor, made: _Page, limit: int) -> Cursor:
    if cursor.phase == 0:
        made.content = {
            f"{row.kind}/{row.key}": row.body
            for row in db.execute(select(k.c.kind, k.c.key, k.c.body).order_by(k.c.kind, k.c.key))
        }
        return cursor._replace(phase=1)
    ended = t.c.status.in_(_ENDED)
    below = [t.c.id < cursor.ticket] if cursor.ticket else []
    columns = select(t.c.id, t.c.customer, t.c.body, c.c.body.label("customer_body")).join(
        c, c.c.id == t.c.customer
    )
    rows = list(
        db.execute(
            columns.where(_seen(actor), ended if cursor.phase == 2 else ~ended, *below)
            .order_by(t.c.id.desc())
            .limit(TICKETS)
        )
    )
    last_page = len(rows) < TICKETS
    done = cursor.done + len(rows)
    if cursor.event:  # the page before ended inside this ticket's history
        rows = [*db.execute(columns.where(t.c.id == cursor.ticket, _seen(actor))), *rows]
    bound = [
        or_(e.c.ticket != cursor.ticket, e.c.id > cursor.event),
    ]
    events = db.execute(
        select(e.c.id, e.c.ticket, e.c.body)
        .where(e.c.ticket.in_([row.id for row in rows]), *(bound if cursor.event else ()))
        .order_by(e.c.ticket.desc(), e.c.id)
        .limit(limit + 1)
    ).all()
    cut = events[limit - 1] if len(events) > limit else None
    shown = rows if cut is None else [row for row in rows if row.id >= cut.ticket]
    _alone_theirs(db, made, [row.customer for row in shown])
    for row in shown:
        made.customers.setdefault(row.customer, row.customer_body)
        made.tickets[row.id] = row.body
    made.events |= {row.id: row.body for row in events[:limit]}
    if cut is not None:
        done -= len(rows) - len(shown)
        return cursor._replace(ticket=cut.ticket, event=cut.id, done=done)
    if not last_page:
        return cursor._replace(ticket=rows[-1].id, event=0, done=done)
    if cursor.phase == 1:
        return cursor._replace(phase=2, ticket=0, event=0, done=done)
    return Cursor(cursor.epoch, cursor.scope, "log", cursor.seq)


def _alone_theirs(db: Connection, made: _Page, customers: Sequence[int]) -> None:
    """What belongs to these people and to no ticket: orders, surveys."""
    wanted = set(customers) - made.whole
    if wanted:
        made.whole |= wanted
        rows = db.execute(select(e.c.id, e.c.body).where(e.c.customer.in_(wanted), e.c.ticket.is_(None)))
        made.events |= {row.id: row.body for row in rows}


# -- when what they may see changed -------------------------------------------------------------------------------------


def _rescoped(db: Connection, actor: Actor, cursor: Cursor, *, full: bool) -> Cursor:
    """First take back what they no longer see; then walk anew if they see more than before, else go on.

    The log is followed from where they stood, also after a walk: it tells what went out of sight meanwhile.
    """
    before = _past(db, actor.login, cursor.scope)
    gained = before is not None and (actor.all_teams or bool(set(actor.teams) - set(before)))
    anew = full or gained or cursor.mode != "log"
    return Cursor(cursor.epoch, cursor.scope, "out", cursor.seq, phase=int(anew), event=actor.scope)


def _past(db: Connection, login: str, scope: int) -> list[str] | None:
    """The teams they saw then; None: all of them.

    Raises CursorGone for a time that is none of theirs: what was taken back would tell them what others have.
    """
    p = tables.past_scope
    found = db.execute(select(p.c.teams).where(p.c.login == login, p.c.scope == scope)).one_or_none()
    if found is None:
        raise CursorGone
    return None if found.teams is None else list(json.loads(found.teams))


def _take_back(db: Connection, actor: Actor, cursor: Cursor, made: _Page, limit: int) -> Cursor:
    before = _past(db, actor.login, cursor.scope)
    rows: Sequence[int] = ()
    if not actor.all_teams:
        lost: list[Any] = [t.c.team.is_not(None), t.c.team.not_in(actor.teams)]
        if before is not None:
            moved = select(g.c.ticket).where(g.c.kind == "moved", g.c.seq > cursor.seq, g.c.team.in_(before))
            lost.append(or_(t.c.team.in_(before), t.c.id.in_(moved)))
        if cursor.ticket:
            lost.append(t.c.id < cursor.ticket)
        rows = db.execute(select(t.c.id).where(*lost).order_by(t.c.id.desc()).limit(limit)).scalars().all()
    made.gone = {key: _gone(key) for key in rows}
    if len(rows) == limit:
        return cursor._replace(ticket=rows[-1])
    if cursor.phase:
        return _begun(db, actor, cursor.epoch)._replace(seq=cursor.seq)
    return Cursor(cursor.epoch, actor.scope, "log", cursor.seq)
