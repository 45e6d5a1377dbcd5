"""The queue: views over tickets, in keyset pages whose cost does not depend on how many there are.

Every order is a row of segments, each walked along one index; a page takes up where the row before it ended. The
partial indexes of live tickets are used only when the query repeats their condition word for word, so it does.
"""

from heapq import merge
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlcipher3.dbapi2 import Connection

from atendente_tui.store.rows import QueueRow, ViewCount

Sort = Literal["score", "due", "updated", "opened"]
SORTS: tuple[Sort, ...] = ("score", "due", "updated", "opened")
LIVE = "t.status IN ('new','open','pending','on_hold')"  # as the partial indexes of the schema say it
LIVE_STATUSES = ("new", "open", "pending", "on_hold")
ALL_STATUSES = (*LIVE_STATUSES, "snoozed", "solved", "closed")
END = (9, 0, 0)
"""As `before`: the last page of any view in any order."""
BOUND = 1_000
"""Counts that no tally knows stop here."""
FEW = 2_000
"""Rows that are sooner sorted than searched for along another order."""

_PENDING = "('held','queued','sent','unknown','refused','conflict')"
COLUMNS = (
    "t.id, coalesce(t.protocol, '#' || t.id), t.subject, t.customer_id, coalesce(c.social_name, c.name), t.channel,"
    " t.status, t.priority, t.score, t.why, t.assignee, t.team, t.tier, t.sla_target, t.sla_due, t.sla_state,"
    " t.opened, t.updated, t.waiting_since, t.snoozed_until,"
    " coalesce(t.last_inbound, -1) << 6 > coalesce(t.seen_event, 0),"
    f" (SELECT count(*) FROM outbox o WHERE o.ticket_id = t.id AND o.state IN {_PENDING}), t.tags"
)
FROM = " FROM ticket t{} CROSS JOIN customer c ON c.id = t.customer_id"  # CROSS: the ticket is always the outer loop


class View(NamedTuple):
    """Which tickets. `assignee`: None anybody, "" nobody, else that login ("*": somebody)."""

    name: str
    statuses: tuple[str, ...] = LIVE_STATUSES
    assignee: str | None = None
    teams: tuple[str, ...] = ()
    sla_only: bool = False
    """Only targets at risk or broken."""
    tags: tuple[str, ...] = ()
    """All of these."""
    channels: tuple[str, ...] = ()
    tier: str | None = None
    priorities: tuple[str, ...] = ()
    sort: Sort = "score"
    """The order it opens in."""


def builtin_views(login: str, teams: tuple[str, ...]) -> dict[str, View]:
    views = (
        View("minha", assignee=login),
        View("livres", assignee="", teams=teams),
        View("equipe", teams=teams),
        View("sla", sla_only=True, sort="due"),
        View("adiados", statuses=("snoozed",), assignee=login),
        View("resolvidos", statuses=("solved",), sort="updated"),
        View("todos", statuses=ALL_STATUSES, sort="updated"),
    )
    return {view.name: view for view in views}


Teams = tuple[str, ...]


class _Segment(NamedTuple):
    """One run of an order: rows with `where`, by `column` (descending when `down`), then by id."""

    n: int
    where: str
    column: str
    down: bool


def _segments(view: View, sort: Sort) -> tuple[_Segment, ...]:
    sort = effective_sort(view, sort)
    if sort != "due":
        return (_Segment(0, "", sort, True),)
    due = _Segment(0, "t.sla_due IS NOT NULL", "sla_due", False)
    return (due,) if view.sla_only else (due, _Segment(1, "t.sla_due IS NULL", "score", True))


def _index(db: Connection, view: View, teams: Teams, segment: _Segment) -> str:
    """The index to walk. SQLite would guess without statistics, and a wrong guess sorts a million rows.

    One that has the order, unless the view is so small that finding its rows and sorting them is less.
    """
    if view.tags:
        return ""
    if not set(view.statuses) <= set(LIVE_STATUSES):
        if view.statuses == ("snoozed",):
            name = "ticket_snoozed"
        elif len(view.statuses) == 1 and segment.column == "updated":
            name = "ticket_status"
        else:
            name = f"ticket_{segment.column}"
    else:
        if view.assignee not in (None, "*"):
            name, column = "ticket_live_assignee", "score"
        elif len(teams) == 1:
            name, column = "ticket_live_team", "score"
        elif view.sla_only:
            name, column = "ticket_sla", "sla_due"
        else:
            name, column = "", ""
        if segment.column != column and not (name and _few(db, view, teams)):
            name = _ORDERED[segment.column]
    return f" INDEXED BY {name}"


_ORDERED = {
    "score": "ticket_live_score",
    "sla_due": "ticket_live_due",
    "updated": "ticket_live_updated",
    "opened": "ticket_live_opened",
}


def _few(db: Connection, view: View, teams: Teams) -> bool:
    found = count_view(db, view._replace(teams=teams))
    return found.exact and found.count <= FEW


def sort_key(row: QueueRow, sort: Sort) -> tuple[int, int, int]:
    """Where a row stands in an order: what `after` and `before` of `queue_page` take. Ascends along the list."""
    if sort == "score":
        return 0, -row.score, row.id
    if sort == "updated":
        return 0, -row.updated, row.id
    if sort == "opened":
        return 0, -row.opened, row.id
    if row.sla_due is not None:
        return 0, row.sla_due, row.id
    return 1, -row.score, row.id


def effective_sort(view: View, sort: Sort) -> Sort:
    """The order a view really has: what is over has neither score nor deadline and goes by its last change.

    Deadlines order only views in which every ticket may have one; the others go by score then.
    """
    if not set(view.statuses) & {*LIVE_STATUSES, "snoozed"} and sort in ("score", "due"):
        return "updated"
    return "score" if sort == "due" and not set(view.statuses) <= set(LIVE_STATUSES) else sort


def _conditions(view: View, teams: Teams) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    if set(view.statuses) <= set(LIVE_STATUSES):
        parts.append(LIVE)
    if len(view.statuses) == 1:
        parts.append(f"t.status = '{_word(view.statuses[0])}'")
    elif view.statuses != LIVE_STATUSES and set(view.statuses) != set(ALL_STATUSES):
        parts.append("t.status IN (" + ",".join(f"'{_word(one)}'" for one in view.statuses) + ")")
    if view.assignee == "":
        parts.append("t.assignee IS NULL")
    elif view.assignee == "*":
        parts.append("t.assignee IS NOT NULL")
    elif view.assignee is not None:
        parts.append("t.assignee = ?")
        values.append(view.assignee)
    if teams:
        parts.append("t.team = ?" if len(teams) == 1 else f"t.team IN ({','.join('?' * len(teams))})")
        values += teams
    if view.sla_only:
        parts.append("t.sla_state IN ('at_risk','broken')")
    for tag in view.tags:
        parts.append("t.id IN (SELECT ticket_id FROM ticket_tag WHERE tag = ?)")
        values.append(tag)
    for column, wanted in (("channel", view.channels), ("priority", view.priorities)):
        if wanted:
            parts.append(f"t.{column} IN ({','.join('?' * len(wanted))})")
            values += wanted
    if view.tier is not None:
        parts.append("t.tier = ?")
        values.append(view.tier)
    return " AND ".join(parts), values


def _word(status: str) -> str:
    if status not in ALL_STATUSES:
        raise ValueError(f"no such status: {status!r}")
    return status


def _run(
    db: Connection,
    where: str,
    values: list[Any],
    segment: _Segment,
    index: str,
    at: tuple[int, int] | None,
    back: bool,
    limit: int,
) -> list[QueueRow]:
    """Up to `limit` rows of one segment from beyond `at` (sort value ascending along the list, id), or up to it."""
    condition = " AND ".join(part for part in (where, segment.where) if part) or "1"
    column = f"t.{segment.column}"
    towards = "DESC" if segment.down is not back else "ASC"
    order = f" ORDER BY {column} {towards}, t.id {'DESC' if back else 'ASC'} LIMIT ?"
    select = f"SELECT {COLUMNS}{FROM.format(index)} WHERE {condition}"
    if at is None:
        return [QueueRow._make(row) for row in db.execute(select + order, (*values, limit))]
    value = -at[0] if segment.down else at[0]
    tie = f" AND {column} = ? AND t.id {'<' if back else '>'} ?"
    rows = [QueueRow._make(row) for row in db.execute(select + tie + order, (*values, value, at[1], limit))]
    if len(rows) < limit:
        beyond = f" AND {column} {'<' if towards == 'DESC' else '>'} ?"
        more = db.execute(select + beyond + order, (*values, value, limit - len(rows)))
        rows += [QueueRow._make(row) for row in more]
    return rows


def _run_of(
    db: Connection,
    view: View,
    teams: Teams,
    sort: Sort,
    at: tuple[int, int, int] | None,
    back: bool,
    limit: int,
) -> list[QueueRow]:
    where, values = _conditions(view, teams)
    segments = _segments(view, sort)
    rows: list[QueueRow] = []
    for segment in reversed(segments) if back else segments:
        here: tuple[int, int] | None = None
        if at is not None:
            if (segment.n > at[0]) if back else (segment.n < at[0]):
                continue
            here = at[1:] if segment.n == at[0] else None
        index = _index(db, view, teams, segment)
        rows += _run(db, where, values, segment, index, here, back, limit - len(rows))
        if len(rows) >= limit:
            break
    return rows


def queue_page(
    db: Connection,
    view: View,
    sort: Sort,
    *,
    after: tuple[int, int, int] | None = None,
    before: tuple[int, int, int] | None = None,
    limit: int = 256,
) -> list[QueueRow]:
    """The rows of `view` that follow `after` (or precede `before`), in the order of `sort`; from the top without either."""
    sort = effective_sort(view, sort)
    back = before is not None
    at = before if back else after
    if len(view.teams) <= 1:
        rows = _run_of(db, view, view.teams, sort, at, back, limit)
    else:  # each team along its own index, then merged: a few short runs instead of one long sort
        runs = (_run_of(db, view, (team,), sort, at, back, limit) for team in view.teams)
        rows = list(islice(merge(*runs, key=lambda row: sort_key(row, sort), reverse=back), limit))
    return rows[::-1] if back else rows


def queue_page_at(db: Connection, view: View, sort: Sort, offset: int, *, limit: int = 256) -> list[QueueRow]:
    """The page that starts `offset` rows from the top, for a jump; it costs what is skipped (about 100 ns a row)."""
    sort = effective_sort(view, sort)
    where, values = _conditions(view, view.teams)
    segments = _segments(view, sort)
    for segment in segments:
        index = _index(db, view, view.teams, segment)
        condition = " AND ".join(part for part in (where, segment.where) if part) or "1"
        order = f"t.{segment.column} {'DESC' if segment.down else 'ASC'}, t.id"
        first = db.execute(
            f"SELECT t.{segment.column}, t.id FROM ticket t{index} WHERE {condition} ORDER BY {order} LIMIT 1 OFFSET ?",
            (*values, offset),
        ).fetchone()
        if first is not None:
            value = -first[0] if segment.down else first[0]
            return queue_page(db, view, sort, after=(segment.n, value, first[1] - 1), limit=limit)
        if segment is segments[-1]:
            break
        counted = db.execute(f"SELECT count(*) FROM ticket t{index} WHERE {condition}", values)
        offset -= int(counted.fetchone()[0])
    return []


def queue_rank(db: Connection, view: View, sort: Sort, row: QueueRow, *, bound: int = 100_000) -> int:
    """How many rows of `view` stand before `row`, counted up to `bound`."""
    sort = effective_sort(view, sort)
    at = sort_key(row, sort)
    total = 0
    where, values = _conditions(view, view.teams)
    for segment in _segments(view, sort):
        if segment.n > at[0]:
            continue
        index = _index(db, view, view.teams, segment)
        condition = " AND ".join(part for part in (where, segment.where) if part) or "1"
        bounds: list[tuple[str, tuple[int, ...]]] = [("", ())]
        if segment.n == at[0]:
            value = -at[1] if segment.down else at[1]
            column = f"t.{segment.column}"
            bounds = [
                (f" AND {column} {'>' if segment.down else '<'} ?", (value,)),
                (f" AND {column} = ? AND t.id < ?", (value, at[2])),
            ]
        for extra, more in bounds:
            counted = db.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM ticket t{index} WHERE {condition}{extra} LIMIT ?)",
                (*values, *more, bound),
            )
            total += int(counted.fetchone()[0])
    return min(total, bound)


def count_view(db: Connection, view: View) -> ViewCount:
    """How many tickets a view has: from the tally where it can tell, else counted up to a bound."""
    if not (view.sla_only or view.tags or view.channels or view.priorities or view.tier):
        parts = ["status IN (" + ",".join("?" * len(view.statuses)) + ")"]
        values: list[Any] = [*view.statuses]
        if view.assignee == "*":
            parts.append("assignee <> ''")
        elif view.assignee is not None:
            parts.append("assignee = ?")
            values.append(view.assignee)
        if view.teams:
            parts.append("team IN (" + ",".join("?" * len(view.teams)) + ")")
            values += view.teams
        total = db.execute(f"SELECT coalesce(sum(n), 0) FROM tally WHERE {' AND '.join(parts)}", values)
        return ViewCount(view.name, int(total.fetchone()[0]), True)
    where, values = _conditions(view, view.teams)
    index = " INDEXED BY ticket_sla" if view.sla_only and set(view.statuses) <= set(LIVE_STATUSES) else ""
    found = db.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM ticket t{index} WHERE {where or '1'} LIMIT ?)",
        (*values, BOUND),
    )
    count = int(found.fetchone()[0])
    return ViewCount(view.name, count, count < BOUND)


def queue_row(db: Connection, ticket_id: int) -> QueueRow | None:
    row = db.execute(f"SELECT {COLUMNS}{FROM.format('')} WHERE t.id = ?", (ticket_id,)).fetchone()
    return None if row is None else QueueRow._make(row)


def queue_rows(db: Connection, ticket_ids: list[int]) -> list[QueueRow]:
    """Rows by id, in the order asked for; those that are gone are left out."""
    import json

    found = {
        row[0]: QueueRow._make(row)
        for row in db.execute(
            f"SELECT {COLUMNS} FROM json_each(?) j CROSS JOIN ticket t ON t.id = j.value"
            " CROSS JOIN customer c ON c.id = t.customer_id",
            (json.dumps(ticket_ids),),
        )
    }
    return [found[one] for one in ticket_ids if one in found]


def best_next(db: Connection, login: str, teams: tuple[str, ...]) -> int | None:
    """The ticket to work on next: the highest score among one's own that wait for us and the free ones of one's teams."""
    ready = "t.status IN ('new','open')"
    candidates = [
        db.execute(
            f"SELECT t.score, t.id FROM ticket t WHERE {LIVE} AND {ready} AND t.assignee = ?"
            " AND t.waiting_since IS NOT NULL ORDER BY t.score DESC, t.id LIMIT 1",
            (login,),
        ).fetchone()
    ]
    if teams:
        for team in teams:
            candidates.append(
                db.execute(
                    f"SELECT t.score, t.id FROM ticket t WHERE {LIVE} AND {ready} AND t.team = ?"
                    " AND t.assignee IS NULL ORDER BY t.score DESC, t.id LIMIT 1",
                    (team,),
                ).fetchone()
            )
    else:
        candidates.append(
            db.execute(
                f"SELECT t.score, t.id FROM ticket t WHERE {LIVE} AND {ready} AND t.assignee IS NULL"
                " ORDER BY t.score DESC, t.id LIMIT 1"
            ).fetchone()
        )
    found = [row for row in candidates if row is not None]
    return max(found, key=lambda row: (row[0], -row[1]))[1] if found else None
