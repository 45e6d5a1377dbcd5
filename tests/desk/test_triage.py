"""Triage in one go: a command for each thing that changes, all of them or none."""

from __future__ import annotations

import json

from atendente_tui.desk import bulk, triaging, undoing
from atendente_tui.desk.desk import EVERY_COMMAND, Can, Desk
from atendente_tui.domain.words import Impact, Priority
from atendente_tui.store.store import Store
from tests.desk.conftest import desk_at
from tests.desk.seen import ids, outbox_rows, table, tallies_agree, ticket, world
from tests.desk.test_verbs import refused


def test_each_thing_that_changes_is_a_command_of_its_own(desk: Desk, store: Store) -> None:
    number = ids(store, "priority = 'normal'")[0]
    before = world(store)
    had = json.loads(ticket(store, number)["tags"])
    last = triaging.triage(
        desk, number, priority=Priority.URGENT, impact=Impact.MANY, team="fiscal", add=("vip",), remove=had
    ).result(10)
    now = ticket(store, number)
    assert (now["priority"], now["impact"], now["team"], now["tags"]) == (
        "urgent",
        "many",
        "fiscal",
        '["vip"]',
    )
    rows = outbox_rows(store)
    assert [row.type for row in rows] == ["priority", "team", "tag"]
    assert last.command_id.hex == rows[-1].command_id.replace("-", "")
    assert len({row.command_id for row in rows}) == 3
    assert len(table(store, "audit")) == 3
    assert tallies_agree(store)
    for row in reversed(rows):
        undoing.undo(desk, row.command_id).result(10)
    assert world(store) == before


def test_only_what_changes_is_sent(desk: Desk, store: Store) -> None:
    number = ids(store, "priority = 'normal'")[0]
    team = ticket(store, number)["team"]
    triaging.triage(desk, number, priority=Priority.NORMAL, team=team, add=("novo",)).result(10)
    assert [row.type for row in outbox_rows(store)] == ["tag"]
    assert refused(triaging.triage(desk, number, priority=Priority.NORMAL)).code == "nothing_to_change"
    assert refused(triaging.triage(desk, number)).code == "nothing_to_change"


def test_the_impact_alone_keeps_the_priority(desk: Desk, store: Store) -> None:
    number = ids(store, "priority = 'high'")[0]
    triaging.triage(desk, number, impact=Impact.SEVERAL).result(10)
    assert (ticket(store, number)["priority"], ticket(store, number)["impact"]) == ("high", "several")


def test_what_one_rule_forbids_leaves_the_others_undone(store: Store) -> None:
    number = ids(store, "priority = 'normal'")[0]
    before = world(store)
    desk = desk_at(store, can=Can(EVERY_COMMAND - {"tag"}))
    wrong = refused(triaging.triage(desk, number, priority=Priority.URGENT, add=("novo",)))
    assert (wrong.code, wrong.values) == ("backend_cannot", {"verb": "tag"})
    assert (world(store), outbox_rows(store)) == (before, [])


def test_on_many_with_a_preview(desk: Desk, store: Store) -> None:
    numbers = ids(store, "1")[:6]
    before = world(store)
    shown = bulk.preview(desk, numbers, "triage", priority=Priority.URGENT, team="fiscal").result(20)
    assert [line.ok for line in shown] == [True] * 6
    assert (world(store), outbox_rows(store)) == (before, [])
    bulk.perform(desk, numbers, "triage", priority=Priority.URGENT, team="fiscal").result(20)
    assert {ticket(store, number)["team"] for number in numbers} == {"fiscal"}
    assert {ticket(store, number)["priority"] for number in numbers} == {"urgent"}
