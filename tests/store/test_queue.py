from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product

import pytest

from atendente_tui.store import queue
from atendente_tui.store.queue import SORTS, Sort, View, builtin_views, queue_page, sort_key
from atendente_tui.store.rows import QueueRow
from atendente_tui.store.store import Store

TEAMS = ("loja", "financeiro")
VIEWS = {
    **builtin_views("ana", ("loja",)),
    "duas equipes": View("duas equipes", teams=TEAMS),
    "livres de duas": View("livres de duas", assignee="", teams=TEAMS),
    "com alguém": View("com alguém", assignee="*"),
    "etiqueta": View("etiqueta", tags=("atraso",)),
    "e-mail urgente": View("e-mail urgente", channels=("email", "chat"), priorities=("urgent",)),
    "novos": View("novos", statuses=("new",)),
    "abertos e resolvidos": View("abertos e resolvidos", statuses=("open", "solved")),
}


@pytest.fixture(scope="module")
def everything(shop: Store) -> Iterator[list[QueueRow]]:
    db = shop.reader()
    yield queue.queue_rows(db, [row[0] for row in db.execute("SELECT id FROM ticket")])
    db.close()


def belongs(row: QueueRow, view: View) -> bool:
    """A view said again, row by row."""
    tags = json.loads(row.tags)
    return (
        row.status in view.statuses
        and (
            view.assignee is None
            or (row.assignee or "") == view.assignee
            or (view.assignee == "*" and row.assignee)
        )
        and (not view.teams or row.team in view.teams)
        and (not view.sla_only or row.sla_state in ("at_risk", "broken"))
        and all(tag in tags for tag in view.tags)
        and (not view.channels or row.channel in view.channels)
        and (not view.priorities or row.priority in view.priorities)
    )  # type: ignore[return-value]


@pytest.mark.parametrize(("name", "sort"), product(VIEWS, SORTS))
def test_pages_walk_a_view_both_ways(shop: Store, everything: list[QueueRow], name: str, sort: Sort) -> None:
    db, view = shop.reader(), VIEWS[name]
    real = queue.effective_sort(view, sort)
    wanted = sorted((row for row in everything if belongs(row, view)), key=lambda row: sort_key(row, real))
    down: list[QueueRow] = []
    while page := queue_page(db, view, sort, after=sort_key(down[-1], real) if down else None, limit=7):
        down += page
    assert [row.id for row in down] == [row.id for row in wanted]
    up: list[QueueRow] = []
    while down and (
        page := queue_page(db, view, sort, before=sort_key((up or [down[-1]])[0], real), limit=7)
    ):
        up = page + up
    assert up == down[:-1]
    assert queue_page(db, view, sort, before=queue.END, limit=9) == down[-9:]
    for offset in (0, len(wanted) // 2, max(0, len(wanted) - 3), len(wanted)):
        page = queue.queue_page_at(db, view, sort, offset, limit=5)
        assert [row.id for row in page] == [row.id for row in wanted[offset : offset + 5]]
    for place, row in list(enumerate(wanted))[:: max(1, len(wanted) // 5)]:
        assert queue.queue_rank(db, view, sort, row) == place
    counted = queue.count_view(db, view)
    assert (counted.count, counted.exact) == (len(wanted), True)
    db.close()


@pytest.mark.parametrize("name", ["minha", "livres", "equipe", "sla", "resolvidos", "todos"])
def test_views_open_along_an_index(shop: Store, name: str) -> None:
    view = VIEWS[name]._replace(teams=())
    db, plans = shop.reader(), []
    db.set_trace_callback(plans.append)
    queue_page(db, view, view.sort, limit=5)
    db.set_trace_callback(None)
    for sql in plans:
        plan = " ".join(row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql))
        assert "TEMP B-TREE" not in plan, plan
        assert "SCAN t USING INDEX" in plan or "SEARCH t USING INDEX" in plan, plan
    db.close()


def test_the_next_ticket_is_mine_or_free(shop: Store, everything: list[QueueRow]) -> None:
    db = shop.reader()
    found = queue.best_next(db, "ana", ("loja",))
    ready = [
        row
        for row in everything
        if row.status in ("new", "open")
        and ((row.assignee == "ana" and row.waiting_since) or (row.assignee is None and row.team == "loja"))
    ]
    assert found == (min(ready, key=lambda row: (-row.score, row.id)).id if ready else None)
    anybody = queue.best_next(db, "nova", ())
    assert anybody is not None
    row = queue.queue_row(db, anybody)
    assert row is not None
    assert row.assignee is None
    assert queue.queue_row(db, 10**9) is None
    db.close()


def test_a_count_without_a_tally_stops_at_its_bound(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "BOUND", 10)
    db = shop.reader()
    assert queue.count_view(db, View("etiqueta", tags=("atraso",)))[1:] == (10, False)
    db.close()


def test_a_status_that_is_none_is_refused(shop: Store) -> None:
    db = shop.reader()
    with pytest.raises(ValueError, match="no such status"):
        queue_page(db, View("x", statuses=("new') OR 1--",)), "score")
    db.close()
