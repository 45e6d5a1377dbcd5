"""What RT says, as pages of changes: a first walk newest first, then the transactions since.

A first walk shows the live tickets within seconds, then the articles, then the live tickets' histories, then
everything that is closed. Following uses transaction ids with an overlap: they show deletes and merges, which
lists hide, and carry no time zone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from atendente_tui.backends.rt.cursor import PHASES, Cursor, bits, decode, encode, ids
from atendente_tui.backends.rt.history import TICKETS_ONLY, events, of_tickets, transactions
from atendente_tui.backends.rt.knowledge import articles, directory
from atendente_tui.backends.rt.missing import resolve
from atendente_tui.backends.rt.reading import LIGHT_FIELDS, MERGED_TOO, TICKET_FIELDS, TicketView, ticket_view
from atendente_tui.backends.rt.session import Session
from atendente_tui.backends.rt.shape import Row, any_of, moment, number
from atendente_tui.domain.change import Change, ChangePage, CustomerUpsert, EventAppend
from atendente_tui.domain.words import EventKind

_TALK = 25
"""Tickets whose histories make one page."""
_EVENTS = 200
_SWEEP_CALLS = 20
OVERLAP, REFRESH, SWEEP = 60, 900, 300
"""Seconds: how late a transaction may become visible; how often articles and directory, and how often each
ticket, are looked at again. Options `overlap`, `refresh`, `sweep`."""


async def pull(session: Session, cursor: str | None, *, full: bool = False) -> AsyncIterator[ChangePage]:
    """Pages after `cursor`; every page's cursor can be resumed from."""
    state = decode(cursor) if cursor else None
    if state is None or full:
        known = (state.seen | state.had) if state else 0
        state = await _begin(session, known)
        yield _page(session, await directory(session), state)
    if state.phase != "follow":
        async for page, reached in _walk(session, state):
            yield page
            state = reached
        state = replace(state, phase="follow", before=0)
    async for page in _follow(session, state):
        yield page


async def _begin(session: Session, had: int) -> Cursor:
    """Remember where the transactions stand *before* the walk: what happens meanwhile is followed afterwards."""
    newest = await session.client.page(
        "/transactions",
        {"query": f"{TICKETS_ONLY} AND id > 0", "order": "DESC", "fields": "ObjectId,Created"},
    )
    settled = [row for row in newest.rows if _settled(session, row, newest.date)]
    low = max((number(row, "id") for row in settled or newest.rows), default=0)
    if not settled and newest.rows:
        low = min(number(row, "id") for row in newest.rows) - 1
    total = (
        await session.client.page("/tickets", {"query": f"id > 0 AND {MERGED_TOO}", "per_page": 1})
    ).total or 0
    return Cursor(low=low, total=total, had=had, refreshed=int(newest.date.timestamp()))


async def _walk(session: Session, state: Cursor) -> AsyncIterator[tuple[ChangePage, Cursor]]:
    while state.phase != "follow":
        if state.phase == "articles":
            changes, state = await articles(session, state, again=True)
            state = _next_phase(state)
            yield _page(session, changes, state), state
            continue
        async for page, reached in _walk_tickets(session, state):
            yield page, reached
            state = reached
        if state.phase == "rest" and state.had:
            lost, found = await resolve(session, ids(state.had & ~state.seen))
            changes = [*_tickets(found.values()), *lost]
            state = replace(state, had=0)
            yield _page(session, changes, state), state
        state = _next_phase(state)


async def _walk_tickets(session: Session, state: Cursor) -> AsyncIterator[tuple[ChangePage, Cursor]]:
    """One phase over tickets, highest id first, by key."""
    where = "Status = '__Inactive__'" if state.phase == "rest" else "Status = '__Active__'"
    talk = state.phase != "live"
    fields = LIGHT_FIELDS if state.phase == "talk" else TICKET_FIELDS
    while True:
        query = f"{where} AND {MERGED_TOO}" + (f" AND id < {state.before}" if state.before else "")
        page = await session.client.page(
            "/tickets", {"query": query, "order": "DESC", "per_page": _TALK if talk else 100, **fields}
        )
        numbers = [one for row in page.rows if (one := number(row, "id"))]
        if not numbers:
            return
        views: dict[int, TicketView] = {}
        for row in page.rows:
            with session.reading("ticket", row):
                views[number(row, "id")] = ticket_view(row, session.words, page.date)
        behind = state
        state = replace(
            state,
            before=min(numbers),
            count=state.count + (len(views) if state.phase != "talk" else 0),
        )
        if not talk:  # what was shown and is not there any more when its history's turn comes vanished
            state = replace(state, had=state.had | bits(views))
        if not talk or not views:
            yield _page(session, _tickets(views.values()), state), state
            continue
        state = replace(state, seen=state.seen | bits(views))
        shown: list[Change] = [] if state.phase == "talk" else _tickets(views.values())
        pending: list[EventAppend] = []
        async for rows in transactions(session, of_tickets(list(views))):
            pending += await events(session, rows.rows, views)
            if len(pending) >= _EVENTS:
                yield _page(session, [*shown, *pending], behind), behind
                shown, pending = [], []
        changes = [*shown, *pending]
        yield _page(session, [*changes, *_facts(changes, views)], state), state


async def _follow(session: Session, state: Cursor) -> AsyncIterator[ChangePage]:
    """Everything since `low` that was not applied yet, then the slow looks, then the page that says so."""
    done = set(state.done)
    scanned: list[Row] = []
    now: datetime | None = None
    fresh: list[int] = []
    async for page in transactions(session, "id > 0", after=state.low, fields="ObjectId,Created"):
        now = page.date
        scanned += page.rows
        fresh += [number(row, "id") for row in page.rows if number(row, "id") not in done]
    for at in range(0, len(fresh), 100):
        batch = fresh[at : at + 100]
        changes, seen = await _touched(session, batch, state)
        while len(changes) > _EVENTS * 2:
            yield _page(session, changes[: _EVENTS * 2], state)
            changes = changes[_EVENTS * 2 :]
        done.update(batch)
        state = replace(state, done=tuple(sorted(done)), seen=seen)
        yield _page(session, changes, state)
    if now is None:
        now = (await session.client.get("/rt")).date
    low = max([state.low, *(number(row, "id") for row in scanned if _settled(session, row, now))])
    state = replace(state, low=low, done=tuple(sorted(one for one in done if one > low)))
    slow, state = await _slow_looks(session, state, int(now.timestamp()))
    yield _page(session, slow, state, caught_up=True)


async def _touched(session: Session, batch: Sequence[int], state: Cursor) -> tuple[list[Change], int]:
    """The tickets that these transactions are of, as they are now, and what was said."""
    rows = [row async for page in transactions(session, any_of("id", list(batch))) for row in page.rows]
    asked = sorted({number(row, "ObjectId") for row in rows})
    views: dict[int, TicketView] = {}
    for at in range(0, len(asked), 50):
        views |= await _views(session, asked[at : at + 50])
    changes: list[Change] = _tickets(views.values())
    lost, found = await resolve(session, [one for one in asked if one not in views])
    views |= found
    changes += [*_tickets(found.values()), *lost]
    unseen = [one for one in views if not state.seen >> one & 1]
    known = [row for row in rows if number(row, "ObjectId") not in set(unseen)]
    said = await events(session, known, views)
    for at in range(0, len(unseen), _TALK):
        async for page in transactions(session, of_tickets(unseen[at : at + _TALK])):
            said += await events(session, page.rows, views)
    changes += said
    gone = bits(int(one.remote_id) for one in lost)
    return [*changes, *_facts(changes, views)], (state.seen | bits(views)) & ~gone


async def _views(session: Session, asked: Sequence[int]) -> dict[int, TicketView]:
    """Tickets by id, as far as the list shows them (not deleted or hidden ones)."""
    page = await session.client.page(
        "/tickets", {"query": f"{any_of('id', list(asked))} AND {MERGED_TOO}", **TICKET_FIELDS}
    )
    views: dict[int, TicketView] = {}
    for row in page.rows:
        with session.reading("ticket", row):
            view = ticket_view(row, session.words, page.date)
            if view.upsert.snoozed_until and not view.carried.keep and await _wrote_since(session, view):
                view = ticket_view(row, session.words, page.date, wrote_since=True)
            views[view.id] = view
    return views


async def _wrote_since(session: Session, view: TicketView) -> bool:
    where = f"ObjectId = {view.id} AND Type = 'Correspond'"
    async for page in transactions(session, where, after=view.carried.snoozed_at, fields="Creator"):
        for row in page.rows:
            login = str((row.get("Creator") or {}).get("id", ""))
            if login in view.requestors or not (await session.person(login)).agent:
                return True
    return False


async def _slow_looks(session: Session, state: Cursor, now: int) -> tuple[list[Change], Cursor]:
    """What no transaction announces: articles, names, and tickets that went out of sight."""
    changes: list[Change] = []
    if now - state.refreshed >= _seconds(session, "refresh", REFRESH):
        await session.load_queues(again=True)
        changes += await directory(session)
        found, state = await articles(session, state, again=False)
        changes += found
        state = replace(state, refreshed=now)
    if state.sweep_from or now - state.sweep_since >= _seconds(session, "sweep", SWEEP):
        found, state = await _sweep(session, state, now)
        changes += found
    return changes, state


async def _sweep(session: Session, state: Cursor, now: int) -> tuple[list[Change], Cursor]:
    """Look which known tickets are still to be seen, a bounded slice at a time."""
    if not state.sweep_from:
        state = replace(state, sweep_since=now)
    at, visible = state.sweep_from, set[int]()
    for _call in range(_SWEEP_CALLS):
        page = await session.client.page("/tickets", {"query": f"id > {at} AND {MERGED_TOO}", "order": "ASC"})
        visible.update(number(row, "id") for row in page.rows)
        if not page.rows:
            upto, following = state.seen.bit_length(), 0
            break
        at = max(number(row, "id") for row in page.rows)
        upto = following = at
    lost = [one for one in ids(state.seen) if state.sweep_from < one <= upto and one not in visible]
    gone, _found = await resolve(session, lost)
    left = bits(int(one.remote_id) for one in gone)
    return [*gone], replace(state, sweep_from=following, seen=state.seen & ~left)


def _tickets(views: Iterable[TicketView]) -> list[Change]:
    """People once each, then their tickets."""
    found = list(views)
    people = {person.remote_id: person for view in found for person in view.customers}
    return [*people.values(), *(view.upsert for view in found)]


def _facts(changes: Iterable[Change], views: Mapping[int, TicketView]) -> list[Change]:
    """Facts written down on a ticket are known of its customer."""
    people = {person.remote_id: person for view in views.values() for person in view.customers}
    facts: dict[str, dict[str, str]] = {}
    for change in changes:
        if isinstance(change, EventAppend) and change.kind is EventKind.FACT and change.customer in people:
            facts.setdefault(change.customer or "", {})[str(change.data.get("name"))] = str(
                change.data.get("value")
            )
    return [
        CustomerUpsert.model_validate(people[login].model_dump() | {"facts": known})
        for login, known in facts.items()
    ]


def _next_phase(state: Cursor) -> Cursor:
    return replace(state, phase=PHASES[PHASES.index(state.phase) + 1], before=0)


def _page(
    session: Session, changes: Sequence[Change], state: Cursor, *, caught_up: bool = False
) -> ChangePage:
    return ChangePage(
        changes=tuple(changes),
        cursor=encode(state),
        done=min(state.count, state.total) if state.total else None,
        total=state.total or None,
        caught_up=caught_up,
        unreadable=session.take_unreadable(),
    )


def _settled(session: Session, row: Row, now: datetime) -> bool:
    created = moment(row, "Created")
    return created is not None and created < now - timedelta(seconds=_seconds(session, "overlap", OVERLAP))


def _seconds(session: Session, option: str, default: int) -> float:
    value = session.options.get(option, default)
    return float(value) if isinstance(value, int | float) else default
