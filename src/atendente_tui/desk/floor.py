"""One look at the whole floor: everything that the monitor shows, out of the store, at a moment. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from atendente_tui import metrics
from atendente_tui.domain.instants import from_ms, to_ms
from atendente_tui.domain.spikes import Spike, spikes
from atendente_tui.metrics import Figure, Scope, Window
from atendente_tui.metrics.periods import midnight
from atendente_tui.review.sentiment import sentiment
from atendente_tui.store import agent_states, floor, reading
from atendente_tui.store.floor import HOUR, Group, Moves, Numbers, Risk

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from atendente_tui.config import Config

MINUTE = 60_000
WEEK = 7 * 24 * HOUR
TREND = 12
"""Hours of a trend."""
MOST = 50
"""Rows of each kind."""
HEARD = 60
"""Waiting tickets, the most pressing, of which the mood is looked at."""
DRILL = 1_000


class AgentNow(NamedTuple):
    """`state` None where they never said; `since` in ms; `long` for a pause longer than it should be."""

    login: str
    name: str
    state: str | None
    reason: str | None
    since: int | None
    load: int
    long: bool


class Today(NamedTuple):
    """A figure of today, and the same hour by hour."""

    figure: Figure
    hours: tuple[float | None, ...]


class Upset(NamedTuple):
    risk: Risk
    words: str
    """By which it was told."""


class Floor(NamedTuple):
    """Moments in ms."""

    at: int
    queue: tuple[Group, ...]
    arrivals: tuple[int, ...]
    """Tickets opened in each of the last `TREND` hours."""
    deadlines: tuple[Risk, ...]
    promises: tuple[Risk, ...]
    waiting: tuple[Risk, ...]
    upset: tuple[Upset, ...]
    agents: tuple[AgentNow, ...]
    today: tuple[Today, ...]
    channels: tuple[tuple[str, int], ...]
    """Tickets opened today, by channel, and below by reason."""
    reasons: tuple[tuple[str, int], ...]
    spikes: tuple[Spike, ...]
    forgotten: tuple[Risk, ...]
    sent_about: tuple[Moves, ...]
    numbers: Numbers
    """Of what is listed above by `MOST` rows at most."""

    @property
    def queued(self) -> int:
        return sum(one.number for one in self.queue)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person is alerted to, by a name that stays the same while it lasts."""
        return (
            *(f"spike:{one.reason}" for one in self.spikes),
            *(f"deadline:{one.ticket_id}" for one in self.deadlines),
            *(f"sent:{one.ticket_id}" for one in self.sent_about),
            *(f"pause:{one.login}" for one in self.agents if one.long),
        )


def look(db: Connection, config: Config, now: int, zone: tzinfo) -> Floor:
    """Everything in one go, in one moment of the store."""
    watch = config.monitor
    db.execute("BEGIN")
    try:
        day = today(now, zone)
        due, waits = now + int(watch.promise_minutes * MINUTE), now - int(watch.waiting_minutes * MINUTE)
        still = now - int(watch.stale_hours * HOUR)
        return Floor(
            now,
            tuple(floor.queue(db)),
            tuple(floor.arrivals(db, now, TREND)),
            tuple(floor.deadlines(db, MOST)),
            tuple(floor.promises(db, due, MOST)),
            tuple(floor.waiting(db, waits, MOST)),
            tuple(_upset(db)),
            tuple(_agents(db, now, watch.pause_minutes)),
            tuple(_today(db, config, day)),
            tuple(floor.volume(db, day.start, now, "channel", 12)),
            tuple(floor.volume(db, day.start, now, "reason", 12)),
            tuple(
                spikes(
                    floor.by_reason(db, now - HOUR, now),
                    _before(db, now, watch.spike_weeks),
                    sigmas=watch.spike_sigmas,
                    least=watch.spike_least,
                )
            ),
            tuple(floor.forgotten(db, still, MOST)),
            tuple(floor.sent_about(db, watch.ping_pong, floor.MOVED)),
            floor.numbers(db, due, waits, still),
        )
    finally:
        db.execute("ROLLBACK")


def today(now: int, zone: tzinfo) -> Window:
    """From the operator's midnight until now."""
    return Window(to_ms(midnight(from_ms(now).astimezone(zone))), now + 1)


def behind(db: Connection, config: Config, key: str, now: int, zone: tzinfo) -> list[Risk]:
    """The tickets behind a figure of today: `at` is when it was decided. Rows that are of no ticket are left out."""
    rows = metrics.behind(db, key, Scope(today(now, zone)), config.metrics, limit=DRILL)
    found: dict[int, Risk] = {}
    for row in rows:
        if row.ticket_id is not None and row.ticket_id not in found:
            ticket = reading.ticket(db, row.ticket_id)
            if ticket is not None:
                found[row.ticket_id] = Risk(
                    ticket.id, ticket.protocol, ticket.subject, row.at, ticket.assignee
                )
    return list(found.values())


def _today(db: Connection, config: Config, day: Window) -> Sequence[Today]:
    edges = sorted({max(day.start, day.end - n * HOUR) for n in range(TREND + 1)})
    told = []
    for key in config.monitor.kpis:
        scope = Scope(day, now=day.end)
        figure = metrics.measure(db, key, scope, config.metrics, previous=True)
        hours: tuple[float | None, ...] = ()
        if figure.count:
            hours = tuple(one.value for one in metrics.series(db, key, scope, edges, config.metrics))
        told.append(Today(figure, hours))
    return told


def _agents(db: Connection, now: int, pause_minutes: float) -> Sequence[AgentNow]:
    """Who is here first; who only carries tickets after them, who is off last."""
    names = dict(reading.directory(db, "agent"))
    load = floor.load(db)
    spans = {one.agent: one for one in agent_states.everybody(db)}
    told = []
    for login in {*spans, *load}:
        span = spans.get(login)
        told.append(
            AgentNow(
                login,
                names.get(login, login),
                span.state if span is not None else None,
                span.reason if span is not None else None,
                span.since if span is not None else None,
                load.get(login, 0),
                span is not None and span.state == "paused" and now - span.since > pause_minutes * MINUTE,
            )
        )
    order = {"contact": 0, "after_contact": 1, "available": 2, "paused": 3, "training": 4, None: 5, "off": 6}
    return sorted(told, key=lambda one: (order.get(one.state, 5), one.name, one.login))


def _upset(db: Connection) -> Sequence[Upset]:
    found = []
    for risk, text in floor.last_words(db, HEARD):
        heard = sentiment(text)
        if heard.mood in ("angry", "displeased"):
            found.append(Upset(risk, ", ".join(heard.why[:3])))
    return found


def _before(db: Connection, now: int, weeks: int) -> dict[str, list[int]]:
    """Counts by reason of the same hour in the weeks before; where a week has none, 0."""
    told = [floor.by_reason(db, now - n * WEEK - HOUR, now - n * WEEK) for n in range(1, weeks + 1)]
    return {
        reason: [week.get(reason, 0) for week in told] for reason in {one for week in told for one in week}
    }
