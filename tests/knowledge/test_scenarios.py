"""Scenario files: what is read, and what every fault says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from atendente_tui.domain.words import Channel, EventKind, Status
from atendente_tui.i18n import choose
from atendente_tui.knowledge.marked import Fault
from atendente_tui.knowledge.reading_scenarios import load_scenario
from atendente_tui.knowledge.scenario import Scenario

START = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Sao_Paulo")

SMALL = """scenario: pequeno
title: Um caso
seed: 3
clock: {start: 2026-03-04T15:00:00-03:00}
agent: {login: ana, name: Ana, teams: [Loja], tier: N1}
directory:
  agents: {bruno: {name: Bruno, tier: N2}}
  teams: {Loja: Loja}
  wrap_ups: {ok: Resolvido}
customers:
  maria:
    name: Maria
    segment: vip
    identities: {email: maria@example.com, phone: ["+55 11 90000-0001", "+55 11 90000-0002"]}
    events:
      - {at: -9d, order: "77", total: 10.50, status: pago, expected: +2d}
tickets:
  "12":
    customer: maria
    subject: Atraso
    channel: chat
    status: open
    assignee: bruno
    talk: |
      -2d@10:00 < bom dia
        segunda linha
      -5m bruno> oi
      -4m bruno# nota
      -6m robo* aguarde
    events:
      - {at: -3m, by: bruno, promise: ligar, due: +1h}
      - {at: -2m, channel: whatsapp, says: "e aí?", files: [{name: a.txt, content: "oi"}]}
timeline:
  - {at: +2m, ticket: "12", says: "alô"}
  - {at: +1m, ticket: "12", claims: true, by: ana}
  - at: +3m
    opens: "13"
    ticket: {customer: maria, subject: Novo, channel: email, talk: "+2m < outro assunto"}
  - {at: +4m, network: down}
personas:
  maria:
    ticket: "13"
    start: a
    nodes:
      a:
        on_reply: [{when: {contains_any: [sim]}, says: bom, goto: b}, {says: hum}]
      b: {}
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def load(tmp_path: Path, text: str) -> tuple[Scenario | None, list[Fault]]:
    path = tmp_path / "s.yaml"
    path.write_text(text, "utf-8")
    return load_scenario(path)


@pytest.fixture
def small(tmp_path: Path) -> Scenario:
    scenario, faults = load(tmp_path, SMALL)
    assert faults == []
    assert scenario is not None
    return scenario


def test_people_and_their_orders(small: Scenario):
    (maria,) = small.customers
    assert [one.value for one in maria.identities] == [
        "maria@example.com",
        "+55 11 90000-0001",
        "+55 11 90000-0002",
    ]
    (order,) = small.events
    change = order.change(START, ZONE)
    assert (change.kind, change.ticket, change.customer, change.remote_id) == (
        EventKind.ORDER,
        None,
        "maria",
        "maria/own/1",
    )
    assert change.data == {
        "number": "77",
        "status": "pago",
        "total": 10.5,
        "expected": (START + timedelta(days=2)).isoformat(),
    }


def test_a_ticket_with_its_events_in_order(small: Scenario):
    (ticket,) = small.tickets
    events = [one.change(START, ZONE) for one in ticket.events]
    assert [(one.remote_id, one.kind.value, one.author, one.public) for one in events] == [
        ("12/1", "message", "Maria", True),
        ("12/2", "bot_turn", "robo", True),
        ("12/3", "message", "bruno", True),
        ("12/4", "note", "bruno", False),
        ("12/5", "promise", "bruno", False),
        ("12/6", "message", "Maria", True),
    ]
    assert events[0].text == "bom dia\nsegunda linha"
    assert events[0].at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert events[4].data["due"] == (START + timedelta(hours=1)).isoformat()
    assert events[4].command_id is not None
    assert (events[5].channel, events[5].attachments[0].size) == (Channel.WHATSAPP, 2)
    upsert = ticket.change(START, ZONE)
    assert (upsert.protocol, upsert.status, upsert.assignee) == ("2026-000012", Status.OPEN, "bruno")
    assert (upsert.opened_at, upsert.updated_at) == (events[0].at, events[5].at)


def test_the_timeline_is_in_order(small: Scenario):
    assert [(one.what, one.ticket, one.by, one.value) for one in small.timeline] == [
        ("claims", "12", "ana", None),
        ("says", "12", None, None),
        ("opens", "13", None, None),
        ("network", None, None, "down"),
    ]
    assert small.length == timedelta(minutes=4)
    assert list(small.personas) == ["13"]


def test_the_same_text_has_the_same_digest(small: Scenario, tmp_path: Path):
    assert load(tmp_path, SMALL)[0] == small
    other = load(tmp_path, SMALL + "purpose: outro\n")[0]
    assert other is not None
    assert other.digest != small.digest


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "found"),
    [
        ("segment: vip", "segment: rei", 13, "customers.maria.segment", "rei"),
        ("email: maria@", "fax: maria@", 14, "customers.maria.identities.fax", "fax"),
        (
            "customer: maria\n    subject: Atraso",
            "customer: mario\n    subject: Atraso",
            19,
            "tickets.12.customer",
            "mario",
        ),
        ("status: open", "status: aberto", 22, "tickets.12.status", "aberto"),
        ("status: open", "status: snoozed", 18, "tickets.12.snoozed_until", None),
        ("assignee: bruno", "assignee: beto", 23, "tickets.12.assignee", "beto"),
        ("-5m bruno> oi", "5m bruno> oi", 27, "tickets.12.talk", "5m"),
        ("-5m bruno> oi", "-5m bruna> oi", 27, "tickets.12.talk", "bruna"),
        ("-5m bruno> oi", "oi", 27, "tickets.12.talk", "oi"),
        ("-5m bruno> oi", "+5m bruno> oi", 27, "tickets.12", None),
        ("promise: ligar", "promete: ligar", 31, "tickets.12.events[1]", "at, by, promete, due"),
        ("due: +1h", "due: 15h", 31, "tickets.12.events[1].due", "15h"),
        ('ticket: "12", says: "alô"', 'ticket: "99", says: "alô"', 34, "timeline[1].ticket", "99"),
        ("claims: true", "pega: true", 35, "timeline[2]", "at, ticket, pega, by"),
        ("at: +1m,", "at: -1m,", 35, "timeline[2].at", "-1m"),
        ("network: down", "network: caiu", 39, "timeline[4].network", "caiu"),
        ("+2m < outro", "+9m < outro", 37, "timeline[3].opens", "13"),
        ("goto: b", "goto: c", 45, "personas.maria.nodes.a", "c"),
        (", {says: hum}", "", 46, "personas.maria.nodes.a.on_reply", None),
        ("start: a", "start: z", 43, "personas.maria.start", "z"),
        ("start: 2026-03-04T15:00:00-03:00", "start: ontem", 4, "clock.start", "ontem"),
        ("start: 2026-03-04T15:00:00-03:00", "zone: Marte", 4, "clock.zone", "Marte"),
        ("title: Um caso", "titulo: Um caso", 2, "titulo", "titulo"),
    ],
)
def test_every_fault_names_its_place(
    tmp_path: Path, old: str, new: str, line: int, field: str, found: str | None
):
    assert old in SMALL
    scenario, faults = load(tmp_path, SMALL.replace(old, new, 1))
    assert scenario is None
    assert (line, field, found) in [(fault.line, fault.field, fault.found) for fault in faults]
    assert all(fault.file == "s.yaml" for fault in faults)


def test_no_file_and_no_text(tmp_path: Path):
    assert load_scenario(tmp_path / "none.yaml")[1][0].line == 0
    assert load(tmp_path, "")[1][0].message == "the file is empty"
