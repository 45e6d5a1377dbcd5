"""A hub of two teams in which one has secrets in everything it can have: what the other may never come to see.

Texts of the team Cofre carry `SECRET`; its tickets, events and people have numbers that nothing else has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select, update

from atendente_tui.domain.protocol import protocol
from atendente_tui.hub import tables
from atendente_tui.hub.scope import Role
from tests.hub.sending import Outside, outside
from tests.hub.serving_fixture import Served
from tests.hub.world import opened

SECRET = "SEGREDO"
OURS, THEIRS = "Loja", "Cofre"
AT, LATER = "2026-11-23T12:00:00Z", "2027-01-04T12:00:00Z"
FIRST = {"ticket": 777_000_000, "customer": 555_000_000, "seq": 888_000_000}
SECRET_MAIL = f"{SECRET.lower()}@exemplo.com.br"


CLASS = "7d9f0f0c-1111-4222-8333-444455556666"
A_CLASS = {"name": "caso", "version": 1, "title": "Caso", "digest": "0" * 64, "scenario": "scenario: caso"}


@dataclass(frozen=True)
class Person:
    login: str
    role: Role
    teams: tuple[str, ...] = ()
    all_teams: bool = False
    inside: bool = False
    """They may see what the team Cofre has."""

    def __str__(self) -> str:
        return self.login


PEOPLE = (
    Person("ana", "agent", (OURS,)),
    Person("nuno", "agent"),
    Person("tania", "trainer", (OURS,)),
    Person("saulo", "supervisor", (OURS,)),
    Person("bia", "agent", (THEIRS,), inside=True),
    Person("beto", "agent", (OURS, THEIRS), inside=True),
    Person("tulio", "trainer", (THEIRS,), inside=True),
    Person("sonia", "supervisor", (THEIRS,), inside=True),
    Person("vera", "agent", all_teams=True, inside=True),
    Person("silvio", "supervisor", all_teams=True, inside=True),
    Person("alice", "administrator", (OURS,), inside=True),  # administrators see all teams
)
OUTSIDERS = tuple(one for one in PEOPLE if not one.inside)
INSIDERS = tuple(one for one in PEOPLE if one.inside)
SUPERVISORS = tuple(one for one in PEOPLE if one.role == "supervisor")


@dataclass
class TwoTeams:
    served: Served
    source: Outside
    tickets: list[str] = field(default_factory=list)
    """Numbers of the team's tickets; the first is live and has everything on it."""
    events: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """One on an event, one on nothing yet."""
    commands: list[dict[str, Any]] = field(default_factory=list)
    promise: str = ""
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def client(self, login: str) -> httpx.Client:
        if login not in self.clients:
            self.clients[login] = self.served.client(login)
        return self.clients[login]

    def ours(self) -> str:
        """A new ticket of the other team."""
        return self.served.ticket(OURS).remote_id

    def everybodys(self) -> str:
        """A new ticket of no team."""
        return self.served.ticket().remote_id

    def leaks(self, answer: httpx.Response | str, *asked: str) -> set[str]:
        """Secrets in an answer, but for what was asked with."""
        if isinstance(answer, httpx.Response):
            text = f"{dict(answer.headers)} {answer.content.decode('utf-8', 'replace')}"
        else:
            text = answer
        found = {SECRET} if SECRET.lower() in text.lower() else set()
        numbers = {*self.tickets, *self.events, *self.customers, *self.files, self.promise}
        numbers |= {CLASS, *(one["id"] for one in self.commands)}
        words = set(re.findall(r"[0-9a-f-]{36}|[0-9a-f]{32}|\d{9}", text))
        return (found | words & numbers | {one for one in self._protocols() if one in text}) - set(asked)

    def _protocols(self) -> Iterable[str]:
        return [protocol(2026, int(one)) for one in self.tickets]

    def rows(self) -> dict[str, list[Any]]:
        """All that the team has, as it lies in the database."""
        t = tables
        numbers = [int(one) for one in self.tickets]
        people = [int(one) for one in self.customers]
        of_theirs = {
            t.ticket: t.ticket.c.id.in_(numbers),
            t.event: t.event.c.ticket.in_(numbers),
            t.customer: t.customer.c.id.in_(people),
            t.identity: t.identity.c.customer.in_(people),
            t.attachment: t.attachment.c.id.in_(self.files),
            t.command: t.command.c.login == "bia",
            t.presence: t.presence.c.login == "bia",
            t.training_class: t.training_class.c.id == CLASS,
            t.class_trainee: t.class_trainee.c["class"] == CLASS,
            t.class_message: t.class_message.c["class"] == CLASS,
            t.log: t.log.c.ticket.in_(numbers),
        }
        with self.served.parts.database.read() as db:
            return {
                table.name: sorted(map(tuple, db.execute(select(table).where(those))))
                for table, those in of_theirs.items()
            }

    def everything(self) -> dict[str, list[Any]]:
        with self.served.parts.database.read() as db:
            return {
                one.name: sorted(map(repr, db.execute(select(one)))) for one in tables.metadata.sorted_tables
            }


def two_teams(served: Served) -> TwoTeams:
    served.team(OURS, THEIRS)
    for one in PEOPLE:
        served.agent(one.login, *one.teams, role=one.role, all_teams=one.all_teams)
    made = TwoTeams(served, outside(served, "cofre", "chat", THEIRS))
    served.ticket(OURS)
    shared = made.client("alice").put(
        "content/article/prazo", json={"title": "Prazos", "body": "# Prazos\n\nTrês dias."}
    )
    assert shared.status_code == 200, shared.text
    with served.parts.database.write() as db:
        db.execute(update(tables.clock).values(**FIRST))
    _fill(made)
    with served.parts.database.read() as db:
        t = tables
        made.tickets += map(str, db.execute(select(t.ticket.c.id).where(t.ticket.c.team == THEIRS)).scalars())
        those = t.event.c.id > FIRST["seq"]
        made.events += map(str, db.execute(select(t.event.c.id).where(those)).scalars())
        known = t.customer.c.id > FIRST["customer"]
        made.customers += map(str, db.execute(select(t.customer.c.id).where(known)).scalars())
    made.tickets.sort()
    return made


def _fill(made: TwoTeams) -> None:
    """Through the hub's own door, by somebody of the team and by the customers outside."""
    bia = made.client("bia")
    person = {
        "name": f"Zulmira {SECRET}",
        "identities": [{"kind": "email", "value": SECRET_MAIL}, {"kind": "cpf", "value": "529.982.247-25"}],
    }
    first = made.source.take(customer=person, text=f"Oi, {SECRET}", subject=f"Assunto {SECRET}")
    ticket = first["ticket"]
    made.source.take(
        customer=person, kind="order", text="", data={"number": f"{SECRET}-1", "status": "enviado"}
    )
    for _n in range(2):
        uploaded = bia.post(
            "attachments",
            params={"name": f"{SECRET}.txt"},
            content=f"{SECRET} anexo".encode(),
            headers={"Content-Type": "text/plain"},
        )
        assert uploaded.status_code == 200, uploaded.text
        made.files.append(uploaded.json()["remote_id"])
    file = {"remote_id": made.files[0], "name": "x"}
    others = [made.served.do(lambda r: opened(r, team=THEIRS, text=SECRET)).remote_id for _n in range(3)]
    promise = command("promise", ticket, due=LATER, what=f"ligar {SECRET}")
    made.promise = promise["id"]
    make(
        made,
        command("claim", ticket),
        command("reply", ticket, text=f"Resposta {SECRET}", channel="chat"),
        command("note", ticket, text=f"Nota {SECRET}", attachments=[file]),
        command("tag", ticket, add=[f"{SECRET}-tag"]),
        command("fact", ticket, name="codigo", value=f"{SECRET} fato"),
        promise,
        command("link", ticket, other={"id": 2, "remote": others[0]}),
        command("wrapup", others[0], code=f"{SECRET}-fim", reason=f"{SECRET} motivo", note=SECRET),
        command("merge", others[1], into={"id": 2, "remote": others[2]}),
        command("escalate", others[2], tier="N2", reason=SECRET, tried=SECRET, workaround=SECRET),
    )
    assert bia.put("presence", json={"ticket": ticket, "writing": True}).status_code == 204
    _class(made)


def _class(made: TwoTeams) -> None:
    """One of the team's own trainer, that has come to an end for its only trainee."""
    tulio, bia, path = made.client("tulio"), made.client("bia"), f"classes/{CLASS}"
    given = {**A_CLASS, "title": SECRET, "scenario": f"scenario: {SECRET}", "trainees": ["bia"]}
    told = {"seq": 1, "state": "finished", "seconds": 9, "score": 50, "last": SECRET, "result": {"a": SECRET}}
    hint = {"kind": "hint", "text": SECRET}
    assert tulio.put(path, json=given).status_code == 200
    assert tulio.put(f"{path}/messages/{uuid4()}", json=hint).status_code == 204
    assert bia.put(f"{path}/progress", json=told).status_code == 204


def make(made: TwoTeams, *commands: dict[str, Any]) -> None:
    answer = made.client("bia").post("commands", json={"commands": commands})
    for one in answer.json()["results"]:
        assert one["outcome"] == "applied", one
    made.commands += commands


def command(kind: str, ticket: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "id": str(uuid4()),
        "at": AT,
        "author": "bia",
        "ticket": {"id": 1, "remote": ticket},
    } | fields


def everything_told(client: httpx.Client, limit: int = 500) -> str:
    """All pages that a reader from nothing is given, as they stand on the wire."""
    pages, after = [], {}
    for _n in range(200):
        answer = client.get("changes", params={"limit": limit, **after})
        assert answer.status_code == 200, answer.text
        pages.append(answer.text)
        page = json.loads(answer.text)
        if page["caught_up"]:
            return "\n".join(pages)
        after = {"after": page["cursor"]}
    raise AssertionError("never caught up")
